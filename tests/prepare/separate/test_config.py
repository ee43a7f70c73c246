"""YAML from the net is plain values of believable size, or it is refused."""

from pathlib import Path

import pytest
import yaml

from gpt_sovits.errors import ConfigError
from gpt_sovits.prepare.separate.config import config_path, read_network_config
from tests.prepare.separate.tiny import MDX23C, bs_roformer

GOOD = """
audio: {chunk_size: 352800, sample_rate: 44100}
model: {dim: 512, depth: 12, freqs_per_bands: !!python/tuple [2, 4], lr: 1e-4}
training: {instruments: [vocals, other], target_instrument: vocals}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_settings_are_read_with_their_tuples(tmp_path: Path) -> None:
    config = read_network_config(write(tmp_path, GOOD))
    assert config.outputs == ("vocals",)
    assert (config.wanted, config.window, config.sample_rate) == ("vocals", 352800, 44100)
    assert config.values["model"]["freqs_per_bands"] == (2, 4)
    assert config.values["model"]["lr"] == 1e-4


def test_published_settings_are_read(tmp_path: Path) -> None:
    for values, outputs in ((bs_roformer(), ("vocals",)), (MDX23C, ("Vocals", "Instrumental"))):
        config = read_network_config(write(tmp_path, yaml.dump(values)))
        assert config.outputs == outputs
        assert config.stems.wanted == "vocals"


def test_demucs_puts_everything_out_whatever_its_target_is(tmp_path: Path) -> None:
    text = """
model: htdemucs
htdemucs: {depth: 4}
training: {instruments: [drums, vocals], target_instrument: vocals, samplerate: 44100, segment: 11}
"""
    config = read_network_config(write(tmp_path, text))
    assert (config.outputs, config.window) == (("drums", "vocals"), 11 * 44100)


HOSTILE = {
    "code": GOOD + "\nx: !!python/object/apply:os.system ['touch mark']",
    "class": GOOD + "\nx: !!python/name:os.system",
    "bomb": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n" + GOOD,
    "itself": GOOD + "\nx: &x [*x]",
    "deep": "[" * 5000 + "]" * 5000,
    "huge": GOOD.replace("dim: 512", "dim: 100000000"),
    "layers": GOOD.replace("depth: 12", "depth: 100000"),
    "long": "x: " + "a" * (1 << 20),
    "empty": "",
    "word": "hello",
    "html": "<!doctype html><html>",
    "torn": GOOD[:60],
    "no stems": GOOD.replace("[vocals, other]", "[]"),
    "no names": GOOD.replace("[vocals, other]", "[1, 2]"),
    "foreign target": GOOD.replace("target_instrument: vocals", "target_instrument: drums"),
    "no window": GOOD.replace("chunk_size: 352800", "chunk_size: none"),
    "wild rate": GOOD.replace("sample_rate: 44100", "sample_rate: 7"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_settings_is_refused_in_one_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_network_config(write(tmp_path, text))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'x.yaml'}: ")
    assert "\n" not in message
    assert len(message) < 400


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not the settings"):
        read_network_config(path)


def test_the_yaml_lies_beside_the_weights(tmp_path: Path) -> None:
    weights = tmp_path / "a.b.ckpt"
    with pytest.raises(ConfigError, match=r"put its a\.b\.yaml beside it"):
        config_path(weights)
    (tmp_path / "a.b.ckpt.yaml").touch()
    assert config_path(weights).name == "a.b.ckpt.yaml"
    (tmp_path / "a.b.yaml").touch()
    assert config_path(weights).name == "a.b.yaml"
