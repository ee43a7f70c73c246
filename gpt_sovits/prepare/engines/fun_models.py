"""Build FunASR's networks from a folder: nothing is downloaded, and no code of the folder is run.

funasr's own `AutoModel` asks hubs, installs what a folder's requirements.txt names, imports its
model.py and unpickles its weights with torch's reader. Here only the networks themselves come from
funasr. They are built from config.yaml by a list of known classes, and filled by our own reader.
"""

import importlib
import io
import sys
import warnings
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from gpt_sovits.errors import WeightsError
from gpt_sovits.prepare.engines.engine import SAMPLE_RATE

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

RECOGNISERS = frozenset({"Paraformer", "BiCifParaformer", "SeacoParaformer", "SenseVoiceSmall"})
VOICE_DETECTOR = "FsmnVADStreaming"
PUNCTUATION = "CTTransformer"

_CLASSES: Mapping[str, frozenset[str]] = {
    "model": RECOGNISERS | {VOICE_DETECTOR, PUNCTUATION},
    "encoder": frozenset({"SANMEncoder", "SenseVoiceEncoderSmall", "FSMN"}),
    "decoder": frozenset({"ParaformerSANMDecoder"}),
    "seaco_decoder": frozenset({"ParaformerSANMDecoder"}),
    "predictor": frozenset({"CifPredictor", "CifPredictorV2", "CifPredictorV3"}),
    "frontend": frozenset({"WavFrontend", "WavFrontendOnline"}),
    "tokenizer": frozenset({"CharTokenizer", "SentencepiecesTokenizer"}),
}
"""Keys of config.yaml that name a class, and the classes that are built."""

_MODULES = (
    "models.sanm.encoder",
    "models.paraformer.model",
    "models.paraformer.decoder",
    "models.paraformer.cif_predictor",
    "models.bicif_paraformer.model",
    "models.bicif_paraformer.cif_predictor",
    "models.seaco_paraformer.model",
    "models.sense_voice.model",
    "models.fsmn_vad_streaming.model",
    "models.fsmn_vad_streaming.encoder",
    "models.ct_transformer.model",
    "frontends.wav_frontend",
    "tokenizer.char_tokenizer",
    "tokenizer.sentencepiece_tokenizer",
)
"""Where they are; each registers its classes."""

_MAX_CONFIG_BYTES = 1 << 20


@dataclass(frozen=True)
class FunModel:
    """A network of FunASR with what stands before and behind it."""

    kind: str
    """Class of the network."""
    network: "Module"
    tokenizer: Any
    frontend: Any
    device: str
    settings: Mapping[str, Any]
    """What the network's `inference` reads of config.yaml."""

    def run(self, data: np.ndarray | str, **asked: Any) -> dict[str, Any]:
        """What the network makes of one clip, float32 [L] at 16 kHz, or of one text.

        Returns:
            Its first result; empty where it hears nothing.
        """
        import torch

        with torch.inference_mode():
            results = self.network.inference(  # type: ignore[operator]  # each of them has it
                data_in=[data],
                key=["clip"],
                tokenizer=self.tokenizer,
                frontend=self.frontend,
                **{**self.settings, "device": self.device, "fs": SAMPLE_RATE, **asked},
            )
        found = results[0] if results else []
        return found[0] if found else {}


def read_config(folder: Path) -> dict[str, Any]:
    """The folder's config.yaml.

    Raises:
        WeightsError: it is missing, damaged, or names a class that is not built here.
    """
    import yaml

    path = folder / "config.yaml"
    try:
        if path.stat().st_size > _MAX_CONFIG_BYTES:
            raise WeightsError(f"{path}: is too large for a description of a model")
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise WeightsError(f"{path}: cannot be read; download the model again") from error
    if not isinstance(config, dict):
        raise WeightsError(f"{path}: describes no model; download the model again")
    for key, known in _CLASSES.items():
        name = config.get(key)
        if name is not None and name not in known:
            raise WeightsError(
                f"{path}: {key} {str(name)[:40]!r} is not one that is built here"
                f" ({', '.join(sorted(known))}); choose another model"
            )
        if not isinstance(config.get(f"{key}_conf", {}), dict | None):
            raise WeightsError(f"{path}: {key}_conf is no table; download the model again")
    return config


