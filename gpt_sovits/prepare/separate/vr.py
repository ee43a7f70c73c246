"""VR networks: masks on a spectrogram of several bands, from pymss.

pymss guesses a network's size from that of its file, which fails for the half-precision files of
the reference, and falls back to unpickling. Here the size is read off the tensors, and our reader
reads them.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gpt_sovits.errors import WeightsError
from gpt_sovits.prepare.separate.networks import filled
from gpt_sovits.prepare.separate.part import RATE, fit
from gpt_sovits.weights.read import read_weights

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

logger = logging.getLogger(__name__)

WINDOW_S = 30.0
"""Sound seen at a time. The network itself sees 6 s; its levels are those of the whole window."""

_FRAMES = 512
"""Frames of the spectrogram that the network sees at a time, as in the reference."""
_TAIL = 8192
"""Silence after a window: the filters of the bands swallow the last samples."""


class VRNetwork:
    """A VR network with the spectrogram that belongs to it.

    Args:
        network: [B, 2, F, T] magnitudes to masks.
        bands: name of the table of bands.
        gives: which of the two parts the masks are of.
        device: where it runs.
        aggression: how firmly it decides, 0 to 20.
    """

    sample_rate = RATE
    window = round(WINDOW_S * RATE)

    def __init__(
        self,
        network: "nn.Module",
        bands: str,
        gives: Literal["wanted", "rest"],
        *,
        device: "torch.device",
        aggression: int,
    ) -> None:
        from pymss.modules.vocal_remover.vr_separator import (  # type: ignore[import-untyped]  # no stubs
            VRSeparator,
        )

        other = "rest" if gives == "wanted" else "wanted"
        about: dict[str, Any] = {
            "logger": logger,
            "debug": False,
            "torch_device": device,
            "model_name": bands,
            "model_path": "",
            "model_data": {
                "primary_stem": gives,
                "secondary_stem": other,
                "vr_model_param": bands,
            },
            "sample_rate": RATE,
        }
        self._separator = VRSeparator(about, {"window_size": _FRAMES, "batch_size": 2})
        self._separator.is_vr_51_model = hasattr(network, "aux_out")
        self._separator.aggressiveness["value"] = aggression / 200  # pymss doubles it
        self._separator.model_run = network.to(device)

    def __call__(self, audio: np.ndarray) -> np.ndarray:
        """See `Separator`."""
        given = np.pad(audio, ((0, 0), (0, _TAIL)))
        parts = self._separator.separate_array(given, RATE)
        made = [np.asarray(parts[name], np.float32).T for name in ("wanted", "rest")]
        return np.stack([fit(each, audio.shape[1]) for each in made])


def load_vr(
    path: Path,
    bands: str,
    gives: Literal["wanted", "rest"],
    *,
    device: "torch.device",
    aggression: int,
) -> VRNetwork:
    """Load a VR network.

    Raises:
        WeightsError: the file is damaged, hostile, or no VR network.
    """
    tensors = read_weights(path).tensors
    network = filled(_recipe(tensors, bands, path), tensors, path, path)
    return VRNetwork(network, bands, gives, device=device, aggression=aggression)


def _recipe(tensors: "Mapping[str, Tensor]", bands: str, path: Path) -> "Callable[[], nn.Module]":
    """How a network of these tensors is built."""
    from pymss_core.modules.vocal_remover import (  # type: ignore[import-untyped]  # no stubs
        CascadedNet,
        determine_model_capacity,
    )

    n_fft = 2 * n_bins(bands)
    newer = tensors.get("stg3_full_band_net.enc1.conv.0.weight")
    state = tensors.get("stg3_full_band_net.lstm_dec2.lstm.weight_hh_l0")
    if newer is not None and state is not None:
        sizes = {"nout": len(newer), "nout_lstm": 2 * state.shape[-1]}
        return lambda: CascadedNet(n_fft, **sizes)
    older = tensors.get("stg1_low_band_net.enc1.conv1.conv.0.weight")
    six = "stg1_low_band_net.aspp.conv6.conv.0.weight" in tensors
    # pymss names its sizes after those of files in kB.
    known = {(16, False): 31191, (16, True): 33966, (32, False): 123821, (64, True): 537238}
    size = known.get((len(older), six)) if older is not None else None
    if size is None:
        raise WeightsError(f"{path}: is no VR network of a known size; download it again")
    return lambda: determine_model_capacity(n_fft, size)


def n_bins(bands: str) -> int:
    """Frequencies of the spectrogram that a table of bands makes."""
    import json
    from importlib.resources import files

    table = files("pymss_core.resources.vr_modelparams") / f"{bands}.json"
    return int(json.loads(table.read_text(encoding="utf-8"))["bins"])
