from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch

from gpt_sovits.errors import WeightsError
from gpt_sovits.prepare.separate import vr
from tests.prepare.separate import tiny

CPU = torch.device("cpu")


@pytest.mark.parametrize("newer", [True, False])
def test_a_published_file_is_run(
    newer: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Fewer frames at a time than in use: they are what takes the time.
    monkeypatch.setattr(vr, "_FRAMES", 176 if newer else 304)
    path = tiny.save_vr(tmp_path / "x.pth", newer=newer)
    bands = "4band_v3" if newer else "4band_v2"
    network = vr.load_vr(path, bands, "wanted", device=CPU, aggression=10)
    audio = tiny.stereo(0.05)
    parts = network(audio)
    assert parts.shape == (2, *audio.shape)
    assert np.isfinite(parts).all()
    assert parts.any()


def tones(length: int) -> np.ndarray:
    time = np.arange(length) / tiny.RATE
    left = 0.3 * np.sin(2 * np.pi * 440 * time)
    return np.stack([left, 0.2 * np.sin(2 * np.pi * 3000 * time)]).astype(np.float32)


@pytest.mark.parametrize(("gives", "shares"), [("wanted", (0.9, 0.1)), ("rest", (0.1, 0.9))])
def test_the_mask_is_of_the_part_that_the_network_gives(
    gives: Literal["wanted", "rest"], shares: tuple[float, float]
) -> None:
    network = vr.VRNetwork(tiny.Mask(0.9), "4band_v3", gives, device=CPU, aggression=0)
    audio = tones(tiny.RATE)
    inside = slice(4000, -4000)
    for part, share in zip(network(audio), shares, strict=True):
        np.testing.assert_allclose(part[:, inside], share * audio[:, inside], atol=0.01)


def test_a_firmer_decision_gives_less_to_the_part_that_is_in_doubt() -> None:
    levels = []
    for aggression in (0, 10, 20):
        network = vr.VRNetwork(
            tiny.Mask(0.5), "4band_v3", "wanted", device=CPU, aggression=aggression
        )
        levels.append(float(np.abs(network(tones(20000))[0]).mean()))
    assert levels[0] > levels[1] > levels[2] > 0.5 * levels[0]


def test_silence_stays_silent() -> None:
    network = vr.VRNetwork(tiny.Mask(0.9), "4band_v2", "wanted", device=CPU, aggression=10)
    assert not network(np.zeros((2, 5000), np.float32)).any()


def test_hostile_and_foreign_files_are_refused(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    hostile = tiny.save_hostile(tmp_path / "h.pth", mark)
    foreign = tmp_path / "f.pth"
    torch.save({"a.weight": torch.zeros(3)}, foreign)
    other = tiny.save_vr(tmp_path / "o.pth", newer=True)
    torn = tmp_path / "t.pth"
    torn.write_bytes(other.read_bytes()[:-100])
    for path, says in (
        (hostile, "nothing of it was run"),
        (foreign, "is no VR network"),
        (torn, "cut short"),
        (tmp_path / "gone.pth", "no such file"),
    ):
        with pytest.raises(WeightsError, match=says):
            vr.load_vr(path, "4band_v3", "wanted", device=CPU, aggression=10)
    assert not mark.exists()
