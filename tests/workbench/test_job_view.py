import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from gpt_sovits.jobs.job import Job, JobState
from gpt_sovits.jobs.queue import QUEUE, jobs_folder
from gpt_sovits.jobs.runner import cancel_job, list_jobs, start_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.clone_report import STAGES
from gpt_sovits.workbench.job_html import job_table
from gpt_sovits.workbench.job_view import JobPanel, JobView, choose_look, look_at, view_job
from gpt_sovits.workbench.jobs_tab import build_jobs_tab, list_jobs_html
from gpt_sovits.workbench.texts import LANGUAGES
from tests.jobs.scripts import SLEEP, end_all, wait_for, wait_for_state

TELL = (
    "import sys; from gpt_sovits.cli.progress import show_progress\n"
    "from pathlib import Path\n"
    "with show_progress(sys.stderr, as_json=True) as show:\n"
    "    show.enter('slice and label'); show(3, 3, '<a>')\n"
    "    show.enter('train sovits'); show.follow_losses(Path(sys.argv[1])); show(1, 4, '<i>b')\n"
)


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[ProjectPaths]:
    paths = ProjectPaths(tmp_path)
    yield paths
    end_all(tmp_path)


def start(paths: ProjectPaths, script: str, title: str = "Fine-tune Anna", **about: Any) -> Job:
    program = (sys.executable, "-c", script)
    words = [str(paths.root / "losses.csv")]
    return start_job(words, title=title, paths=paths, program=program, **about)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_running_job_shows_its_stages_and_losses(paths: ProjectPaths, language: str) -> None:
    table = "epoch,step,seconds,mel\n1,1,0.5,2.5\n1,2,0.5,2.25\n"
    (paths.root / "losses.csv").write_text(table, encoding="utf-8")
    job = start(paths, TELL + "import time; time.sleep(60)", kind="clone", project="<b>")
    wait_for(lambda: job.losses() is not None)
    assert job.losses() == paths.root / "losses.csv"
    view = look_at(job.look(), language)
    assert (view.can_cancel, view.can_retry, view.can_remove) == (True, False, False)
    assert "1 / 4" in view.html
    assert "width: 25.0%" in view.html
    assert view.html.count('class="later"') == len(STAGES) - 2
    assert "&lt;i&gt;b" in view.html
    assert "&lt;b&gt;" in view.html
    assert "<i>b" not in view.html
    assert "mel <b>2.25</b>" in view.losses
    assert view.html.startswith(view_job(job, language)[:40])
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    view = look_at(job.look(), language)
    assert (view.can_cancel, view.can_retry, view.can_remove) == (False, True, True)


FAILURES = [
    ("sys.exit('error: a<b.wav: no speech')", "a&lt;b.wav: no speech", "a&lt;b.wav: no speech"),
    ("os.kill(os.getpid(), 9)", "take a smaller batch", "内存不足"),
    ("sys.exit(7)", "exit code 7", "退出码 7"),
]


@pytest.mark.parametrize(("script", "english", "chinese"), FAILURES)
def test_a_failed_job_says_why(
    paths: ProjectPaths, script: str, english: str, chinese: str
) -> None:
    job = start(paths, f"import os, sys; {script}", title="<b>")
    wait_for_state(job, JobState.FAILED)
    view = look_at(job.look(), "en")
    assert english in view.html
    assert chinese in view_job(job, "zh")
    assert "&lt;b&gt;" in view.html
    assert view.can_retry


def test_a_waiting_job_names_what_it_waits_for(paths: ProjectPaths) -> None:
    first = start(paths, SLEEP, title="Train <Anna>")
    second = start(paths, SLEEP, title="Train Berta")
    wait_for_state(first, JobState.RUNNING)
    assert "job 1, “Train &lt;Anna&gt;”" in view_job(second, "en")


def test_a_finished_job_cannot_be_started_again(paths: ProjectPaths) -> None:
    job = start(paths, "pass", kind="clone")
    wait_for_state(job, JobState.DONE)
    view = look_at(job.look(), "en")
    assert (view.can_cancel, view.can_retry, view.can_remove) == (False, False, True)
    assert "later" not in view.html
    assert view.losses == ""


def test_a_panel_shows_the_newest_job_of_its_kinds_and_project(paths: ProjectPaths) -> None:
    jobs = [
        start(paths, "pass", title=f"{kind} {project}", kind=kind, project=project)
        for kind in ("slice", "train gpt")
        for project in ("Anna", "Berta")
    ]
    chosen = {
        (None, ("slice",), "Anna"): jobs[0],
        (None, ("slice",), None): jobs[1],
        (None, (), None): jobs[3],
        (None, ("score",), None): None,
        (jobs[0].name, (), "Anna"): jobs[0],
        (jobs[0].name, (), "Berta"): jobs[3],
        ("000099", (), "Anna"): jobs[2],
    }
    for (name, kinds, project), job in chosen.items():
        look = choose_look(paths, name, kinds, project)
        assert (look and look.job) == job


