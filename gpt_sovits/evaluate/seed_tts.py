"""Speak and measure a list of Seed-TTS-eval: each line sounds like its own prompt."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.clips import RECORDINGS, Clip, Column, Skipped
from gpt_sovits.evaluate.options import EvaluationOptions
from gpt_sovits.evaluate.report import EvaluationReport, OnStage, finish, open_folder
from gpt_sovits.evaluate.seed_list import SeedLine, read_seed_list
from gpt_sovits.evaluate.speaking import left_out
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.table import key_of_voice, speak_table
from gpt_sovits.inference.voice import Voice, load_voices, pick_device
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.weights.file import sha256_of


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
    warm: set[str] = field(default_factory=set)
    """Languages that something was said in."""
    hash_file: Callable[[Path], str] = field(default_factory=lambda: cache(sha256_of))

    def _voice(self, line: SeedLine) -> Voice:
        """The voice of a line; the first one of a language is not charged for its dictionaries."""
        voice = self.networks(line.prompt)
        if line.group not in self.warm:
            self.warm.add(line.group)
            voice.say(line.said.text, replace(self.how, language=line.said.language))
        return voice

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
                lambda: self._voice(line),
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
