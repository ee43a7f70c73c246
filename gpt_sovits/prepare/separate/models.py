"""The separation models that people know, which of their outputs is which, and where they lie."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gpt_sovits.errors import ConfigError, MissingModelError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.registry import find_models, model_groups

FOLDER = "uvr5_weights"
"""Below pretrained_models/: named and filled as the reference's folder of this name."""

Kind = Literal["vr", "mdx", "yaml", "demucs", "spectral"]
"""How a model is run: a VR network, MDX-Net as ONNX, a network that a YAML file beside it
describes, HTDemucs, or no network at all."""


@dataclass(frozen=True)
class Stems:
    """What the two parts of a recording are called."""

    wanted: str
    """The voice as it goes on."""
    rest: str
    """What was taken out."""


VOCALS = Stems("vocals", "accompaniment")
NO_ECHO = Stems("dry", "echo")
NO_REVERB = Stems("dry", "reverb")
NO_NOISE = Stems("clean", "noise")


@dataclass(frozen=True, kw_only=True)
class SeparationModel:
    """One published model."""

    name: str
    """Name on the command line, and of the group of `models download` where a hub has it."""
    title: str
    """What it does, for a person."""
    kind: Kind
    files: tuple[str, ...]
    """Names that its file goes by, below the folder; the one to be downloaded first."""
    stems: Stems
    gives: Literal["wanted", "rest"] = "wanted"
    """Which of the two the network itself puts out; the other one is what it leaves."""
    bands: str = ""
    """VR: name of the table of frequency bands that the network was trained on."""
    n_fft: int = 0
    """MDX: size of the Fourier transform, which the file does not tell."""
    compensate: float = 1.0
    """MDX: factor on the output that its authors measured."""


_ROFORMER = "model_bs_roformer_ep_317_sdr_12.9755.ckpt"

MODELS: tuple[SeparationModel, ...] = (
    SeparationModel(
        name="bs-roformer",
        title="vocals; BS-RoFormer of viperx, among the best",
        kind="yaml",
        files=(_ROFORMER, "model_bs_roformer_ep_368_sdr_12.9628.ckpt"),
        stems=VOCALS,
    ),
    SeparationModel(
        name="mel-roformer",
        title="vocals; Mel-Band-RoFormer of Kimberley Jensen",
        kind="yaml",
        files=(
            "MelBandRoformer.ckpt",
            "Kim_MelBandRoformer.ckpt",
            "kimmel_unwa_ft.ckpt",
            "model_mel_band_roformer_ep_3005_sdr_11.4360.ckpt",
        ),
        stems=VOCALS,
    ),
    SeparationModel(
        name="mdx23c",
        title="vocals; MDX23C of UVR",
        kind="yaml",
        files=("MDX23C-8KFFT-InstVoc_HQ.ckpt", "MDX23C-8KFFT-InstVoc_HQ_2.ckpt"),
        stems=VOCALS,
    ),
    SeparationModel(
        name="htdemucs-ft",
        title="vocals; Hybrid Transformer Demucs, tuned for them",
        kind="demucs",
        files=("04573f0d-f3cf25b2.th", "HTDemucs4_FT_vocals_official.th"),
        stems=VOCALS,
    ),
    SeparationModel(
        name="htdemucs",
        title="vocals; Hybrid Transformer Demucs",
        kind="demucs",
        files=("955717e8-8726e21a.th", "HTDemucs4.th"),
        stems=VOCALS,
    ),
    SeparationModel(
        name="kim-vocal-2",
        title="vocals; MDX-Net of Kimberley Jensen",
        kind="mdx",
        files=("Kim_Vocal_2.onnx",),
        stems=VOCALS,
        n_fft=7680,
        compensate=1.009,
    ),
    SeparationModel(
        name="voc-ft",
        title="vocals; MDX-Net of UVR",
        kind="mdx",
        files=("UVR-MDX-NET-Voc_FT.onnx",),
        stems=VOCALS,
        n_fft=7680,
        compensate=1.021,
    ),
    SeparationModel(
        name="hp2",
        title="all vocals; fast",
        kind="vr",
        files=("HP2_all_vocals.pth", "HP2-人声vocals+非人声instrumentals.pth"),
        stems=VOCALS,
        gives="rest",
        bands="4band_v2",
    ),
    SeparationModel(
        name="hp3",
        title="all vocals, where HP2 takes too much; fast",
        kind="vr",
        files=("HP3_all_vocals.pth",),
        stems=VOCALS,
        gives="wanted",
        bands="4band_v2",
    ),
    SeparationModel(
        name="hp5",
        title="the main voice without choir; fast",
        kind="vr",
        files=("HP5_only_main_vocal.pth", "HP5-主旋律人声vocals+其他instrumentals.pth"),
        stems=VOCALS,
        gives="rest",
        bands="4band_v2",
    ),
    SeparationModel(
        name="dereverb-foxjoy",
        title="takes reverb out of stereo recordings; MDX-Net of FoxJoy",
        kind="mdx",
        files=("onnx_dereverb_By_FoxJoy/vocals.onnx", "Reverb_HQ_By_FoxJoy.onnx"),
        stems=NO_REVERB,
        gives="rest",
        n_fft=6144,
    ),
    SeparationModel(
        name="deecho-normal",
        title="takes echo out",
        kind="vr",
        files=("VR-DeEchoNormal.pth", "UVR-De-Echo-Normal.pth"),
        stems=NO_ECHO,
        bands="4band_v3",
    ),
    SeparationModel(
        name="deecho-aggressive",
        title="takes more echo out",
        kind="vr",
        files=("VR-DeEchoAggressive.pth", "UVR-De-Echo-Aggressive.pth"),
        stems=NO_ECHO,
        bands="4band_v3",
    ),
    SeparationModel(
        name="deecho-dereverb",
        title="takes echo and reverb out, of mono recordings too",
        kind="vr",
        files=("VR-DeEchoDeReverb.pth", "UVR-DeEcho-DeReverb.pth"),
        stems=NO_REVERB,
        bands="4band_v3",
    ),
)
"""Those for vocals stand first, the best one first: that is what `auto` takes. VR: outputs and
bands as the reference runs these files; MDX: as UVR does."""

