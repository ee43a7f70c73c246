import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from gpt_sovits.jobs.job import Job, JobState
from gpt_sovits.jobs.queue import QUEUE, jobs_folder
from gpt_sovits.jobs.runner import cancel_job, list_jobs, start_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.clone_report import STAGES
from gpt_sovits.workbench.job_html import job_table
from gpt_sovits.workbench.job_view import JobPanel, look_at, watch
from gpt_sovits.workbench.jobs_tab import look_at_jobs
from gpt_sovits.workbench.live import Live
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


def view(job: Job, language: str = "en") -> Live:
    return look_at(watch(job), language, job.paths, whole=True)


def acts(live: Live) -> list[str]:
    """What its buttons do."""
    return re.findall(r'data-act="(\w+)"', live.parts["acts"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_running_job_shows_its_stages_and_losses(paths: ProjectPaths, language: str) -> None:
    table = "epoch,step,seconds,mel\n1,1,0.5,2.5\n1,2,0.5,2.25\n"
    (paths.root / "losses.csv").write_text(table, encoding="utf-8")
    job = start(paths, TELL + "import time; time.sleep(60)", kind="clone", project="<b>")
    wait_for(lambda: job.losses() is not None)
    assert job.losses() == paths.root / "losses.csv"
    shown = view(job, language)
    html = shown.parts["job"]
    assert acts(shown) == ["cancel"]
    assert shown.is_active
    assert "1 / 4" in html
    assert "width: 25.0%" in html
    assert html.count('class="later"') == len(STAGES) - 2
    assert "&lt;i&gt;b" in html
    assert "&lt;b&gt;" in html
    assert "<i>b" not in html
    assert "mel <b>2.25</b>" in shown.parts["losses"]
    cancel_job(job)
    wait_for_state(job, JobState.STOPPED)
    after = view(job, language)
    assert acts(after) == ["retry", "remove"]
    assert not after.is_active
    assert after.turn != shown.turn


FAILURES = [
    ("sys.exit('error: a<b.wav: no speech')", "a&lt;b.wav: no speech", "a&lt;b.wav: no speech"),
    ("os.kill(os.getpid(), 9)", "take a smaller batch", "内存不足"),
    ("sys.exit(7)", "exit code 7", "退出码 7"),
]


@pytest.mark.parametrize(("script", "english", "chinese"), FAILURES)
def test_a_failed_job_says_why(
    paths: ProjectPaths, script: str, english: str, chinese: str
) -> None:
    job = start(paths, f"import os, sys; print('<u>', file=sys.stderr); {script}", title="<b>")
    wait_for_state(job, JobState.FAILED)
    shown = view(job)
    assert english in shown.parts["job"]
    assert chinese in view(job, "zh").parts["job"]
    assert "&lt;b&gt;" in shown.parts["job"]
    assert shown.parts["log"].startswith("&lt;u&gt;")
    assert "retry" in acts(shown)


def test_a_waiting_job_names_what_it_waits_for(paths: ProjectPaths) -> None:
    first = start(paths, SLEEP, title="Train <Anna>")
    second = start(paths, SLEEP, title="Train Berta")
    wait_for_state(first, JobState.RUNNING)
    assert "job 1, “Train &lt;Anna&gt;”" in view(second).parts["job"]


def test_a_finished_job_cannot_be_started_again(paths: ProjectPaths) -> None:
    job = start(paths, "pass", kind="clone")
    wait_for_state(job, JobState.DONE)
    shown = view(job)
    assert acts(shown) == ["remove"]
    assert acts(look_at(watch(job), "en", paths)) == []
    assert "later" not in shown.parts["job"]
    assert shown.parts["losses"] == ""


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
        (jobs[0].name, (), "Anna"): jobs[0],
        ("000099", (), "Anna"): jobs[2],
    }
    for (name, kinds, project), job in chosen.items():
        shown = look_at({"job": name, "project": project}, "en", paths, kinds)
        assert f"<b>{job.title}</b>" in shown.parts["job"]
    for asked in ({"job": 7}, {"job": "../1"}, {}):  # whatever a browser sends
        assert f"<b>{jobs[3].title}</b>" in look_at(asked, "en", paths).parts["job"]
    assert "Nothing runs here yet" in look_at({}, "en", paths, ("score",)).parts["job"]


def test_the_table_has_the_newest_first_and_no_more_than_asked_for(paths: ProjectPaths) -> None:
    assert "Nothing was started yet" in look_at_jobs({"limit": 50}, "en", paths).parts["table"]
    jobs = [start(paths, "pass", title=f"<{n}>", project=f"p{n % 2}") for n in range(4)]
    html = look_at_jobs({"limit": 3, "job": jobs[1].name}, "en", paths).parts["table"]
    places = [html.find(f'data-job="{job.name}"') for job in jobs]
    assert places[0] == -1
    assert places[3] < places[2] < places[1]
    assert 'data-act="older"' in html
    assert "<1>" not in html
    assert f'data-job="{jobs[1].name}" class="chosen"' in html
    mine = look_at_jobs({"limit": 3, "project": "p1"}, "en", paths).parts["table"]
    assert mine.count("data-job") == 2
    assert 'data-act="older"' not in mine
    assert job_table([], None, "ja").count("<th>") == 5


def test_a_queue_that_cannot_be_read_is_told_on_the_page(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    path = jobs_folder(paths) / QUEUE
    path.parent.mkdir(parents=True)
    path.write_text("my notes\n" * 300, encoding="utf-8")
    for told in (
        look_at_jobs({"limit": 50}, "en", paths).parts["table"],
        look_at({}, "en", paths).parts["job"],
    ):
        assert 'role="alert"' in told
        assert "is damaged; move it away" in told


class Asking:
    """Stands in for `gr.Request`."""

    headers = {"accept-language": "en"}  # noqa: RUF012 - of a request, never changed


def press(panel: JobPanel, act: str, job: Job) -> tuple[Any, Any]:
    """What the panel answers to one of its buttons."""
    asking: Any = Asking()
    event = gr.EventData(None, {"act": act, "job": job.name})
    return panel.act({"job": None, "project": "Anna"}, asking, event)


def test_the_buttons_answer_with_the_job_to_show_or_a_sentence(paths: ProjectPaths) -> None:
    bench: Any = SimpleNamespace(paths=paths)
    with gr.Blocks():
        bench.project, bench.switched = gr.Dropdown(["Anna"]), gr.State()
        panel = JobPanel(bench, kinds=["clone"])
    job = start(paths, "import sys; sys.exit(3)", kind="clone", project="Anna")
    wait_for_state(job, JobState.FAILED)
    asked, message = press(panel, "retry", job)
    again = list_jobs(paths)[-1]
    assert asked == {"job": again.name, "project": "Anna"}
    assert again.name != job.name
    assert not message["visible"]
    wait_for_state(again, JobState.FAILED)
    asked, message = press(panel, "remove", job)
    assert (asked, message["visible"]) == ({"job": None, "project": "Anna"}, False)
    assert [one.name for one in list_jobs(paths)] == [again.name]
    _, message = press(panel, "cancel", job)
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
