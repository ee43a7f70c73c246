"""Networks that put out waveforms: RoFormer, MDX23C, HTDemucs, from pymss.

pymss itself unpickles whatever a file holds. Here a file passes our own reader first, and only its
tensors meet the network; the class is built from checked settings, and first without memory, so
that settings that do not belong to the file take none.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gpt_sovits.errors import ConfigError, WeightsError
from gpt_sovits.prepare.separate.config import (
    NetworkConfig,
    config_path,
    read_network_config,
    which_is_wanted,
)
from gpt_sovits.prepare.separate.models import Stems
from gpt_sovits.prepare.separate.part import RATE, fit
from gpt_sovits.weights.read import read_weights

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

_LABELS = ("type", "model_type", "architecture")
"""Of a YAML's section `model`: what it is called, no argument of it."""


class WaveformNetwork:
    """A network that turns a mixture into the waveforms of its parts.

    Args:
        network: [1, C, L] to [1, C, L] or [1, S, C, L].
        outputs: what each of the S is.
        wanted: the one that is the voice.
        sample_rate: Hz.
        window: samples that the network was trained on.
        device: where it runs.
        standardize: whether a window is brought to mean 0 and deviation 1 first.
    """

    def __init__(
        self,
        network: "nn.Module",
        outputs: tuple[str, ...],
        wanted: str,
        *,
        sample_rate: int,
        window: int,
        device: "torch.device",
        standardize: bool = False,
    ) -> None:
        self.sample_rate = sample_rate
        self.window = window
        self._network = network
        self._outputs = outputs
        self._wanted = wanted
        self._device = device
        self._standardize = standardize
        self._channels = int(getattr(network, "audio_channels", 2))

    def __call__(self, audio: np.ndarray) -> np.ndarray:
        """See `Separator`."""
        given = fit(audio, self.window)
        if self._channels == 1:
            given = given.mean(axis=0, keepdims=True)
        mean, deviation = (given.mean(), given.std() + 1e-8) if self._standardize else (0.0, 1.0)
        made = self._run((given - mean) / deviation) * deviation + mean  # [S, C, L]
        if len(made) != len(self._outputs):
            raise ConfigError(
                f"the network puts out {len(made)} parts, and its settings name"
                f" {len(self._outputs)} ({', '.join(self._outputs)}); download it again"
            )
        parts = np.broadcast_to(made[..., : audio.shape[1]], (len(made), *audio.shape))
        return self._in_order(parts, audio)

    def _run(self, audio: np.ndarray) -> np.ndarray:
        import torch

        given = torch.from_numpy(np.ascontiguousarray(audio, np.float32))[None].to(self._device)
        on_gpu = self._device.type == "cuda"
        with torch.inference_mode(), torch.autocast("cuda", torch.float16, enabled=on_gpu):
            made = self._network(given).float()
        made = torch.nan_to_num(made).reshape(-1, *made.shape[-2:]).cpu()
        return fit(made.numpy(), audio.shape[-1])

    def _in_order(self, parts: np.ndarray, mixture: np.ndarray) -> np.ndarray:
        """The wanted part and the rest; the rest is what is left, unless it was made by itself."""
        if self._wanted not in self._outputs:  # the network makes what is not wanted
            return np.stack([mixture - parts[0], parts[0]])
        wanted = parts[self._outputs.index(self._wanted)]
        if len(parts) == 2:
            return np.stack([wanted, parts[1 - self._outputs.index(self._wanted)]])
        return np.stack([wanted, mixture - wanted])


def load_yaml_network(path: Path, device: "torch.device") -> tuple[WaveformNetwork, Stems]:
    """Load a network whose settings lie in a YAML file beside it.

    Raises:
        ConfigError: the settings are missing or cannot be used.
        WeightsError: the file is damaged, hostile, or does not belong to the settings.
    """
    config = read_network_config(config_path(path))
    tensors = read_weights(path).tensors
    network = filled(_recipe(config, tensors), tensors, path, config.path)
    return WaveformNetwork(
        network.to(device),
        config.outputs,
        config.wanted,
        sample_rate=config.sample_rate,
        window=config.window,
        device=device,
        standardize=config.standardize,
    ), config.stems