def test_the_table_has_the_newest_first_and_no_more_than_asked_for(paths: ProjectPaths) -> None:
    assert "Nothing was started yet" in list_jobs_html(paths, None, None, 50, "en").html
    jobs = [start(paths, "pass", title=f"<{n}>", project=f"p{n % 2}") for n in range(4)]
    shown = list_jobs_html(paths, jobs[1].name, None, 3, "en")
    places = [shown.html.find(f'data-job="{job.name}"') for job in jobs]
    assert places[0] == -1
    assert places[3] < places[2] < places[1]
    assert shown.has_more
    assert "<1>" not in shown.html
    assert f'data-job="{jobs[1].name}" class="chosen"' in shown.html
    assert list_jobs_html(paths, None, "p1", 3, "en").html.count("data-job") == 2
    assert job_table([], None, "ja").count("<th>") == 5


def test_a_queue_that_cannot_be_read_is_told_on_the_page(tmp_path: Path) -> None:
    path = jobs_folder(ProjectPaths(tmp_path)) / QUEUE
    path.parent.mkdir(parents=True)
    path.write_text("my notes\n" * 300, encoding="utf-8")
    shown = list_jobs_html(ProjectPaths(tmp_path), None, None, 50, "en")
    assert 'role="alert"' in shown.html
    assert "is damaged; move it away" in shown.html


class Asking:
    """Stands in for `gr.Request`."""

    headers = {"accept-language": "en"}  # noqa: RUF012 - of a request, never changed


@pytest.fixture
def panel(paths: ProjectPaths) -> JobPanel:
    """A panel as a tab draws it."""
    from gpt_sovits.workbench.bench import Bench

    with gr.Blocks() as page:
        project, voice = gr.Dropdown(["Anna"]), gr.State()
        with gr.Tabs() as tabs:
            nothing: Any = None
            bench = Bench(
                paths=paths,
                places=nothing,
                settings=nothing,
                has_password=False,
                program=(),
                keeper=nothing,
                lists=nothing,
                page=page,
                tabs=tabs,
                project=project,
                voice=voice,
            )
            with gr.Tab("Train"):
                panel = JobPanel(bench, kinds=["clone"])
            with gr.Tab("Jobs") as tab:
                build_jobs_tab(bench, tab)
    return panel


def look(panel: JobPanel, before: JobView) -> list[Any]:
    asking: Any = Asking()
    return panel._look(None, "Anna", before, asking)


def test_a_panel_sends_only_what_is_new_and_looks_more_often_while_a_job_runs(
    panel: JobPanel, paths: ProjectPaths
) -> None:
    asking: Any = Asking()
    empty = panel._look_anew(None, "Anna", JobView(), asking)
    assert "Nothing runs here yet" in empty[0]
    assert [empty[-2].value, empty[-2].active] == [5.0, True]
    job = start(paths, "import time; time.sleep(60)", kind="clone", project="Anna")
    wait_for_state(job, JobState.RUNNING)
    cancel_job(job)
    wait_for(lambda: look(panel, empty[-1])[-1].html != empty[-1].html)
    stopping = look(panel, empty[-1])
    assert [stopping[-2].value, stopping[-2].active] == [2.0, True]
    wait_for_state(job, JobState.STOPPED)
    first = look(panel, stopping[-1])
    again = look(panel, first[-1])
    assert "Cancelled" in first[0]
    assert all(update == {"__type__": "update"} for update in again)


def test_the_buttons_answer_with_the_job_to_show_or_a_sentence(
    panel: JobPanel, paths: ProjectPaths
) -> None:
    asking: Any = Asking()
    job = start(paths, "import sys; sys.exit(3)", kind="clone", project="Anna")
    wait_for_state(job, JobState.FAILED)
    shown = look(panel, JobView())[-1]
    number, _ = panel._on_retry(shown, asking)
    assert number == list_jobs(paths)[-1].name != job.name
    wait_for_state(list_jobs(paths)[-1], JobState.FAILED)
    number, message = panel._on_remove(shown, asking)
    assert (number, message["visible"]) == (None, False)
    assert [one.name for one in list_jobs(paths)] == ["000002"]
    _, message = panel._on_cancel(shown, asking)
    assert "not there any more" in message["value"]


def test_progress_names_the_losses_from_the_root_of_the_project(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from gpt_sovits.cli.progress import show_progress
    from gpt_sovits.paths import PROJECT
    from gpt_sovits.report import no_progress, tell_losses

    with show_progress(sys.stderr, as_json=True, stage="features") as progress:
        progress(1, 2, "a")
        progress.enter("train gpt")
        tell_losses(progress, PROJECT.logs / "Anna" / "losses.csv")
        progress(2, 2, "b")
        progress.enter("say")
    tell_losses(no_progress, PROJECT.logs)  # whoever shows no losses is left alone
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = {(line["stage"], line["losses"]) for line in lines}
    assert ("train gpt", "logs/Anna/losses.csv") in told
    assert {losses for stage, losses in told if stage != "train gpt"} == {None}
