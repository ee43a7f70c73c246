from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.errors import WeightsError
from gpt_sovits.prepare.separate.mdx import HOP, load_mdx
from tests.prepare.separate import tiny

N_FFT = 2048


def test_a_network_that_halves_leaves_the_other_half(tmp_path: Path) -> None:
    path = tiny.save_mdx(tmp_path / "vocals.onnx", n_bins=1025, gain=0.25)
    network = load_mdx(path, N_FFT, "wanted")
    assert network.window == HOP * 31
    for length in (1, 2205, network.window):
        audio = tiny.stereo(1.0)[:, :length]
        wanted, rest = network(audio)
        np.testing.assert_allclose(wanted, 0.25 * audio, atol=1e-5)
        np.testing.assert_allclose(rest, 0.75 * audio, atol=1e-5)


def test_a_network_that_gives_the_rest_is_turned_round(tmp_path: Path) -> None:
    path = tiny.save_mdx(tmp_path / "vocals.onnx", n_bins=1025, gain=0.25)
    audio = tiny.stereo(0.1)
    wanted, rest = load_mdx(path, N_FFT, "rest")(audio)
    np.testing.assert_allclose(rest, 0.25 * audio, atol=1e-5)
    np.testing.assert_allclose(wanted, 0.75 * audio, atol=1e-5)


def test_its_output_is_weighed_as_its_authors_measured(tmp_path: Path) -> None:
    path = tiny.save_mdx(tmp_path / "v.onnx", n_bins=1025, gain=0.5)
    audio = tiny.stereo(0.1)
    wanted, rest = load_mdx(path, N_FFT, "wanted", compensate=1.2)(audio)
    np.testing.assert_allclose(wanted, 0.6 * audio, atol=1e-5)
    np.testing.assert_allclose(rest, 0.4 * audio, atol=1e-5)


def test_frequencies_beyond_the_network_stay_in_the_rest(tmp_path: Path) -> None:
    path = tiny.save_mdx(tmp_path / "v.onnx", n_bins=256, gain=1.0)  # up to 5.5 kHz
    time = np.arange(20000) / tiny.RATE
    audio = np.stack([np.sin(2 * np.pi * hz * time) for hz in (1000, 10000)]).astype(np.float32)
    wanted, rest = load_mdx(path, N_FFT, "wanted")(audio)
    inside = slice(3000, -3000)
    np.testing.assert_allclose(wanted[0, inside], audio[0, inside], atol=1e-3)
    np.testing.assert_allclose(rest[1, inside], audio[1, inside], atol=1e-3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cannot be read as ONNX"),
        (b"PK\x03\x04 no onnx", "cannot be read as ONNX"),
        (b"<!doctype html>", "cannot be read as ONNX"),
    ],
)
def test_a_damaged_file_is_one_sentence(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "v.onnx"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=says) as caught:
        load_mdx(path, N_FFT, "wanted")
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_torn_file_is_one_sentence(tmp_path: Path) -> None:
    path = tiny.save_mdx(tmp_path / "v.onnx")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(WeightsError, match="cannot be read as ONNX"):
        load_mdx(path, N_FFT, "wanted")


@pytest.mark.parametrize(("n_bins", "n_frames"), [(4000, 32), (1025, 2), (1025, 100_000)])
def test_an_onnx_of_another_shape_is_refused(n_bins: int, n_frames: int, tmp_path: Path) -> None:
    path = tiny.save_mdx(tmp_path / "v.onnx", n_bins=n_bins, n_frames=n_frames)
    with pytest.raises(WeightsError, match="not the spectrograms of an MDX-Net"):
        load_mdx(path, N_FFT, "wanted")
