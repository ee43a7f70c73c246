"""Whatever is heard, clips keep the limits and lie apart inside the recording."""

from typing import get_args

import numpy as np
import pytest

from gpt_sovits.prepare.slicing.cuts import Heard, choose_clips
from gpt_sovits.prepare.slicing.options import Method, SliceOptions


def random_heard(rng: np.random.Generator) -> Heard:
    """Stretches of sound and pauses of any length and level, and what a network makes of them."""
    noise = rng.uniform(-80, -40)
    level: list[float] = []
    while len(level) < rng.integers(50, 12_000):
        level += [rng.uniform(noise, -10)] * int(rng.exponential(rng.choice([5, 40, 400])) + 1)
    power = 10 ** (np.repeat(np.array(level), 10) / 10) * rng.exponential(1, 10 * len(level))
    levels = 10 * np.log10(power.reshape(-1, 10).mean(axis=1))
    windows = np.interp(np.arange(0, len(levels), 3.2), np.arange(len(levels)), levels)
    probability = 1 / (1 + np.exp(-(windows - noise - 20) / rng.uniform(1, 10)))
    return Heard(levels, probability, power)


def random_options(rng: np.random.Generator, method: Method) -> SliceOptions:
    min_s, margin_s = rng.uniform(0.2, 3), rng.uniform(0, 0.5)
    return SliceOptions(
        method=method,
        min_s=min_s,
        max_s=2 * (min_s + margin_s) + rng.uniform(0, 10),
        margin_s=margin_s,
        pause_s=rng.uniform(0.05, 0.4),
        longest_pause_s=rng.uniform(0.4, 2),
        hop_size_ms=int(rng.integers(1, 30)),
        max_sil_kept_ms=int(rng.integers(30, 1500)),
        min_interval_ms=int(rng.integers(30, 600)),
        min_length_ms=int(rng.integers(600, 9000)),
        threshold_db=rng.uniform(-60, -20),
    )


@pytest.mark.parametrize("method", get_args(Method))
def test_clips_keep_the_limits_whatever_is_heard(method: Method) -> None:
    n_clips = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        heard, options = random_heard(rng), random_options(rng, method)
        if method == "level":
            heard = Heard(heard.levels)
        # No whole number of frames lies between half the longest clip and the shortest.
        tight = options.max_s / 2 - options.margin_s - options.min_s < 0.02
        last_end = 0
        for clip in choose_clips(heard, options).clips:
            assert options.min_s <= clip.seconds + 1e-9 or tight, (seed, clip, options)
            assert clip.seconds <= options.max_s, (seed, clip, options)
            assert last_end <= clip.start < clip.end <= len(heard.levels), (seed, clip, options)
            last_end = clip.end
            n_clips += 1
    assert n_clips > 100


@pytest.mark.parametrize("method", get_args(Method))
@pytest.mark.parametrize("n_frames", [0, 1, 3])
def test_a_blink_has_no_clip(method: Method, n_frames: int) -> None:
    levels, power = np.full(n_frames, -20.0), np.full(10 * n_frames, 0.01)
    heard = Heard(levels, None if method == "level" else np.ones(-(-n_frames // 3)), power)
    assert choose_clips(heard, SliceOptions(method=method)).clips == []
