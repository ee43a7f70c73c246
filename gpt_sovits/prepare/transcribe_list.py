"""Write down what is said in many clips: an annotation list, and beside it what was heard.

NAME.list is the user's to correct. NAME.jsonl beside it holds confidences, times of words and
doubts, and is how a run that was stopped goes on: a clip that was heard is not heard again.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from gpt_sovits.audio.loudness import peak_db
from gpt_sovits.data.annotations import Annotation
from gpt_sovits.data.heard import HeardClip, HeardRecord
from gpt_sovits.errors import AudioError, InputError, MissingModelError
from gpt_sovits.features.content import Content, content_path, load_content
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.clip_source import LIMITS, Clip, clips_of, read_clip, told_seconds
from gpt_sovits.prepare.doubts import ODD, doubts_of, odd_languages
from gpt_sovits.prepare.engines import (
    SAMPLE_RATE,
    Choice,
    Recogniser,
    TranscribeOptions,
    Transcript,
    pick_engine,
    spoken_language,
)
from gpt_sovits.prepare.own_list import ListReport, OwnList, alone_with
from gpt_sovits.prepare.transcribe import WORST_FIT, guess_language, language_name, misfit
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import hash_of
from gpt_sovits.weights.file import sha256_of

VERSION = 1
"""Goes up when the same clip would get another text."""

_CHECKED = frozenset({"zh", "en", "ja"})
"""Languages whose phones the content network knows."""


@dataclass(frozen=True)
class TranscribeReport:
    """What became of the clips."""

    listed: ListReport
    record: Path
    """The file with confidences, times and doubts."""
    engine: str
    """What wrote the texts; empty where nobody did."""
    n_heard: int
    """Clips that were listened to in this run."""
    n_kept: int
    """Clips that an earlier run had heard."""
    doubtful: list[tuple[Path, str]] = field(default_factory=list)
    """Clips in the list that somebody should look at, each with the reasons."""
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """Clips that have no line, each with its reason."""


def transcribe_to_list(
    source: Path,
    out: Path,
    options: TranscribeOptions | None = None,
    *,
    speaker: str = "",
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> TranscribeReport:
    """Write an annotation list of clips.

    Stopped at any moment, another run goes on. Lines of a list that a person changed stay.

    Args:
        source: a folder of clips, one clip, or a `.list` that names them.
        out: the annotation list.
        options: how; its engine `none` leaves every text empty, to be written by hand.
        speaker: who speaks, where a list does not say it; left out: the folder's name.
        paths: the project.
        progress: told after each clip.

    Raises:
        InputError: there is nothing to write down, or the list cannot be written.
        MissingModelError: no recogniser for the language is here.
    """
    options = options or TranscribeOptions()
    clips, skipped = clips_of(source, speaker, options, paths)
    with alone_with(out):
        own = OwnList(out, paths)
        record = HeardRecord(out.with_suffix(".jsonl"))
        session = _Session(options, record, paths, skipped)
        wanted = [clip for clip in clips if own.wants(clip.path)]
        try:
            for number, clip in enumerate(wanted):
                progress(number, len(wanted), clip.path.name)
                session.hear(clip, wanted)
            progress(len(wanted), len(wanted), "")
        finally:  # what was heard until Ctrl-C is of use
            report = session.finish(own, wanted)
    if wanted and not session.found:
        raise InputError(f"{source}: no clip can be used ({skipped[-1][0]}: {skipped[-1][1]})")
    return report


class _ListenError(InputError):
    """A recogniser failed on one clip; it may manage the others."""


class _Session:
    """One run over clips: loads what it needs when the first clip needs it."""

    def __init__(
        self,
        options: TranscribeOptions,
        record: HeardRecord,
        paths: ProjectPaths,
        skipped: list[tuple[Path, str]],
    ) -> None:
        self.options = options
        self.record = record
        self.paths = paths
        self.skipped = skipped
        self.found: dict[Clip, HeardClip] = {}
        self.n_heard = 0
        self._content: Content | None = None
        self._guessed = ""
        self._choices: dict[str, tuple[Choice | None, list[str]]] = {}
        self._loaded: dict[str, Recogniser] = {}

    def hear(self, clip: Clip, others: Sequence[Clip]) -> None:
        """Get the text of a clip from the record or from the recogniser."""
        language, choice, version = self._choose(clip, others)
        options = replace(self.options, language=language)
        try:
            content = sha256_of(clip.path)
        except InputError as error:
            self.skipped.append((clip.path, str(error)))
            return
        key = hash_of([VERSION, content, asdict(options), version])
        name = self.paths.name_of(clip.path)
        heard = self.record.clips.get(key)
        if heard is None:
            try:
                heard = self._listen(clip, options, choice, key, name)
            except (AudioError, _ListenError) as error:
                self.skipped.append((clip.path, str(error)))
                return
            self.n_heard += choice is not None
            self.record.add(heard)
        own = [doubt for doubt in heard.doubts if not doubt.startswith(ODD)]
        self.found[clip] = replace(heard, audio=name, doubts=own)

    def _choose(self, clip: Clip, others: Sequence[Clip]) -> tuple[str, Choice | None, list[str]]:
        """Language mode of a clip, its recogniser and the version of that.

        A language that nobody named is asked of the first clips at once.
        """
        language = clip.language
        if language not in self._choices:
            wanted = replace(self.options, language=language)
            choice = pick_engine(wanted, self.paths)
            if choice is None and self.options.engine != "none" and wanted.spoken == "auto":
                self._guessed = self._guess([other.path for other in others])
                choice = pick_engine(replace(wanted, language=self._guessed), self.paths)
            if choice is None and self.options.engine != "none":
                raise MissingModelError(_no_engine(self._guessed or language))
            self._choices[language] = (choice, [] if choice is None else choice.version)
        is_guessed = self._guessed and spoken_language(language) == "auto"
        return (self._guessed if is_guessed else language, *self._choices[language])

    def _guess(self, clips: Sequence[Path]) -> str:
        readable = [clip for clip in clips if told_seconds(clip) is not None]
        return guess_language(readable, self.content) if readable else "en"

    @property
    def content(self) -> Content:
        """The network that knows phones."""
        if self._content is None:
            self._content = load_content(content_path(self.paths.pretrained_models))
        return self._content

    def _listen(
        self, clip: Clip, options: TranscribeOptions, choice: Choice | None, key: str, name: str
    ) -> HeardClip:
        audio = read_clip(clip.path)
        seconds = round(len(audio) / SAMPLE_RATE, 3)
        mode = options.language
        if choice is None:
            return HeardClip(key, name, "", mode, "", seconds)
        if peak_db(audio) < LIMITS.min_peak_db:  # some recognisers make up words for silence
            return HeardClip(
                key, name, choice.name, mode, "", seconds, doubts=["silent: nobody speaks in it"]
            )
        if mode not in self._loaded:
            self._loaded = {mode: choice.load(options)}  # models may be large: only one is kept
        try:
            said = _tidy(self._loaded[mode](audio))
        except Exception as error:  # other people's packages fail in ways of their own
            reason = f"{choice.name} failed on it ({type(error).__name__}: {error})"
            raise _ListenError(reason) from error
        doubts = doubts_of(said, seconds)
        language = mode if options.spoken != "auto" else said.language
        fit = None
        if said.text and said.language in _CHECKED:
            fit = round(min(misfit(clip.path, said.text, said.language, self.content), 9.99), 3)
            if fit > WORST_FIT:
                doubts.append("does not sound like its text")
        return HeardClip(
            key,
            name,
            choice.name,
            language,
            said.text,
            seconds,
            None if said.confidence is None else round(said.confidence, 3),
            fit,
            [
                [word.text, round(word.start_s, 3), round(word.end_s, 3), word.confidence]
                for word in said.words
            ],
            doubts,
        )

    def finish(self, own: OwnList, wanted: Sequence[Clip]) -> TranscribeReport:
        """Write list and record, and sum up; clips that were not reached keep their lines."""
        odd = odd_languages([heard.language for heard in self.found.values() if heard.text])
        for clip, heard in self.found.items():
            if heard.text and heard.language in odd:
                self.found[clip] = replace(heard, doubts=[*heard.doubts, odd[heard.language]])
        reached = {*self.found, *(clip for clip in wanted if clip.path in dict(self.skipped))}
        items = []
        for number, clip in enumerate(wanted, 1):
            if clip in self.found:
                heard = self.found[clip]
                audio = Path(heard.audio)
                items.append(Annotation(audio, clip.speaker, heard.language, heard.text, number))
            elif clip not in reached and (older := own.lines.get(clip.path.resolve())):
                items.append(replace(older, audio=Path(self.paths.name_of(clip.path))))
        if self.found:
            self.record.tidy(self.found.values())
        engines = {heard.engine: None for heard in self.found.values() if heard.engine}
        return TranscribeReport(
            own.write(items) if items or own.is_users else ListReport(own.path),
            self.record.path,
            ", ".join(engines),
            self.n_heard,
            sum(bool(heard.engine) for heard in self.found.values()) - self.n_heard,
            [
                (clip.path, "; ".join(heard.doubts))
                for clip, heard in self.found.items()
                if heard.doubts
            ],
            self.skipped,
        )


def _tidy(said: Transcript) -> Transcript:
    """One line, without letters that no terminal shows."""
    words = [replace(word, text=_printable(word.text)) for word in said.words]
    return replace(said, text=_printable(said.text), words=words)


def _printable(text: str) -> str:
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _no_engine(language: str) -> str:
    return (
        f"no speech recogniser for {language_name(language)} is on this machine; bring one: python"
        " -m gpt_sovits models download faster-whisper-small (or write the texts yourself with"
        " --engine none, or bring texts that you have with `import`)"
    )
