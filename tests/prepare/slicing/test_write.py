"""Clips are the samples of the recording, or its loudness is mixed as asked."""

import numpy as np

from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.slicing.write import mix_loudness
from tests.prepare.talk import buzz

CLASSIC = SliceOptions(method="classic")


def test_loudness_is_mixed_with_that_of_the_peak() -> None:
    # A quarter of 0.9 and three quarters of what it was.
    assert np.abs(mix_loudness(buzz(1, level=0.1), CLASSIC)).max() == np.float32(0.3)
    assert np.abs(mix_loudness(buzz(1, level=3.0), CLASSIC)).max() < 1
    assert not mix_loudness(np.zeros(9, np.float32), CLASSIC).any()


def test_without_a_share_the_loudness_stays() -> None:
    audio = buzz(1, level=0.1)
    options = SliceOptions(method="classic", alpha=0.0)
    np.testing.assert_array_equal(mix_loudness(audio, options), audio)
