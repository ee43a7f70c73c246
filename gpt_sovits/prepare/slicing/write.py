"""Write stretches of a recording as clips."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import iter_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.prepare.slicing.levels import FRAME, SAMPLE_RATE, Span
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.report import StageReport


def clip_name(source: Path, start: int, end: int) -> str:
    """File name of the clip from sample `start` to sample `end` of a recording at 32 kHz."""
    return f"{source.name}_{start:010d}_{end:010d}.wav"


def write_clips(
    path: Path, clips: Sequence[Span], target: Path, options: SliceOptions | None = None
) -> StageReport:
    """Write stretches of a recording, in order and apart from each other, as clips in `target`.

    Args:
        path: the recording.
        clips: the stretches.
        target: folder.
        options: may ask for another loudness; None leaves it as it is.
    """
    report = StageReport()
    for clip, audio in read_clips(path, clips):
        file = target / clip_name(path, clip.start * FRAME, clip.end * FRAME)
        if options is not None and options.method == "classic":
            audio = mix_loudness(audio, options)
        write_audio(file, audio, SAMPLE_RATE)
        report.written.append(file)
    return report


def read_clips(path: Path, clips: Sequence[Span]) -> Iterator[tuple[Span, np.ndarray]]:
    """The samples of stretches at 32 kHz, float32 [L], holding no more than one and a block."""
    waiting = list(reversed(clips))
    held = np.zeros(0, np.float32)
    position = 0  # of the first sample held
    for block in iter_audio(path, sample_rate=SAMPLE_RATE):
        held = np.concatenate([held, block])
        end = position + len(held)
        while waiting and waiting[-1].end * FRAME <= end:
            clip = waiting.pop()
            yield clip, held[clip.start * FRAME - position : clip.end * FRAME - position]
        if not waiting:
            return
        keep_from = min(waiting[-1].start * FRAME, end)
        held = held[max(keep_from - position, 0) :]
        position = max(keep_from, position)


def mix_loudness(audio: np.ndarray, options: SliceOptions) -> np.ndarray:
    """Mix a waveform with itself scaled to `options.peak`; silence comes back unchanged."""
    highest = float(np.abs(audio).max())
    if highest == 0:
        return audio
    own = audio / max(highest, 1.0)
    scaled = audio * (options.peak / highest)
    return (options.alpha * scaled + (1 - options.alpha) * own).astype(np.float32)
