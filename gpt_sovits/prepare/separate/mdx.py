"""MDX-Net: networks in ONNX files that turn a complex spectrogram into that of one part.

Source: Kim et al. 2021, "KUIELab-MDX-Net".
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from gpt_sovits.errors import WeightsError
from gpt_sovits.prepare.separate.part import RATE, fit

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # has no stubs

HOP = 1024
"""Samples from one frame to the next, of all MDX-Nets."""

_MOST_FRAMES = 4096
"""Most frames of an input that are believed; published ones have 512 at most."""


class MDXNetwork:
    """An MDX-Net with the spectrogram that belongs to it.

    Args:
        session: the network, [1, 4, F, T] to the same.
        n_fft: size of the Fourier transform.
        gives: which of the two parts it puts out.
        compensate: factor on its output.
    """

    sample_rate = RATE

    def __init__(
        self,
        session: "InferenceSession",
        n_fft: int,
        gives: Literal["wanted", "rest"],
        compensate: float,
    ) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        self._n_bins, self._n_frames = session.get_inputs()[0].shape[2:]
        self.window: int = HOP * (self._n_frames - 1)
        self._n_fft = n_fft
        self._gives = gives
        self._compensate = compensate

    def __call__(self, audio: np.ndarray) -> np.ndarray:
        """See `Separator`."""
        import torch

        given = torch.from_numpy(np.ascontiguousarray(fit(audio, self.window), np.float32))
        window = torch.hann_window(self._n_fft)
        spec = torch.stft(given, self._n_fft, HOP, window=window, return_complex=True)
        planes = torch.view_as_real(spec).permute(0, 3, 1, 2).reshape(1, 4, -1, self._n_frames)
        (made,) = self._session.run(None, {self._input: planes[:, :, : self._n_bins].numpy()})
        planes = torch.zeros_like(planes)
        planes[:, :, : self._n_bins] = torch.from_numpy(made)
        spec = torch.view_as_complex(
            planes.reshape(2, 2, -1, self._n_frames).permute(0, 2, 3, 1).contiguous()
        )
        part = torch.istft(spec, self._n_fft, HOP, window=window, length=self.window).numpy()
        part = np.nan_to_num(part[:, : audio.shape[1]]) * np.float32(self._compensate)
        parts = [part, audio - part]
        return np.stack(parts if self._gives == "wanted" else parts[::-1])


def load_mdx(
    path: Path,
    n_fft: int,
    gives: Literal["wanted", "rest"],
    *,
    compensate: float = 1.0,
    device: str = "cpu",
) -> MDXNetwork:
    """Load an MDX-Net; on a GPU where onnxruntime has one.

    Raises:
        WeightsError: the file is damaged, or no MDX-Net.
    """
    import onnxruntime

    providers = ["CPUExecutionProvider"]
    if device.startswith("cuda") and "CUDAExecutionProvider" in (
        onnxruntime.get_available_providers()
    ):
        providers.insert(0, "CUDAExecutionProvider")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what it has to say is in the error
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # onnxruntime's errors have no class in common
        raise WeightsError(
            f"{path}: cannot be read as ONNX ({str(error).partition(chr(10))[0][:120]}); copy or"
            " download it again"
        ) from error
    _check_shape(session, n_fft, path)
    return MDXNetwork(session, n_fft, gives, compensate)


def _check_shape(session: "InferenceSession", n_fft: int, path: Path) -> None:
    shapes = [each.shape for each in (*session.get_inputs(), *session.get_outputs())]
    _, channels, n_bins, n_frames = shapes[0] if len(shapes[0]) == 4 else (0, 0, 0, 0)
    fits = (
        len(shapes) == 2
        and shapes[0][1:] == shapes[1][1:]
        and channels == 4
        and isinstance(n_bins, int)
        and isinstance(n_frames, int)
        and 0 < n_bins <= n_fft // 2 + 1
        and n_fft // HOP + 1 < n_frames <= _MOST_FRAMES
    )
    if not fits:
        raise WeightsError(
            f"{path}: its input and output are {shapes}, not the spectrograms of an MDX-Net;"
            " download it again"
        )
