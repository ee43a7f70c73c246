"""Many clips become one list: stopped, gone on with, corrected by hand, looked at with doubt."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import InputError, MissingModelError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare import engines
from gpt_sovits.prepare.engines import TranscribeOptions, Transcript, Word
from gpt_sovits.prepare.transcribe_list import TranscribeReport, transcribe_to_list
from tests.prepare.fake_engine import Parrot, put_in

RATE = 16_000


@pytest.fixture
def parrot(monkeypatch: pytest.MonkeyPatch) -> Parrot:
    return put_in(monkeypatch, Parrot())


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    paths = ProjectPaths(tmp_path / "project")
    for number, tenths in enumerate((10, 12, 14), 1):
        write_noise(paths.input / "anna" / f"{number}.wav", tenths / 10)
    return paths


def write_noise(path: Path, seconds: float, level: float = 0.1) -> Path:
    noise = np.random.default_rng(len(path.name)).normal(0, level, round(seconds * RATE))
    write_audio(path, noise.clip(-1, 1).astype(np.float32), RATE)
    return path


def target(paths: ProjectPaths) -> Path:
    return paths.output / "transcribed" / "anna.list"


def run(paths: ProjectPaths, source: Path | None = None, **asked: Any) -> TranscribeReport:
    options = TranscribeOptions(**{"language": "ko", **asked})
    return transcribe_to_list(source or paths.input / "anna", target(paths), options, paths=paths)


def lines(paths: ProjectPaths) -> list[str]:
    return target(paths).read_text(encoding="utf-8").splitlines()


def test_a_folder_becomes_a_list_with_a_record_beside_it(
    paths: ProjectPaths, parrot: Parrot
) -> None:
    parrot.texts[12] = Transcript(" 안녕\n하세요 ", "ko", 0.75, [Word("안녕", 0.1, 0.4, 0.5)], 0.1)
    report = run(paths)
    assert lines(paths)[:2] == [
        "input/anna/1.wav|anna|ko|안녕하세요 10",
        "input/anna/2.wav|anna|ko|안녕 하세요",
    ]
    assert (report.n_heard, report.n_kept, report.engine) == (3, 0, "parrot grey")
    second = json.loads(report.record.read_text(encoding="utf-8").splitlines()[1])
    assert second["audio"] == "input/anna/2.wav"
    assert (second["confidence"], second["words"]) == (0.75, [["안녕", 0.1, 0.4, 0.5]])
    assert second["seconds"] == 1.2


def test_what_was_heard_is_not_heard_again(paths: ProjectPaths, parrot: Parrot) -> None:
    run(paths)
    before = target(paths).read_bytes()
    assert run(paths).n_kept == 3
    assert target(paths).read_bytes() == before
    assert len(parrot.heard) == 3
    (paths.input / "anna" / "3.wav").rename(paths.input / "anna" / "4.wav")  # the same content
    write_noise(paths.input / "anna" / "1.wav", 1.6)  # another content
    report = run(paths)
    assert (report.n_heard, report.n_kept) == (1, 2)
    assert parrot.heard[3:] == [16]
    assert [line.split("|")[0][-5:] for line in lines(paths)] == ["1.wav", "2.wav", "4.wav"]
    run(paths, prompt="other options are another question")
    assert len(parrot.heard) == 7


def test_a_stopped_run_keeps_what_it_heard_and_goes_on(paths: ProjectPaths, parrot: Parrot) -> None:
    def stop(length: int) -> None:
        if length == 14:
            raise KeyboardInterrupt

    parrot.before = stop
    with pytest.raises(KeyboardInterrupt):
        run(paths)
    assert len(lines(paths)) == 2
    parrot.before = lambda length: None
    report = run(paths)
    assert (report.n_heard, report.n_kept) == (1, 2)
    assert (len(lines(paths)), report.listed.is_users) == (3, False)
    parrot.texts[10] = Transcript("다른 글", "ko", 0.9)
    parrot.before = stop
    with pytest.raises(KeyboardInterrupt):
        run(paths, prompt="another question")
    texts = [line.split("|")[3] for line in lines(paths)]
    assert texts == ["다른 글", "안녕하세요 12", "안녕하세요 14"], "a line was lost"


def test_a_killed_run_loses_nothing(paths: ProjectPaths, parrot: Parrot) -> None:
    report = run(paths)
    target(paths).unlink()  # as when it was killed before the list was written
    torn = report.record.read_text(encoding="utf-8") + '{"key": "torn'
    report.record.write_text(torn, encoding="utf-8")
    assert run(paths).n_kept == 3
    assert len(lines(paths)) == 3


def test_a_corrected_list_is_the_users(paths: ProjectPaths, parrot: Parrot) -> None:
    run(paths)
    theirs = ["input/anna/2.wav|Anna|KO|고친 글", "", "input/anna/1.wav|anna|ko|"]
    target(paths).write_bytes("\r\n".join(theirs).encode("utf-8-sig"))
    write_noise(paths.input / "anna" / "5.wav", 1.8)
    report = run(paths)
    content = target(paths).read_bytes()
    assert content.startswith("\ufeffinput/anna/2.wav|Anna|KO|고친 글\r\n\r\n".encode())
    assert content.decode("utf-8-sig").splitlines()[2:] == [
        "input/anna/1.wav|anna|ko|안녕하세요 10",
        "input/anna/5.wav|anna|ko|안녕하세요 18",
    ]
    listed = report.listed
    assert listed.is_users
    assert (listed.n_added, listed.n_filled, listed.n_lines) == (1, 1, 3)
    assert parrot.heard[3:] == [18], "a clip whose line was taken out is not heard again"
    again = run(paths)
    assert target(paths).read_bytes() == content
    assert (again.listed.n_added, again.listed.n_filled) == (0, 0)


def test_a_line_that_cannot_be_used_is_still_the_users(paths: ProjectPaths, parrot: Parrot) -> None:
    target(paths).parent.mkdir(parents=True)
    target(paths).write_text("input/anna/1.wav|anna|klingon|nuqneH\n", encoding="utf-8")
    report = run(paths)
    assert lines(paths)[0] == "input/anna/1.wav|anna|klingon|nuqneH"
    assert (len(lines(paths)), report.listed.n_added) == (3, 2)


def test_without_an_engine_the_texts_are_left_to_a_person(
    paths: ProjectPaths, parrot: Parrot
) -> None:
    report = run(paths, engine="none", language="zh")
    assert lines(paths)[0] == "input/anna/1.wav|anna|zh|"
    assert (report.engine, report.n_heard, report.n_kept) == ("", 0, 0)
    assert read_annotations(target(paths), root=paths.root).items == [], "it could be trained on"
    kept = read_annotations(target(paths), root=paths.root, blank=True).items
    assert len(kept) == 3
    target(paths).write_text(
        target(paths).read_text("utf-8").replace("|zh|\n", "|ko|손으로 쓴 글\n", 1), "utf-8"
    )
    report = run(paths)
    assert lines(paths)[0] == "input/anna/1.wav|anna|ko|손으로 쓴 글"
    assert report.listed.n_filled == 2
    assert parrot.heard == [12, 14]


def test_a_list_says_who_speaks_which_language(paths: ProjectPaths, parrot: Parrot) -> None:
    source = paths.root / "raw.list"
    source.write_text(
        "input/anna/1.wav|Anna|ko|\ninput/anna/2.wav||ko|old\ngone.wav|x|ko|y\n", encoding="utf-8"
    )
    report = run(paths, source, language="auto")
    assert lines(paths) == [
        "input/anna/1.wav|Anna|ko|안녕하세요 10",
        "input/anna/2.wav||ko|안녕하세요 12",
    ]
    assert [path.name for path, _ in report.skipped] == ["raw.list:3"]


def test_what_is_suspicious_is_listed_and_told(paths: ProjectPaths, parrot: Parrot) -> None:
    folder = paths.input / "anna"
    write_noise(folder / "4.wav", 2.0, level=0.0)
    parrot.texts[10] = Transcript("", "ko")
    parrot.texts[12] = Transcript("네 네네네네 네네네네 네네네네 네네네네", "ko", 0.2)
    report = run(paths)
    said = {path.name: doubt for path, doubt in report.doubtful}
    assert said["1.wav"] == "no words are heard in it"
    assert "unsure (0.20)" in said["2.wav"]
    assert "repeats" in said["2.wav"]
    assert "silent" in said["4.wav"]
    assert 20 not in parrot.heard, "a recogniser makes up words for silence"
    assert len(lines(paths)) == 4


def test_a_language_unlike_the_rest_is_told(paths: ProjectPaths, parrot: Parrot) -> None:
    parrot.texts[12] = Transcript("Bonjour", "fr", 0.9)
    report = run(paths, language="auto")
    ((path, doubt),) = report.doubtful
    assert path.name == "2.wav"
    assert "no voice here reads" in doubt
    assert "most clips are ko" in doubt
    assert run(paths, language="auto").doubtful == [(path, doubt)]
    (paths.input / "anna" / "1.wav").unlink()
    ((_, doubt),) = run(paths, language="auto").doubtful
    assert "most clips" not in doubt


# --- bad input ----------------------------------------------------------------------------------


def make_bad_clips(folder: Path) -> dict[str, str]:
    """Clips that cannot be used; name -> what is said of it."""
    good = write_noise(folder / "good.wav", 1.0).read_bytes()
    (folder / "empty.wav").write_bytes(b"")
    (folder / "header.wav").write_bytes(good[:20])
    (folder / "picture.wav").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    write_noise(folder / "blip.wav", 0.05)
    write_noise(folder / "hour.wav", 60)
    write_audio(folder / "nan.wav", np.zeros(RATE, np.float32), RATE, subtype="FLOAT")
    content = bytearray((folder / "nan.wav").read_bytes())
    content[-400:] = np.full(100, np.nan, np.float32).tobytes()
    (folder / "nan.wav").write_bytes(bytes(content))
    return {
        "empty.wav": "empty",
        "header.wav": "",
        "picture.wav": "",
        "blip.wav": "hold no word",
        "hour.wav": "60 s are no clip",
        "nan.wav": "",
    }


def test_bad_clips_are_left_out_with_a_reason(paths: ProjectPaths, parrot: Parrot) -> None:
    folder = paths.input / "bad"
    expected = make_bad_clips(folder)
    write_audio(folder / "eight.wav", np.full((8, RATE), 0.1, np.float32), RATE)
    write_noise(folder / "-it's “ü”.wav", 1.1)
    write_audio(folder / "fast.wav", np.full(384_000, 0.1, np.float32), 384_000)
    report = run(paths, folder)
    told = {path.name: reason for path, reason in report.skipped}
    assert told.keys() == expected.keys()
    assert all(part in told[name] for name, part in expected.items()), told
    assert len(lines(paths)) == 4
    assert all("\n" not in reason for reason in told.values())


def test_a_recogniser_that_fails_on_a_clip_goes_on(paths: ProjectPaths, parrot: Parrot) -> None:
    def fail(length: int) -> None:
        if length == 12:
            raise RuntimeError("out of memory")

    parrot.before = fail
    report = run(paths)
    ((path, reason),) = report.skipped
    assert path.name == "2.wav"
    assert reason == "parrot grey failed on it (RuntimeError: out of memory)"
    assert len(lines(paths)) == 2


@pytest.mark.parametrize(
    ("source", "out", "says"),
    [
        ("gone", "x.list", "no such file or folder"),
        ("empty", "x.list", "holds no recording"),
        ("broken", "x.list", "no clip can be used"),
        ("anna", "x.txt", "end it in .list"),
        ("anna", "folder.list", "is a folder"),
        ("anna", "anna/1.wav/x.list", "cannot be"),
    ],
)
def test_what_cannot_work_is_one_sentence(
    paths: ProjectPaths, parrot: Parrot, source: str, out: str, says: str
) -> None:
    (paths.input / "empty").mkdir()
    (paths.input / "folder.list").mkdir()
    (paths.input / "broken").mkdir()
    (paths.input / "broken" / "a.wav").write_bytes(b"x")
    with pytest.raises(InputError, match=says):
        transcribe_to_list(
            paths.input / source, paths.input / out, TranscribeOptions(language="ko"), paths=paths
        )


def test_a_machine_without_a_model_says_what_to_do(
    paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_english = replace(Parrot().engine, models=lambda paths: [])
    monkeypatch.setattr(engines, "ENGINES", (only_english,))
    with pytest.raises(MissingModelError, match=r"Korean .*models download.*--engine none.*import"):
        run(paths)
    assert not target(paths).exists()


def test_a_clip_is_checked_against_what_is_heard(tmp_path: Path, parrot: Parrot) -> None:
    """With the embedded network: a wrong transcript does not sound like its text."""
    audio, rate = read_audio(PROJECT.root / "assets" / "demo" / "recording.opus")
    folder = tmp_path / "clips"
    text = (PROJECT.root / "assets" / "demo" / "recording.txt").read_text("utf-8").splitlines()[0]
    write_audio(folder / "right.wav", audio[: 4 * rate], rate)
    write_audio(folder / "wrong.wav", audio[: round(4.1 * rate)], rate)
    parrot.texts = {
        40: Transcript(text, "en", 0.9),
        41: Transcript("Zebras never juggle boiling oil, do they?", "en", 0.9),
    }
    paths = ProjectPaths(tmp_path)
    shutil.copytree(PROJECT.pretrained_models / "mini", paths.pretrained_models / "mini")
    report = transcribe_to_list(
        folder, tmp_path / "x.list", TranscribeOptions(language="en"), paths=paths
    )
    assert [(path.name, doubt) for path, doubt in report.doubtful] == [
        ("wrong.wav", "does not sound like its text")
    ]
