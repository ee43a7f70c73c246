"""Recognisers run for real: tiny models in each engine's own format, and pocketsphinx itself."""

import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import ConfigError, InputError, MissingModelError, TextError, WeightsError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare import engines
from gpt_sovits.prepare.engines import (
    ENGINES,
    SAMPLE_RATE,
    TranscribeOptions,
    fun,
    fun_models,
    pick_engine,
    whisper,
)
from tests.prepare import tiny_engines

RECORDING = PROJECT.root / "assets" / "demo" / "recording.opus"
NOTHING = ProjectPaths(Path("/nowhere"))
PARAFORMER = "speech_paraformer-large_asr_nat-zh-cn-16k-common-vocab8404-pytorch"


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return read_audio(RECORDING, sample_rate=SAMPLE_RATE)[0][: 3 * SAMPLE_RATE]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ProjectPaths:
    """A project with a tiny model of every engine."""
    paths = ProjectPaths(tmp_path_factory.mktemp("project"))
    here = paths.pretrained_models
    tiny_engines.make_whisper(here / "faster-whisper-small")
    tiny_engines.make_paraformer(here / PARAFORMER)
    tiny_engines.make_sense_voice(here / "SenseVoiceSmall")
    return paths


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a recogniser opens a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def options(**asked: Any) -> TranscribeOptions:
    return TranscribeOptions(**{"device": "cpu", **asked})


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"language": "xx"}, TextError, "unknown language 'xx'"),
        ({"device": "gpu"}, ConfigError, "device must be auto, cpu, cuda"),
        ({"beam_size": 0}, ConfigError, "beam_size must be 1 to 20"),
    ],
)
def test_options_out_of_range_are_refused(
    wrong: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        TranscribeOptions(**wrong)


def test_pocketsphinx_tells_words_times_and_how_sure_it_is(speech: np.ndarray) -> None:
    choice = pick_engine(options(language="en"), NOTHING)
    assert choice is not None
    assert choice.engine.name == "pocketsphinx"
    used = choice.load(options(language="en"))
    said = used(speech)
    assert [word.text for word in said.words] == said.text.split()
    assert all(0 <= word.start_s < word.end_s <= 3.1 for word in said.words)
    assert said.confidence is not None
    assert 0 < said.confidence < 1
    assert used(speech) == said, "what it hears hangs on what it heard before"


def test_faster_whisper_really_runs(models: ProjectPaths, speech: np.ndarray) -> None:
    asked = options(engine="faster-whisper", language="en", prompt="Anna", precision="int8")
    choice = pick_engine(asked, models)
    assert choice is not None
    assert choice.name == "faster-whisper small"
    said = choice.load(asked)(speech)
    assert said.language == "en"
    assert said.confidence is not None
    assert 0 < said.confidence < 1
    assert said.no_speech is not None
    assert said.words
    with pytest.raises(InputError, match="knows English alone, not 'zh'"):
        choice.load(replace(asked, language="zh"))
    silence = choice.load(replace(asked, language="auto"))(np.zeros(SAMPLE_RATE, np.float32))
    assert (silence.text, silence.words) == ("", ())


@pytest.mark.parametrize(
    ("name", "language"),
    [(PARAFORMER, "zh"), ("SenseVoiceSmall", "ja"), ("SenseVoiceSmall", "auto")],
)
def test_funasr_really_runs_without_torchaudio(
    models: ProjectPaths, speech: np.ndarray, name: str, language: str
) -> None:
    assert "torchaudio" not in sys.modules
    asked = options(engine="funasr", model=name, language=language)
    choice = pick_engine(asked, models)
    assert choice is not None
    recognise = choice.load(asked)
    said = recognise(speech)
    assert said.text
    assert "<|" not in said.text
    assert said.confidence is not None
    assert 0 < said.confidence < 1
    assert recognise(speech) == said
    if name == PARAFORMER:
        assert said.words[0].start_s < said.words[-1].end_s <= 3.1
    assert "funasr" not in sys.modules, "the stand-in for its package stays behind"


def test_a_hot_word_is_never_taken_for_a_file_or_an_address(
    tmp_path: Path, speech: np.ndarray
) -> None:
    folder = tiny_engines.make_paraformer(tmp_path / "seaco_paraformer", "SeacoParaformer")
    model = fun.describe(folder)
    assert model is not None
    plain = fun.ENGINE.load(model, options(language="zh"))(speech)
    for prompt in ("今天 天气", "http://example.org/words.txt", "/etc/hosts.txt"):
        said = fun.ENGINE.load(model, options(language="zh", prompt=prompt))(speech)
        assert said.text != plain.text


def test_voice_detector_and_marks_are_used_where_they_are(
    tmp_path: Path, speech: np.ndarray
) -> None:
    here = ProjectPaths(tmp_path).pretrained_models
    tiny_engines.make_paraformer(here / PARAFORMER)
    asked = options(language="zh", engine="funasr")
    bare = fun.ENGINE.load(fun.ENGINE.models(ProjectPaths(tmp_path))[0], asked)(speech)
    tiny_engines.make_punctuation(here / "punc_ct-transformer_zh-cn-common-vocab272727-pytorch")
    vad = tiny_engines.make_voice_detector(here / "speech_fsmn_vad_zh-cn-16k-common-pytorch")
    (model,) = fun.ENGINE.models(ProjectPaths(tmp_path))
    marked = fun.ENGINE.load(model, asked)(speech)
    assert {*marked.text} & {*"，。"}
    assert not {*bare.text} & {*"，。"}
    tiny_engines.bias_voice_detector(vad, -4.0)
    assert fun.ENGINE.load(model, asked)(speech).text == ""


def test_paraformer_comes_first_only_with_its_marks(models: ProjectPaths) -> None:
    names = [model.name for model in fun.ENGINE.models(models)]
    assert names == ["SenseVoiceSmall", PARAFORMER]


def test_the_best_engine_is_chosen_by_language(models: ProjectPaths) -> None:
    def chosen(**asked: Any) -> str:
        choice = pick_engine(options(**asked), models)
        return choice.name if choice else ""

    assert chosen(language="zh") == "funasr SenseVoiceSmall"
    assert chosen(language="yue") == "funasr SenseVoiceSmall"
    assert chosen(language="en") == "faster-whisper small"
    assert chosen(language="auto") == "faster-whisper small"
    assert chosen(language="zh", model=PARAFORMER) == f"funasr {PARAFORMER}"
    assert chosen(language="zh", engine="faster-whisper") == "faster-whisper small"
    folder = str(models.pretrained_models / "faster-whisper-small")
    assert chosen(language="ja", model=folder) == "faster-whisper small"
    assert chosen(engine="none") == ""


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            {"model": "large-v9"},
            "large-v9 for language 'auto' is not here .here are: faster-whisper",
        ),
        ({"engine": "pocketsphinx", "language": "ja"}, "pocketsphinx for language 'ja'"),
        ({"model": PARAFORMER, "language": "ja"}, "models list"),
        ({"engine": "funasr", "model": "x"}, "models download sensevoice"),
    ],
)
def test_what_was_named_and_is_not_here_is_told(
    models: ProjectPaths, asked: dict[str, Any], says: str
) -> None:
    with pytest.raises(MissingModelError, match=says):
        pick_engine(options(**asked), models)


