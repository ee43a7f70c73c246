"""Let voices and free engines say the sentences, each only once."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from gpt_sovits.audio.write import write_audio
from gpt_sovits.base.engines import Engine, Speaker, speak
from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.clips import MIXED, Clip, Skipped
from gpt_sovits.evaluate.options import EvaluationOptions
from gpt_sovits.evaluate.sentences import Sentence
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.table import TableReport, key_of_voice, speak_table
from gpt_sovits.inference.voice import Voice, load_voice, pick_device
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.report import Progress, no_progress

ENGINE_RATE = 24_000
"""Of what the free engines say, Hz; none of them has more."""


@dataclass(frozen=True)
class Spoken:
    """What one column said."""

    clips: list[Clip] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, other: "Spoken") -> None:
        """Take what another column said behind this."""
        self.clips.extend(other.clips)
        self.skipped.extend(other.skipped)


def speak_voice(
    name: str,
    parts: VoiceParts,
    sentences: Sequence[Sentence],
    folder: Path,
    options: EvaluationOptions,
    how: SpeakingOptions,
    *,
    sounds_like: tuple[Path, ...],
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> Spoken:
    """Let a voice say every sentence with every seed, into `folder`/seedN/NAME.wav.

    What an earlier run said with the same voice, options and device is not said again.

    Args:
        name: of its column.
        parts: its files.
        sentences: what it says.
        folder: where.
        options: device and number of seeds.
        how: how tokens are drawn; language and seed are not looked at.
        sounds_like: recordings of the person.
        paths: the project.
        progress: told after each sentence.

    Raises:
        InputError: the voice cannot be loaded.
    """
    said = Spoken()
    key = f"{key_of_voice(parts, paths)} {pick_device(options.device)}"
    lines = [sentence.line for sentence in sentences]
    names = {line.number: line.name for line in lines}

    @cache
    def voice() -> Voice:
        loaded = load_voice(
            parts.gpt, parts.sovits, parts.reference, device=options.device, paths=paths
        )
        warm_up(loaded, sentences, how)
        return loaded

    for seed in range(options.seeds):
        target = folder / f"seed{seed}"

        def tell(done: int, _: int, what: str, before: int = seed * len(lines)) -> None:
            progress(before + done, len(lines) * options.seeds, what)

        report = speak_table(
            lines,
            target,
            voice,
            replace(how, seed=seed),
            voice_key=key,
            progress=tell,
        )
        failed = dict(report.failed)
        said.skipped.extend((f"{name}, {names[n]}", reason) for n, reason in failed.items())
        said.skipped.extend(left_out(name, report))
        for sentence in sentences:
            if sentence.line.number not in failed:
                path = target / f"{sentence.line.name}.wav"
                spent_s = report.spent_s.get(path)
                said.clips.append(_clip(name, sentence, path, seed, spent_s, sounds_like))
    return said


def left_out(name: str, report: TableReport) -> Iterator[Skipped]:
    """Parts of sentences that a voice did not say, each with its reason."""
    for line in report.spoken:
        for part, reason in line.skipped:
            yield f"{name}, {line.path.stem}: {part!r}", reason


def warm_up(voice: Voice, sentences: Sequence[Sentence], how: SpeakingOptions) -> None:
    """Say one sentence of each language, so that no other is charged for loading dictionaries."""
    first = {sentence.group: sentence.line for sentence in reversed(sentences)}
    for line in first.values():
        with suppress(InputError):  # it is told when its turn comes
            voice.say(line.text, replace(how, language=line.language))


def engine_groups(engine: Engine) -> set[str]:
    """Languages whose sentences an engine can say; none says the mixed ones."""
    return {language for language in engine.voices if language != MIXED}


def speak_engine(
    engine: Engine,
    sentences: Sequence[Sentence],
    folder: Path,
    *,
    sounds_like: tuple[Path, ...],
    progress: Progress = no_progress,
) -> Spoken:
    """Let a free engine's first voice say the sentences of its languages, as it is."""
    said = Spoken()
    own = [sentence for sentence in sentences if sentence.group in engine_groups(engine)]
    for done, sentence in enumerate(own):
        line = sentence.line
        progress(done, len(own), line.name)
        language = next(known for known in engine.voices if known == sentence.group)
        speaker = Speaker(engine.voices[language][0], 1.0, 1.0, 1.0)
        path = folder / f"{line.name}.wav"
        began = time.perf_counter()
        try:
            audio = speak(engine, line.text, language, speaker, ENGINE_RATE)
        except InputError as error:
            said.skipped.append((f"{engine.name}, {line.name}", str(error)))
            continue
        spent_s = time.perf_counter() - began
        write_audio(path, audio, ENGINE_RATE)
        said.clips.append(_clip(engine.name, sentence, path, None, spent_s, sounds_like))
    progress(len(own), len(own), "")
    return said


def _clip(
    column: str,
    sentence: Sentence,
    path: Path,
    seed: int | None,
    spent_s: float | None,
    sounds_like: tuple[Path, ...],
) -> Clip:
    line = sentence.line
    return Clip(
        column=column,
        name=line.name,
        path=path,
        group=sentence.group,
        mode=line.language,
        text=line.text,
        seed=seed,
        spent_s=spent_s,
        sounds_like=sounds_like,
    )
