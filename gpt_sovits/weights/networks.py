"""Weights files to networks that are ready to run, of any family."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.config import FamilyConfig, MelFamilyConfig, load_family, parse_family
from gpt_sovits.errors import ConfigError, MissingModelError, WeightsError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.weights.file import Kind, WeightFile
from gpt_sovits.weights.load import load_into
from gpt_sovits.weights.local import require_model
from gpt_sovits.weights.read import read_weights

if TYPE_CHECKING:
    import torch

    from gpt_sovits.models.gpt.network import Text2Semantic
    from gpt_sovits.models.gpt.pointer import PointerText2Semantic
    from gpt_sovits.models.mel.synthesizer import MelSynthesizer
    from gpt_sovits.models.sovits.discriminators import Discriminators
    from gpt_sovits.models.sovits.synthesizer import Synthesizer

    AnyGPT = Text2Semantic | PointerText2Semantic
    AnySynthesizer = Synthesizer | MelSynthesizer

_PUBLISHED = {
    ("v1", "gpt"): "s1bert25hz-2kh-longer-epoch=68e-step=50232.ckpt",
    ("v1", "sovits"): "s2G488k.pth",
    ("v1", "discriminator"): "s2D488k.pth",
    (
        "v2",
        "gpt",
    ): "gsv-v2final-pretrained/s1bert25hz-5kh-longer-epoch=12-step=369668.ckpt",
    ("v2", "sovits"): "gsv-v2final-pretrained/s2G2333k.pth",
    ("v2", "discriminator"): "gsv-v2final-pretrained/s2D2333k.pth",
    ("v2Pro", "gpt"): "s1v3.ckpt",
    ("v2Pro", "sovits"): "v2Pro/s2Gv2Pro.pth",
    ("v2Pro", "discriminator"): "v2Pro/s2Dv2Pro.pth",
    ("v2ProPlus", "gpt"): "s1v3.ckpt",
    ("v2ProPlus", "sovits"): "v2Pro/s2Gv2ProPlus.pth",
    ("v2ProPlus", "discriminator"): "v2Pro/s2Dv2ProPlus.pth",
}
"""Where the published base of each family lies below pretrained_models/."""


@dataclass(frozen=True)
class LoadedGPT:
    """A text-to-semantic network in eval mode and where it comes from."""

    model: "AnyGPT"
    family: FamilyConfig
    file: WeightFile


@dataclass(frozen=True)
class LoadedSynthesizer:
    """A synthesizer in eval mode and where it comes from."""

    model: "AnySynthesizer"
    family: FamilyConfig
    file: WeightFile


def base_weights(family: FamilyConfig, kind: Kind, *, paths: ProjectPaths = PROJECT) -> Path:
    """The file from which a family's fine-tuning starts.

    Args:
        family: the family.
        kind: "gpt", "sovits" or "discriminator".
        paths: the project.

    Raises:
        MissingModelError: it is not on this machine; the message says how to bring it.
        WeightsError: the family has no such network.
    """
    if isinstance(family, MelFamilyConfig):
        path = paths.pretrained_models / family.name / f"{kind}.safetensors"
        if not path.is_file():
            raise MissingModelError(
                f"{path} is not here; it belongs to the project, check it out again"
            )
        return path
    if (family.name, kind) not in _PUBLISHED:
        raise WeightsError(f"{family.name} has no published {kind} weights to start from")
    return require_model(_PUBLISHED[family.name, kind], paths=paths)


def build_gpt(family: FamilyConfig) -> "AnyGPT":
    """The family's text-to-semantic network with fresh weights."""
    from gpt_sovits.models.gpt.network import Text2Semantic
    from gpt_sovits.models.gpt.pointer import PointerText2Semantic

    if isinstance(family, MelFamilyConfig):
        return PointerText2Semantic(family.gpt)
    return Text2Semantic(family.gpt)


def build_synthesizer(family: FamilyConfig, *, freeze_quantizer: bool = True) -> "AnySynthesizer":
    """The family's synthesizer with fresh weights."""
    from gpt_sovits.models.mel.synthesizer import MelSynthesizer
    from gpt_sovits.models.sovits.synthesizer import Synthesizer

    if isinstance(family, MelFamilyConfig):
        return MelSynthesizer(
            family.synthesizer, family.spectrogram, freeze_quantizer=freeze_quantizer
        )
    return Synthesizer(
        family.synthesizer,
        n_bins=family.spectrogram.n_bins,
        hop_length=family.spectrogram.hop_length,
        freeze_quantizer=freeze_quantizer,
    )


def build_discriminators(family: FamilyConfig) -> "Discriminators":
    """The family's discriminators with fresh weights.

    Raises:
        WeightsError: the family is trained without.
    """
    from gpt_sovits.models.sovits.discriminators import Discriminators

    if isinstance(family, MelFamilyConfig):
        raise WeightsError(f"{family.name} is trained without discriminators")
    return Discriminators(family.discriminator)


def load_gpt(
    path: Path, *, device: "torch.device | str" = "cpu", paths: ProjectPaths = PROJECT
) -> LoadedGPT:
    """Load a text-to-semantic network of any family, in float32.

    Raises:
        WeightsError: the file is damaged, hostile, or holds another network.
    """
    file = _read(path, "gpt")
    family = _family_of(file, paths)
    model = build_gpt(family)
    load_into(model, file.tensors)
    return LoadedGPT(model.eval().to(device), family, file)


def load_synthesizer(
    path: Path, *, device: "torch.device | str" = "cpu", paths: ProjectPaths = PROJECT
) -> LoadedSynthesizer:
    """Load a synthesizer of any family, in float32, ready to be trained or to speak.

    The posterior encoder, which only training needs, may be absent from the file; then it has
    fresh weights.

    Raises:
        WeightsError: the file is damaged, hostile, or holds another network.
    """
    file = _read(path, "sovits")
    family = _family_of(file, paths)
    model = build_synthesizer(family)
    load_into(model, file.tensors, allow_missing=("enc_q.",))
    return LoadedSynthesizer(model.eval().to(device), family, file)


def _read(path: Path, kind: Kind) -> WeightFile:
    import torch

    file = read_weights(path, dtype=torch.float32)
    if file.kind != kind:
        raise WeightsError(f"{path}: holds {file.kind} weights, where {kind} weights are needed")
    if file.lora_rank is not None:
        raise WeightsError(
            f"{path}: low-rank updates (LoRA) cannot be used yet; give whole weights"
        )
    return file


def _family_of(file: WeightFile, paths: ProjectPaths) -> FamilyConfig:
    """The family's settings: from our own file's header, otherwise the project's."""
    if "kind" in file.config:
        try:
            return parse_family(file.config, str(file.path))
        except ConfigError as error:
            raise WeightsError(
                f"{error}; the file was written by another version, make the voice anew"
            ) from error
    if file.family is None:
        raise WeightsError(f"{file.path}: its family cannot be told from its tensors")
    if file.family in ("v3", "v4"):
        raise WeightsError(
            f"{file.path}: the family {file.family} cannot be used yet; give v1, v2 or a Pro family"
        )
    return load_family(file.family, paths.configs)
