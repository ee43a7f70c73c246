import sys
from pathlib import Path

import pytest

from gpt_sovits.jobs.job import Job, JobState
from gpt_sovits.jobs.runner import cancel_job, start_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.clone_report import STAGES
from gpt_sovits.workbench.fine_tune_tab import Shown, job_choices, show_job
from gpt_sovits.workbench.job_view import EMPTY, JobView, view_job
from tests.jobs.scripts import SLEEP, wait_for, wait_for_state

TELL = (
    "import sys; from gpt_sovits.cli.progress import show_progress\n"
    "with show_progress(sys.stderr, as_json=True) as show:\n"
    "    show.enter('slice and label'); show(3, 3, '<a>')\n"
    "    show.enter('features'); show(1, 4, 'b')\n"
)


def start(paths: ProjectPaths, script: str, name: str = "Anna") -> Job:
    words = ["clone", f"--name={name}"]
    program = (sys.executable, "-c", script)
    return start_job(words, title=f"Fine-tune {name}", paths=paths, program=program)


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path)


def test_a_running_job_shows_its_stages_and_can_be_cancelled(paths: ProjectPaths) -> None:
    job = start(paths, TELL + "import time; time.sleep(60)")
    wait_for(lambda: len(job.stages()) == 2)
    view = view_job(job)
    assert (view.can_cancel, view.can_resume, view.voice) == (True, False, None)
    assert "Running" in view.html
    assert "1 / 4" in view.html
    assert "width: 25.0%" in view.html
    assert view.html.count('class="later"') == len(STAGES) - 2
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    view = view_job(job)
    assert (view.can_cancel, view.can_resume) == (False, True)
    assert "Cancelled" in view.html


def test_a_finished_job_offers_its_voice(paths: ProjectPaths) -> None:
    job = start(paths, TELL, name="Änna")
    wait_for_state(job, JobState.DONE)
    view = view_job(job)
    assert (view.can_cancel, view.can_resume, view.voice) == (False, False, "Änna")
    assert "later" not in view.html


def test_a_failed_job_says_why_and_can_be_resumed(paths: ProjectPaths) -> None:
    job = start(paths, "import sys; sys.exit('error: a<b.wav: no speech')", name="<b>")
    wait_for_state(job, JobState.FAILED)
    view = view_job(job)
    assert "a&lt;b.wav: no speech" in view.html
    assert "&lt;b&gt;" in view.html
    assert view.can_resume
    assert view.voice is None


def test_the_newest_job_is_shown_first_and_others_can_be_chosen(paths: ProjectPaths) -> None:
    older, newer = start(paths, SLEEP, "Anna"), start(paths, SLEEP, "Berta")
    assert [value for _, value in job_choices(paths)] == [newer.name, older.name]
    assert "Fine-tune Berta" in show_job(paths, None, Shown())[1]
    assert "Fine-tune Anna" in show_job(paths, older.name, Shown())[1]
    assert "Fine-tune Berta" in show_job(paths, "000999", Shown())[1]
    for job in (newer, older):
        cancel_job(job)
        wait_for_state(job, JobState.STOPPED)


def test_what_is_shown_already_is_left_alone(paths: ProjectPaths) -> None:
    job = start(paths, "pass")
    wait_for_state(job, JobState.DONE)
    first = show_job(paths, None, Shown())
    again = show_job(paths, job.name, first[-1])
    assert "Finished" in first[1]
    assert all(update == {"__type__": "update"} for update in again)


def test_without_jobs_the_page_says_how_to_begin(paths: ProjectPaths) -> None:
    before = Shown(view=JobView("something else", ""))
    assert show_job(paths, None, before)[1] == EMPTY.html
