"""Real networks with tiny weights, in the files that are published."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from gpt_sovits.errors import ConfigError, WeightsError
from gpt_sovits.prepare.separate.networks import (
    WaveformNetwork,
    load_demucs,
    load_yaml_network,
)
from tests.prepare.separate import tiny

CPU = torch.device("cpu")

KINDS: dict[str, Callable[[], dict[str, Any]]] = {
    "bs_roformer": tiny.bs_roformer,
    "mel_band_roformer": tiny.mel_roformer,
    "mdx23c": lambda: tiny.MDX23C,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_with_its_yaml_splits_any_length(kind: str, tmp_path: Path) -> None:
    path = tiny.save_yaml_model(tmp_path / f"{kind}.ckpt", KINDS[kind]())
    network, stems = load_yaml_network(path, CPU)
    assert stems.wanted == "vocals"
    for length in (1, 2205, network.window):
        audio = tiny.stereo(1.0)[:, :length]
        parts = network(audio)
        assert parts.shape == (2, 2, length)
        assert np.isfinite(parts).all()
    if kind != "mdx23c":  # that one makes both parts itself
        np.testing.assert_allclose(parts.sum(axis=0), audio, atol=1e-5)


def test_demucs_holds_its_own_settings(tmp_path: Path) -> None:
    network = load_demucs(tiny.save_demucs(tmp_path / "955717e8-8726e21a.th"), CPU)
    assert network.window == round(1.2 * tiny.RATE)
    audio = tiny.stereo(0.5)
    parts = network(audio)
    assert parts.shape == (2, *audio.shape)
    np.testing.assert_allclose(parts.sum(axis=0), audio, atol=1e-5)


def halves(*shares: float, outputs: tuple[str, ...], wanted: str) -> np.ndarray:
    """What is made of a window of ones, as shares of the wanted part and the rest."""
    network = WaveformNetwork(
        tiny.Halves(*shares), outputs, wanted, sample_rate=tiny.RATE, window=100, device=CPU
    )
    parts = network(np.ones((2, 60), np.float32))
    assert parts.shape == (2, 2, 60)
    return parts[:, 0, 0]


@pytest.mark.parametrize(
    ("shares", "outputs", "expected"),
    [
        ((0.9,), ("vocals",), (0.9, 0.1)),
        ((0.9,), ("other",), (0.1, 0.9)),
        ((0.9, 0.2), ("vocals", "other"), (0.9, 0.2)),
        ((0.2, 0.9), ("other", "vocals"), (0.9, 0.2)),
        ((0.1, 0.2, 0.3, 0.6), ("drums", "bass", "other", "vocals"), (0.6, 0.4)),
        ((0.6, 0.2, 0.3, 0.1), ("vocals", "bass", "other", "drums"), (0.6, 0.4)),
    ],
)
def test_the_parts_are_never_mixed_up(
    shares: tuple[float, ...], outputs: tuple[str, ...], expected: tuple[float, float]
) -> None:
    parts = halves(*shares, outputs=outputs, wanted="vocals")
    np.testing.assert_allclose(parts, expected, atol=1e-6)


def test_settings_that_name_other_parts_than_there_are_are_refused() -> None:
    with pytest.raises(ConfigError, match="puts out 3 parts, and its settings name 2"):
        halves(0.1, 0.2, 0.3, outputs=("vocals", "other"), wanted="vocals")


def test_what_is_standardized_comes_back_at_its_level() -> None:
    network = WaveformNetwork(
        tiny.Halves(1.0),
        ("vocals",),
        "vocals",
        sample_rate=tiny.RATE,
        window=500,
        device=CPU,
        standardize=True,
    )
    audio = tiny.stereo(500 / tiny.RATE) + 0.1
    np.testing.assert_allclose(network(audio)[0], audio, atol=1e-6)


def test_a_hostile_checkpoint_runs_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for name, load in (("x.ckpt", load_yaml_network), ("x.th", load_demucs)):
        path = tiny.save_hostile(tmp_path / name, mark)
        path.with_suffix(".yaml").write_text(yaml.dump(tiny.bs_roformer()))
        with pytest.raises(WeightsError, match="nothing of it was run"):
            load(path, CPU)
    assert not mark.exists()


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tiny.save_yaml_model(tmp_path / "x.ckpt", tiny.bs_roformer())
    other = tiny.bs_roformer()
    other["model"]["depth"] = 2
    path.with_suffix(".yaml").write_text(yaml.dump(other))
    with pytest.raises(WeightsError, match=r"x\.ckpt: does not fit x\.yaml"):
        load_yaml_network(path, CPU)


def test_settings_without_sense_are_refused(tmp_path: Path) -> None:
    path = tiny.save_yaml_model(tmp_path / "x.ckpt", tiny.bs_roformer())
    for change in ({"dim": "wide"}, {"freqs_per_bands": [1, 2]}, {"heads": 0}, {"color": 1}):
        values = tiny.bs_roformer()
        values["model"] |= change
        path.with_suffix(".yaml").write_text(yaml.dump(values))
        with pytest.raises((ConfigError, WeightsError)) as caught:
            load_yaml_network(path, CPU)
        assert "\n" not in str(caught.value)
    path.with_suffix(".yaml").write_text(yaml.dump(tiny.MDX23C | {"model": {"layers": 3}}))
    with pytest.raises(ConfigError, match="network of an unknown kind"):
        load_yaml_network(path, CPU)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tiny.save_yaml_model(tmp_path / "x.ckpt", tiny.bs_roformer())
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(WeightsError, match=r"x\.ckpt: "):
        load_yaml_network(path, CPU)
