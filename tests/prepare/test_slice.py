"""Recordings are cut at pauses, whatever their level and noise."""

from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError, ConfigError, InputError
from gpt_sovits.prepare.slice import (
    FRAMES_PER_S,
    SAMPLE_RATE,
    SliceOptions,
    Span,
    find_speech,
    frame_levels,
    group_pieces,
    pause_gains,
    slice_file,
    slice_folder,
    speech_pieces,
    with_margins,
)

OPTIONS = SliceOptions()


def buzz(seconds: float, level: float = 0.2, rate: int = SAMPLE_RATE) -> np.ndarray:
    """Something as loud as speech."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sign(np.sin(2 * np.pi * 150 * time))).astype(np.float32)


def talk(*stretches: float, noise: float = 0.0, gain: float = 1.0) -> np.ndarray:
    """Speech of the given seconds where positive, a pause where negative."""
    parts = [buzz(each) if each > 0 else np.zeros(round(-each * SAMPLE_RATE)) for each in stretches]
    audio = np.concatenate(parts)
    audio = audio + noise * np.random.default_rng(0).normal(size=len(audio))
    return (gain * audio).astype(np.float32)


def pieces_of(audio: np.ndarray) -> list[tuple[float, float]]:
    return [
        (piece.start / FRAMES_PER_S, piece.end / FRAMES_PER_S)
        for piece in find_speech(frame_levels([audio]), OPTIONS)
    ]


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("noise", [0.0, 0.002, 0.02])
def test_pauses_are_found_at_any_level_and_noise(gain: float, noise: float) -> None:
    found = np.array(pieces_of(talk(-0.5, 3, -0.6, 4, -0.5, noise=noise, gain=gain)))
    np.testing.assert_allclose(found, [[0.5, 3.5], [4.1, 8.1]], atol=0.03)


def test_a_short_dip_and_a_click_are_neither_pause_nor_speech() -> None:
    assert len(pieces_of(talk(1, -0.1, 1))) == 1
    assert len(pieces_of(talk(1, -0.5, 0.02, -0.5, 1))) == 2


def test_levels_do_not_hang_on_how_a_recording_is_read() -> None:
    audio = talk(1, -0.3, 0.777, noise=0.01)
    blocks = np.split(audio, [1, 999, 12_345, 12_346])
    np.testing.assert_allclose(frame_levels(blocks), frame_levels([audio]), atol=1e-4)


def test_clips_end_at_long_pauses_and_join_across_short_ones() -> None:
    pieces = [Span(0, 300), Span(330, 600), Span(700, 1000)]
    clips, left_out = group_pieces(pieces, pause_gains(pieces, OPTIONS), OPTIONS)
    assert clips == [Span(0, 600), Span(700, 1000)]
    assert left_out == []


def test_a_short_sentence_joins_its_nearer_neighbour() -> None:
    pieces = [Span(0, 400), Span(460, 520), Span(600, 900)]
    clips, _ = group_pieces(pieces, pause_gains(pieces, OPTIONS), OPTIONS)
    assert clips == [Span(0, 520), Span(600, 900)]


def test_a_lonely_word_is_left_out_and_named() -> None:
    pieces = [Span(0, 400), Span(800, 850), Span(1300, 1700)]
    clips, left_out = group_pieces(pieces, pause_gains(pieces, OPTIONS), OPTIONS)
    assert clips == [Span(0, 400), Span(1300, 1700)]
    assert left_out == [Span(800, 850)]


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    audio = buzz(14)
    audio[6 * SAMPLE_RATE : 6 * SAMPLE_RATE + 1600] *= 0.6
    pieces = speech_pieces(frame_levels([audio]), OPTIONS)
    assert len(pieces) == 2
    assert pieces[0].end / FRAMES_PER_S == pytest.approx(6.02, abs=0.03)


def test_margins_never_overlap_or_leave_the_recording() -> None:
    wider = with_margins([Span(3, 300), Span(308, 600)], 605, OPTIONS)
    assert wider == [Span(0, 304), Span(304, 605)]


@pytest.mark.parametrize("seed", range(3))
def test_every_clip_keeps_the_limits_and_is_named_by_its_place(tmp_path: Path, seed: int) -> None:
    generator = np.random.default_rng(seed)
    stretches = [
        length
        for _ in range(6)
        for length in (generator.uniform(0.3, 14), -generator.uniform(0.05, 1.5))
    ]
    audio = talk(*stretches, noise=0.003)
    source = tmp_path / "a b.wav"
    write_audio(source, audio, SAMPLE_RATE)
    whole, _ = read_audio(source)
    report = slice_file(source, tmp_path / "clips")
    assert report.written
    last_end = 0
    for path in report.written:
        start, end = map(int, path.stem.split("_")[-2:])
        clip, rate = read_audio(path)
        assert rate == SAMPLE_RATE
        assert OPTIONS.min_s <= len(clip) / rate <= OPTIONS.max_s
        assert path.name == f"a b.wav_{start:010d}_{end:010d}.wav"
        assert start >= last_end
        np.testing.assert_array_equal(clip, whole[start:end])
        last_end = end


def test_any_rate_and_format_becomes_32_khz(tmp_path: Path) -> None:
    source = tmp_path / "call.flac"
    write_audio(source, buzz(4, rate=8000), 8000)
    (clip,) = slice_file(source, tmp_path / "clips").written
    assert clip.name.startswith("call.flac_")
    assert probe_audio(clip).sample_rate == SAMPLE_RATE


@pytest.mark.parametrize("audio", [np.zeros(64_000, np.float32), buzz(3, level=1e-4)])
def test_silence_is_told(tmp_path: Path, audio: np.ndarray) -> None:
    source = tmp_path / "silence.wav"
    write_audio(source, audio, SAMPLE_RATE)
    with pytest.raises(AudioError, match=r"silence\.wav: is silent"):
        slice_file(source, tmp_path / "clips")


def test_a_folder_goes_on_past_what_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_audio(folder / "b.wav", buzz(3), SAMPLE_RATE)
    (folder / "a.wav").write_bytes(b"no sound")
    (folder / "notes.txt").write_text("not a recording", encoding="utf-8")
    report = slice_folder(folder, tmp_path / "clips")
    assert len(report.written) == 1
    assert [path.name for path, _ in report.skipped] == ["a.wav"]


def test_nothing_to_cut_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        slice_folder(tmp_path / "gone", tmp_path / "clips")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no recording"):
        slice_folder(tmp_path / "empty", tmp_path / "clips")


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_s": 0},
        {"min_s": 6},
        {"pause_s": 0},
        {"longest_pause_s": 0.1},
        {"margin_s": 4},
        {"margin_s": -1},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        SliceOptions(**wrong)