@pytest.mark.parametrize(
    ("folder", "name", "languages"),
    [
        ("faster-whisper-large-v3-turbo", "large-v3-turbo", None),
        ("faster-whisper-small.en", "small.en", {"en"}),
        ("faster-distil-whisper-large-v3", "distil-large-v3", {"en"}),
        ("models--Systran--faster-whisper-tiny/snapshots/0a1b", "tiny", None),
    ],
)
def test_a_whisper_is_known_by_its_folder(
    tmp_path: Path, folder: str, name: str, languages: set[str] | None
) -> None:
    paths = ProjectPaths(tmp_path)
    path = paths.pretrained_models / folder / "model.bin"
    path.parent.mkdir(parents=True)
    path.touch()
    (model,) = whisper.ENGINE.models(paths)
    assert model.name == name
    assert model.languages == (None if languages is None else frozenset(languages))


def test_without_any_package_there_is_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = tuple(replace(engine, models=lambda paths: []) for engine in ENGINES)
    monkeypatch.setattr(engines, "ENGINES", missing)
    assert pick_engine(options(language="en"), NOTHING) is None


# --- damaged and hostile models -----------------------------------------------------------------


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (sys.exit, ("the model ran code",))


def _change_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**config, **changes}), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "config.yaml").unlink(), r"config\.yaml: cannot be read"),
        (lambda folder: (folder / "config.yaml").write_text("- 1"), "describes no model"),
        (lambda folder: (folder / "tokens.json").unlink(), r"has no tokens\.txt"),
        (lambda folder: (folder / "tokens.json").write_text("{"), "no network can be built"),
        (lambda folder: (folder / "model.pt").write_bytes(b""), r"model\.pt: is empty"),
        (lambda folder: torch.save(_Bomb(), folder / "model.pt"), r"model\.pt"),
        (lambda folder: torch.save({"x": torch.ones(1)}, folder / "model.pt"), "does not fit"),
        (lambda folder: _change_config(folder, model="FunASRNano"), "'FunASRNano' is not one"),
        (lambda folder: _change_config(folder, encoder="os.system"), "is not one that is built"),
        (lambda folder: _change_config(folder, tokenizer="HuggingfaceTokenizer"), "is not one"),
        (lambda folder: _change_config(folder, encoder_conf="x"), "encoder_conf is no table"),
        (lambda folder: _change_config(folder, encoder_conf={"x": 1}), "no network can be built"),
    ],
)
def test_a_damaged_or_hostile_folder_of_funasr_is_refused(
    models: ProjectPaths, tmp_path: Path, spoil: Any, says: str
) -> None:
    folder = tmp_path / "paraformer"
    folder.mkdir()
    for file in (models.pretrained_models / PARAFORMER).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    spoil(folder)
    with pytest.raises(WeightsError, match=says):
        fun_models.build_model(folder)


