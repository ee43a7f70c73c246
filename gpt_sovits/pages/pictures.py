"""Pictures for a page that opens without a network: PNG and SVG made by hand, as text."""

import base64
import struct
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

COLUMNS = 600
"""Steps from left to right of a waveform and of a loss curve."""

_HEAT = np.array(
    [[8, 6, 24], [58, 15, 92], [137, 34, 106], [211, 67, 81], [249, 142, 80], [252, 230, 164]],
    np.float64,
)
"""Colours of a spectrogram from silence to its loudest, red, green and blue."""


def png_url(pixels: np.ndarray) -> str:
    """A picture as a `data:` address.

    Args:
        pixels: red, green and blue, uint8 [height, width, 3].
    """
    height, width, _ = pixels.shape
    # Every row begins with the number of its filter; 0 is none.
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    content = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def mel_url(mel: np.ndarray, range_nepers: float = 8.0) -> str:
    """A log-mel spectrogram as a `data:` address, low bands at the bottom.

    Args:
        mel: natural logarithms of magnitudes [F, T].
        range_nepers: what lies so far below the loudest is black; 8 are 70 dB.
    """
    top = float(mel.max())
    height = np.clip((mel[::-1] - top + range_nepers) / range_nepers, 0, 1) * (len(_HEAT) - 1)
    lower = np.minimum(height.astype(int), len(_HEAT) - 2)
    share = (height - lower)[..., None]
    return png_url(((1 - share) * _HEAT[lower] + share * _HEAT[lower + 1]).astype(np.uint8))


def waveform_path(audio: np.ndarray, height: int = 64) -> str:
    """The outline of a waveform [L] as an SVG path, `COLUMNS` wide and `height` high."""
    peak = max(float(np.abs(audio).max(initial=0.0)), 1e-6)
    columns = np.array_split(audio / peak, min(COLUMNS, max(len(audio), 1)))
    middle, reach = height / 2, height / 2 - 1
    upper = [middle - reach * float(column.max(initial=0.0)) for column in columns]
    lower = [middle - reach * float(column.min(initial=0.0)) for column in columns]
    step = COLUMNS / len(columns)
    there = [f"{number * step:.1f},{y:.1f}" for number, y in enumerate(upper)]
    back = [f"{number * step:.1f},{y:.1f}" for number, y in reversed(list(enumerate(lower)))]
    return f"M{' L'.join([*there, *back])}Z"


def curve_path(values: Sequence[float], height: int, bounds: tuple[float, float]) -> str:
    """A curve as an SVG path, `COLUMNS` wide; `bounds` lie at the bottom and at the top."""
    low, high = bounds
    scale = height / max(high - low, 1e-12)
    step = COLUMNS / max(len(values) - 1, 1)
    points = [
        f"{number * step:.1f},{height - scale * (value - low):.1f}"
        for number, value in enumerate(values)
    ]
    return f"M{' L'.join(points)}"


def epoch_means(rows: Sequence[tuple[int, Mapping[str, float]]]) -> dict[str, list[float]]:
    """Mean of each loss over each epoch, of (epoch, losses) of every step."""
    by_epoch: dict[int, list[Mapping[str, float]]] = {}
    for epoch, losses in rows:
        by_epoch.setdefault(epoch, []).append(losses)
    names = rows[0][1] if rows else {}
    return {
        name: [
            float(np.mean([losses[name] for losses in steps]))
            for _, steps in sorted(by_epoch.items())
        ]
        for name in names
    }