SPECTRAL = SeparationModel(
    name="spectral",
    title="vocals without any model; embedded, always here, and the weaker one",
    kind="spectral",
    files=(),
    stems=VOCALS,
)

PRESETS: dict[str, tuple[str, ...]] = {
    "guide": ("bs-roformer", "dereverb-foxjoy", "deecho-aggressive"),
    "hp2-guide": ("hp2", "dereverb-foxjoy", "deecho-aggressive"),
    "mdx-deecho": ("dereverb-foxjoy", "deecho-aggressive"),
    "hp2-deecho": ("hp2", "deecho-aggressive"),
    "hp5-dereverb": ("hp5", "deecho-dereverb"),
}
"""Chains that people use, each model working on what the one before wanted."""


@dataclass(frozen=True)
class FoundModel:
    """A model and its file on this machine."""

    model: SeparationModel
    path: Path | None
    """None for the embedded method."""


def model_folders(folder: Path | None, paths: ProjectPaths) -> tuple[Path, ...]:
    """Where models are looked for: the user's own folder, then the project's."""
    own = paths.pretrained_models / FOLDER
    return (own,) if folder is None else (folder, own)


def find_chain(names: str, folders: tuple[Path, ...]) -> tuple[FoundModel, ...]:
    """The models that a word on the command line asks for.

    Args:
        names: `auto`, a preset, or models with commas between: names of the table, or paths of
            `.ckpt` files with a YAML file beside them.
        folders: where their files are looked for.

    Raises:
        ConfigError: a name is unknown.
        MissingModelError: a file is not here; the message says how to get it.
    """
    if names == "auto":
        return (_best(folders),)
    parts = PRESETS.get(names) or tuple(part.strip() for part in names.split(","))
    return tuple(_find(part, folders) for part in parts)


def _best(folders: tuple[Path, ...]) -> FoundModel:
    for model in MODELS:
        path = file_of(model, folders)
        if path is not None and model.stems == VOCALS:
            return FoundModel(model, path)
    return FoundModel(SPECTRAL, None)


def _find(name: str, folders: tuple[Path, ...]) -> FoundModel:
    if name == SPECTRAL.name:
        return FoundModel(SPECTRAL, None)
    known = next((model for model in MODELS if name == model.name), None)
    if known is not None:
        path = file_of(known, folders)
        if path is None:
            raise MissingModelError(f"{known.name} is not in {folders[0]}; {how_to_get(known)}")
        return FoundModel(known, path)
    path = next((each / name for each in folders if (each / name).is_file()), Path(name))
    for model in MODELS:
        if path.is_file() and any(path.match(file) for file in model.files):
            return FoundModel(model, path)
    if path.suffix == ".ckpt":
        title = "a network that its YAML file describes"
        return FoundModel(
            SeparationModel(name=path.stem, title=title, kind="yaml", files=(), stems=VOCALS), path
        )
    raise ConfigError(
        f"unknown model {name!r}; known are auto, {SPECTRAL.name},"
        f" {', '.join(model.name for model in MODELS)}, the presets {', '.join(PRESETS)}, and any"
        " .ckpt with a .yaml beside it"
    )


def file_of(model: SeparationModel, folders: tuple[Path, ...]) -> Path | None:
    """Where the file of a model lies; None where it is not here."""
    places = (folder / file for folder in folders for file in model.files)
    return next((place for place in places if place.is_file()), None)


def how_to_get(model: SeparationModel) -> str:
    """How a person brings a model, in a few words."""
    if model.name in model_groups():
        by_hand = next((file.by_hand for file in find_models(model.name) if file.by_hand), None)
        command = f"python -m gpt_sovits models download {shlex.quote(model.name)}"
        return by_hand or f"bring it with: {command}"
    beside = " and its .yaml" if model.kind == "yaml" else ""
    return f"put {model.files[0]}{beside} into pretrained_models/{FOLDER}, or name their --folder"
