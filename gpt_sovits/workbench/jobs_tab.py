"""The "Jobs" tab: all long work, running or not, and one job of it looked at closely."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.runner import newest_looks
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.bench import Bench
from gpt_sovits.workbench.job_html import job_table
from gpt_sovits.workbench.job_view import JobPanel
from gpt_sovits.workbench.messages import note, sentence_of
from gpt_sovits.workbench.texts import language_of, t, text

PAGE = 50
"""How many jobs are shown at first, and how many more with each click."""

TELL_ROW = """
element.addEventListener('click', event => {
    const row = event.target.closest('[data-job]');
    if (row) trigger('click', {job: row.dataset.job});
});
"""


@dataclass(frozen=True)
class JobList:
    """What one browser shows of the list."""

    html: str = ""
    has_more: bool = False


def build_jobs_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    limit = gr.State(PAGE)
    shown = gr.State(JobList())
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            only_project = gr.Checkbox(False, label=t("jobs.only_project"))
            table = gr.HTML(js_on_load=TELL_ROW, elem_id="job-list")
            older = gr.Button(t("jobs.older"), visible=False)
        with gr.Column(scale=2, min_width=320, elem_classes="in-sight"):
            panel = JobPanel(bench, project=False, whole=True)

    def look(
        chosen: str | None,
        only: bool,
        project: str | None,
        limit: int,
        before: JobList,
        request: gr.Request,
    ) -> tuple[Any, Any, Any]:
        wanted = project if only else None
        now = list_jobs_html(bench.paths, chosen, wanted, limit, language_of(request))
        if now == before:
            return gr.skip(), gr.skip(), gr.skip()
        return now.html, gr.update(visible=now.has_more), now

    looking: dict[str, Any] = {
        "fn": look,
        "inputs": [panel.job, only_project, bench.project, limit, shown],
        "outputs": [table, older, shown],
        "show_progress": "hidden",
    }
    for event in (
        panel.timer.tick,
        panel.job.change,
        only_project.change,
        bench.project.change,
        limit.change,
        tab.select,
    ):
        event(**looking)
    table.click(_chosen, None, panel.job, show_progress="hidden")
    older.click(lambda limit: limit + PAGE, limit, limit, show_progress="hidden")


def list_jobs_html(
    paths: ProjectPaths, chosen: str | None, project: str | None, limit: int, language: str
) -> JobList:
    """The newest jobs as a table, or why they cannot be read.

    Args:
        paths: where the queue is.
        chosen: number of the job that is looked at; None for the newest.
        project: whose jobs are shown; those of all where it is None.
        limit: how many are shown.
        language: of the words.
    """
    try:
        looks = newest_looks(limit + 1, paths, project=project)
    except InputError as error:
        return JobList(note(sentence_of(error), "problem")["value"])
    if not looks:
        return JobList(f'<div class="empty">{text(language, "jobs.empty")}</div>')
    html = job_table(looks[:limit], chosen or looks[0].job.name, language)
    return JobList(html, has_more=len(looks) > limit)


def _chosen(event: gr.EventData) -> Any:
    name = getattr(event, "job", None)
    return name if isinstance(name, str) else gr.skip()
