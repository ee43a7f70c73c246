"""Let the checkpoints of a voice speak, measure them, and find the best pair."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from statistics import median

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.clips import Clip, Skipped
from gpt_sovits.evaluate.figures import Measure
from gpt_sovits.evaluate.measures import measures_here
from gpt_sovits.evaluate.measuring import Measured, measure_clips
from gpt_sovits.evaluate.real import references_of
from gpt_sovits.evaluate.report import OnStage, open_folder
from gpt_sovits.evaluate.score_figures import figures_of, is_wanted
from gpt_sovits.evaluate.score_options import ScoreOptions, ScoreRequest
from gpt_sovits.evaluate.score_report import (
    AUDIO,
    SCORES,
    Figures,
    ScoredClip,
    ScoredPair,
    ScoreReport,
)
from gpt_sovits.evaluate.sentences import Sentence
from gpt_sovits.evaluate.voice_in_training import VoiceInTraining, find_voice, said_sentences
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.table import key_of_voice, speak_table
from gpt_sovits.inference.voice import Voice, load_voice, pick_device
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import write_state
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.saved import SavedWeights

MAX_LABEL_BYTES = 200
"""Of a folder's name; a longer one is cut, and a hash put behind it."""


def score_voice(
    request: ScoreRequest,
    *,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: OnStage = lambda stage: None,
) -> ScoreReport:
    """Hear and measure the checkpoints of a voice, and name the best pair.

    Not all pairs are tried: every SoVITS speaks with the newest GPT, then every GPT with the best
    SoVITS. It may be stopped at any moment and run again: what was said and measured by the same
    weights is not done again. logs/EXPERIMENT/scores.json is written after each of the two rounds.

    Args:
        request: which voice, what it says, and what becomes of the best.
        paths: the project.
        progress: told after each sentence and each measured clip.
        on_stage: told when a stage begins.

    Raises:
        ConfigError: the name cannot be a file's, or a language is unknown.
        InputError: there is no such voice, it has no weights, none can speak, or another run is at
            work on it.
    """
    voice = find_voice(request, paths)
    sentences, skipped = said_sentences(request, voice)
    folder = paths.logs / request.experiment
    with open_folder(folder / AUDIO):
        search = _Search(request, voice, sentences, folder, paths, progress, on_stage)
        search.skipped.extend(skipped)
        report = search.run()
        if request.choose:
            voice.choose(paths.root / report.best.gpt, paths.root / report.best.sovits, paths)
            report = replace(report, chosen=True)
            write_state(folder / SCORES, report.to_json())
    return report


@dataclass(frozen=True)
class _Pair:
    gpt: SavedWeights
    sovits: SavedWeights

    @property
    def label(self) -> str:
        return f"SoVITS {self.sovits.label} + GPT {self.gpt.label}"

    @property
    def folder(self) -> str:
        """Name of the folder that holds what it says."""
        name = f"sovits-{self.sovits.label}+gpt-{self.gpt.label}"
        if len(name.encode()) <= MAX_LABEL_BYTES:
            return name
        start = name.encode()[: MAX_LABEL_BYTES - 17].decode(errors="ignore")
        return f"{start}-{sha256(name.encode()).hexdigest()[:16]}"


