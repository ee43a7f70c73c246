import json
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.features.content import TimedPhone
from gpt_sovits.inference.speech import Speech, SpokenSentence, join_speech, write_timings

SENTENCES = [
    SpokenSentence("One\n\ntwo.", ["W"], 0.0, 1.5, (TimedPhone("W", 0.1, 0.2),)),
    SpokenSentence("你好。", ["n", "i2"], 3661.9999, 3662.5),
]


def test_subtitles_count_hours_and_milliseconds(tmp_path: Path) -> None:
    write_timings(tmp_path / "a.srt", SENTENCES)
    assert (tmp_path / "a.srt").read_text(encoding="utf-8") == (
        "1\n00:00:00,000 --> 00:00:01,500\nOne two.\n\n2\n01:01:02,000 --> 01:01:02,500\n你好。\n"
    )


def test_json_holds_phones_and_their_times_where_known(tmp_path: Path) -> None:
    write_timings(tmp_path / "a.json", SENTENCES)
    first, second = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert first["phone_times"] == [["W", 0.1, 0.2]]
    assert second == {
        "text": "你好。",
        "start_s": 3661.9999,
        "end_s": 3662.5,
        "phones": ["n", "i2"],
    }


def test_another_ending_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.vtt: timings end in \.json or \.srt"):
        write_timings(tmp_path / "a.vtt", SENTENCES)


def test_pieces_join_in_order() -> None:
    pieces = [
        Speech(np.full(3, value, np.float32), 8000, [sentence], [("x", "why")][:value])
        for value, sentence in enumerate(SENTENCES)
    ]
    whole = join_speech(pieces)
    assert whole.audio.tolist() == [0, 0, 0, 1, 1, 1]
    assert whole.sentences == SENTENCES
    assert whole.skipped == [("x", "why")]
    assert whole.seconds == 6 / 8000
