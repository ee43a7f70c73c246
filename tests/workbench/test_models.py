import hashlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpt_sovits.config.workbench import WorkbenchSettings
from gpt_sovits.errors import InputError
from gpt_sovits.jobs.job import JobState
from gpt_sovits.jobs.runner import cancel_job, list_jobs, repeat_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights import registry
from gpt_sovits.weights.local import part_path
from gpt_sovits.workbench.models import (
    download_choices,
    groups_html,
    start_download,
    start_import,
    weights_html,
)
from gpt_sovits.workbench.places import Places
from gpt_sovits.workbench.settings import SettingsKeeper
from gpt_sovits.workbench.texts import LANGUAGES
from tests.jobs.scripts import SLEEP, wait_for, wait_for_state
from tests.weights.hub_server import FakeHub, serving
from tests.workbench.fakes import make_project

SHOW = (sys.executable, "-c", "import json, sys; print(json.dumps({'words': sys.argv[1:]}))")


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return make_project(tmp_path / "project")


@pytest.fixture
def settings(paths: ProjectPaths) -> SettingsKeeper:
    return SettingsKeeper(paths)


def words_of(settings: SettingsKeeper, name: str) -> list[str]:
    job = start_download(name, settings, program=SHOW)
    wait_for_state(job, JobState.DONE)
    return (job.result() or {})["words"]


def test_a_download_is_a_light_job_from_where_the_settings_say(settings: SettingsKeeper) -> None:
    assert words_of(settings, "v2Pro") == [
        "models",
        "download",
        "--json",
        "--progress-json",
        "v2Pro",
    ]
    settings.current = WorkbenchSettings(source="modelscope", endpoint="https://mirror.example")
    words = words_of(settings, "v2")
    assert "--source=modelscope" in words
    assert "--endpoint=https://mirror.example" in words
    assert all(not job.heavy and job.kind == "models download" for job in list_jobs(settings.paths))


def test_what_lies_on_one_hub_alone_comes_from_there(settings: SettingsKeeper) -> None:
    settings.current = WorkbenchSettings(endpoint="https://mirror.example")
    assert "--source=modelscope" in (words := words_of(settings, "paraformer"))
    assert not any("mirror" in word for word in words), "it is a mirror of the other hub"
    settings.current = WorkbenchSettings(source="modelscope")
    assert "--source=modelscope" not in words_of(settings, "faster-whisper-tiny")


@pytest.mark.parametrize("name", [None, "", "none", "; id", "--endpoint=http://evil"])
def test_what_is_no_group_starts_nothing(settings: SettingsKeeper, name: str | None) -> None:
    with pytest.raises(InputError):
        start_download(name, settings)
    assert list_jobs(settings.paths) == []


def test_the_same_is_not_brought_twice_at_a_time(settings: SettingsKeeper) -> None:
    program = (sys.executable, "-c", SLEEP)
    job = start_download("v2", settings, program=program)
    with pytest.raises(InputError, match="already"):
        start_download("v2", settings, program=program)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    again = repeat_job(job, settings.paths)
    cancel_job(again)
    wait_for_state(again, JobState.STOPPED)


def test_a_voice_or_a_folder_is_imported_from_places_within_reach(
    paths: ProjectPaths, tmp_path: Path
) -> None:
    places = Places(paths)
    (paths.input / "models").mkdir(parents=True)
    voice = paths.input / "anna; id.pth"
    voice.touch()
    job = start_import(str(voice), " Anna ", places, program=SHOW)
    wait_for_state(job, JobState.DONE)
    words = (job.result() or {})["words"]
    assert words[:2] == ["models", "import"]
    assert str(voice) in words
    assert "--name=Anna" in words
    job = start_import("input/models", "Anna", places, program=SHOW)
    wait_for_state(job, JobState.DONE)
    assert "--name=Anna" not in (job.result() or {})["words"], "a folder has no voice's name"
    (tmp_path / "out.pth").touch()
    for typed in ("", "none", "../out.pth", str(tmp_path / "out.pth"), "/etc", "a\0b"):
        with pytest.raises(InputError):
            start_import(typed, "", places)
    with pytest.raises(InputError):
        start_import(str(voice), "a/b", places)


def test_a_file_that_is_no_weights_gets_a_sentence(paths: ProjectPaths, tmp_path: Path) -> None:
    places = Places(paths)
    (paths.input).mkdir()
    (paths.input / "cat.pth").write_bytes(b"meow")
    with pytest.raises(InputError, match=r"cat\.pth"):
        weights_html("input/cat.pth", places, "en")
    with pytest.raises(InputError, match="outside"):
        weights_html("/etc/passwd", places, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_tells_what_is_here(paths: ProjectPaths, language: str) -> None:
    html = groups_html(paths, language)
    assert html.count("<tr") == len(registry.model_groups()) + 2
    assert 'class="missing"' in html
    names = [value for _, value in download_choices(paths, language)]
    assert "v2Pro" in names
    assert "g2pw" not in names, "it lies on no hub by itself"


CONTENT = random.Random(0).randbytes(3_000_000)
NAME = "sv/pretrained_eres2netv2w24s4ep4.ckpt"
PROGRAM = (sys.executable, "-m", "tests.workbench.fake_models")


@pytest.fixture
def hub(settings: SettingsKeeper, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub that has the one file of the group "speaker", with a content of ours."""
    monkeypatch.setenv("FAKE_ROOT", str(settings.paths.root))
    monkeypatch.setenv("FAKE_SHA256", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setenv("FAKE_BYTES", str(len(CONTENT)))
    with serving(FakeHub(files={NAME: CONTENT})) as hub:
        settings.current = WorkbenchSettings(endpoint=hub.address)
        yield hub


def brought(paths: ProjectPaths) -> Path:
    return paths.pretrained_models / NAME


def test_a_download_that_is_cut_is_taken_up_and_tells_how_far_it_is(
    settings: SettingsKeeper, hub: FakeHub
) -> None:
    hub.cut_after = [1_000_000]
    job = start_download("speaker", settings, program=PROGRAM)
    wait_for_state(job, JobState.DONE)
    assert brought(settings.paths).read_bytes() == CONTENT
    (stage,) = job.stages()
    assert (stage.name, stage.done, stage.total) == ("download", len(CONTENT), len(CONTENT))
    assert [headers.get("Range") for headers in hub.asked(NAME)] == [None, "bytes=1000000-"]


def test_a_download_that_was_cancelled_goes_on_where_it_stopped(
    settings: SettingsKeeper, hub: FakeHub
) -> None:
    hub.cut_after = [2_000_000, 0, 0, 0]  # every further attempt breaks at once
    job = start_download("speaker", settings, program=PROGRAM)
    wait_for(lambda: part_path(brought(settings.paths)).is_file() and len(hub.requests) > 1)
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    assert not brought(settings.paths).exists()
    hub.cut_after = []
    again = repeat_job(job, settings.paths)
    wait_for_state(again, JobState.DONE)
    assert brought(settings.paths).read_bytes() == CONTENT
    assert hub.asked(NAME)[-1]["Range"] == "bytes=2000000-"


def test_a_download_says_in_words_why_it_failed(settings: SettingsKeeper, hub: FakeHub) -> None:
    hub.files[NAME] = CONTENT[::-1]
    job = start_download("speaker", settings, program=PROGRAM)
    wait_for_state(job, JobState.FAILED)
    assert NAME in (job.problem() or "")
    assert not brought(settings.paths).exists()
