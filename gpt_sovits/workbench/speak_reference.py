"""The clip that a voice is to sound like: what it is worth, what it says, where to find one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.audio.loudness import peak_db
from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.config import FamilyConfig
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.data.checked import CheckedLine, read_checked
from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.inference.reference import SILENT_DB
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.check.findings import FLAT, NOISE_DB
from gpt_sovits.prepare.check.sound import Sound, measure_sound

GOOD_SECONDS = (3.0, 10.0)
"""Long enough for a way of speaking, short enough to be heard quickly; what all families know."""

QUIET_DB = -20.0
"""A clip whose peaks lie below is noisy once it is brought up, dBFS."""

MAX_SECONDS = 600.0
"""Longer recordings are refused before they are read."""

MAX_CLIPS = 200
"""Clips that the page offers."""


@dataclass(frozen=True)
class ReferenceCheck:
    """What a clip is worth as a reference."""

    sound: Sound
    peak_db: float
    """Highest sample, dBFS."""
    usable_s: tuple[float, float]
    """Shortest and longest clip that the voice's family can use."""

    @property
    def faults(self) -> list[str]:
        """What makes it unusable, of short, long and silent."""
        shortest, longest = self.usable_s
        wrong = {
            "short": self.sound.seconds < shortest - 0.01,
            "long": self.sound.seconds > longest + 0.01,
            "silent": self.peak_db < SILENT_DB,
        }
        return [fault for fault, is_so in wrong.items() if is_so]

    @property
    def doubts(self) -> list[str]:
        """What makes it worse than it could be, of brief, lengthy, quiet, clipped and noisy."""
        if self.faults:
            return []
        low, high = GOOD_SECONDS
        snr_db = self.sound.snr_db
        so = {
            "brief": self.sound.seconds < low - 0.01,
            "lengthy": self.sound.seconds > high + 0.01,
            "quiet": self.peak_db < QUIET_DB,
            "clipped": self.sound.flat >= FLAT[0],
            "noisy": snr_db is not None and snr_db < NOISE_DB[0],
        }
        return [doubt for doubt, is_so in so.items() if is_so]


def check_reference(path: Path, family: FamilyConfig) -> ReferenceCheck:
    """Measure a clip that is to be a reference.

    Raises:
        AudioError: it cannot be read, or is so long that it was surely taken by mistake.
    """
    from gpt_sovits.inference.voice import reference_seconds

    seconds = probe_audio(path).duration_s
    if seconds is not None and seconds > MAX_SECONDS:
        raise AudioError(
            f"{path.name}: is {seconds / 60:.0f} min long; cut 3 to 10 s out of it",
            field="reference",
        )
    audio, sample_rate = read_audio(path)
    sound = measure_sound(audio, sample_rate)
    return ReferenceCheck(sound, peak_db(audio), reference_seconds(family))


@dataclass(frozen=True)
class HeardText:
    """What a recogniser hears in a clip."""

    text: str
    language: str
    """A language mode."""
    engine: str


def hear_reference(path: Path, language: str, paths: ProjectPaths) -> HeardText | None:
    """Let the best recogniser of this machine write down a clip.

    Args:
        path: the clip.
        language: what is spoken, a mode; "auto" finds out.
        paths: the project.

    Returns:
        None where no recogniser knows the language, or no words are heard.

    Raises:
        InputError: the clip cannot be read, or a model is damaged.
    """
    from gpt_sovits.features.content import content_path, load_content
    from gpt_sovits.prepare.engines import TranscribeOptions, pick_engine
    from gpt_sovits.prepare.transcribe import guess_language, transcribe_clips

    if not content_path(paths.pretrained_models).is_file():
        return None
    if pick_engine(TranscribeOptions(language="en"), paths) is None:
        return None  # no recogniser at all: nothing heavy is loaded for it
    content = load_content(content_path(paths.pretrained_models))
    mode = guess_language([path], content) if language == "auto" else language
    choice = pick_engine(TranscribeOptions(language=mode), paths)
    if choice is None:
        return None
    heard, _ = transcribe_clips([path], mode, choice, content)
    return HeardText(heard[0].text, mode, choice.name) if heard else None


@dataclass(frozen=True)
class OfferedClip:
    """A clip of the voice's data."""

    audio: Path
    text: str
    language: str
    seconds: float
    fit: float | None = None
    """How well text and sound fit, 0 to 1, where it was checked."""
    snr_db: float | None = None

    @property
    def order(self) -> tuple[float, float]:
        """The best come first."""
        return (-(self.fit or 0.0), -(self.snr_db or 0.0))


def clips_of(names: set[str], paths: ProjectPaths) -> list[OfferedClip]:
    """Clips of the lists with one of these names that can be a reference, the best first.

    A list that cannot be read is passed over: the tab "Label" tells what is wrong with it.
    """
    found: dict[Path, OfferedClip] = {}
    for listed in _lists_of(names, paths):
        try:
            items = read_annotations(listed, root=paths.root).items
        except InputError:
            continue
        checked = read_checked(listed)
        for item in items:
            line = checked.get(item.name)
            if line is not None and line.text != item.text:
                line = None  # what was found says nothing of another text
            if item.audio not in found and (seconds := _good_seconds(item.audio, line)):
                fit, snr_db = (None, None) if line is None else (line.fit, line.snr_db)
                found[item.audio] = OfferedClip(
                    item.audio, item.text, item.language, seconds, fit, snr_db
                )
            if len(found) >= 4 * MAX_CLIPS:
                break
    return sorted(found.values(), key=lambda clip: clip.order)[:MAX_CLIPS]


def _lists_of(names: set[str], paths: ProjectPaths) -> Iterator[Path]:
    places = ((paths.logs, "*/*.list"), (paths.output, "*/*.list"), (paths.input, "**/*.list"))
    for folder, pattern in places:
        yield from sorted(path for path in folder.glob(pattern) if path.stem in names)


def _good_seconds(audio: Path, line: CheckedLine | None) -> float:
    """Length of a clip that can be a reference; 0 of any other."""
    if line is not None and line.light == "red":
        return 0.0
    try:
        seconds = line.seconds if line is not None else probe_audio(audio).duration_s
    except AudioError:
        return 0.0
    low, high = GOOD_SECONDS
    return seconds if seconds is not None and low <= seconds <= high else 0.0
