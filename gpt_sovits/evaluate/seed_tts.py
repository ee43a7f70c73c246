"""Speak and measure the lists of Seed-TTS-eval: each line sounds like a prompt of its own.

Source: Anastassiou et al. 2024, "Seed-TTS"; github.com/BytedanceSpeech/seed-tts-eval.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.clips import RECORDINGS, Clip, Column, Skipped
from gpt_sovits.evaluate.options import EvaluationOptions
from gpt_sovits.evaluate.report import EvaluationReport, OnStage, finish, open_folder
from gpt_sovits.evaluate.sentences import group_of, mode_of
from gpt_sovits.evaluate.speaking import left_out
from gpt_sovits.inference.plan import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.table import TableLine, key_of_voice, read_utf8, speak_table
from gpt_sovits.inference.voice import Voice, load_voices, pick_device
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.weights.file import sha256_of

LIST = "meta.lst"
"""The list in its folder."""

COLUMNS = "utt|prompt_text|prompt_wav|infer_text"


@dataclass(frozen=True)
class SeedLine:
    """One line of a list."""

    said: TableLine
    """Number, name, language and text of what is spoken."""
    group: str
    """Its language, as figures are told apart by."""
    prompt: ReferenceClip
    """Whom it sounds like."""
    real: Path | None
    """The same text by the person of the prompt, where the list has it."""


def read_seed_list(source: Path) -> tuple[list[SeedLine], list[Skipped]]:
    """Read a list: `utt|prompt_text|prompt_wav|infer_text`, perhaps with `|infer_wav` behind.

    Args:
        source: a `.lst` file, or the folder of a meta.lst. Recordings are named from its folder.

    Returns:
        The lines that can be spoken, and the others with their reasons.

    Raises:
        InputError: the list cannot be read, or holds no line that can be spoken.
    """
    path = source / LIST if source.is_dir() else source
    lines: list[SeedLine] = []
    skipped: list[Skipped] = []
    met: dict[str, int] = {}
    for number, line in enumerate(read_utf8(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            lines.append(_parse(line, number, path.parent, met))
        except InputError as error:
            skipped.append((f"{path}:{number}", str(error)))
    if not lines:
        where, reason = skipped[0] if skipped else (str(path), f"is empty; write {COLUMNS}")
        raise InputError(f"{path}: holds no line that can be spoken ({where}: {reason})")
    return lines, skipped


def _parse(line: str, number: int, folder: Path, met: dict[str, int]) -> SeedLine:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) not in (4, 5):
        raise InputError(f"has {len(cells)} columns; write {COLUMNS}, with |infer_wav or without")
    name, prompt_text, prompt, text = cells[:4]
    name = check_name(name.removesuffix(".wav"))
    earlier = met.setdefault(name.casefold(), number)
    if earlier != number:
        raise InputError(f"the name {name!r} stands in line {earlier} already")
    audio = _inside(folder, prompt)
    real = _inside(folder, cells[4]) if len(cells) == 5 and cells[4] else None
    group = group_of(text, "auto")
    said = TableLine(number, name, mode_of(group, "auto"), text)
    mode = mode_of(group_of(prompt_text, "auto"), "auto") if prompt_text else "auto"
    return SeedLine(said, group, ReferenceClip(audio, prompt_text or None, mode), real)


def _inside(folder: Path, name: str) -> Path:
    """A recording of the list.

    Raises:
        InputError: it is not there, or lies outside the list's folder.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{name} lies outside {folder}; copy it in there")
    if not name or not path.is_file():
        raise InputError(f"{path}: no such file; unpack the recordings beside the list")
    return path


def evaluate_seed_tts(
    source: Path,
    weights: tuple[Path, Path],
    name: str,
    options: EvaluationOptions,
    folder: Path,
    *,
    how: SpeakingOptions | None = None,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: OnStage = lambda stage: None,
) -> EvaluationReport:
    """Speak every line of a list in the voice of its prompt, and measure it.

    Args:
        source: see `read_seed_list`.
        weights: text-to-semantic network and synthesizer.
        name: of the column.
        options: device and number of seeds; its sentences and recordings are not looked at.
        folder: where everything is written.
        how: how tokens are drawn; language and seed are not looked at.
        paths: the project.
        progress: told after each line.
        on_stage: told when a stage begins.

    Raises:
        InputError: the list or the weights cannot be used, or no line could be spoken.
    """
    lines, skipped = read_seed_list(source)
    networks = load_voices(*weights, device=options.device, paths=paths)
    how = how or SpeakingOptions()
    run = _Run(check_name(name), weights, networks, options, how, folder, paths)
    with open_folder(folder):
        on_stage(f"{name} speaks")
        total = len(lines) * options.seeds
        for done in range(total):
            seed, index = divmod(done, len(lines))
            progress(done, total, lines[index].said.name)
            run.speak(lines[index], seed)
        progress(total, total, "")
        columns = [Column(name, "voice", "sounds like each line's prompt")]
        real = [_real_clip(line) for line in lines if line.real is not None]
        if real:
            columns.append(Column(RECORDINGS, "recordings", "of the list"))
        return finish(
            folder,
            columns,
            [*run.clips, *real] if run.clips else [],
            [*skipped, *run.skipped],
            {"seed_tts": source, "options": asdict(options), "how": asdict(how)},
            paths=paths,
            progress=progress,
            on_stage=on_stage,
        )


def _real_clip(line: SeedLine) -> Clip:
    assert line.real is not None
    return replace(_clip_of(line, RECORDINGS, line.real), sounds_like=(line.prompt.audio,))


def _clip_of(line: SeedLine, column: str, path: Path) -> Clip:
    return Clip(
        column=column,
        name=line.said.name,
        path=path,
        group=line.group,
        mode=line.said.language,
        text=line.said.text,
        sounds_like=(line.prompt.audio,),
    )


@dataclass
class _Run:
    """One call of `evaluate_seed_tts`."""

    name: str
    weights: tuple[Path, Path]
    networks: Callable[[ReferenceClip], Voice]
    options: EvaluationOptions
    how: SpeakingOptions
    folder: Path
    paths: ProjectPaths
    clips: list[Clip] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    hash_file: Callable[[Path], str] = field(default_factory=lambda: cache(sha256_of))

    def speak(self, line: SeedLine, seed: int) -> None:
        """Speak one line unless an earlier run did."""
        key = key_of_voice(
            VoiceParts(*self.weights, line.prompt), self.paths, hash_file=self.hash_file
        )
        target = self.folder / "voices" / self.name / f"seed{seed}"
        try:
            report = speak_table(
                [line.said],
                target,
                lambda: self.networks(line.prompt),
                replace(self.how, seed=seed),
                voice_key=f"{key} {pick_device(self.options.device)}",
            )
        except InputError as error:
            self.skipped.append((f"{self.name}, {line.said.name}", str(error)))
            return
        for _, reason in report.failed:
            self.skipped.append((f"{self.name}, {line.said.name}", reason))
        self.skipped.extend(left_out(self.name, report))
        for path in [*report.unchanged, *(said.path for said in report.spoken)]:
            clip = _clip_of(line, self.name, path)
            self.clips.append(replace(clip, seed=seed, spent_s=report.spent_s.get(path)))
