"""Whose voice each clip is: embeddings by the best network that is here, and their groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gpt_sovits.errors import MissingModelError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.weights.local import package_file, require_model

UNSURE = -1
"""Group of clips that resemble no other."""

_MOST = 3000
"""Clips that are grouped at once: memory grows with the square. More go to the nearest group."""

_LEVEL = 0.1
"""Root mean square to which the embedded base brings a clip, as in its training."""

Embed = Callable[[np.ndarray], np.ndarray]
"""Turns a waveform [L] at the encoder's rate into an embedding [C]."""


@dataclass(frozen=True)
class Encoder:
    """A network that tells voices apart."""

    name: str
    sample_rate: int
    """Of what it hears, Hz."""
    alike: float
    """Mean cosine of two groups of clips above which they are one voice."""
    about: str
    """How far it can be trusted."""
    file: Callable[[ProjectPaths], Path | None]
    """Its weights on this machine; None where something is missing."""
    load: Callable[[Path], Embed]


def best_encoder(paths: ProjectPaths = PROJECT) -> Encoder:
    """The best encoder on this machine.

    Raises:
        MissingModelError: not even the embedded base is whole.
    """
    for encoder in ENCODERS:
        if encoder.file(paths) is not None:
            return encoder
    raise MissingModelError(
        "no network that tells voices apart is here: the embedded base is not whole, check it out"
        " again"
    )


@cache
def load_encoder(name: str, path: Path) -> Embed:
    """Load an encoder by its name, once in a process."""
    return next(encoder for encoder in ENCODERS if encoder.name == name).load(path)


def group_voices(
    embeddings: Sequence[np.ndarray], seconds: Sequence[float], alike: float
) -> list[int]:
    """Group clips by voice.

    Source: average linkage of cosines, the usual baseline of speaker diarisation.

    Args:
        embeddings: of each clip [C]; an empty one where there is none.
        seconds: length of each clip.
        alike: mean cosine of two groups above which they are one voice.

    Returns:
        Number of each clip's voice, 0 the one that is heard longest; `UNSURE` for a clip that is
        alone, unless there is no group at all.
    """
    known = [number for number, row in enumerate(embeddings) if len(row)]
    found = np.full(len(embeddings), UNSURE)
    if known:
        rows = np.stack([embeddings[number] for number in known])
        found[known] = _linked(rows / np.linalg.norm(rows, axis=1, keepdims=True), alike)
    weights = np.asarray(seconds, float)
    groups = sorted(set(found[known].tolist()), key=lambda group: -weights[found == group].sum())
    several = [group for group in groups if np.count_nonzero(found == group) > 1] or groups[:1]
    order = {group: number for number, group in enumerate(several)}
    return [order.get(int(group), UNSURE) for group in found]


def _linked(rows: np.ndarray, alike: float) -> np.ndarray:
    """Group of each row [N, C] of length 1."""
    from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]

    if len(rows) == 1:
        return np.zeros(1, int)
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _MOST)).astype(int))
    tree = linkage(rows[chosen], method="average", metric="cosine")
    groups = fcluster(tree, t=1 - alike, criterion="distance")
    means = np.stack([rows[chosen][groups == group].mean(axis=0) for group in np.unique(groups)])
    found = (rows @ means.T).argmax(axis=1) + 1
    found[chosen] = groups
    return found


def likeness(embeddings: np.ndarray, others: np.ndarray) -> float:
    """Mean cosine between the clips of two voices, [N, C] and [M, C]."""
    a, b = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (embeddings, others))
    return float((a @ b.T).mean())


# --- the networks -------------------------------------------------------------------------------


def _eres2net(paths: ProjectPaths) -> Path | None:
    try:
        return require_model("speaker", paths=paths)
    except MissingModelError:
        return None


def _load_eres2net(path: Path) -> Embed:
    import torch

    from gpt_sovits.features.speaker import load_speaker

    features = load_speaker(path)
    return lambda audio: features.embed(torch.from_numpy(audio.copy())).numpy()


def _resemblyzer(paths: ProjectPaths) -> Path | None:
    return package_file("resemblyzer", "pretrained.pt") if find_spec("webrtcvad") else None


def _load_resemblyzer(path: Path) -> Embed:
    from gpt_sovits.features.voice_encoder import load_voice_encoder

    return load_voice_encoder(path).embed


def _mini(paths: ProjectPaths) -> Path | None:
    path = paths.pretrained_models / "mini" / "sovits.safetensors"
    return path if path.is_file() else None


def _load_mini(path: Path) -> Embed:
    import torch

    from gpt_sovits.audio.spectrogram import mel_spectrogram
    from gpt_sovits.config import MelFamilyConfig
    from gpt_sovits.models.mel.synthesizer import MelSynthesizer
    from gpt_sovits.weights.networks import load_synthesizer

    loaded = load_synthesizer(path)
    model, family = loaded.model, loaded.family
    assert isinstance(model, MelSynthesizer), "mini is one"
    assert isinstance(family, MelFamilyConfig), "mini is one"

    @torch.inference_mode()
    def embed(audio: np.ndarray) -> np.ndarray:
        wave = torch.from_numpy(audio.copy())
        level = wave.square().mean().sqrt().clamp_min(1e-4)
        mel = mel_spectrogram(wave * (_LEVEL / level), family.spectrogram)
        return model.mean_style([mel])[0, :, 0].numpy()

    return embed


ENCODERS: tuple[Encoder, ...] = (
    Encoder(
        "ERes2NetV2",
        16_000,
        0.45,
        "made to verify speakers; how alike one voice must be is its authors' usual figure and was"
        " not measured here",
        _eres2net,
        _load_eres2net,
    ),
    Encoder(
        "resemblyzer",
        16_000,
        0.70,
        "made to verify speakers; of the clips of two voices it sorts 99 % rightly",
        _resemblyzer,
        _load_resemblyzer,
    ),
    Encoder(
        "style of mini",
        24_000,
        0.82,
        "made to carry a voice, not to verify one; of the clips of two voices it sorts 97 %"
        " rightly, but alike voices in one room may be taken for one: listen to some of each",
        _mini,
        _load_mini,
    ),
)
"""All encoders, best first. Measured (benchmarks/slice.py voices) on 18 English voices of the
corpus that mini learned from, and on 8 voices that it never heard, each in a room of its own. Equal
error rate of pairs of clips: resemblyzer 2.6 and 0.1 %, style of mini 4.9 and 0.0 %; mean and
deviation of cepstra had 8.9 %, of the spectrum 14 %. Clips of two voices that are sorted rightly:
resemblyzer 99.4 and 98.9 %, style of mini 97.4 and 99.5 %."""
