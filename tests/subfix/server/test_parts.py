"""Subtitles: every clip is a part of one recording."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.audio.write import write_audio
from tests.jobs.scripts import wait_for
from tests.subfix.lists import RATE, samples
from tests.subfix.server.serving import Served, served

FAKE = (sys.executable, "-m", "tests.subfix.server.fake_program")

SRT = """1
00:00:00,500 --> 00:00:01,000
One, two.

2
00:00:01,250 --> 00:00:02,000
<i>Three</i>
and four.
"""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    write_audio(tmp_path / "talk.wav", samples(1, 3.0), RATE)
    path = tmp_path / "talk.srt"
    path.write_text(SRT, encoding="utf-8")
    with served(path, program=FAKE) as page:
        yield page


def pcm(start_s: float, end_s: float) -> bytes:
    part = samples(1, 3.0)[round(start_s * RATE) : round(end_s * RATE)]
    return bytes((part * 32768).astype("<i2").tobytes())


def test_each_clip_has_its_part_of_the_sound(page: Served) -> None:
    state = page.state()
    assert state["list"]["spans"] is True
    assert page.get("api/audio/1.wav").content[44:] == pcm(0.5, 1.0)
    wait_for(lambda: len(page.state()["facts"]) == 2)
    assert page.state()["facts"] == {"1": [0.5, RATE, 8000], "2": [0.75, RATE, 12000]}
    told = page.post("api/split", id=1, at=1600, texts=["One,", "two."])
    assert told.status == 200
    new = told.json["placed"][0][0]
    assert page.get(f"api/audio/{new}.wav").content[44:] == pcm(0.6, 1.0)
    wait_for(lambda: page.state()["facts"].get(str(new)) == [0.4, RATE, 6400])


def test_they_are_checked_and_transcribed_as_files_of_their_own(page: Served) -> None:
    assert page.post("api/transcribe", ids=[2]).status == 200
    wait_for(lambda: list(page.state()["suggestions"]) == ["2"])
    size = 44 + len(pcm(1.25, 2.0))
    assert page.state()["suggestions"]["2"]["text"] == f"Heard {size} bytes."
    assert page.post("api/check").status == 200

    def lights() -> dict[str, Any]:
        return {number: one["stale"] for number, one in page.state()["quality"].items()}

    wait_for(lambda: lights() == {"1": False, "2": False})
    page.post("api/trim", id=1, start=0, end=4000)
    assert lights() == {"2": False}  # it sounds otherwise than what was checked
    page.post("api/undo")
    assert lights() == {"1": False, "2": False}


def test_they_are_exported_with_their_sound(page: Served, tmp_path: Path) -> None:
    assert page.post("api/export", format="list", target="out.list").status == 200
    lines = (tmp_path / "out.list").read_text(encoding="utf-8").splitlines()
    assert [line.rsplit("|", 1)[1] for line in lines] == ["One, two.", "Three and four."]
    assert len(list((tmp_path / "out_audio").glob("*.wav"))) == 2
