"""Subtitles: clips are spans of one recording, and no sound is written."""

from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError
from subfix.sounds import read_sound
from subfix.store import Store
from tests.subfix.lists import RATE, opened, samples

SRT = """1
00:00:00,500 --> 00:00:01,000
One, two.

2
00:00:01,250 --> 00:00:02,000
Three
and four.
"""


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    write_audio(tmp_path / "talk.wav", samples(1, 3.0), RATE)
    path = tmp_path / "talk.srt"
    path.write_text(SRT, encoding="utf-8")
    return path


def sound_of(store: Store, number: int) -> np.ndarray:
    return read_sound(store.find_sound(store.clips[number]))[0][0]


def test_a_split_divides_time_and_text(talk: Path) -> None:
    with opened(talk) as store:
        store.split(1, 1600, ("One,", "two."))
        first, second = store.order[:2]
        whole = samples(1, 3.0)
        np.testing.assert_array_equal(sound_of(store, first), whole[8000:9600])
        np.testing.assert_array_equal(sound_of(store, second), whole[9600:16000])
    assert talk.read_text(encoding="utf-8").startswith(
        "1\n00:00:00,500 --> 00:00:00,600\nOne,\n\n2\n00:00:00,600 --> 00:00:01,000\ntwo.\n\n3\n"
    )
    assert not (talk.parent / "talk.srt.subfix" / "audio").exists()


def test_merged_cues_keep_what_is_between_them(talk: Path) -> None:
    with opened(talk) as store:
        with pytest.raises(InputError, match="stay as they are"):
            store.merge([1, 2], "set", 0.1)
        store.merge([1, 2])
        np.testing.assert_array_equal(sound_of(store, 1), samples(1, 3.0)[8000:32000])
    assert "00:00:00,500 --> 00:00:02,000\nOne, two. Three" in talk.read_text(encoding="utf-8")


def test_a_note_between_merged_cues_stays(tmp_path: Path) -> None:
    write_audio(tmp_path / "talk.wav", samples(1, 3.0), RATE)
    path = tmp_path / "talk.vtt"
    cue = "00:00:0{}.000 --> 00:00:0{}.000\n{}\n\n"
    content = f"WEBVTT\n\n{cue.format(0, 1, 'One')}NOTE ask Ann\n\n{cue.format(1, 2, 'two.')}"
    path.write_text(content, encoding="utf-8")
    with opened(path) as store:
        store.merge([1, 2])
        store.save()
        assert "NOTE ask Ann\n\n00:00:00.000 --> 00:00:02.000\nOne two." in path.read_text("utf-8")
        store.undo()
    assert path.read_text(encoding="utf-8") == content


def test_a_trim_changes_times_and_is_undone_to_the_byte(talk: Path) -> None:
    with opened(talk) as store:
        store.trim(2, 1600, 8000)
        assert (store.clips[2].start_s, store.clips[2].end_s) == (1.35, 1.75)
        store.undo()
    assert talk.read_text(encoding="utf-8") == SRT


def test_cues_that_another_program_moved_are_recognised(talk: Path) -> None:
    with opened(talk) as store:
        store.edit({1: {"done": True}}, {})
        store.save()
        talk.write_text(SRT.replace("00:00:01,250", "00:00:01,300"), encoding="utf-8")
        store.look_outside()
        store.take_outside()
        assert store.clips[2].start_s == 1.3
        assert store.clips[1].done


def test_a_text_that_would_break_the_file_is_refused_at_once(talk: Path) -> None:
    with opened(talk) as store:
        text = "00:00:03,000 --> 00:00:04,000"
        with pytest.raises(InputError):
            store.edit({1: {"text": f"One.\n{text}\nTwo."}}, {})
        assert store.n == 0
