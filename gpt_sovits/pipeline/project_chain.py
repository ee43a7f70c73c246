"""What each stage of a project takes: what the stage before it left."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from gpt_sovits.paths import PROJECT, ProjectPaths, replacing
from gpt_sovits.pipeline.project import ProjectFiles, VoiceProject, list_of, recordings_of
from gpt_sovits.pipeline.project_reading import made_in
from gpt_sovits.state import hash_of


def chain_source(stage: str, project: VoiceProject, paths: ProjectPaths = PROJECT) -> Path | None:
    """What a stage takes: what the one before it left; None where nothing is there yet.

    Of separated recordings the voices are taken, and not what was taken from them.
    """
    files = ProjectFiles(project.name, paths)
    if stage in ("check", "features"):
        return list_of(project, paths)
    if stage == "transcribe":
        return files.sliced if any(files.sliced.glob("*.wav")) else None
    if stage == "slice" and any(made_in(files.denoised)):
        return files.denoised
    if stage in ("denoise", "slice"):
        voices = made_in(files.separated, lambda made: made[:1])
        if voices:
            return voices[0] if len(voices) == 1 else _gather(voices, files.separated / "voices")
    if any(files.input.glob("*")):
        return files.input
    recordings = recordings_of(project, paths)
    return recordings[0] if recordings else None


def _gather(voices: Sequence[Path], folder: Path) -> Path:
    """Show files in a folder of their own, as links, or as copies where the disk has none.

    Other voices, after another separation, get another folder: nothing is replaced.
    """
    marks = [[voice.name, voice.stat().st_size, voice.stat().st_mtime_ns] for voice in voices]
    folder = folder / hash_of(marks)[:8]
    folder.mkdir(parents=True, exist_ok=True)
    for voice in voices:
        shown = folder / voice.name
        if shown.exists():
            continue
        try:
            shown.hardlink_to(voice)
        except OSError:
            with replacing(shown) as part:
                shutil.copyfile(voice, part)
    return folder
