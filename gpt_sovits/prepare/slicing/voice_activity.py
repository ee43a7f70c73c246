"""Where someone speaks, by the network of the package silero-vad.

Nothing of the package is run: importing it would load torch and set the threads of the whole
process. Its network for whole sequences lies in the package as an ONNX file.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from gpt_sovits.errors import MissingModelError, WeightsError
from gpt_sovits.prepare.slicing.levels import (
    FRAMES_PER_S,
    Span,
    pause_threshold,
    runs_of,
    stretches_of,
    threshold_between,
    without_clicks,
)
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.weights.local import package_file

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # has no stubs

SAMPLE_RATE = 16_000
"""Of what the network hears, Hz."""

WINDOW = 512
"""Samples of one answer, 32 ms."""

_CONTEXT = 64
"""Samples before each window that it hears again."""

_AT_ONCE = 512
"""Windows given to the network in one call, 16 s."""

_STATE = (1, 1, 128)

_HYSTERESIS = 0.15
"""Once someone speaks, the network may be so much less sure of it."""

_REACH = 20
"""Frames beyond what the network hears as speech in which a sound still belongs to it: it is late
at a soft beginning and leaves out a last consonant."""

_SURE = 0.85
"""When the network is so sure, the level does not count: noise hides soft speech."""

_ENOUGH = 30
"""Frames without speech from which the noise of a recording is known."""


@cache
def load_detector() -> "InferenceSession":
    """The network, in one thread.

    Raises:
        MissingModelError: the package is not whole.
        WeightsError: its file is damaged.
    """
    import onnxruntime

    path = package_file("silero_vad", "data", "silero_vad_16k_sequence.onnx")
    if path is None:
        raise MissingModelError(
            "the network of silero-vad is not here; run pip install -r requirements.txt, or cut by"
            " the level alone (--method level)"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime answers damage with errors of many kinds
        raise WeightsError(f"{path}: is damaged; install the package silero-vad again") from error


def speech_probability(blocks: Iterable[np.ndarray]) -> np.ndarray:
    """How sure the network is that someone speaks.

    Args:
        blocks: pieces of one waveform at 16 kHz, float32 [L], of any length.

    Returns:
        For each window of 512 samples 0 to 1, [ceil(L / 512)].
    """
    network = load_detector()
    hidden = cell = np.zeros(_STATE, np.float32)
    before = np.zeros(_CONTEXT, np.float32)
    answers = [np.zeros(0, np.float32)]
    for windows in _windows(blocks):
        contexts = np.vstack([before, windows[:-1, -_CONTEXT:]])
        before = windows[-1, -_CONTEXT:]
        heard = np.concatenate([contexts, windows], axis=1)
        answer, hidden, cell = network.run(
            ["speech_probs", "hn", "cn"], {"input": heard, "h": hidden, "c": cell}
        )
        answers.append(answer.reshape(-1))
    return np.concatenate(answers)


def _windows(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Windows [N, 512] of a waveform, as many as go into one call; the last one is filled up."""
    size = _AT_ONCE * WINDOW
    held = np.zeros(0, np.float32)
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= size:
            yield held[:size].reshape(-1, WINDOW)
            held = held[size:]
    if len(held):
        yield np.pad(held, (0, -len(held) % WINDOW)).reshape(-1, WINDOW)


def by_frame(probability: np.ndarray, n_frames: int) -> np.ndarray:
    """The network's answers [N] at frames of 10 ms, [n_frames]."""
    middles = (np.arange(n_frames) + 0.5) / FRAMES_PER_S
    windows = (middles * SAMPLE_RATE / WINDOW).astype(int)
    return probability[np.minimum(windows, len(probability) - 1)]


def find_voice(
    levels: np.ndarray, probability: np.ndarray, options: SliceOptions
) -> tuple[float, list[Span]]:
    """Stretches in which someone speaks, ended where the level says that the pause begins.

    Args:
        levels: of each frame, dBFS [N].
        probability: that someone speaks, of each frame [N].
        options: certainty, and shortest pause.

    Returns:
        Level below which this recording pauses, dBFS, and the stretches in order.
    """
    voiced = _steady(probability, options.certainty)
    if not voiced.any():
        return pause_threshold(levels), []
    threshold = _threshold(levels, voiced, probability)
    near = np.convolve(voiced, np.ones(2 * _REACH + 1))[_REACH:-_REACH] > 0.5
    speech = (near & (levels >= threshold)) | (probability >= _SURE)
    return threshold, stretches_of(without_clicks(speech), options.pause_s)


def _steady(probability: np.ndarray, certainty: float) -> np.ndarray:
    """Where someone speaks: surely at least once, and nowhere much less than that."""
    voiced = np.zeros(len(probability), bool)
    for run in runs_of(probability >= max(certainty - _HYSTERESIS, certainty / 2)):
        voiced[run.start : run.end] = probability[run.start : run.end].max() >= certainty
    return voiced


def _threshold(levels: np.ndarray, voiced: np.ndarray, probability: np.ndarray) -> float:
    """Level in dBFS below which this recording pauses, from its noise and its speech."""
    noise = levels[probability < 0.1]
    if len(noise) < _ENOUGH:
        return pause_threshold(levels)
    return threshold_between(float(np.median(noise)), float(np.percentile(levels[voiced], 90)))
