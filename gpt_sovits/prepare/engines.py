"""Speech recognisers that write down what a clip says: one table, best first."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.text.scripts import HAN

SAMPLE_RATE = 16_000
"""Of what every engine listens to, Hz."""

_LEVEL = 0.1
"""Root mean square to which a clip is brought."""

Recogniser = Callable[[np.ndarray], str]
"""Writes down one clip, float32 [L] at 16 kHz; empty where it hears no word."""


@dataclass(frozen=True)
class Engine:
    """One way to recognise speech."""

    name: str
    languages: frozenset[str] | None
    """Language modes that it can write; None for any."""
    is_here: Callable[[ProjectPaths], bool]
    """Whether package and model are on this machine."""
    load: Callable[[str, ProjectPaths], Recogniser]
    """Loads it for one language."""
    needs: str
    """How to get it, a sentence without its end."""

    def writes(self, language: str) -> bool:
        """Whether it knows a language mode."""
        return self.languages is None or language in self.languages


def pick_engine(language: str, paths: ProjectPaths = PROJECT) -> Engine | None:
    """The best engine on this machine that writes a language; None where there is none."""
    for engine in ENGINES:
        if engine.writes(language) and engine.is_here(paths):
            return engine
    return None


# --- faster-whisper -----------------------------------------------------------------------------


def _whisper_folder(paths: ProjectPaths) -> Path | None:
    """The largest faster-whisper model below pretrained_models/; None where there is none."""
    models = sorted(
        paths.pretrained_models.glob("faster-whisper-*/model.bin"),
        key=lambda model: model.stat().st_size,
    )
    return models[-1].parent if models else None


def _has_whisper(paths: ProjectPaths) -> bool:
    return find_spec("faster_whisper") is not None and _whisper_folder(paths) is not None


def _load_whisper(language: str, paths: ProjectPaths) -> Recogniser:
    # Not among the requirements: whoever has a model of it has the package too.
    model = import_module("faster_whisper").WhisperModel(
        str(_whisper_folder(paths)), device="auto", compute_type="default"
    )
    known = None if language.startswith("auto") else language.removeprefix("all_")

    def recognise(audio: np.ndarray) -> str:
        segments, _ = model.transcribe(audio, language=known)
        return "".join(segment.text for segment in segments).strip()

    return recognise


# --- FunASR -------------------------------------------------------------------------------------

_SENSE_VOICE = "SenseVoiceSmall"
_TAGS = re.compile(r"<\|[^|>]*\|>")
"""What SenseVoice writes of language, mood and noises."""
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])")
"""Spaces that Paraformer writes between characters."""


def _fun_folder(paths: ProjectPaths) -> Path | None:
    """A Paraformer below pretrained_models/, or SenseVoice; None where there is none."""
    models = [
        *sorted(paths.pretrained_models.glob("*paraformer*/model.pt")),
        *paths.pretrained_models.glob(f"{_SENSE_VOICE}/model.pt"),
    ]
    return models[0].parent if models else None


def _has_fun(paths: ProjectPaths) -> bool:
    return find_spec("funasr") is not None and _fun_folder(paths) is not None


def _load_fun(language: str, paths: ProjectPaths) -> Recogniser:
    from gpt_sovits.weights.read import read_weights

    folder = _fun_folder(paths)
    assert folder is not None, "`is_here` was asked"
    read_weights(folder / "model.pt")  # refuses what would run code
    # Said outright, so that no file of the folder can ask for code or for another download.
    model = import_module("funasr").AutoModel(
        model=str(folder),
        init_param=str(folder / "model.pt"),
        trust_remote_code=False,
        disable_update=True,
        vad_model=None,
        punc_model=None,
        spk_model=None,
        disable_pbar=True,
    )

    def recognise(audio: np.ndarray) -> str:
        (heard,) = model.generate(input=audio, fs=SAMPLE_RATE, language=language[-2:])
        return _BETWEEN_HAN.sub("", _TAGS.sub("", heard["text"])).strip()

    return recognise


# --- pocketsphinx -------------------------------------------------------------------------------


def _has_sphinx(paths: ProjectPaths) -> bool:
    return find_spec("pocketsphinx") is not None


def _load_sphinx(language: str, paths: ProjectPaths) -> Recogniser:
    from pocketsphinx import Decoder  # type: ignore[import-untyped]  # has no stubs

    decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def recognise(audio: np.ndarray) -> str:
        level = max(float(np.sqrt(np.mean(np.square(audio)))), 1e-4)
        samples = np.clip(audio * (_LEVEL / level), -1, 1) * 32767
        # A decoder adapts to what it has heard. Begun anew, a clip's text hangs on the clip alone.
        decoder.reinit_feat()
        decoder.start_utt()
        decoder.process_raw(samples.astype(np.int16).tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        return best.hypstr if best is not None else ""

    return recognise


ENGINES: tuple[Engine, ...] = (
    Engine(
        "faster-whisper",
        None,
        _has_whisper,
        _load_whisper,
        "install the package faster-whisper and put a model into"
        " pretrained_models/faster-whisper-NAME/",
    ),
    Engine(
        "funasr",
        frozenset({"zh", "all_zh"}),
        _has_fun,
        _load_fun,
        "install the package funasr and put a Paraformer or SenseVoiceSmall (model.pt and its"
        " config.yaml) into a folder of its name below pretrained_models/",
    ),
    Engine(
        "pocketsphinx",
        frozenset({"en"}),
        _has_sphinx,
        _load_sphinx,
        "install the package pocketsphinx",
    ),
)
"""All engines, best first. pocketsphinx needs no model but its package's own (one word in five
is wrong on 20 clips of LJSpeech, 0.2 times real time); its text has no capitals and no marks."""