def build_model(folder: Path, *, device: str = "cpu", precision: str = "default") -> FunModel:
    """Build the network of a folder and fill it with its model.pt.

    Raises:
        WeightsError: the folder is incomplete or damaged, or its weights would run code.
    """
    import torch

    from gpt_sovits.weights.read import read_weights

    config = read_config(folder)
    weights = read_weights(folder / "model.pt")  # refuses what would run code
    try:
        classes = _classes()
        tokenizer, n_tokens = _tokenizer(folder, config, classes)
        frontend = _frontend(folder, config, classes)
        parts = {**(config.get("model_conf") or {}), **config, "specaug": None, "normalize": None}
        network = classes["model"][config["model"]](
            **{**parts, "vocab_size": n_tokens, "input_size": frontend and frontend.output_size()}
        )
    except WeightsError:
        raise
    except Exception as error:  # a damaged description can make the constructors raise anything
        raise WeightsError(
            f"{folder}: no network can be built from its config.yaml"
            f" ({type(error).__name__}: {error}); download the model again"
        ) from error
    _fill(network, weights.tensors, folder / "model.pt")
    if precision in ("float16", "bfloat16"):
        network = network.to(getattr(torch, precision))
    return FunModel(
        config["model"],
        network.to(device).eval(),
        tokenizer,
        frontend,
        device,
        {"fp16": precision == "float16"},
    )


@cache
def _classes() -> Mapping[str, Mapping[str, Any]]:
    """Classes of funasr by key of config.yaml and name."""
    tables = _import_networks()
    return {
        key: {
            name: kind
            for name, kind in getattr(tables, f"{key.removeprefix('seaco_')}_classes").items()
            if name in known
        }
        for key, known in _CLASSES.items()
    }


def _import_networks() -> Any:
    """Import the modules of the networks and nothing else of funasr.

    Its package imports all of its four hundred modules when it starts, servers and trainers too:
    five times the time that these take. So they are found through an empty package in its place.
    """
    spec = find_spec("funasr")
    assert spec is not None, "`models` was asked"
    stand_in = ModuleType("funasr")
    stand_in.__path__ = list(spec.submodule_search_locations or ())
    whole = sys.modules.get("funasr")
    sys.modules["funasr"] = whole or stand_in
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):  # it advertises ffmpeg
            warnings.simplefilter("ignore")
            for module in _MODULES:
                importlib.import_module(f"funasr.{module}")
            return importlib.import_module("funasr.register").tables
    finally:
        if whole is None:
            del sys.modules["funasr"]


def _tokenizer(
    folder: Path, config: Mapping[str, Any], classes: Mapping[str, Mapping[str, Any]]
) -> tuple[Any, int]:
    """The tokenizer and the number of its tokens; its files are the folder's own."""
    if config.get("tokenizer") is None:
        return None, -1
    settings = {**(config.get("tokenizer_conf") or {})}
    for key in ("token_list", "seg_dict", "bpemodel", "non_linguistic_symbols"):
        settings.pop(key, None)
    if config["tokenizer"] == "SentencepiecesTokenizer":
        (model,) = _one_of(folder, "*.bpe.model", "bpe.model")
        tokenizer = classes["tokenizer"][config["tokenizer"]](bpemodel=str(model), **settings)
        return tokenizer, tokenizer.get_vocab_size()
    (tokens,) = _one_of(folder, "tokens.json", "tokens.txt")
    seg_dict = folder / "seg_dict"
    if seg_dict.is_file():
        settings["seg_dict"] = str(seg_dict)
    tokenizer = classes["tokenizer"][config["tokenizer"]](token_list=str(tokens), **settings)
    return tokenizer, len(tokenizer.token_list)


def _frontend(
    folder: Path, config: Mapping[str, Any], classes: Mapping[str, Mapping[str, Any]]
) -> Any:
    if config.get("frontend") is None:
        return None
    settings = {**(config.get("frontend_conf") or {}), "cmvn_file": None}
    if (folder / "am.mvn").is_file():
        settings["cmvn_file"] = str(folder / "am.mvn")
    settings["dither"] = 0.0  # noise: what is heard in a clip hangs on the clip alone
    return classes["frontend"][config["frontend"]](**settings)


def _one_of(folder: Path, *patterns: str) -> list[Path]:
    for pattern in patterns:
        if found := sorted(folder.glob(pattern)):
            return found[:1]
    raise WeightsError(f"{folder}: has no {patterns[-1]}; download the model again")


def _fill(network: "Module", tensors: "Mapping[str, Tensor]", path: Path) -> None:
    named = {key.removeprefix("module."): tensor for key, tensor in tensors.items()}
    missing = [key for key, _ in network.named_parameters() if key not in named]
    state = network.state_dict()
    wrong = [
        key for key, tensor in named.items() if key in state and tensor.shape != state[key].shape
    ]
    if missing or wrong:
        raise WeightsError(
            f"{path}: does not fit its config.yaml ({len(missing)} tensors are missing,"
            f" {len(wrong)} have another shape, such as {(missing + wrong)[0]!r}); download the"
            " model again"
        )
    network.load_state_dict({key: named.get(key, state[key]) for key in state})
