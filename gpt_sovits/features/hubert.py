"""Content features of the published families: the last layer of chinese-hubert-base.

Source: Hsu et al. 2021, "HuBERT", trained on WenetSpeech by TencentGameMate. Its first layer
normalizes each channel over the whole clip, so the level of a recording does not matter, and clips
of different lengths are encoded one by one: padding would count as sound.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.errors import AudioError, ConfigError, MissingModelError, WeightsError

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import HubertModel

MODEL = "chinese-hubert-base"
"""Folder below pretrained_models/, and name for `models download`."""

SAMPLE_RATE = 16000
"""Rate that the network reads, Hz."""

_OLD_NAMES = {
    "conv.weight_g": "conv.parametrizations.weight.original0",
    "conv.weight_v": "conv.parametrizations.weight.original1",
}
"""Weight normalization as torch named it before 2.0."""

_UNUSED = "masked_spec_embed"
"""Stands for hidden frames in pretraining; nothing is hidden here."""


class HubertFeatures:
    """Makes content features.

    Args:
        model: HuBERT, in eval mode.
    """

    def __init__(self, model: "HubertModel") -> None:
        self.model = model

    def encode(self, audio: "Tensor") -> "Tensor":
        """Encode one clip.

        Args:
            audio: float32 waveform [L], 16 kHz.

        Returns:
            Last hidden layer [C, T], float32 on the CPU. 50 frames a second; the last 25 ms of a
            clip may have none.

        Raises:
            AudioError: the clip is shorter than one frame.
        """
        import torch

        if len(audio) < _receptive_field(self.model):
            raise AudioError(
                f"a clip of {len(audio) / SAMPLE_RATE:.3f} s is too short for content features; "
                "give one of at least 0.1 s"
            )
        with torch.no_grad():
            batch = audio.float().to(self.model.device).unsqueeze(0)
            hidden = self.model(batch).last_hidden_state  # [1, T, C]
        return hidden[0].T.float().cpu().contiguous()


def _receptive_field(model: "HubertModel") -> int:
    """Samples that one frame looks at, 400 in the published network."""
    size = 1
    config = model.config
    layers = zip(config.conv_kernel, config.conv_stride, strict=True)
    for kernel, stride in reversed(list(layers)):
        size = (size - 1) * stride + kernel
    return size


def load_hubert(folder: Path, device: str = "cpu") -> HubertFeatures:
    """Load the network from a transformers folder, with no network access and no foreign code.

    Args:
        folder: holds config.json and model.safetensors or pytorch_model.bin.
        device: where it runs.

    Raises:
        MissingModelError: a file is missing; the message holds the command that brings it.
        ConfigError: config.json is damaged.
        WeightsError: the weights are damaged, hostile or of another network.
    """
    import torch

    config_path, weights_path = hubert_files(folder)
    model = _build(config_path)
    _load_weights(model, weights_path)
    network: torch.nn.Module = model  # transformers types `to` and `eval` too narrowly
    network.to(device).eval()
    return HubertFeatures(model)


def hubert_files(folder: Path) -> tuple[Path, Path]:
    """The network's config and weights.

    Raises:
        MissingModelError: one of them is missing.
    """
    weights = next(
        (folder / name for name in _WEIGHTS if (folder / name).is_file()), folder / _WEIGHTS[-1]
    )
    for path in (folder / "config.json", weights):
        if not path.is_file():
            raise MissingModelError(
                f"{path} is missing; bring it with: python -m gpt_sovits models download {MODEL}"
            )
    return folder / "config.json", weights


_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


def _build(path: Path) -> "HubertModel":
    import json

    from transformers import HubertConfig, HubertModel

    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
        return HubertModel(HubertConfig(**values))
    except Exception as error:  # transformers answers wrong values with errors of many kinds
        raise ConfigError(
            f"{path}: does not describe a HuBERT network ({type(error).__name__}: {error});"
            " download it again"
        ) from error


def with_new_names(tensors: "Mapping[str, Tensor]") -> "dict[str, Tensor]":
    """Weights under the names that torch gives to weight normalization today."""
    renamed = {}
    for key, tensor in tensors.items():
        for old, new in _OLD_NAMES.items():
            key = key.replace(old, new)
        renamed[key] = tensor
    return renamed


def _load_weights(model: "HubertModel", path: Path) -> None:
    """Load what the model has of a HuBERT checkpoint, with or without a head on top of it."""
    import torch

    from gpt_sovits.weights.read import read_weights

    tensors = with_new_names(read_weights(path, dtype=torch.float32).tensors)
    given = {key.removeprefix("hubert."): tensor for key, tensor in tensors.items()}
    own = model.state_dict()
    given.setdefault(_UNUSED, own.get(_UNUSED, torch.empty(0)))
    for name, tensor in own.items():
        if name not in given:
            raise WeightsError(f"{path}: has no {name}; it is not the checkpoint of {MODEL}")
        if given[name].shape != tensor.shape:
            raise WeightsError(
                f"{path}: {name} is {list(given[name].shape)}, config.json beside it asks for"
                f" {list(tensor.shape)}; download both again"
            )
    model.load_state_dict({name: given[name] for name in own})