def test_code_and_requirements_of_a_folder_are_never_touched(
    models: ProjectPaths, speech: np.ndarray
) -> None:
    folder = models.pretrained_models / PARAFORMER
    trap = "raise SystemExit('the model ran code')"
    (folder / "model.py").write_text(trap, encoding="utf-8")
    (folder / "requirements.txt").write_text("no-such-package-0", encoding="utf-8")
    _change_config(folder, trust_remote_code=True, remote_code="model.py", init_param="/etc/hosts")
    model = fun_models.build_model(folder)
    assert model.run(speech)["text"]


@pytest.mark.parametrize("gone", ["tokenizer.json", "config.json"])
def test_an_incomplete_whisper_is_refused_and_not_downloaded(
    models: ProjectPaths, tmp_path: Path, gone: str
) -> None:
    folder = tmp_path / "faster-whisper-small"
    folder.mkdir()
    for file in (models.pretrained_models / "faster-whisper-small").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    model = whisper.describe(folder)
    assert model is not None
    (folder / gone).unlink()
    with pytest.raises(WeightsError, match=f"has no {gone}"):
        whisper.ENGINE.load(model, options())
    (folder / gone).write_text("{}", encoding="utf-8")
    (folder / "model.bin").write_bytes(b"\0" * 100)
    with pytest.raises(WeightsError, match="cannot be used as it is asked for"):
        whisper.ENGINE.load(model, options())


def test_funasr_knows_no_integers(models: ProjectPaths) -> None:
    asked = options(engine="funasr", language="zh", precision="int8")
    choice = pick_engine(asked, models)
    assert choice is not None
    with pytest.raises(ConfigError, match="funasr knows the precisions"):
        choice.load(asked)
