import errno
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.table import (
    RECORD,
    TableLine,
    TableReport,
    key_of_voice,
    read_table,
    speak_table,
)
from gpt_sovits.inference.voice import Voice
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.file import sha256_of

LINES = [
    TableLine(1, "one", "en", "Good morning."),
    TableLine(2, "two", "zh", "你好。"),
]
OPTIONS = SpeakingOptions()


def speak(
    voice: Voice,
    folder: Path,
    lines: list[TableLine] = LINES,
    *,
    options: SpeakingOptions = OPTIONS,
    voice_key: str = "k",
    force: bool = False,
) -> TableReport:
    return speak_table(lines, folder, lambda: voice, options, voice_key=voice_key, force=force)


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def test_a_table_may_have_a_head_and_empty_lines(tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text(
        "\ufeffName\tLanguage\tText\n\none\ten\tGood morning.\n \ntwo\tzh\t你好。\n",
        encoding="utf-8",
    )
    lines, failed = read_table(table)
    assert lines == [replace(LINES[0], number=3), replace(LINES[1], number=5)]
    assert failed == []


def test_bad_lines_are_named_by_number_and_the_rest_stays(tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text(
        "one\ten\tGood morning.\nalone\n../up\ten\tNo.\nOne\ten\tAgain.\na\tb\tc\td\n"
        "two\tzh\t你好。\n",
        encoding="utf-8",
    )
    lines, failed = read_table(table)
    assert [line.name for line in lines] == ["one", "two"]
    assert [number for number, _ in failed] == [2, 3, 4, 5]
    reasons = " | ".join(reason for _, reason in failed)
    for part in ("has 1 columns", "'../up' holds '/'", "stands in line 1 already", "4 columns"):
        assert part in reasons


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "no such file"), (b"\xff\xfe\x00", "not UTF-8"), (b"\n \n", "holds no line")],
)
def test_a_file_that_is_no_table_is_one_sentence(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    table = tmp_path / "t.tsv"
    if content is not None:
        table.write_bytes(content)
    with pytest.raises(InputError, match=rf"t\.tsv: .*{says}"):
        read_table(table)


def test_each_line_becomes_a_recording(voice: Voice, tmp_path: Path) -> None:
    report = speak(voice, tmp_path / "new" / "folder")
    assert names([line.path for line in report.spoken]) == ["one", "two"]
    assert report.failed == []
    for line in report.spoken:
        audio, rate = read_audio(line.path)
        assert len(audio) / rate == pytest.approx(line.seconds)
        assert len(line.sentences) == 1


def test_what_is_there_already_is_not_made_again(voice: Voice, tmp_path: Path) -> None:
    speak(voice, tmp_path)
    again = speak(voice, tmp_path)
    assert again.spoken == []
    assert names(again.unchanged) == ["one", "two"]


@pytest.mark.parametrize("change", ["text", "options", "voice"])
def test_what_was_made_from_something_else_is_made_anew(
    voice: Voice, tmp_path: Path, change: str
) -> None:
    speak(voice, tmp_path)
    lines = [replace(LINES[0], text="Good evening."), LINES[1]] if change == "text" else LINES
    options = replace(OPTIONS, speed=1.1) if change == "options" else OPTIONS
    again = speak(
        voice, tmp_path, lines, options=options, voice_key="l" if change == "voice" else "k"
    )
    assert names([line.path for line in again.spoken]) == (
        ["one"] if change == "text" else ["one", "two"]
    )


def test_files_of_others_are_left_alone_unless_forced(voice: Voice, tmp_path: Path) -> None:
    speak(voice, tmp_path)
    edited, foreign = tmp_path / "one.wav", tmp_path / "three.wav"
    for path in (edited, foreign):
        write_audio(path, np.zeros(80, np.float32), 8000)
    lines = [*LINES, TableLine(3, "three", "en", "It rains.")]
    report = speak(voice, tmp_path, lines)
    assert [number for number, _ in report.failed] == [1, 3]
    assert "three.wav is there, and this table did not make it" in report.failed[1][1]
    assert len(read_audio(edited)[0]) == len(read_audio(foreign)[0]) == 80
    forced = speak(voice, tmp_path, lines, force=True)
    assert len(forced.spoken) == 3
    assert len(read_audio(foreign)[0]) > 80


def test_a_line_that_cannot_be_spoken_leaves_the_others(voice: Voice, tmp_path: Path) -> None:
    lines = [
        TableLine(1, "a", "klingon", "qapla"),
        TableLine(2, "b", "en", ""),
        TableLine(3, "c", "en", "…"),
        replace(LINES[0], number=4),
    ]
    report = speak(voice, tmp_path, lines)
    assert [number for number, _ in report.failed] == [1, 2, 3]
    assert names([line.path for line in report.spoken]) == ["one"]


@pytest.mark.parametrize("edits", [1, 2])
def test_what_is_noted_and_not_written_is_spoken_again(
    voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edits: int
) -> None:
    speak(voice, tmp_path, LINES[:1])
    old = (tmp_path / "one.wav").read_bytes()
    with monkeypatch.context() as patch:
        really = Path.replace

        def fail(source: Path, target: Path) -> Path:
            if target.name == "one.wav":
                raise OSError(errno.EIO, "Input/output error")
            return really(source, target)

        patch.setattr(Path, "replace", fail)
        for number in range(edits):
            edited = [replace(LINES[0], text=f"Another text, number {number}.")]
            assert len(speak(voice, tmp_path, edited).failed) == 1
    assert (tmp_path / "one.wav").read_bytes() == old
    report = speak(voice, tmp_path, edited)
    assert [line.path.name for line in report.spoken] == ["one.wav"]
    assert (tmp_path / "one.wav").read_bytes() != old
    assert speak(voice, tmp_path, edited).unchanged == [tmp_path / "one.wav"]


def test_a_file_that_is_put_there_after_a_failure_stays(voice: Voice, tmp_path: Path) -> None:
    speak(voice, tmp_path, LINES[:1])
    (tmp_path / "one.wav").write_bytes(b"the user's own")
    report = speak(voice, tmp_path, [replace(LINES[0], text="Another text.")])
    assert len(report.failed) == 1
    assert (tmp_path / "one.wav").read_bytes() == b"the user's own"


def test_the_voices_key_hangs_on_all_that_it_is_made_of(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    files = {name: tmp_path / name for name in ("gpt", "sovits", "clip", "more")}
    for name, path in files.items():
        path.write_text(name)
    parts = VoiceParts(
        files["gpt"],
        files["sovits"],
        ReferenceClip(files["clip"], "Hello.", "en", (files["more"],)),
    )
    keys = [key_of_voice(parts, paths)]
    assert key_of_voice(parts, paths) == keys[0]
    for path in files.values():
        path.write_text("other")
        keys.append(key_of_voice(parts, paths))
    keys.append(key_of_voice(replace(parts, reference=replace(parts.reference, text="Hi.")), paths))
    paths.configs.mkdir()
    paths.dictionary.write_text("[]")
    keys.append(key_of_voice(parts, paths))
    assert len(set(keys)) == len(keys)


def test_each_recording_is_noted_with_the_one_that_it_replaces(
    voice: Voice, tmp_path: Path
) -> None:
    speak(voice, tmp_path, LINES[:1])
    speak(voice, tmp_path, [replace(LINES[0], text="Another text.")])
    lines = (tmp_path / RECORD).read_text(encoding="utf-8").splitlines()
    first, second = (json.loads(line) for line in lines if line)
    assert first["before"] is None
    assert second["before"] == first["sha256"] != second["sha256"]
    assert second["sha256"] == sha256_of(tmp_path / "one.wav")
