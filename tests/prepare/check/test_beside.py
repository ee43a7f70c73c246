"""What the label editor reads beside a list that was checked."""

import json
import logging
from pathlib import Path

import pytest

from gpt_sovits.data.checked import checked_path, read_checked
from gpt_sovits.prepare.check import measuring
from gpt_sovits.prepare.check.beside import write_checked
from gpt_sovits.prepare.check.findings import KINDS, Finding
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.report import CheckedClip, CheckReport
from gpt_sovits.prepare.check.run import check_list
from tests.prepare.check.made import made
from tests.speech_set import write_list, write_set


def check(listed: Path) -> CheckReport:
    return check_list(listed, listed.parent / "report", CheckOptions(processes=1))


def test_every_clip_is_found_by_the_name_that_the_list_has_for_it(tmp_path: Path) -> None:
    clips = write_set(tmp_path, 3)
    names = [f"\u202a{clips[0][0]}", f'"{clips[1][0].name}"', "old\\folder\\02.wav"]
    lines = [f"{name}|anna|JP|{text}" for name, (_, text) in zip(names, clips, strict=True)]
    listed = tmp_path / "a list.list"
    listed.write_text("\n".join(lines), encoding="utf-8")
    check(listed)
    found = read_checked(listed)
    assert list(found) == [str(clips[0][0]), "01.wav", "old\\folder\\02.wav"]
    for line, (_, text) in zip(found.values(), clips, strict=True):
        assert (line.speaker, line.language, line.text, line.light) == ("anna", "ja", text, "green")
        assert line.fit is not None
        assert line.fit > 0.5
        assert line.rate is not None
        assert line.clipped == 0
        assert "".join(word.text for word in line.words) == text
        assert 0 < line.words[-1].end_s <= line.seconds


def test_findings_come_with_what_to_do(tmp_path: Path) -> None:
    clips = write_set(tmp_path, 2)
    clips[1][0].write_bytes(b"no sound")
    listed = write_list(tmp_path / "x.list", clips)
    check(listed)
    broken = read_checked(listed)["01.wav"]
    assert (broken.light, broken.seconds, broken.words, broken.rate) == ("red", 0, (), None)
    assert broken.findings[0].kind == "unreadable"
    assert broken.findings[0].remedy == KINDS["unreadable"].remedy


def test_words_of_a_clip_that_was_measured_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = write_list(tmp_path / "x.list", write_set(tmp_path, 2))
    check(listed)
    first = checked_path(listed).read_bytes()
    checked_path(listed).unlink()

    def forbidden(*_: object) -> None:
        raise AssertionError("aligned again")

    monkeypatch.setattr(measuring, "time_words", forbidden)
    check(listed)
    assert checked_path(listed).read_bytes() == first


def report_of(listed: Path) -> CheckReport:
    clip = CheckedClip(made(0), [Finding("text", "red", "is another")], 0.5)
    return CheckReport(listed, listed.parent, "v2", [clip], [], [])


def test_a_list_where_nothing_can_be_written_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    listed = tmp_path / "anna.list"
    checked_path(listed).mkdir()
    (checked_path(listed) / "something").touch()
    with caplog.at_level(logging.WARNING):
        write_checked(report_of(listed))
    assert "cannot be written" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == [checked_path(listed).name]


def test_lines_are_json_of_one_line_each(tmp_path: Path) -> None:
    listed = tmp_path / "anna.list"
    write_checked(report_of(listed))
    (line,) = checked_path(listed).read_text(encoding="utf-8").splitlines()
    values = json.loads(line)
    assert values["confidence"] == 0.5
    assert f"python -m subfix {listed}" in values["findings"][0]["remedy"]


def test_every_remedy_for_a_line_opens_the_editor() -> None:
    for key in ("text", "language", "characters", "pace", "same_text", "confidence", "line"):
        assert "python -m subfix LIST" in KINDS[key].remedy
