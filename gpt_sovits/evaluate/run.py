"""Evaluate voices: let them speak, measure what they said, and show it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gpt_sovits.base.engines import Engine, find_engines
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.evaluate.clips import RECORDINGS, Clip, Column
from gpt_sovits.evaluate.options import EvaluationOptions
from gpt_sovits.evaluate.real import read_real, references_of
from gpt_sovits.evaluate.report import EvaluationReport, OnStage, finish, open_folder
from gpt_sovits.evaluate.sentences import (
    Sentence,
    bundled_sentences,
    read_sentences,
)
from gpt_sovits.evaluate.speaking import Spoken, engine_groups, speak_engine, speak_voice
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.voice_file import VoiceParts, load_voice_file
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name
from gpt_sovits.report import Progress, no_progress


@dataclass(frozen=True)
class Candidate:
    """A voice that is evaluated."""

    name: str
    """Of its column and its folder."""
    parts: VoiceParts
    about: str = ""
    """Such as its family, for the page."""


def candidate(voice: str | Path, paths: ProjectPaths = PROJECT) -> Candidate:
    """A voice of the project, or of a voice file.

    Raises:
        ConfigError: no such voice.
        InputError: a file of the voice is not there.
    """
    file = load_voice_file(voice, paths)
    return Candidate(file.name, file.parts(paths), file.family)


def evaluate_voices(
    voices: Sequence[Candidate],
    options: EvaluationOptions,
    folder: Path,
    *,
    how: SpeakingOptions | None = None,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: OnStage = lambda stage: None,
) -> EvaluationReport:
    """Measure voices of any family, and real clips beside them.

    It may be stopped at any moment; run again with the same folder it goes on.

    Args:
        voices: who is measured; none measures recordings and free engines alone.
        options: what is measured.
        folder: where everything is written.
        how: how tokens are drawn; language and seed are those of the sentence.
        paths: the project.
        progress: told after each item of a stage.
        on_stage: told when a stage begins.

    Raises:
        ConfigError: two voices of one name.
        InputError: no voice could speak, there is nothing to measure, or the folder cannot be used.
    """
    run = _Run(options, how or SpeakingOptions(), folder, paths, progress, on_stage)
    run.plan(voices)
    with open_folder(folder):
        for voice in voices:
            run.let_speak(voice)
        if voices and not run.columns:
            where, reason = run.said.skipped[-1]
            raise InputError(f"no voice could speak ({where}: {reason})")
        for engine in run.engines:
            run.let_say(engine)
        columns = [*run.columns]
        if run.real:
            about = str(options.real or "the voices' own references")
            columns.append(Column(RECORDINGS, "recordings", about))
        return finish(
            folder,
            columns,
            [*run.said.clips, *run.real],
            run.said.skipped,
            {"options": asdict(options), "how": asdict(run.how)},
            paths=paths,
            progress=progress,
            on_stage=on_stage,
        )


@dataclass
class _Run:
    """One call of `evaluate_voices`."""

    options: EvaluationOptions
    how: SpeakingOptions
    folder: Path
    paths: ProjectPaths
    progress: Progress
    on_stage: OnStage
    sentences: list[Sentence] = field(default_factory=list)
    real: list[Clip] = field(default_factory=list)
    person: tuple[Path, ...] = ()
    """Recordings of the one person whom all should sound like, where there is one."""
    engines: list[Engine] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    said: Spoken = field(default_factory=Spoken)

    def plan(self, voices: Sequence[Candidate]) -> None:
        """Find out what is to be measured, before time is spent.

        Raises:
            ConfigError: two voices of one name.
            InputError: sentences or recordings cannot be used, or there is nothing to measure.
        """
        options = self.options
        if options.sentences is None:
            self.sentences = bundled_sentences(options.languages)
        else:
            self.sentences, skipped = read_sentences(options.sentences, options.languages)
            self.said.skipped.extend(skipped)
        if options.real is not None:
            self.real, skipped = read_real(options.real)
            self.said.skipped.extend(skipped)
        else:
            self.real = references_of([voice.parts.reference for voice in voices])
        if self.real and (options.real is not None or len(voices) == 1):
            self.person = self.real[0].sounds_like
        if options.baselines:
            engines, missing = find_engines()
            groups = {sentence.group for sentence in self.sentences}
            self.engines = [each for each in engines if groups & engine_groups(each)]
            self.said.skipped.extend(("--baselines", reason) for reason in missing)
        _check_names([voice.name for voice in voices] + [engine.name for engine in self.engines])
        if not (voices or self.real or self.engines):
            raise InputError("nothing is there to measure: name a voice, or give --real FOLDER")

    def let_speak(self, voice: Candidate) -> None:
        """Let a voice say the sentences; one that cannot is left out with the reason."""
        self.on_stage(f"{voice.name} speaks")
        reference = voice.parts.reference
        try:
            said = speak_voice(
                voice.name,
                voice.parts,
                self.sentences,
                self.folder / "voices" / voice.name,
                self.options,
                self.how,
                sounds_like=self.person or (reference.audio, *reference.more),
                paths=self.paths,
                progress=self.progress,
            )
        except InputError as error:
            self.said.skipped.append((f"voice {voice.name}", str(error)))
        else:
            self._take(said, Column(voice.name, "voice", voice.about))

    def let_say(self, engine: Engine) -> None:
        """Let a free engine say the sentences of its languages."""
        self.on_stage(f"{engine.name} speaks")
        target = self.folder / "engines" / engine.name
        said = speak_engine(
            engine, self.sentences, target, sounds_like=self.person, progress=self.progress
        )
        self._take(said, Column(engine.name, "engine", "free engine"))

    def _take(self, said: Spoken, column: Column) -> None:
        self.said.add(said)
        if said.clips:
            self.columns.append(column)


def _check_names(names: Sequence[str]) -> None:
    """Refuse names that no folder can have, and voices that could not be told from another column.

    Raises:
        ConfigError: says which name.
    """
    folded = [check_name(name).casefold() for name in names]
    for name in names:
        if name == RECORDINGS or folded.count(name.casefold()) > 1:
            raise ConfigError(
                f"a voice called {name!r} cannot be told from another column of that name; copy its"
                " voice file and change the name in it"
            )