def load_demucs(path: Path, device: "torch.device") -> WaveformNetwork:
    """Load an HTDemucs: the published file, which holds its own settings, or one with a YAML.

    Raises:
        ConfigError: there are no settings.
        WeightsError: the file is damaged or hostile.
    """
    file = read_weights(path)
    if "sources" not in file.config:
        described, _ = load_yaml_network(path, device)
        return described
    settings = dict(file.config)
    try:
        settings["segment"] = float(Fraction(str(settings.get("segment", 10))))
        sources = tuple(map(str, settings["sources"]))
        window = round(settings["segment"] * RATE)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise WeightsError(f"{path}: its settings are damaged; download it again") from error
    wanted, _ = which_is_wanted(sources, path)
    if settings.get("samplerate", RATE) != RATE or not RATE <= window <= 60 * RATE:
        raise WeightsError(f"{path}: its settings are not those of a published HTDemucs")
    network = filled(lambda: _demucs(settings), file.tensors, path, path)
    return WaveformNetwork(
        network.to(device), sources, wanted, sample_rate=RATE, window=window, device=device
    )


def filled(
    build: "Callable[[], nn.Module]", tensors: "Mapping[str, Tensor]", path: Path, settings: Path
) -> "nn.Module":
    """Build a network for tensors and fill it with them, ready to run.

    Raises:
        WeightsError: they do not fit, by name or by shape.
        ConfigError: the settings make no network.
    """
    import torch

    try:
        with torch.device("meta"), _quietly():
            shapes = {key: value.shape for key, value in build().state_dict().items()}
    except Exception as error:  # settings from the net can make a constructor raise anything
        raise ConfigError(
            f"{settings}: no network can be built of it ({type(error).__name__}:"
            f" {str(error).partition(chr(10))[0][:120]}); download it again"
        ) from error
    wrong = [key for key in shapes if key not in tensors or tensors[key].shape != shapes[key]]
    wrong += [key for key in tensors if key not in shapes]
    if wrong:
        raise WeightsError(
            f"{path}: does not fit {settings.name} ({len(wrong)} tensors, such as {wrong[0]!r:.80},"
            " differ); get both from one place"
        )
    network = build()
    network.load_state_dict({key: value.float() for key, value in tensors.items()})
    return network.eval()


def _quietly() -> Any:
    """Torch warns of what cannot be filled in a network without memory."""
    import warnings

    return warnings.catch_warnings(action="ignore")


def _recipe(config: NetworkConfig, tensors: "Mapping[str, Tensor]") -> "Callable[[], nn.Module]":
    """How the network of a YAML file is built."""
    from pymss_core import (  # type: ignore[import-untyped]  # has no stubs
        ModelTypeDetectionError,
        detect_model_type,
        to_attrdict,
    )

    values = to_attrdict(config.values)
    try:
        kind = detect_model_type(values)
    except ModelTypeDetectionError as error:
        raise ConfigError(
            f"{config.path}: describes a network of an unknown kind; BS-RoFormer,"
            " Mel-Band-RoFormer, MDX23C and HTDemucs can be run"
        ) from error
    if kind == "mdx23c":
        from pymss_core.modules.mdx23c_tfc_tdf_v3 import (  # type: ignore[import-untyped]  # no stubs
            TFC_TDF_net,
        )

        return lambda: TFC_TDF_net(values)
    if kind == "htdemucs":
        settings = dict(values["htdemucs"])
        settings |= {"sources": list(config.outputs), "segment": config.window / config.sample_rate}
        return lambda: _demucs(settings)
    arguments = {key: value for key, value in values["model"].items() if key not in _LABELS}
    from pymss_core.modules.bs_roformer import (  # type: ignore[import-untyped]  # no stubs
        BSRoformer,
        MelBandRoformer,
    )

    if kind == "bs_roformer":
        return lambda: BSRoformer(**arguments)
    if kind == "mel_band_roformer":
        arguments |= {"zero_dc": False, "mlp_hidden_layers": max(_n_layers(tensors) - 1, 0)}
        return lambda: MelBandRoformer(**arguments)
    raise ConfigError(
        f"{config.path}: describes a {kind}; BS-RoFormer, Mel-Band-RoFormer, MDX23C and HTDemucs"
        " can be run"
    )


def _n_layers(tensors: "Mapping[str, Tensor]") -> int:
    """Linear layers of the first mask estimator of a Mel-Band-RoFormer, which no setting tells."""
    start = "mask_estimators.0.to_freqs.0.0."
    return sum(key.startswith(start) and key.endswith(".weight") for key in tensors)


def _demucs(settings: Mapping[str, Any]) -> "nn.Module":
    from pymss_core.modules.demucs4ht import (  # type: ignore[import-untyped]  # no stubs
        HTDemucs,
    )

    return HTDemucs(**settings)
