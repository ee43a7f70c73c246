from collections.abc import Iterator

import numpy as np
import pytest

from gpt_sovits.audio.windows import in_windows


def pieces(audio: np.ndarray, length: int) -> Iterator[np.ndarray]:
    for start in range(0, audio.shape[-1], length):
        yield audio[..., start : start + length]


@pytest.mark.parametrize("n_samples", [1, 29, 99, 100, 101, 169, 170, 171, 1234])
@pytest.mark.parametrize("piece", [1, 64, 5000])
@pytest.mark.parametrize("overlap", [0, 30, 60])
def test_what_changes_nothing_gives_the_recording_back(
    n_samples: int, piece: int, overlap: int
) -> None:
    audio = np.random.default_rng(0).standard_normal((2, n_samples)).astype(np.float32)
    seen: list[int] = []

    def work(window: np.ndarray) -> np.ndarray:
        seen.append(window.shape[1])
        return np.stack([window, -window])

    made = list(in_windows(pieces(audio, piece), work, length=100, overlap=overlap))
    result = np.concatenate(made, axis=-1)
    np.testing.assert_allclose(result, np.stack([audio, -audio]), atol=1e-6)
    assert set(seen) == {min(n_samples, 100)}, "every window is whole"


def test_results_fade_into_each_other() -> None:
    values = iter([0.0, 1.0])
    made = in_windows(
        [np.zeros((1, 170))], lambda window: window + next(values), length=100, overlap=30
    )
    result = np.concatenate(list(made), axis=-1)[0]
    assert not result[:70].any()
    assert (np.diff(result[70:100]) > 0).all()
    assert (result[100:] == 1).all()


def test_nothing_gives_nothing() -> None:
    assert not list(in_windows([], lambda window: window, length=10, overlap=2))
