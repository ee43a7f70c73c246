"""pocketsphinx: English without a download; its package carries the model.

Its text has no capitals and no marks. One word in five is wrong on 20 clips of LJSpeech.
"""

import math
import re
from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.engines.engine import (
    SAMPLE_RATE,
    Engine,
    Model,
    Recogniser,
    Transcript,
    Word,
)
from gpt_sovits.prepare.label_options import TranscribeOptions

LANGUAGES = frozenset({"en"})

_LEVEL = 0.1
"""Root mean square to which a clip is brought."""

_FRAMES_PER_S = 100

_VARIANT = re.compile(r"\(\d+\)$")
"""How its dictionary numbers several readings of a word."""


def _models(paths: ProjectPaths) -> Sequence[Model]:
    return [Model("en-us", None, LANGUAGES)] if find_spec("pocketsphinx") is not None else []


def _load(model: Model, options: TranscribeOptions) -> Recogniser:
    from pocketsphinx import Decoder  # type: ignore[import-untyped]  # has no stubs

    decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def recognise(audio: np.ndarray) -> Transcript:
        level = max(float(np.sqrt(np.mean(np.square(audio)))), 1e-4)
        samples = np.clip(audio * (_LEVEL / level), -1, 1) * 32767
        # A decoder adapts to what it has heard. Begun anew, a clip's text hangs on the clip alone.
        decoder.reinit_feat()
        decoder.start_utt()
        decoder.process_raw(samples.astype(np.int16).tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        if best is None or not best.hypstr:
            return Transcript("", "en")
        words = [
            Word(
                _VARIANT.sub("", each.word),
                each.start_frame / _FRAMES_PER_S,
                (each.end_frame + 1) / _FRAMES_PER_S,
                min(each.prob, 1.0),
            )
            for each in decoder.seg()
            if each.word[0] not in "<[+"  # silences and noises
        ]
        logs = [math.log(max(word.confidence or 0.0, 1e-6)) for word in words]
        confidence = math.exp(sum(logs) / len(logs)) if logs else None
        return Transcript(best.hypstr, "en", confidence, words)

    return recognise


ENGINE = Engine(
    "pocketsphinx",
    LANGUAGES,
    _models,
    lambda folder: None,
    _load,
    "install the package pocketsphinx (English only)",
)
