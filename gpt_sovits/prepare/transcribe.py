"""Find out what a recording says: clips of it, each with its text."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import AudioError, InputError, NoSpeechError, TextError
from gpt_sovits.features.content import Content, phone_error_rate
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.engines import (
    SAMPLE_RATE,
    Choice,
    TranscribeOptions,
    pick_engine,
    spoken_language,
)
from gpt_sovits.prepare.known_text import cut_with_text
from gpt_sovits.prepare.slice import slice_file
from gpt_sovits.prepare.slicing.grouping import with_margins
from gpt_sovits.prepare.slicing.levels import Span, find_speech, recording_levels
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.slicing.write import write_clips
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.languages import parse_mode

MAX_TEXT_BYTES = 4 << 20
"""Largest text beside a recording."""

_GUESS_FROM = 3
"""Clips that are listened to to find out the language."""

WORST_FIT = 0.9
"""Phone error rate between what an engine wrote and what is heard, beyond which it heard no words.
On the embedded network: noise 2 and more, English under 0.8."""

_NAMES = {"zh": "Chinese", "ja": "Japanese", "en": "English", "ko": "Korean", "yue": "Cantonese"}


@dataclass(frozen=True)
class LabelledClip:
    """One clip and what is said in it."""

    audio: Path
    language: str
    text: str


@dataclass(frozen=True)
class LabelReport:
    """What became of a recording."""

    clips: list[LabelledClip]
    engine: str
    """What wrote the texts: "text" where it was given, otherwise a recogniser's name."""
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """Parts left out, each with its reason."""


