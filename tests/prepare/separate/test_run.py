"""Chains over recordings: names, lengths, both parts, and what happens to bad input."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import ConfigError, InputError, MissingModelError, WeightsError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.separate import run as run_module
from gpt_sovits.prepare.separate.models import FOLDER, find_chain
from gpt_sovits.prepare.separate.options import SeparateOptions
from gpt_sovits.prepare.separate.run import WEAKER, Chain, separate_recordings
from tests.audio.sounds import encode, noise
from tests.prepare.separate import tiny

FOXJOY = "onnx_dereverb_By_FoxJoy/vocals.onnx"


@pytest.fixture
def project(tmp_path: Path) -> ProjectPaths:
    """A project with two MDX-Nets: one that gives a quarter as voice, one an eighth as reverb."""
    project = ProjectPaths(tmp_path / "project")
    folder = project.pretrained_models / FOLDER
    tiny.save_mdx(folder / "Kim_Vocal_2.onnx", n_bins=3072, gain=0.25 / 1.009)
    tiny.save_mdx(folder / FOXJOY, n_bins=3072, gain=0.125)
    return project


def record(path: Path, seconds: float, rate: int = tiny.RATE, channels: int = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_audio(path, noise(seconds, rate, channels=channels), rate)
    return path


def separate(source: Path, target: Path, project: ProjectPaths, models: str) -> list[str]:
    report = separate_recordings(source, target, SeparateOptions(models=models), paths=project)
    assert not report.stage.skipped
    return sorted(path.name for path in report.stage.written)


def samples(path: Path) -> np.ndarray:
    return read_audio(path, mono=False)[0]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seconds", [0.05, 2.0])
def test_both_parts_are_kept_named_and_never_mixed_up(
    channels: int, seconds: float, project: ProjectPaths, tmp_path: Path
) -> None:
    song = record(tmp_path / "song.wav", seconds, channels=channels)
    target = tmp_path / "out"
    made = separate(song, target, project, "kim-vocal-2")
    assert made == ["song_accompaniment.wav", "song_vocals.wav"]
    mixture = samples(song)
    vocals, rest = (samples(target / f"song_{part}.wav") for part in ("vocals", "accompaniment"))
    assert vocals.shape == rest.shape == mixture.shape
    level = float(np.vdot(vocals, mixture) / np.vdot(mixture, mixture))
    assert level == pytest.approx(0.25, abs=0.06)  # white noise: its top is beyond the network
    np.testing.assert_allclose(vocals + rest, mixture, atol=1e-4)


def test_a_chain_works_on_what_the_one_before_wanted(project: ProjectPaths, tmp_path: Path) -> None:
    song = record(tmp_path / "song.wav", 1.0)
    target = tmp_path / "out"
    made = separate(song, target, project, "kim-vocal-2, dereverb-foxjoy")
    assert made == ["song_accompaniment.wav", "song_reverb.wav", "song_vocals.wav"]
    parts = {part: samples(target / f"song_{part}.wav") for part in ("vocals", "reverb")}
    mixture = samples(song)
    assert not list(target.glob("*voice-0*"))
    total = samples(target / "song_accompaniment.wav") + parts["vocals"] + parts["reverb"]
    np.testing.assert_allclose(total, mixture, atol=1e-4)
    ratio = np.abs(parts["reverb"]).mean() / np.abs(parts["vocals"]).mean()
    assert ratio == pytest.approx(1 / 7, abs=0.06)


def test_two_models_that_take_the_same_out_leave_two_files(
    project: ProjectPaths, tmp_path: Path
) -> None:
    song = record(tmp_path / "talk.wav", 0.3)
    made = separate(song, tmp_path / "out", project, "dereverb-foxjoy,dereverb-foxjoy")
    assert made == ["talk_dry.wav", "talk_reverb.wav", "talk_reverb2.wav"]


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000, 96000])
def test_rate_and_length_stay_as_they_are(rate: int, project: ProjectPaths, tmp_path: Path) -> None:
    song = record(tmp_path / "a.wav", 0.7313, rate, channels=1)
    separate(song, tmp_path / "out", project, "kim-vocal-2")
    for part in ("vocals", "accompaniment"):
        made = tmp_path / "out" / f"a_{part}.wav"
        assert probe_audio(made).sample_rate == rate
        assert samples(made).shape == samples(song).shape


def test_a_recording_of_many_windows_is_seamless(project: ProjectPaths, tmp_path: Path) -> None:
    time = np.arange(5 * tiny.RATE) / tiny.RATE
    tone = (0.4 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    write_audio(tmp_path / "tone.wav", np.stack([tone, tone]), tiny.RATE)
    told: list[int] = []
    separate_recordings(
        tmp_path / "tone.wav",
        tmp_path / "out",
        SeparateOptions(models="kim-vocal-2", format="flac"),
        paths=project,
        progress=lambda done, total, what: told.append(done),
    )
    vocals = samples(tmp_path / "out" / "tone_vocals.flac")
    np.testing.assert_allclose(vocals[0], 0.25 * tone, atol=2e-3)
    assert told == sorted(told)
    assert len(set(told)) > 2, "progress is told inside a recording"


def test_without_a_model_the_result_says_that_it_is_weaker(tmp_path: Path) -> None:
    song = record(tmp_path / "song.wav", 0.2)
    report = separate_recordings(
        song, tmp_path / "out", SeparateOptions(), paths=ProjectPaths(tmp_path / "empty")
    )
    assert report.models == ["spectral"]
    assert report.note == WEAKER
    assert len(report.stage.written) == 2


def test_another_run_leaves_what_is_done(project: ProjectPaths, tmp_path: Path) -> None:
    song = record(tmp_path / "song.wav", 0.2)
    target = tmp_path / "out"
    options = SeparateOptions(models="kim-vocal-2")
    separate_recordings(song, target, options, paths=project)
    again = separate_recordings(song, target, options, paths=project)
    assert not again.stage.written
    assert len(again.stage.kept) == 2
    # Other weights under the same name make something else.
    tiny.save_mdx(project.pretrained_models / FOLDER / "Kim_Vocal_2.onnx", n_bins=3072, gain=0.5)
    refused = separate_recordings(song, target, options, paths=project)
    assert "another way" in refused.stage.skipped[0][1]
    replaced = separate_recordings(song, target, options, replace=True, paths=project)
    assert len(replaced.stage.written) == 2


def test_bad_recordings_are_named_and_the_rest_is_done(
    project: ProjectPaths, tmp_path: Path
) -> None:
    source = tmp_path / "in"
    good = ["a 'quoted' \"name\".wav", "-dash.wav", "日本語 ☃.wav", "silence.wav", "short.wav"]
    for name in good:
        record(source / name, 0.1)
    write_audio(source / "silence.wav", np.zeros((2, 4410), np.float32), tiny.RATE)
    record(source / "short.wav", 0.05)
    encode(source / "eight.wav", noise(0.1, 48000, channels=8), 48000, "pcm_s16le", "s16")
    record(source / "fast.wav", 0.1, 384_000)
    whole = (source / good[0]).read_bytes()
    bad = {
        "torn.wav": whole[:30],
        "empty.wav": b"",
        "text.mp3": b"this is no sound at all",
        "renamed.wav": b"\x89PNG\r\n\x1a\n" + bytes(500),
    }
    for name, content in bad.items():
        (source / name).write_bytes(content)
    nan = np.full((1, 4410), np.nan, np.float32)
    with np.errstate(all="ignore"):
        header = encode(
            source / "nan.wav", np.zeros((1, 4410), np.float32), tiny.RATE, "pcm_f32le", "flt"
        ).read_bytes()
    (source / "nan.wav").write_bytes(header[: -nan.nbytes] + nan.tobytes())
    report = separate_recordings(
        source, tmp_path / "out", SeparateOptions(models="kim-vocal-2"), paths=project
    )
    skipped = {path.name: reason for path, reason in report.stage.skipped}
    assert set(skipped) == {*bad, "nan.wav"}
    assert all("\n" not in reason for reason in skipped.values())
    made = {path.name for path in report.stage.written}
    for name in (*good, "eight.wav", "fast.wav"):
        assert f"{Path(name).stem}_vocals.wav" in made
        assert f"{Path(name).stem}_accompaniment.wav" in made
    assert not list((tmp_path / "out").glob(".part*"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"models": "nonsense"}, "unknown model 'nonsense'"),
        ({"device": "abacus"}, "device 'abacus' cannot be used here"),
        ({"device": "cuda:99"}, "device 'cuda:99' cannot be used here"),
    ],
)
def test_a_wrong_word_is_one_sentence(
    options: dict[str, str], says: str, project: ProjectPaths, tmp_path: Path
) -> None:
    song = record(tmp_path / "song.wav", 0.1)
    with pytest.raises(ConfigError, match=says):
        separate_recordings(song, tmp_path / "out", SeparateOptions(**options), paths=project)  # type: ignore[arg-type]  # a table


def test_a_missing_and_a_damaged_model_are_one_sentence(
    project: ProjectPaths, tmp_path: Path
) -> None:
    song = record(tmp_path / "song.wav", 0.1)
    with pytest.raises(MissingModelError, match="models download hp2"):
        separate_recordings(song, tmp_path / "out", SeparateOptions(models="hp2"), paths=project)
    (project.pretrained_models / FOLDER / "HP2_all_vocals.pth").write_bytes(b"<html>")
    with pytest.raises(WeightsError, match="web page"):
        separate_recordings(song, tmp_path / "out", SeparateOptions(models="hp2"), paths=project)


def test_a_folder_that_cannot_be_written_is_one_sentence(
    project: ProjectPaths, tmp_path: Path
) -> None:
    song = record(tmp_path / "song.wav", 0.1)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be made a folder"):
        separate_recordings(
            song, tmp_path / "file" / "out", SeparateOptions(models="kim-vocal-2"), paths=project
        )


def test_a_run_that_is_stopped_goes_on(project: ProjectPaths, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    for name in ("a.wav", "b.wav"):
        record(source / name, 2.5)
    options = SeparateOptions(models="kim-vocal-2")

    def stop(done: int, total: int, what: str) -> None:
        if what == "b.wav" and done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        separate_recordings(source, target, options, paths=project, progress=stop)
    assert {path.name for path in target.glob("*.wav")} == {
        "a_vocals.wav",
        "a_accompaniment.wav",
    }
    again = separate_recordings(source, target, options, paths=project)
    assert {path.name[0] for path in again.stage.written} == {"b"}
    assert len(again.stage.kept) == 2


def test_models_are_loaded_once_and_let_go(
    project: ProjectPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[str] = []
    load = run_module.load_separator

    def counted(*args: object) -> object:
        loads.append("load")
        return load(*args)  # type: ignore[arg-type]  # handed on as it is

    monkeypatch.setattr(run_module, "load_separator", counted)
    for name in ("a.wav", "b.wav"):
        record(tmp_path / "in" / name, 0.1)
    found = find_chain("kim-vocal-2", (project.pretrained_models / FOLDER,))
    with Chain(found, SeparateOptions()) as chain:
        for name in ("a.wav", "b.wav"):
            folder = tmp_path / f"out-{name}"
            folder.mkdir()
            chain.separate_file(tmp_path / "in" / name, folder, lambda share: None)
        assert chain._loaded
    assert loads == ["load"]
    assert not chain._loaded


@pytest.mark.parametrize(
    "wrong", [{"overlap": 0.6}, {"overlap": -0.1}, {"aggression": 21}, {"models": " , "}]
)
def test_options_out_of_range_are_refused(wrong: dict[str, float | str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        SeparateOptions(**wrong)  # type: ignore[arg-type]  # a table


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_memory_of_a_gpu_is_given_back(tmp_path: Path) -> None:
    weights = tiny.save_yaml_model(tmp_path / "x_roformer.ckpt", tiny.bs_roformer())
    song = record(tmp_path / "song.wav", 2.0)
    before = torch.cuda.memory_allocated()
    separate_recordings(song, tmp_path / "out", SeparateOptions(models=os.fspath(weights)))
    assert torch.cuda.memory_allocated() == before
