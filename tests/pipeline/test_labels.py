"""A voice's annotation list is made once, and then it is the user's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline import labels
from gpt_sovits.pipeline.labels import LabelOptions, label_source
from gpt_sovits.prepare.transcribe import LabelledClip, LabelReport

Calls = list[tuple[str, str | None]]


def write_tone(path: Path, hz: float = 200.0) -> Path:
    wave = 0.1 * np.sin(2 * np.pi * hz * np.arange(24_000) / 8000)
    write_audio(path, wave.astype(np.float32), 8000)
    return path


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Put a labeller without networks in place; gives the recordings and texts it was asked for."""
    asked: Calls = []

    def label(path: Path, target: Path, content: object, **options: Any) -> LabelReport:
        asked.append((path.name, options["text"]))
        if "bad" in path.name:
            raise AudioError(f"{path}: is silent")
        clip = write_tone(target / f"{path.name}_1.wav")
        engine = "pocketsphinx" if options["text"] is None else "text"
        text = options["text"] or "heard"
        return LabelReport([LabelledClip(clip, "en", text)], engine, [(path, "2 s left out")])

    monkeypatch.setattr(labels, "label_recording", label)
    monkeypatch.setattr(labels, "load_content", lambda path: None)
    return asked


def test_a_recording_is_labelled_once(paths: ProjectPaths, calls: Calls) -> None:
    source = write_tone(paths.input / "talk.wav")
    first = label_source(source, "voice", LabelOptions(), paths=paths)
    again = label_source(source, "voice", LabelOptions(), paths=paths)
    assert calls == [("talk.wav", None)]
    assert first == again
    assert [item.text for item in first.annotations.items] == ["heard"]
    assert first.annotations.skipped == [(source, "2 s left out")]
    assert first.engines == {"pocketsphinx": 1}
    assert "check" in first.warnings[0]


def change_recording(source: Path) -> LabelOptions:
    write_tone(source, 300.0)
    return LabelOptions()


def add_text(source: Path) -> LabelOptions:
    source.with_suffix(".txt").write_text("said", encoding="utf-8")
    return LabelOptions()


def give_text(source: Path) -> LabelOptions:
    return LabelOptions(text="said")


def give_language(source: Path) -> LabelOptions:
    return LabelOptions(language="zh")


@pytest.mark.parametrize("change", [change_recording, add_text, give_text, give_language])
def test_what_was_changed_is_labelled_again(
    paths: ProjectPaths, calls: Calls, change: Callable[[Path], LabelOptions]
) -> None:
    source = write_tone(paths.input / "talk.wav")
    label_source(source, "voice", LabelOptions(), paths=paths)
    label_source(source, "voice", change(source), paths=paths)
    assert len(calls) == 2


def test_of_a_folder_only_the_new_recording_is_labelled(paths: ProjectPaths, calls: Calls) -> None:
    write_tone(paths.input / "a.wav")
    label_source(paths.input, "voice", LabelOptions(), paths=paths)
    write_tone(paths.input / "b.wav", 250.0)
    write_tone(paths.input / "bad.wav", 300.0)
    found = label_source(paths.input, "voice", LabelOptions(), paths=paths)
    assert [name for name, _ in calls] == ["a.wav", "b.wav", "bad.wav"]
    assert [item.audio.name for item in found.annotations.items] == ["a.wav_1.wav", "b.wav_1.wav"]
    assert (paths.input / "bad.wav", f"{paths.input / 'bad.wav'}: is silent") in (
        found.annotations.skipped
    )


def test_an_edited_list_is_kept_and_used(paths: ProjectPaths, calls: Calls) -> None:
    source = write_tone(paths.input / "talk.wav")
    made = label_source(source, "voice", LabelOptions(), paths=paths)
    made.path.write_text(
        made.path.read_text(encoding="utf-8").replace("heard", "herd"), encoding="utf-8"
    )
    write_tone(source, 300.0)
    found = label_source(source, "voice", LabelOptions(), paths=paths)
    assert [item.text for item in found.annotations.items] == ["herd"]
    assert "was edited" in found.warnings[0]
    made.path.unlink()
    assert label_source(source, "voice", LabelOptions(), paths=paths).warnings == made.warnings


