"""Pictures hold what they show."""

import base64
import re
import struct
import zlib

import numpy as np
import pytest

from gpt_sovits.pages.pictures import (
    COLUMNS,
    curve_path,
    epoch_means,
    mel_url,
    png_url,
    waveform_path,
)


def pixels_of(url: str) -> np.ndarray:
    """Decode a PNG by the book, checksums included."""
    content = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    parts, place = {}, 8
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack(">I", content[place + 8 + length : place + 12 + length])
        assert checksum == zlib.crc32(kind + data)
        parts[kind] = data
        place += 12 + length
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, -1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def points_of(path: str) -> np.ndarray:
    return np.array([list(map(float, pair)) for pair in re.findall(r"([\d.-]+),([\d.-]+)", path)])


def test_a_png_gives_its_pixels_back() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    np.testing.assert_array_equal(pixels_of(png_url(pixels)), pixels)


def test_the_loudest_band_is_the_brightest_and_low_bands_are_at_the_bottom() -> None:
    mel = np.full((4, 3), -11.0)
    mel[0, 1] = 0.0
    bright = pixels_of(mel_url(mel)).sum(axis=2)
    assert np.unravel_index(bright.argmax(), bright.shape) == (3, 1)
    assert (bright == bright.min()).sum() == 11


@pytest.mark.parametrize("length", [1, 100, 50_000])
def test_a_waveform_stays_in_its_frame(length: int) -> None:
    audio = np.random.default_rng(0).normal(size=length).astype(np.float32)
    points = points_of(waveform_path(audio, height=64))
    assert points.min() >= 0
    assert points[:, 0].max() <= COLUMNS
    assert points[:, 1].max() <= 64


def test_a_curve_goes_from_corner_to_corner() -> None:
    points = points_of(curve_path([3.0, 2.0, 1.0], 150, (1.0, 3.0)))
    np.testing.assert_allclose(points, [[0, 0], [300, 75], [600, 150]])
    assert np.isfinite(points_of(curve_path([2.0], 150, (2.0, 2.0)))).all()


def test_losses_are_averaged_by_epoch() -> None:
    rows = [(1, {"mel": 4.0}), (1, {"mel": 2.0}), (2, {"mel": 1.0})]
    assert epoch_means(rows) == {"mel": [3.0, 1.0]}
    assert epoch_means([]) == {}
