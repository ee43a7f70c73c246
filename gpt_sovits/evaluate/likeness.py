"""How much a clip sounds like a person: embeddings of networks that tell speakers apart."""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import AudioError, InputError, MissingModelError
from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.figures import Figure, Finding, Judge, Measure, Score
from gpt_sovits.features.content import content_path, load_content
from gpt_sovits.features.speaker import load_speaker
from gpt_sovits.features.voice_encoder import load_voice_encoder
from gpt_sovits.features.wavlm import FOLDERS, load_wavlm, wavlm_folder
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.local import package_file, require_model

SAMPLE_RATE = 16_000
"""Of what the networks of others hear, Hz."""

Embed = Callable[[np.ndarray], np.ndarray]
"""Turns a waveform [L] at 16 kHz into an embedding [C]."""


def likeness_judge(embed: Embed, key: str, sample_rate: int = SAMPLE_RATE) -> Judge:
    """Compare clips with the recordings that they should sound like.

    The score is the cosine between a clip's embedding and the mean of theirs, each brought to
    length 1 before. A clip that is one of them is compared with the others.
    """

    @cache
    def embedding(path: Path) -> np.ndarray:
        audio, _ = read_audio(path, sample_rate=sample_rate)
        vector = embed(audio)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    @cache
    def usable(path: Path) -> bool:
        try:
            embedding(path)
        except AudioError:  # told when it is measured itself
            return False
        return True

    def judge(clip: Clip) -> Finding | None:
        others = [path for path in clip.sounds_like if path != clip.path and usable(path)]
        if not others:
            return None
        mean = np.mean([embedding(path) for path in others], axis=0)
        cosine = float(embedding(clip.path) @ mean / np.linalg.norm(mean))
        return Finding({key: Score(cosine)})

    return judge


def _measure(
    name: str,
    needs: str,
    is_here: Callable[[ProjectPaths], bool],
    load: Callable[[ProjectPaths], Embed],
    version: Callable[[ProjectPaths], str] = lambda paths: "",
) -> Measure:
    key = f"similarity_{name.lower()}"

    figure = Figure(key=key, label=f"similarity ({name})", better="higher", digits=3)
    return Measure(
        name=f"similarity by {name}",
        figures=(figure,),
        needs=needs,
        is_here=is_here,
        version=version,
        open=lambda mode, paths: likeness_judge(load(paths), key),
    )


# --- resemblyzer --------------------------------------------------------------------------------


def _resemblyzer_file() -> Path | None:
    return package_file("resemblyzer", "pretrained.pt")


def _load_resemblyzer(paths: ProjectPaths) -> Embed:
    path = _resemblyzer_file()
    if path is None:
        raise MissingModelError("the package resemblyzer has no pretrained.pt; install it again")
    return load_voice_encoder(path).embed


# --- networks below pretrained_models/ ----------------------------------------------------------


def _has_eres2net(paths: ProjectPaths) -> bool:
    try:
        return require_model("speaker", paths=paths).is_file()
    except InputError:
        return False


def _load_eres2net(paths: ProjectPaths) -> Embed:
    import torch

    features = load_speaker(require_model("speaker", paths=paths))
    return lambda audio: features.embed(torch.from_numpy(audio.copy())).numpy()


def _load_wavlm(paths: ProjectPaths) -> Embed:
    import torch

    folder = wavlm_folder(paths.pretrained_models)
    assert folder is not None, "`is_here` was asked"
    features = load_wavlm(folder)
    return lambda audio: features.embed(torch.from_numpy(audio.copy())).numpy()


# --- the embedded base --------------------------------------------------------------------------

_MINI = Figure(key="similarity_mini", label="similarity (style of mini)", better="higher", digits=3)


def _mini_files(paths: ProjectPaths) -> tuple[Path, Path]:
    folder = paths.pretrained_models / "mini"
    return content_path(paths.pretrained_models), folder / "sovits.safetensors"


def _open_mini(mode: str, paths: ProjectPaths) -> Judge:
    """Compare by the style that mini's base would copy; it needs nothing but the project."""
    import torch

    from gpt_sovits.models.mel.synthesizer import MelSynthesizer
    from gpt_sovits.weights.networks import load_synthesizer

    content_file, sovits = _mini_files(paths)
    content = load_content(content_file)
    model = load_synthesizer(sovits, paths=paths).model
    assert isinstance(model, MelSynthesizer), f"{sovits} is of a mel family"

    def embed(audio: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            heard = content.listen(torch.from_numpy(audio.copy()))
            return model.mean_style([heard.mel.unsqueeze(0)]).flatten().numpy()

    return likeness_judge(embed, _MINI.key, content.about.spectrogram.sample_rate)


STYLE = Measure(
    name="similarity by the style of mini",
    figures=(_MINI,),
    needs="check out pretrained_models/mini/ again",
    is_here=lambda paths: all(path.is_file() for path in _mini_files(paths)),
    version=lambda paths: " ".join(map(sha256_of, _mini_files(paths))),
    open=_open_mini,
)

LIKENESS = (
    STYLE,
    _measure(
        "resemblyzer",
        "python -m pip install --no-deps -r requirements-evaluate.txt",
        lambda paths: _resemblyzer_file() is not None and find_spec("webrtcvad") is not None,
        _load_resemblyzer,
    ),
    _measure(
        "ERes2NetV2",
        "python -m gpt_sovits models download speaker",
        _has_eres2net,
        _load_eres2net,
    ),
    _measure(
        "WavLM",
        f"put config.json and model.safetensors of microsoft/{FOLDERS[0]} into"
        f" pretrained_models/{FOLDERS[0]}/",
        lambda paths: wavlm_folder(paths.pretrained_models) is not None,
        _load_wavlm,
        lambda paths: folder.name if (folder := wavlm_folder(paths.pretrained_models)) else "",
    ),
)
