"""faster-whisper: every size of Whisper and distil-Whisper that CTranslate2 reads."""

import math
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from gpt_sovits.errors import InputError, WeightsError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.engines.engine import (
    Engine,
    Model,
    Recogniser,
    Transcript,
    Word,
)
from gpt_sovits.prepare.label_options import TranscribeOptions

_PLACES = ("*whisper*", "*distil*", "models--*whisper*/snapshots/*")
"""Folders of models below pretrained_models/, those of the hub's own cache among them."""

_FILES = ("model.bin", "config.json", "tokenizer.json")
"""Without the last one the library would ask the net for another."""

_ENGLISH = frozenset({"en"})

_VAD = {"min_silence_duration_ms": 700}
"""Whisper makes up words for silence, so stretches without speech are not shown to it."""


def _models(paths: ProjectPaths) -> Sequence[Model]:
    """Largest first: the size of a Whisper tells how well it hears."""
    if find_spec("faster_whisper") is None:
        return []
    found = {
        file.parent: file.stat().st_size
        for place in _PLACES
        for file in paths.pretrained_models.glob(f"{place}/model.bin")
    }
    folders = sorted(found, key=lambda folder: (-found[folder], folder.name))
    return [model for folder in folders if (model := describe(folder)) is not None]


def describe(folder: Path) -> Model | None:
    """Name and languages of a model by its folder's name; None where it holds no such model."""
    if not (folder / "model.bin").is_file():
        return None
    name = folder.name
    if folder.parent.name == "snapshots":
        name = folder.parents[1].name.rpartition("--")[2]
    size = name.removeprefix("faster-").replace("distil-whisper-", "distil-")
    size = size.removeprefix("whisper-").removesuffix("-ct2")
    is_english = size.endswith(".en") or size.startswith("distil-")
    return Model(size, folder, _ENGLISH if is_english else None)


def _load(model: Model, options: TranscribeOptions) -> Recogniser:
    assert model.folder is not None
    missing = [name for name in _FILES if not (model.folder / name).is_file()]
    if missing:
        raise WeightsError(f"{model.folder}: has no {' and no '.join(missing)}; download it again")
    device, _, index = options.device.partition(":")
    try:
        whisper = import_module("faster_whisper").WhisperModel(
            str(model.folder),
            device=device,
            device_index=int(index or 0),
            compute_type=options.precision,
            local_files_only=True,
        )
    except Exception as error:  # the reader of a damaged file can raise anything
        raise WeightsError(
            f"{model.folder}: cannot be used as it is asked for, {options.precision} on"
            f" {options.device} ({error}); try another --precision, or download the model again"
        ) from error
    known = None if options.spoken == "auto" else options.spoken
    if known not in (None, "en") and not whisper.model.is_multilingual:
        raise InputError(f"{model.folder}: knows English alone, not {known!r}; name another")

    def recognise(audio: np.ndarray) -> Transcript:
        segments, info = whisper.transcribe(
            audio,
            language=known,
            beam_size=options.beam_size,
            initial_prompt=options.prompt or None,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=True,
            vad_parameters=_VAD,
        )
        return _join(list(segments), info.language)

    return recognise


def _join(segments: Sequence[Any], language: str) -> Transcript:
    text = "".join(segment.text for segment in segments).strip()
    if not text:
        return Transcript("", language)
    lengths = [max(len(segment.tokens), 1) for segment in segments]
    logs = [segment.avg_logprob for segment in segments]
    mean = sum(n * log for n, log in zip(lengths, logs, strict=True)) / sum(lengths)
    words = [
        Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))
        for segment in segments
        for word in segment.words or ()
        if word.word.strip()
    ]
    return Transcript(
        text,
        language,
        min(math.exp(mean), 1.0),
        words,
        no_speech=max(segment.no_speech_prob for segment in segments),
    )


ENGINE = Engine(
    "faster-whisper",
    None,
    _models,
    describe,
    _load,
    "bring a model of it: python -m gpt_sovits models download faster-whisper-small",
)
