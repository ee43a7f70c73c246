"""How well a clip is understood: phones by the content network, words by recognisers."""

import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import TextError
from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.figures import Figure, Finding, Judge, Measure, Score
from gpt_sovits.features.content import PAUSE, content_path, load_content, spoken_phones
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.engines import (
    ENGINES,
    SAMPLE_RATE,
    Engine,
    TranscribeOptions,
    model_stamps,
    pick_engine,
)
from gpt_sovits.text.chinese.normalize.characters import unify_characters
from gpt_sovits.text.dictionary import load_dictionary
from gpt_sovits.text.distance import edit_distance
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.scripts import HAN
from gpt_sovits.weights.file import sha256_of

# Chinese and Japanese put no spaces between words: each of their characters counts as one.
_UNIT = re.compile(
    rf"[{HAN}\u3041-\u3096\u30a1-\u30fa\u30fc]|[^\W_{HAN}\u3041-\u30ff]+(?:['’][^\W_]+)*"
)
_DIGIT = re.compile(r"\d")


def units_of(text: str, mode: str) -> list[str]:
    """The words of a text, and the characters of its Chinese and Japanese, to be compared.

    Numbers are written out, capitals and marks are dropped, Chinese characters are simplified.
    """
    if _DIGIT.search(text):
        with suppress(TextError):  # digits that no language reads are compared as they are
            text = read_text(text, language=mode, symbols="v2").norm_text
    if not mode.endswith("ja"):
        text = unify_characters(text)
    return [unit.replace("’", "'") for unit in _UNIT.findall(text.lower())]


def _open_content(mode: str, paths: ProjectPaths) -> Judge:
    import torch

    content = load_content(content_path(paths.pretrained_models))
    dictionary = load_dictionary(paths.dictionary)
    about = content.about

    def judge(clip: Clip) -> Finding | None:
        if not clip.text:
            return None
        audio, _ = read_audio(clip.path, sample_rate=about.spectrogram.sample_rate)
        report = read_text(
            clip.text, language=clip.mode, symbols=about.symbols, dictionary=dictionary
        )
        said = _without_pauses(content.hear(torch.from_numpy(audio.copy())))
        written = _without_pauses(report.phones)
        rate = edit_distance(said, written) / len(written)
        return Finding({PHONES.figures[0].key: Score(rate, len(written))})

    return judge


def _without_pauses(phones: list[str]) -> list[str]:
    return [phone for phone in spoken_phones(phones) if phone != PAUSE]


PHONES = Measure(
    name="phones by the content network",
    figures=(
        Figure(
            key="phone_error_rate",
            label="phone error rate",
            unit="%",
            better="lower",
            digits=1,
            by_language=True,
        ),
    ),
    needs="check out pretrained_models/mini/content.safetensors again",
    is_here=lambda paths: content_path(paths.pretrained_models).is_file(),
    version=lambda paths: sha256_of(content_path(paths.pretrained_models)),
    open=_open_content,
)


def measure_of(engine: Engine) -> Measure:
    """The error rate by one recogniser: words, of Chinese and Japanese characters."""
    figure = Figure(
        key=f"error_rate_{engine.name.replace('-', '_')}",
        label=f"word error rate ({engine.name})",
        unit="%",
        better="lower",
        digits=1,
        by_language=True,
    )

    def open_engine(mode: str, paths: ProjectPaths) -> Judge:
        options = TranscribeOptions(language=mode)
        choice = pick_engine(options, paths, [engine])
        if choice is None:  # another of its models would write this language
            return lambda clip: None
        recognise = choice.load(options)

        def judge(clip: Clip) -> Finding | None:
            written = units_of(clip.text, mode)
            if not written:
                return None
            audio, _ = read_audio(clip.path, sample_rate=SAMPLE_RATE)
            heard = recognise(np.ascontiguousarray(audio)).text
            rate = edit_distance(units_of(heard, mode), written) / len(written)
            return Finding({figure.key: Score(rate, len(written))}, heard=heard)

        return judge

    return Measure(
        name=engine.name,
        figures=(figure,),
        needs=engine.needs,
        is_here=engine.is_here,
        version=lambda paths: _version_of(engine, paths),
        open=open_engine,
        by_mode=True,
        writes=engine.writes,
    )


def _version_of(engine: Engine, paths: ProjectPaths) -> str:
    """The package's version and the models that it may take."""
    try:
        package = version(engine.name)
    except PackageNotFoundError:
        package = ""
    models = engine.models(paths)
    return " ".join([package, *(model.name for model in models), *model_stamps(models)])


RECOGNISERS = tuple(measure_of(engine) for engine in ENGINES)
