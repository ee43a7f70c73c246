import errno
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.jobs import runner
from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.runner import list_jobs
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.fine_tune import (
    FineTuneForm,
    clone_arguments,
    start_fine_tuning,
    voice_of,
)
from gpt_sovits.workbench.places import Places
from tests.jobs.scripts import SLEEP, wait_for_state
from tests.workbench.fakes import add_voice, make_project, write_tone

SHOW_ARGUMENTS = (
    sys.executable,
    "-c",
    "import json, sys; print(json.dumps({'arguments': sys.argv[1:]}))",
)


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return make_project(tmp_path / "project")


@pytest.fixture
def places(paths: ProjectPaths) -> Places:
    return Places(paths, (paths.root.parent,))


@pytest.fixture
def form(tmp_path: Path) -> FineTuneForm:
    return FineTuneForm(path=str(write_tone(tmp_path / "anna.wav")), name="Anna")


def test_the_job_runs_clone_as_filled_in(
    paths: ProjectPaths, places: Places, form: FineTuneForm
) -> None:
    filled = replace(form, name=" Änna & Bo ", language="zh", transcript=" --help; 你好\n")
    job = start_fine_tuning(filled, places, program=SHOW_ARGUMENTS)
    wait_for_state(job, JobState.DONE)
    assert job.result() == {
        "arguments": [
            "clone",
            form.path,
            "--name=Änna & Bo",
            "--family=mini",
            "--language=zh",
            "--text=--help; 你好",
            "--json",
            "--progress-json",
        ]
    }
    assert voice_of(job) == "Änna & Bo"


def test_the_arguments_are_ones_that_clone_understands() -> None:
    from gpt_sovits.cli.main import build_parser

    form = FineTuneForm(transcript="-- hello", language="en")
    args = build_parser().parse_args(clone_arguments(Path("/a b.wav"), "-x", form))
    assert (args.name, args.text, args.progress_json) == ("-x", "-- hello", True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "no name"),
        ({"name": "  "}, "no name"),
        ({"name": "a/b"}, "'/'"),
        ({"name": "..\\up"}, r"'\\'|'\.\.|holds"),
        ({"name": ".hidden"}, "dot"),
        ({"name": "x" * 500}, "too long"),
        ({"path": ""}, "no recording"),
        ({"path": "no/such.wav"}, "no such file"),
        ({"path": "configs"}, "is a folder"),
        ({"path": "a\0b"}, "holds"),
        ({"path": "~nobody-here/a.wav"}, "outside of the project"),
        ({"upload": "/somewhere/a.wav"}, "two recordings"),
        ({"path": "", "upload": "/gone.wav"}, "upload it again"),
        ({"family": "v2"}, "models download"),
        ({"family": "none"}, "none"),
    ],
)
def test_a_form_that_cannot_be_used_gets_its_sentence(
    paths: ProjectPaths, places: Places, form: FineTuneForm, change: dict[str, str], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        start_fine_tuning(replace(form, **change), places, program=SHOW_ARGUMENTS)
    assert list_jobs(paths) == []
    assert not paths.input.exists()


@pytest.mark.parametrize("content", [b"", b"hello, I am no recording", b"\x89PNG\r\n\x1a\n" * 9])
def test_what_is_no_recording_is_refused_before_anything_starts(
    paths: ProjectPaths, places: Places, form: FineTuneForm, tmp_path: Path, content: bytes
) -> None:
    upload = tmp_path / "cat.wav"
    upload.write_bytes(content)
    with pytest.raises(InputError, match=r"cat\.wav"):
        start_fine_tuning(replace(form, path="", upload=str(upload)), places)
    assert list_jobs(paths) == []
    assert not paths.input.exists()


def test_a_list_without_a_clip_is_refused(
    paths: ProjectPaths, places: Places, form: FineTuneForm, tmp_path: Path
) -> None:
    listed = tmp_path / "mine.list"
    listed.write_text("gone.wav|a|en|Hello.\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.list:1"):
        start_fine_tuning(replace(form, path=str(listed)), places)
    with pytest.raises(InputError, match="transcript"):
        start_fine_tuning(replace(form, path=str(listed), transcript="Hello."), places)


def test_a_voice_is_not_replaced(paths: ProjectPaths, places: Places, form: FineTuneForm) -> None:
    add_voice(paths, "Anna")
    with pytest.raises(InputError, match="another name"):
        start_fine_tuning(form, places)


def test_the_same_voice_is_not_started_twice(
    paths: ProjectPaths, places: Places, form: FineTuneForm
) -> None:
    program = (sys.executable, "-c", SLEEP)
    job = start_fine_tuning(form, places, program=program)
    with pytest.raises(InputError, match="already"):
        start_fine_tuning(form, places, program=program)
    runner.cancel_job(job)
    wait_for_state(job, JobState.STOPPED)


@pytest.mark.parametrize("around", ['"{}"', "'{}' ", "\u202a{}"])
def test_a_pasted_path_may_carry_quotes(
    paths: ProjectPaths, places: Places, form: FineTuneForm, around: str
) -> None:
    pasted = replace(form, path=around.format(form.path))
    job = start_fine_tuning(pasted, places, program=SHOW_ARGUMENTS)
    assert form.path in job.command


def test_no_recording_is_taken_from_elsewhere(
    paths: ProjectPaths, places: Places, form: FineTuneForm
) -> None:
    places.folders = ()
    with pytest.raises(InputError, match="outside of the project"):
        start_fine_tuning(form, places)
    listed = paths.input / "mine.list"
    listed.parent.mkdir()
    listed.write_text(f"{form.path}|s|en|hello\n", encoding="utf-8")
    for lists in ({"path": "input/mine.list"}, {"path": "", "upload": str(listed)}):
        with pytest.raises(InputError, match=r"mine\.list:1.*outside of the project"):
            start_fine_tuning(replace(form, **lists), places)
    places.folders = (Path(form.path).parent,)
    job = start_fine_tuning(replace(form, path="input/mine.list"), places, program=SHOW_ARGUMENTS)
    assert str(listed) in job.command


def test_an_upload_is_kept_and_never_replaces_another(
    paths: ProjectPaths, places: Places, form: FineTuneForm, tmp_path: Path
) -> None:
    upload = write_tone(tmp_path / "up" / "anna.wav", seconds=1.0)
    theirs = write_tone(paths.input / "anna.wav", seconds=2.0).read_bytes()
    uploaded = replace(form, path="", upload=str(upload))
    kept = paths.input / "anna-1.wav"
    for name in ("Anna", "Berta"):  # the same recording again is not copied again
        job = start_fine_tuning(replace(uploaded, name=name), places, program=SHOW_ARGUMENTS)
        assert str(kept) in job.command
    assert kept.read_bytes() == upload.read_bytes()
    assert (paths.input / "anna.wav").read_bytes() == theirs
    assert len(list(paths.input.iterdir())) == 2


def test_a_full_disk_gets_a_sentence(
    paths: ProjectPaths, places: Places, form: FineTuneForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(InputError, match="No space left"):
        start_fine_tuning(replace(form, path="", upload=form.path), places)
    assert list(paths.input.iterdir()) == []
