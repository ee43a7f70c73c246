import json
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import InputError
from gpt_sovits.jobs.process import is_running, signal_group
from gpt_sovits.jobs.runner import list_jobs
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.label_options import TranscribeOptions
from subfix.clip import Clip
from subfix.server.bodies import Engine
from subfix.server.listing import write_listing
from subfix.server.media import Media
from subfix.sounds import Sound
from tests.jobs.scripts import wait_for
from tests.subfix.lists import RATE, TEXTS, make_list, samples, write
from tests.subfix.server.serving import Served, Stream, served

FAKE = (sys.executable, "-m", "tests.subfix.server.fake_program")


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    for job in list_jobs(ProjectPaths(tmp_path)):
        processes = job.processes()
        for mark in (processes.supervisor, processes.command) if processes else ():
            if is_running(mark) and mark is not None:
                signal_group(mark.pid, signal.SIGKILL)


def wait_for_jobs(page: Served, *states: str) -> None:
    wait_for(lambda: [job["state"] for job in page.state()["jobs"]] == list(states))


def with_slow_clip(folder: Path) -> Path:
    path = make_list(folder)
    shutil.copy(folder / "wavs" / "3.wav", folder / "wavs" / "wait.wav")
    path.write_text(path.read_text(encoding="utf-8").replace("wavs/3.wav", "wavs/wait.wav"))
    return path


