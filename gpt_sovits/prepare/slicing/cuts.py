"""Where a recording is cut."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import iter_audio, probe_audio
from gpt_sovits.audio.resample import resample_blocks
from gpt_sovits.errors import NoSpeechError
from gpt_sovits.prepare.slicing import classic, voice_activity
from gpt_sovits.prepare.slicing.grouping import (
    cut_long,
    group_pieces,
    pause_gains,
    piece_limits,
    too_short,
    with_margins,
)
from gpt_sovits.prepare.slicing.levels import (
    SAMPLE_RATE,
    PowerMeter,
    Span,
    check_not_silent,
    find_speech,
    pause_threshold,
)
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.slicing.voice_activity import by_frame, find_voice, speech_probability
from gpt_sovits.prepare.stage import Tell


@dataclass(frozen=True)
class Heard:
    """What is known of a recording when it was listened to once."""

    levels: np.ndarray
    """Of each 10 ms, dBFS [N]."""
    probability: np.ndarray | None = None
    """vad: that someone speaks, of each 32 ms."""
    power: np.ndarray | None = None
    """classic: mean power of each millisecond."""


@dataclass(frozen=True)
class Cuts:
    """What becomes of a recording."""

    clips: list[Span]
    """In order, apart from each other, margins included."""
    left_out: list[str]
    """Stretches of speech that are no clip, each with its reason."""


def find_cuts(path: Path, options: SliceOptions, tell: Tell = lambda share: None) -> Cuts:
    """Listen to a recording of any length in bounded memory, and choose its clips.

    Raises:
        AudioError: it cannot be read, or is silent.
        NoSpeechError: nobody is heard speaking in it.
        MissingModelError: the network of silero-vad is asked for and not here.
    """
    heard = listen(path, options, tell)
    check_not_silent(path, heard.levels)
    cuts = choose_clips(heard, options)
    if not cuts.clips and not cuts.left_out:
        raise NoSpeechError(f"{path}: {_nothing(options)}")
    return cuts


def listen(path: Path, options: SliceOptions, tell: Tell = lambda share: None) -> Heard:
    """Take the measures of a recording that its method needs.

    Raises:
        AudioError: it cannot be read.
        MissingModelError: the network of silero-vad is asked for and not here.
    """
    meter, fine = PowerMeter(), PowerMeter(classic.POWER_FRAME)
    blocks = _measured(_told(path, tell), meter)
    if options.method == "vad":
        probability = speech_probability(_down(blocks))
        return Heard(meter.levels(), probability=probability)
    for block in blocks:
        if options.method == "classic":
            fine.add(block)
    return Heard(meter.levels(), power=fine.powers())


def choose_clips(heard: Heard, options: SliceOptions) -> Cuts:
    """Choose the clips of a recording; none at all where nobody speaks."""
    if options.method == "classic":
        assert heard.power is not None, "`listen` measured it"
        clips, left_out = classic.classic_cuts(heard.power, heard.levels, options)
    else:
        clips, left_out = _between_pauses(heard, options)
    return Cuts(clips, [too_short(span, options) for span in left_out])


def _between_pauses(heard: Heard, options: SliceOptions) -> tuple[list[Span], list[Span]]:
    levels = heard.levels
    if not len(levels):
        return [], []
    if heard.probability is not None:
        frames = by_frame(heard.probability, len(levels))
        threshold, stretches = find_voice(levels, frames, options)
    else:
        threshold, stretches = pause_threshold(levels), find_speech(levels, options)
    pieces = [
        piece
        for stretch in stretches
        for piece in cut_long(stretch, levels, threshold, piece_limits(options))
    ]
    clips, left_out = group_pieces(pieces, pause_gains(pieces, options), options)
    return with_margins(clips, levels, options), left_out


def _nothing(options: SliceOptions) -> str:
    if options.method == "classic":
        return (
            f"nothing in it is louder than {options.threshold_db:g} dBFS; make it louder, or lower"
            " --threshold-db"
        )
    return "nobody is heard speaking in it; if someone does, cut it by its level (--method level)"


def _told(path: Path, tell: Tell) -> Iterator[np.ndarray]:
    """The recording at 32 kHz, float32 [L] a block."""
    seconds = probe_audio(path).duration_s or 0.0
    done = 0
    for block in iter_audio(path, sample_rate=SAMPLE_RATE):
        yield block
        done += len(block)
        if seconds:
            tell(min(done / SAMPLE_RATE / seconds, 1.0))


def _measured(blocks: Iterable[np.ndarray], meter: PowerMeter) -> Iterator[np.ndarray]:
    """Hand blocks on and take their levels."""
    for block in blocks:
        meter.add(block)
        yield block


def _down(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The same waveform at the rate that the network hears."""
    columns = (block[:, None] for block in blocks)
    for piece in resample_blocks(columns, SAMPLE_RATE, voice_activity.SAMPLE_RATE):
        yield piece[:, 0]