def test_an_edited_list_is_not_used_for_another_source(paths: ProjectPaths, calls: Calls) -> None:
    made = label_source(write_tone(paths.input / "talk.wav"), "voice", LabelOptions(), paths=paths)
    made.path.write_text(
        made.path.read_text(encoding="utf-8").replace("heard", "herd"), encoding="utf-8"
    )
    edited = made.path.read_bytes()
    other = write_tone(paths.input / "other.wav", 300.0)
    found = label_source(other, "voice", LabelOptions(), paths=paths)
    assert [item.audio.name for item in found.annotations.items] == ["other.wav_1.wav"]
    assert "voice-1.list holds what was edited" in found.warnings[0]
    assert (made.path.parent / "voice-1.list").read_bytes() == edited


def test_of_several_recordings_only_the_one_with_a_bad_text_is_left_out(
    paths: ProjectPaths, calls: Calls
) -> None:
    write_tone(paths.input / "a.wav")
    bad = write_tone(paths.input / "b.wav").with_suffix(".txt")
    bad.write_bytes(b"\xff\xfe")
    found = label_source(paths.input, "voice", LabelOptions(), paths=paths)
    assert found.annotations.skipped[0] == (
        paths.input / "b.wav",
        f"{bad}: is not UTF-8; save it as UTF-8",
    )
    bad.write_text("Mended.", encoding="utf-8")
    mended = label_source(paths.input, "voice", LabelOptions(), paths=paths)
    assert [item.text for item in mended.annotations.items] == ["heard", "Mended."]


def test_the_list_moves_with_the_project(tmp_path: Path, calls: Calls) -> None:
    paths = ProjectPaths(tmp_path / "here")
    source = write_tone(paths.input / "talk.wav")
    label_source(source, "voice", LabelOptions(), paths=paths)
    moved = ProjectPaths(paths.root.rename(tmp_path / "there"))
    found = label_source(moved.input / "talk.wav", "voice", LabelOptions(), paths=moved)
    assert len(calls) == 1
    assert found.annotations.items[0].audio.is_relative_to(moved.root)


def test_a_list_is_taken_as_it_is(paths: ProjectPaths, calls: Calls) -> None:
    write_tone(paths.input / "a.wav")
    lines = "a.wav|me|EN|Hello.\ngone.wav|me|EN|Bye.\n"
    source = paths.input / "mine.list"
    source.write_text(lines, encoding="utf-8")
    found = label_source(source, "voice", LabelOptions(), paths=paths)
    assert found.engines == {"list": 1}
    assert found.annotations.skipped[0][0] == Path(f"{source}:2")
    assert calls == []


def one_text_for_two(paths: ProjectPaths) -> tuple[Path, LabelOptions]:
    write_tone(paths.input / "a.wav")
    write_tone(paths.input / "b.wav")
    return paths.input, LabelOptions(text="said")


def list_of_missing_clips(paths: ProjectPaths) -> tuple[Path, LabelOptions]:
    paths.input.mkdir()
    source = paths.input / "mine.list"
    source.write_text("a.wav|me|EN|Hello.\nb.wav|me|EN|Hello.\n", encoding="utf-8")
    return source, LabelOptions()


def text_for_a_list(paths: ProjectPaths) -> tuple[Path, LabelOptions]:
    return list_of_missing_clips(paths)[0], LabelOptions(text="said")


def folder_of_bad_ones(paths: ProjectPaths) -> tuple[Path, LabelOptions]:
    for number in range(5):
        write_tone(paths.input / f"bad{number}.wav", 200.0 + number)
    return paths.input, LabelOptions()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (one_text_for_two, "one text cannot be that of 2 recordings"),
        (list_of_missing_clips, r"no line can be used \(.*mine\.list:1.*no such file"),
        (text_for_a_list, "a list has its own texts"),
        (folder_of_bad_ones, "no recording can be used: .* and 2 more"),
    ],
)
def test_what_cannot_be_labelled_is_told(
    paths: ProjectPaths,
    calls: Calls,
    make: Callable[[ProjectPaths], tuple[Path, LabelOptions]],
    said: str,
) -> None:
    source, options = make(paths)
    with pytest.raises(InputError, match=said):
        label_source(source, "voice", options, paths=paths)