def test_what_a_recogniser_hears_becomes_a_suggestion(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    with served(path, program=FAKE) as page:
        stream = Stream(page, 0)
        job = page.post("api/transcribe", ids=[1, 2], engine="funasr", language="auto")
        assert job.status == 200
        assert (job.json["kind"], job.json["problem"]) == ("transcribe", None)
        found: dict[str, Any] = {}
        while len(found) < 2:
            found |= stream.wait("suggestions")
        expected = {
            "text": f"Heard {(tmp_path / 'wavs' / '0.wav').stat().st_size} bytes.",
            "language": "en",
            "engine": "funasr tiny",
            "confidence": 0.5,
        }
        assert found["1"] == expected
        assert found["2"]["language"] == "zh"
        while (told := stream.wait("job"))["state"] != "done":
            pass
        assert told["name"] == job.json["name"]
        assert page.state()["suggestions"] == found
        assert page.store.clips[1].text == TEXTS[0]  # nobody took it yet
        wait_for(lambda: not list((page.store.folder / "jobs").glob("*")))
        stream.close()
    with served(path, program=FAKE) as page:  # they survive
        assert page.state()["suggestions"]["1"] == expected
        assert page.post("api/suggestions/forget", ids=[1, 3]).status == 204
        assert list(page.state()["suggestions"]) == ["2"]
        page.post("api/trim", id=2, start=100, end=4000)
        assert page.state()["suggestions"] == {}  # it sounds otherwise now
        page.post("api/undo")
        assert list(page.state()["suggestions"]) == ["2"]


def test_suggestions_come_while_the_job_runs_and_it_can_be_cancelled(tmp_path: Path) -> None:
    with served(with_slow_clip(tmp_path), program=FAKE) as page:
        name = page.post("api/transcribe", ids=[1, 2, 3, 4]).json["name"]
        wait_for(lambda: {"1", "2", "3"} <= page.state()["suggestions"].keys())
        wait_for(lambda: page.state()["jobs"][0]["total"] == 4)
        assert page.state()["jobs"][0]["state"] == "running"
        again = page.post("api/transcribe", ids=[1, 2, 3, 4])
        assert again.status == 422
        assert "already" in again.error
        assert page.post(f"api/jobs/{name}/cancel").status == 204
        wait_for_jobs(page, "stopped")


def test_a_job_that_ends_while_nobody_serves_is_read_later(tmp_path: Path) -> None:
    path = with_slow_clip(tmp_path)
    with served(path, program=FAKE) as page:
        page.post("api/transcribe", ids=[4])
        wait_for_jobs(page, "running")
        write(page.store, 1, "So that the folder stays.")
    (tmp_path / "wavs" / "wait.go").touch()
    [job] = list_jobs(ProjectPaths(tmp_path))
    wait_for(lambda: not job.active)
    with served(path, program=FAKE) as page:
        wait_for(lambda: list(page.state()["suggestions"]) == ["4"])
        wait_for_jobs(page, "done")


def test_a_job_that_fails_says_why(tmp_path: Path) -> None:
    with served(make_list(tmp_path), program=FAKE) as page:
        page.post("api/transcribe", ids=[1], language="ko")
        wait_for_jobs(page, "failed")
        assert "no speech recogniser for Korean" in page.state()["jobs"][0]["problem"]


def test_clips_without_a_sound_are_not_transcribed(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    (tmp_path / "wavs" / "0.wav").unlink()
    with served(path, program=FAKE) as page:
        answer = page.post("api/transcribe", ids=[1])
        assert answer.status == 422
        assert "0.wav" in answer.error
        assert page.post("api/transcribe", ids=[1], language="klingon").status == 422
        assert page.post("api/transcribe", ids=[99]).status == 404
        assert not list_jobs(ProjectPaths(tmp_path))


def test_parts_and_names_that_no_list_can_hold_are_handed_on_as_copies(tmp_path: Path) -> None:
    names = ("a.wav", "b|c.wav", "long.wav")
    for number, name in enumerate(names):
        write_audio(tmp_path / name, samples(number), RATE)
    sounds = {
        1: Sound(tmp_path / "a.wav"),
        2: Sound(tmp_path / "b|c.wav"),
        3: Sound(tmp_path / "long.wav", 0.1, 0.25),
        4: Sound(tmp_path / "a.wav"),
    }
    clips = [Clip(each, speaker="a|b", language="xx", text="One\nline.") for each in (*sounds, 5)]

    def find(clip: Clip) -> Sound:
        if clip.id not in sounds:
            raise InputError("is nowhere")
        return sounds[clip.id]

    folder = tmp_path / "made"
    ids = write_listing(clips, folder, find, Media(tmp_path))
    items = read_annotations(folder / "clips.list").items
    assert [item.audio for item in items] == list(ids)
    assert list(ids.values()) == [[1, 4], [2], [3]]
    assert {(item.speaker, item.language, item.text) for item in items} == {
        ("a b", "auto", "One line.")
    }
    assert np.array_equal(read_audio(items[1].audio)[0], samples(1))
    assert np.array_equal(read_audio(items[2].audio)[0], samples(2)[1600:4000])
    with pytest.raises(InputError, match="nowhere"):
        write_listing(clips[4:], folder, find, Media(tmp_path))


def test_check_shows_its_findings_and_tells_when_the_text_is_another(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    with served(path, program=FAKE) as page:
        assert page.state()["quality"] == {}
        assert page.get("api/words/1").json == []
        stream = Stream(page, 0)
        write(page.store, 2, "Not saved yet when check is asked for.")
        assert page.post("api/check").json["kind"] == "check"
        found = stream.wait("quality")
        assert found["1"] == {
            "light": "red", "fit": 0.25, "snr_db": 30.0, "clipped": 0.0, "rate": 12.5,
            "confidence": None, "stale": False,
            "findings": [
                {"kind": "fit", "light": "red", "what": "does not fit", "remedy": "Listen to it."}
            ],
        }  # fmt: skip
        assert found["2"]["stale"] is False
        word = {"text": "Hello", "start_s": 0.1, "end_s": 0.2, "score": 0.9}
        assert page.get("api/words/1").json == [word]
        write(page.store, 1, "Another text.")
        assert stream.wait("quality")["1"]["stale"] is True
        page.post("api/split", id=1, at=4000, texts=["a", "b"])
        assert stream.wait("quality") == {"1": None}
        page.post("api/undo")
        assert stream.wait("quality")["1"]["stale"] is True
        stream.close()


def test_findings_of_a_check_from_elsewhere_are_noticed(tmp_path: Path) -> None:
    from tests.subfix.server.fake_program import checked_line

    path = make_list(tmp_path)
    with served(path, program=FAKE) as page:
        stream = Stream(page, 0)
        beside = path.with_name(path.name + ".check.jsonl")
        beside.write_text(f"{checked_line('wavs/0.wav', TEXTS[0])}\nnonsense\n{json.dumps([1])}\n")
        assert stream.wait("quality")["1"]["stale"] is False
        assert list(page.state()["quality"]) == ["1"]
        beside.unlink()
        assert stream.wait("quality")["1"] is None
        stream.close()


def test_the_engines_are_those_of_transcribe() -> None:
    offered = get_type_hints(TranscribeOptions)["engine"]
    assert {*get_args(Engine), "none"} == {*get_args(offered)}
