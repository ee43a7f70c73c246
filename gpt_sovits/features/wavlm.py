"""How alike two voices are, by a WavLM that was trained to verify speakers.

Source: Chen et al. 2022, "WavLM", with the x-vector head of Snyder et al. 2018; as published under
microsoft/wavlm-base-plus-sv and microsoft/wavlm-base-sv.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.errors import AudioError, ConfigError

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import WavLMForXVector

FOLDERS = ("wavlm-base-plus-sv", "wavlm-base-sv")
"""Folders below pretrained_models/, the better one first."""

SAMPLE_RATE = 16_000
"""Rate that the network reads, Hz."""

SHORTEST_S = 0.5
"""Shortest clip that can be compared."""

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


class WavLMFeatures:
    """Tells voices apart.

    Args:
        model: the network, in eval mode.
        normalizes: whether it was trained on waveforms of mean 0 and variance 1.
    """

    def __init__(self, model: "WavLMForXVector", *, normalizes: bool) -> None:
        self.model = model
        self.normalizes = normalizes

    def embed(self, audio: "Tensor") -> "Tensor":
        """Turn one clip into the embedding that verification compares by its cosine.

        Args:
            audio: float32 waveform [L] in [-1, 1], 16 kHz.

        Returns:
            Embedding [512] in the published networks, float32 on the CPU.

        Raises:
            AudioError: the clip is shorter than 0.5 s.
        """
        import torch

        if len(audio) < SHORTEST_S * SAMPLE_RATE:
            raise AudioError(
                f"a clip of {len(audio) / SAMPLE_RATE:.2f} s is too short to tell its speaker"
            )
        if self.normalizes:
            audio = (audio - audio.mean()) / (audio.var(correction=0) + 1e-7).sqrt()
        with torch.no_grad():
            batch = audio.unsqueeze(0).to(self.model.device)
            return self.model(batch).embeddings[0].float().cpu()


def wavlm_folder(models: Path) -> Path | None:
    """The best folder below pretrained_models/ that holds such a network; None without one."""
    for name in FOLDERS:
        folder = models / name
        if (folder / "config.json").is_file() and _weights_of(folder) is not None:
            return folder
    return None


def load_wavlm(folder: Path) -> WavLMFeatures:
    """Load the network from a transformers folder, with no network access and no foreign code.

    Raises:
        ConfigError: a JSON file is damaged.
        WeightsError: the weights are damaged, hostile or of another network.
    """
    import torch

    from gpt_sovits.features.hubert import with_new_names
    from gpt_sovits.weights.load import load_into
    from gpt_sovits.weights.read import read_weights

    model = _build(folder / "config.json")
    weights = _weights_of(folder)
    assert weights is not None, "a folder of `wavlm_folder`"
    tensors = with_new_names(read_weights(weights, dtype=torch.float32).tensors)
    # The head of its training, and what stands for frames hidden in it, are not needed to compare.
    unused = ("objective.", "wavlm.masked_spec_embed")
    load_into(
        model,
        {key: tensor for key, tensor in tensors.items() if not key.startswith(unused)},
        allow_missing=unused,
    )
    network: torch.nn.Module = model  # transformers types `eval` too narrowly
    network.eval()
    return WavLMFeatures(model, normalizes=_normalizes(folder / "preprocessor_config.json"))


def _weights_of(folder: Path) -> Path | None:
    return next((folder / name for name in _WEIGHTS if (folder / name).is_file()), None)


def _build(path: Path) -> "WavLMForXVector":
    from transformers import WavLMConfig, WavLMForXVector

    try:
        return WavLMForXVector(WavLMConfig(**_read_json(path)))
    except Exception as error:  # transformers answers wrong values with errors of many kinds
        raise ConfigError(
            f"{path}: does not describe a WavLM network ({type(error).__name__}: {error}); download"
            " it again"
        ) from error


def _normalizes(path: Path) -> bool:
    if not path.is_file():
        return True
    try:
        return bool(_read_json(path).get("do_normalize", True))
    except ValueError as error:
        raise ConfigError(f"{path}: is not JSON ({error}); download it again") from error


def _read_json(path: Path) -> dict[str, Any]:
    import json

    return dict(json.loads(path.read_text(encoding="utf-8")))