def label_recording(
    path: Path,
    target: Path,
    content: Content,
    *,
    language: str = "auto",
    text: str | None = None,
    options: SliceOptions | None = None,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> LabelReport:
    """Cut a recording into clips in `target` and label each.

    Args:
        path: the recording.
        target: folder of the clips.
        content: aligns a known text, and checks one that an engine wrote.
        language: what is spoken, a mode; "auto" finds out.
        text: all that is said; None lets an engine listen.
        options: how it is cut.
        paths: the project, which may hold models of engines.
        progress: told after each clip.

    Raises:
        AudioError: the recording cannot be read or is silent, or holds no words.
        TextError: the text cannot be read.
        InputError: the text does not fit, or no engine writes the language.
    """
    options = options or SliceOptions()
    if text is not None:
        return _label_known(path, target, content, language, text, options)
    try:
        report = slice_file(path, target, options)
    except NoSpeechError:  # a whisper, a song: whether it has words the engine will tell
        report = slice_file(path, target, replace(options, method="level"))
    if not report.written:
        raise AudioError(
            f"{path}: no stretch of speech in it is {options.min_s:g} s long; record more"
        )
    mode = guess_language(report.written, content) if language == "auto" else parse_mode(language)
    choice = pick_engine(TranscribeOptions(language=mode), paths)
    if choice is None:
        raise InputError(_no_engine(path, mode, is_guess=language == "auto"))
    clips, refused = transcribe_clips(report.written, mode, choice, content, progress=progress)
    if not clips:
        raise AudioError(f"{path}: no words are heard in it; give a recording of one speaker")
    return LabelReport(clips, choice.engine.name, [*report.skipped, *refused])


def _label_known(
    path: Path, target: Path, content: Content, language: str, text: str, options: SliceOptions
) -> LabelReport:
    mode = language_of(text, language)
    levels = recording_levels(path)
    speech = find_speech(levels, options)
    whole = Span(speech[0].start, speech[-1].end) if speech else Span(0, 0)
    left_out: list[str] = []
    if options.min_s <= whole.seconds <= options.max_s - 2 * options.margin_s:
        spans, texts = [whole], [text]
    else:
        parts, left_out = cut_with_text(path, text, mode, content, options)
        spans, texts = [part.span for part in parts], [part.text for part in parts]
    if not spans:
        raise AudioError(
            f"{path}: holds {whole.seconds:.1f} s of speech, which cannot be cut into clips of "
            f"{options.min_s:g} to {options.max_s:g} s ({'; '.join(left_out) or 'too short'})"
        )
    report = write_clips(path, with_margins(spans, levels, options), target)
    clips = [
        LabelledClip(audio, mode, " ".join(part.split()))
        for audio, part in zip(report.written, texts, strict=True)
    ]
    return LabelReport(clips, "text", [(path, reason) for reason in left_out])


def transcribe_clips(
    clips: Sequence[Path],
    language: str,
    choice: Choice,
    content: Content,
    *,
    progress: Progress = no_progress,
) -> tuple[list[LabelledClip], list[tuple[Path, str]]]:
    """Let an engine write down clips.

    Returns:
        The clips with their texts, and those in which no words are heard.
    """
    recognise = choice.load(TranscribeOptions(language=language))
    labelled: list[LabelledClip] = []
    refused: list[tuple[Path, str]] = []
    for number, clip in enumerate(clips):
        progress(number, len(clips), clip.name)
        audio, _ = read_audio(clip, sample_rate=SAMPLE_RATE)
        text = recognise(audio).text
        if misfit(clip, text, language, content) <= WORST_FIT:
            labelled.append(LabelledClip(clip, language, text))
        else:
            name = choice.engine.name
            refused.append((clip, f"no words are heard in it ({name} guessed {text!r})"))
    progress(len(clips), len(clips), "")
    return labelled, refused


def misfit(clip: Path, text: str, language: str, content: Content) -> float:
    """Phone error rate between a text and what is heard; infinite where there is no text."""
    try:
        written = read_text(text, language=language, symbols="v2").phones
        return phone_error_rate(hear_file(clip, content), written)
    except InputError:  # nothing to read, or too short to be heard
        return float("inf")


def hear_file(path: Path, content: Content) -> list[str]:
    """The phones that are heard in a clip."""
    import torch

    audio, _ = read_audio(path, sample_rate=content.about.spectrogram.sample_rate)
    return content.hear(torch.from_numpy(audio.copy()))


# --- which language -----------------------------------------------------------------------------


def language_of(text: str, language: str) -> str:
    """The one mode for all clips of a text: the language it is mostly in, beside English.

    Raises:
        TextError: the mode is unknown, or nothing in the text can be read.
    """
    mode = parse_mode(language)
    if mode != "auto":
        return mode
    segments = read_text(text, language=mode, symbols="v2").segments
    found = {segment.language for segment in segments} - {"en"}
    if len(found) > 1:
        return mode
    return found.pop() if found else "en"


def guess_language(clips: Sequence[Path], content: Content) -> str:
    """The language of which most phones are heard: zh, ja or en."""
    counts: Counter[str] = Counter()
    for clip in islice(clips, _GUESS_FROM):
        counts.update(_language_of_phone(phone) for phone in hear_file(clip, content))
    counts["zh"] *= 2  # its initials are written as Japanese consonants; every other phone tells
    return max(("en", "zh", "ja"), key=lambda language: counts[language])


def _language_of_phone(phone: str) -> str:
    """ARPAbet is written in capitals, and only Chinese finals end with a tone beside it."""
    if phone[0].isupper() and phone not in ("N", "I", "U"):
        return "en"
    return "zh" if phone[-1].isdigit() else "ja" if phone[0].isalpha() else ""


def language_name(language: str) -> str:
    """A mode in words."""
    return _NAMES.get(spoken_language(language), language)


def _no_engine(path: Path, language: str, *, is_guess: bool) -> str:
    name = language_name(language)
    sounds = f"sounds like {name}" if is_guess else f"is {name}"
    return (
        f"{path}: {sounds}, and no speech recogniser for it is on this machine; bring one (python"
        f" -m gpt_sovits models download faster-whisper-small), put what is said into"
        f" {path.with_suffix('.txt').name} beside it, or give --text, --language or a .list"
    )


def text_beside(path: Path) -> str | None:
    """The text in the file of the recording's name that ends in .txt; None where there is none.

    Raises:
        TextError: it cannot be used.
    """
    beside = path.with_suffix(".txt")
    return read_transcript(beside) if beside.is_file() and beside != path else None


def read_transcript(path: Path) -> str:
    """Read a text that is said in a recording.

    Raises:
        TextError: it is not there, empty, too large or not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise TextError(f"{path}: is too large for the text of a recording")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(f"{path}: is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise TextError(f"{path}: cannot be read ({error.strerror})") from error
    if not text.strip():
        raise TextError(f"{path}: is empty; write what is said in the recording, or delete it")
    return text