@dataclass
class _Search:
    """One call of `score_voice`."""

    options: ScoreOptions
    voice: VoiceInTraining
    sentences: list[Sentence]
    folder: Path
    paths: ProjectPaths
    progress: Progress
    on_stage: OnStage
    said: dict[_Pair, list[Clip]] = field(default_factory=dict)
    problems: dict[tuple[_Pair, str], str] = field(default_factory=dict)
    """Why a pair could not say a sentence, by its name."""
    skipped: list[Skipped] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._hash = cache(sha256_of)

    def run(self) -> ScoreReport:
        """Both rounds.

        Raises:
            InputError: no pair could speak.
        """
        newest_first = list(reversed(self.voice.gpt))
        for newest in newest_first:  # one that is damaged must not end the search
            self._let_speak("every SoVITS with the newest GPT", newest, self.voice.sovits)
            if self.said:
                break
        else:
            where, reason = self.skipped[-1]
            raise InputError(f"no pair of weights could speak ({where}: {reason})")
        older = newest_first[newest_first.index(newest) + 1 :]
        report = self._measure("measure the SoVITS", complete=not older)
        best = next(pair for pair in self.said if pair.label == report.best.label)
        if not older:
            return report
        self.on_stage("every GPT with the best SoVITS")
        self._speak_all([_Pair(gpt, best.sovits) for gpt in reversed(older)])
        return self._measure("measure the GPTs", complete=True)

    def _let_speak(self, stage: str, gpt: SavedWeights, all_sovits: Sequence[SavedWeights]) -> None:
        self.on_stage(stage)
        self._speak_all([_Pair(gpt, sovits) for sovits in all_sovits])

    def _speak_all(self, pairs: Sequence[_Pair]) -> None:
        total = len(pairs) * len(self.sentences)
        for index, pair in enumerate(pairs):
            before = index * len(self.sentences)

            def tell(
                done: int, _: int, what: str, before: int = before, pair: _Pair = pair
            ) -> None:
                self.progress(before + done, total, f"{pair.label} {what}".strip())

            try:
                self._speak(pair, tell)
            except InputError as error:
                self.skipped.append((pair.label, str(error)))
        self.progress(total, total, "")

    def _speak(self, pair: _Pair, tell: Progress) -> None:
        """Let a pair say every sentence.

        Raises:
            InputError: it cannot be loaded.
        """
        parts = VoiceParts(pair.gpt.path, pair.sovits.path, self.voice.reference)
        key = key_of_voice(parts, self.paths, hash_file=self._hash)
        lines = [sentence.line for sentence in self.sentences]
        target = self.folder / AUDIO / pair.folder

        @cache
        def voice() -> Voice:
            return load_voice(
                parts.gpt,
                parts.sovits,
                parts.reference,
                device=self.options.device,
                paths=self.paths,
            )

        report = speak_table(
            lines,
            target,
            voice,
            SpeakingOptions(seed=self.options.seed),
            voice_key=f"{key} {pick_device(self.options.device)}",
            progress=tell,
        )
        failed = dict(report.failed)
        for sentence in self.sentences:
            if (reason := failed.get(sentence.line.number)) is not None:
                self.problems[pair, sentence.line.name] = reason
                self.skipped.append((f"{pair.label}, {sentence.line.name}", reason))
        if len(failed) == len(lines):
            return
        alike = (self.voice.reference.audio, *self.voice.reference.more)
        self.said[pair] = [
            Clip(
                column=pair.label,
                name=sentence.line.name,
                path=target / f"{sentence.line.name}.wav",
                group=sentence.group,
                mode=sentence.line.language,
                text=sentence.line.text,
                seed=self.options.seed,
                sounds_like=alike,
            )
            for sentence in self.sentences
            if sentence.line.number not in failed
        ]

    def _take_measures(self, stage: str, clips: Sequence[Clip]) -> Measured:
        """Take all measures of clips; they are told as one stage."""
        self.on_stage(stage)

        def wanted(measure: Measure) -> bool:
            return is_wanted(measure, recognisers=self.options.recognisers)

        here, _ = measures_here(clips, self.paths, wanted)
        begun = 0

        def begin(_: str) -> None:
            nonlocal begun
            begun += 1

        def tell(done: int, total: int, what: str) -> None:
            # A measure that does not write a clip's language takes fewer of them.
            share = done / total if total else 1.0
            self.progress(int((begun - 1 + share) * len(clips)), len(here) * len(clips), what)

        folder = self.folder / AUDIO
        return measure_clips(
            clips, folder, wanted=wanted, paths=self.paths, progress=tell, on_stage=begin
        )

    def _measure(self, stage: str, *, complete: bool) -> ScoreReport:
        """Measure all that was said so far, and write the table."""
        reference = references_of([self.voice.reference])
        clips = [clip for said in self.said.values() for clip in said]
        measured = self._take_measures(stage, [*clips, *reference])
        found = {
            pair: figures_of(said, measured, unsaid=len(self.sentences) - len(said))
            for pair, said in self.said.items()
        }
        own = figures_of(reference, measured)
        paces = [figures["pace"] for figures in (own, *found.values()) if "pace" in figures]
        # A reference without a text has no pace: then the pairs are compared with each other.
        pace = own.get("pace") or (median(paces) if paces else 1.0)

        def relative(figures: Figures) -> Figures:
            return {key: value / pace if key == "pace" else value for key, value in figures.items()}

        def scored(pair: _Pair) -> ScoredPair:
            clips = {
                clip.name: ScoredClip(
                    clip.name,
                    self.paths.name_of(clip.path),
                    figures=relative(figures_of([clip], measured)),
                )
                for clip in self.said[pair]
            }
            names = [sentence.line.name for sentence in self.sentences]
            return ScoredPair(
                pair.label,
                self.paths.name_of(pair.gpt.path),
                self.paths.name_of(pair.sovits.path),
                relative(found[pair]),
                tuple(
                    clips.get(name) or ScoredClip(name, "", self.problems.get((pair, name), ""))
                    for name in names
                ),
            )

        report = ScoreReport(
            voice=self.voice.name,
            experiment=self.folder.name,
            sentences=tuple(
                {"name": each.line.name, "language": each.group, "text": each.line.text}
                for each in self.sentences
            ),
            pairs=tuple(sorted(map(scored, self.said), key=lambda pair: pair.cost)),
            reference=relative(own),
            complete=complete,
            missing=tuple(measured.missing),
            skipped=(*self.skipped, *measured.skipped),
            made=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        write_state(self.folder / SCORES, report.to_json())
        return report
