"""Recordings become clips that keep the limits, by every method."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError, ConfigError, InputError
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.slice import slice_file, slice_folder
from gpt_sovits.prepare.slicing.levels import (
    FRAME,
    SAMPLE_RATE,
    pause_threshold,
    recording_levels,
)
from gpt_sovits.prepare.slicing.options import Method, SliceOptions
from tests.prepare.talk import buzz, hear_the_buzz, talk

METHODS: tuple[Method, ...] = get_args(Method)
LEVEL = SliceOptions(method="level")
LIMITS = [(2.0, 10.0), (0.5, 1.5), (3.0, 6.3)]


@pytest.fixture(autouse=True)
def _detector(monkeypatch: pytest.MonkeyPatch) -> None:
    hear_the_buzz(monkeypatch)


def place_of(clip: Path) -> tuple[int, int]:
    start, end = clip.stem.split("_")[-2:]
    return int(start), int(end)


@pytest.mark.parametrize("method", METHODS)
def test_every_clip_keeps_the_limits_and_is_named_by_its_place(
    tmp_path: Path, method: Method
) -> None:
    source = tmp_path / "a b.wav"
    write_audio(source, talk(3.3, -0.1, 9, -0.5, 1, -0.05, 2, -1, 4, noise=0.003), SAMPLE_RATE)
    whole, _ = read_audio(source)
    options = SliceOptions(method=method, max_s=6.3, alpha=0.0)
    report = slice_file(source, tmp_path / "clips", options)
    assert len(report.written) >= 3
    last_end = 0
    for path in report.written:
        start, end = place_of(path)
        clip, rate = read_audio(path)
        assert rate == SAMPLE_RATE
        assert 2 <= len(clip) / rate <= 6.3
        assert path.name == f"a b.wav_{start:010d}_{end:010d}.wav"
        assert last_end <= start < end <= len(whole)
        np.testing.assert_array_equal(clip, whole[start:end])
        last_end = end


@pytest.mark.parametrize("method", METHODS)
def test_an_endless_vowel_is_cut_into_clips_of_the_longest_length(
    tmp_path: Path, method: Method
) -> None:
    source = tmp_path / "vowel.wav"
    write_audio(source, buzz(27), SAMPLE_RATE)
    report = slice_file(source, tmp_path / "clips", SliceOptions(method=method))
    lengths = [len(read_audio(path)[0]) / SAMPLE_RATE for path in report.written]
    assert len(lengths) >= 3
    assert sum(lengths) > 26
    assert max(lengths) <= 10


def test_what_a_person_says_is_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real network
    recording = PROJECT.root / "assets" / "demo" / "recording.opus"
    report = slice_file(recording, tmp_path)
    assert report.skipped == []
    levels = recording_levels(recording)
    loud = levels >= pause_threshold(levels)
    ends = [end // FRAME for path in report.written for end in place_of(path)]
    assert not loud[ends[:-1]].any(), "a clip begins or ends in a sound"
    inside = np.zeros(len(levels), bool)
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        inside[start:end] = True
    assert np.mean(loud & ~inside) < 0.005


def test_any_rate_and_format_becomes_32_khz_of_16_bits(tmp_path: Path) -> None:
    source = tmp_path / "call.flac"
    write_audio(source, buzz(4, rate=8000), 8000)
    (clip,) = slice_file(source, tmp_path / "clips", LEVEL).written
    assert clip.name.startswith("call.flac_")
    info = probe_audio(clip)
    assert (info.sample_rate, info.channels, info.codec) == (SAMPLE_RATE, 1, "pcm_s16le")


def test_what_cannot_be_a_clip_is_named(tmp_path: Path) -> None:
    source = tmp_path / "a.wav"
    write_audio(source, talk(4, -3, 0.8, -3, 4), SAMPLE_RATE)
    report = slice_file(source, tmp_path / "clips", LEVEL)
    assert len(report.written) == 2
    assert report.skipped == [(source, "7.0 s to 7.8 s: 0.8 s between two pauses is less than 2 s")]


# --- what cannot be used ------------------------------------------------------------------------


def nan(path: Path) -> None:
    import soundfile  # type: ignore[import-untyped]  # has no stubs

    audio = buzz(5)
    audio[999:] = np.nan
    soundfile.write(path, audio, SAMPLE_RATE, subtype="FLOAT")


def truncated(path: Path) -> None:
    write_audio(path, buzz(1), SAMPLE_RATE)
    path.write_bytes(path.read_bytes()[:30])


def faint(path: Path) -> None:
    write_audio(path, buzz(3, level=1e-4), SAMPLE_RATE)


def wrong_ending(path: Path) -> None:
    write_audio(path.with_suffix(".flac"), buzz(4), SAMPLE_RATE)
    path.with_suffix(".flac").rename(path)


BAD: dict[str, Callable[[Path], object]] = {
    "empty.wav": lambda path: path.write_bytes(b""),
    "text.mp3": lambda path: path.write_text("no sound", encoding="utf-8"),
    "head.wav": truncated,
    "nan.wav": nan,
    "silence.wav": lambda path: write_audio(path, np.zeros(64_000, np.float32), SAMPLE_RATE),
    "faint.wav": faint,
    "blink.wav": lambda path: write_audio(path, buzz(0.05), SAMPLE_RATE),
}
ODD: dict[str, Callable[[Path], object]] = {
    "-f 'x' \"y\" ü 声.wav": lambda path: write_audio(path, buzz(4), SAMPLE_RATE),
    "eight.wav": lambda path: write_audio(path, np.stack([buzz(4)] * 8), SAMPLE_RATE),
    "fast.flac": lambda path: write_audio(path, buzz(4, rate=384_000), 384_000),
    "wrong.txt.wav": wrong_ending,
}


@pytest.mark.parametrize("method", METHODS)
def test_a_folder_goes_on_past_what_cannot_be_used(tmp_path: Path, method: Method) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, make in (BAD | ODD).items():
        make(folder / name)
    (folder / "notes.txt").write_text("not a recording", encoding="utf-8")
    report = slice_folder(folder, tmp_path / "clips", SliceOptions(method=method))
    assert {path.name for path, _ in report.skipped} == set(BAD)
    assert {path.name.rsplit("_", 2)[0] for path in report.written} == set(ODD)
    assert all("\n" not in reason and reason for _, reason in report.skipped)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["silence.wav", "faint.wav"])
def test_silence_is_told(tmp_path: Path, name: str, method: Method) -> None:
    BAD[name](tmp_path / name)
    with pytest.raises(AudioError, match=f"{name}: is silent"):
        slice_file(tmp_path / name, tmp_path / "clips", SliceOptions(method=method))


def test_where_nobody_speaks_another_way_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real network
    write_audio(tmp_path / "hum.wav", buzz(5), SAMPLE_RATE)
    with pytest.raises(AudioError, match=r"hum\.wav: nobody is heard .*--method level"):
        slice_file(tmp_path / "hum.wav", tmp_path / "clips")
    quiet = SliceOptions(method="classic")
    write_audio(tmp_path / "soft.wav", buzz(5, level=0.01), SAMPLE_RATE)
    with pytest.raises(AudioError, match=r"soft\.wav: nothing in it is louder than -34 dBFS"):
        slice_file(tmp_path / "soft.wav", tmp_path / "clips", quiet)


def test_nothing_to_cut_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        slice_folder(tmp_path / "gone", tmp_path / "clips")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no recording"):
        slice_folder(tmp_path / "empty", tmp_path / "clips")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no /dev/null to be no folder")
def test_a_target_that_is_no_folder_is_told(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", buzz(3), SAMPLE_RATE)
    with pytest.raises(InputError, match="cannot be made a folder"):
        slice_folder(tmp_path / "a.wav", Path(os.devnull) / "clips", LEVEL)


# --- runs ---------------------------------------------------------------------------------------


def test_a_second_run_cuts_nothing_anew_and_other_options_need_leave(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "clips"
    for name in "ab":
        write_audio(source / f"{name}.wav", talk(4, -0.8, 4), SAMPLE_RATE)
    first = slice_folder(source, target, LEVEL)
    again = slice_folder(source, target, LEVEL)
    assert (again.written, sorted(again.kept)) == ([], sorted(first.written))
    other = SliceOptions(method="level", margin_s=0.05)
    refused = slice_folder(source, target, other)
    assert not refused.written
    assert len(refused.skipped) == 2
    replaced = slice_folder(source, target, other, replace=True)
    assert sorted(path.name for path in target.glob("*.wav")) == sorted(
        path.name for path in replaced.written
    )
    assert {path.name for path in first.written}.isdisjoint(path.name for path in replaced.written)


def test_several_processes_cut_what_one_does(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for name in "ab":
        write_audio(source / f"{name}.wav", talk(3, -0.8, 4), SAMPLE_RATE)
    one = slice_folder(source, tmp_path / "one", LEVEL)
    two = slice_folder(source, tmp_path / "two", LEVEL, processes=2)
    assert sorted(path.name for path in one.written) == sorted(path.name for path in two.written)
    for path in one.written:
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_progress_is_told_inside_a_recording(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", talk(*[5, -0.5] * 14), SAMPLE_RATE)
    told: list[int] = []
    slice_folder(
        tmp_path / "a.wav", tmp_path / "clips", LEVEL, progress=lambda done, *_: told.append(done)
    )
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == 100
    assert any(0 < done < 100 for done in told)


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_s": 0},
        {"min_s": 6},
        {"max_s": 61},
        {"max_s": float("nan")},
        {"pause_s": 0},
        {"longest_pause_s": 0.1},
        {"margin_s": 4},
        {"margin_s": -1},
        {"certainty": 1},
        {"threshold_db": 0},
        {"threshold_db": -100},
        {"hop_size_ms": 0},
        {"min_interval_ms": 5},
        {"min_length_ms": 200},
        {"max_sil_kept_ms": 5},
        {"peak": 0},
        {"peak": 2},
        {"alpha": -0.1},
        {"alpha": 1.1},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    (name,) = wrong
    with pytest.raises(ConfigError, match=name):
        SliceOptions(**wrong)  # type: ignore[arg-type]  # of many kinds
