"""FunASR: Paraformer for Chinese, SenseVoice for Chinese, Cantonese, English, Japanese, Korean."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gpt_sovits.errors import ConfigError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.engines.engine import (
    Engine,
    Model,
    Recogniser,
    Transcript,
    Word,
)
from gpt_sovits.prepare.label_options import TranscribeOptions
from gpt_sovits.text.scripts import HAN

if TYPE_CHECKING:
    from torch import Tensor

    from gpt_sovits.prepare.engines.fun_models import FunModel

logger = logging.getLogger(__name__)

_SENSE_VOICE = frozenset({"auto", "zh", "yue", "en", "ja", "ko"})
_PARAFORMER = frozenset({"zh"})
_PRECISIONS = ("default", "float32", "float16", "bfloat16")

_TAG = re.compile(r"<\|([^|>]*)\|>")
"""What SenseVoice writes of language, mood and noises."""

_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])")
"""Spaces that Paraformer writes between characters."""


def _models(paths: ProjectPaths) -> Sequence[Model]:
    """Paraformer first when the model of marks is here, for its own text has none."""
    if find_spec("funasr") is None:
        return []
    files = sorted(paths.pretrained_models.glob("*/model.pt"))
    found = [describe(file.parent) for file in files]
    models = [model for model in found if model is not None]
    has_marks = _helper(paths.pretrained_models, "punc_ct") is not None
    return sorted(models, key=lambda model: (model.languages == _SENSE_VOICE) == has_marks)


def describe(folder: Path) -> Model | None:
    """Name and languages of a recogniser by its folder's name; None for other models."""
    name = folder.name
    if not (folder / "model.pt").is_file():
        return None
    if "sensevoice" in name.lower():
        return Model(name, folder, _SENSE_VOICE)
    if "paraformer" in name.lower():
        english = "_asr-en" in name or "-en-16k" in name or name.endswith("-en")
        return Model(name, folder, frozenset({"en"}) if english else _PARAFORMER)
    return None


def _helper(beside: Path, part: str) -> Path | None:
    """The folder of a model that finds speech (`fsmn_vad`) or sets marks (`punc_ct`)."""
    files = sorted(beside.glob(f"*{part}*/model.pt"))
    return files[0].parent if files else None


def _load(model: Model, options: TranscribeOptions) -> Recogniser:
    import torch

    from gpt_sovits.prepare.engines.fun_models import build_model

    if options.precision not in _PRECISIONS:
        raise ConfigError(f"funasr knows the precisions {', '.join(_PRECISIONS)}")
    assert model.folder is not None
    device = options.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    network = build_model(model.folder, device=device, precision=options.precision)
    vad_folder = _helper(model.folder.parent, "fsmn_vad")
    vad = build_model(vad_folder, device=device) if vad_folder else None
    listen = _listener(network, options)
    if model.languages != _SENSE_VOICE:
        punc_folder = _helper(model.folder.parent, "punc_ct")
        if punc_folder is not None:
            listen = _with_marks(listen, build_model(punc_folder, device=device))
    language = "en" if model.languages == frozenset({"en"}) else "zh"

    def recognise(audio: np.ndarray) -> Transcript:
        if vad is not None and not vad.run(audio).get("value"):
            return Transcript("", options.spoken if options.spoken != "auto" else language)
        return listen(np.array(audio, np.float32))  # torch wants an array that it may write

    return recognise


def _listener(model: "FunModel", options: TranscribeOptions) -> Recogniser:
    """Let one network listen: the words, and how sure it is of them."""
    is_sense_voice = model.kind == "SenseVoiceSmall"
    asked: dict[str, Any] = {"language": options.spoken, "use_itn": True}
    asked["output_timestamp" if is_sense_voice else "pred_timestamp"] = True
    if options.prompt and model.kind == "SeacoParaformer":
        # Spaces around it keep funasr from taking it for a file or for an address to download.
        asked["hotword"] = f" {' '.join(options.prompt.split())} "
    blank = getattr(model.network, "blank_id", None) if is_sense_voice else None
    head = model.network.ctc.ctc_lo if is_sense_voice else model.network.decoder  # type: ignore[union-attr]  # as both kinds have it

    def listen(audio: np.ndarray) -> Transcript:
        with _scores_of(head, blank) as scores:
            found = _run(model, audio, asked)
        text = found.get("text", "")
        tags = [tag for tag in _TAG.findall(text) if tag in _SENSE_VOICE]
        language = tags[0] if tags else options.spoken
        plain = _BETWEEN_HAN.sub("", _TAG.sub("", text)).strip()
        confidence = scores[0] if scores and plain else None
        return Transcript(plain, language, confidence, _words(found))

    return listen


def _run(model: "FunModel", audio: np.ndarray, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return model.run(audio, **asked)
    except Exception as error:  # its search for times fails on texts that its tokenizer splits anew
        if "output_timestamp" not in asked:
            raise
        logger.debug("no times of words: %s", error)
        return model.run(audio, **{**asked, "output_timestamp": False})


@contextmanager
def _scores_of(head: Any, blank: int | None) -> Iterator[list[float]]:
    """Collect the geometric mean of the best tokens' probabilities, which funasr does not tell."""
    scores: list[float] = []

    def look(module: Any, inputs: Any, output: Any) -> None:
        logits: Tensor = (output[0] if isinstance(output, tuple) else output)[0]  # [T, V]
        best, tokens = logits.float().log_softmax(dim=-1).max(dim=-1)
        if blank is not None:
            best = best[tokens != blank]
        if len(best):
            scores.append(float(best.mean().exp()))

    handle = head.register_forward_hook(look)
    try:
        yield scores
    finally:
        handle.remove()


def _words(found: dict[str, Any]) -> list[Word]:
    """Words and their times, as far as both have the same number."""
    times = found.get("timestamp") or []
    words = found.get("words") or _TAG.sub("", found.get("text", "")).split()
    if len(words) != len(times):
        words = list(_TAG.sub("", found.get("text", "")).replace(" ", ""))
    if len(words) != len(times):
        return []
    return [
        Word(word, start / 1000, end / 1000)
        for word, (start, end) in zip(words, times, strict=True)
    ]


def _with_marks(listen: Recogniser, marks: "FunModel") -> Recogniser:
    """Set commas and full stops where the network writes none."""

    def recognise(audio: np.ndarray) -> Transcript:
        said = listen(audio)
        if not said.text or "://" in said.text:  # funasr would download what an address names
            return said
        text = marks.run(said.text).get("text", said.text)
        return Transcript(
            _BETWEEN_HAN.sub("", text).strip(), said.language, said.confidence, said.words
        )

    return recognise


ENGINE = Engine(
    "funasr",
    _SENSE_VOICE - {"auto"},
    _models,
    describe,
    _load,
    "bring a model of it: python -m gpt_sovits models download sensevoice (or, for Chinese alone,"
    " paraformer --source modelscope)",
)
