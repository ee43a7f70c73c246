"""The "Jobs" tab: all long work, running or not, and one job of it looked at closely."""

from functools import partial
from html import escape
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.runner import find_job, newest_looks
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.job_html import job_table
from gpt_sovits.workbench.job_view import JobPanel, watch
from gpt_sovits.workbench.live import Live, live_html, word_of
from gpt_sovits.workbench.messages import note, sentence_of
from gpt_sovits.workbench.texts import t, text

PAGE = 50
"""How many jobs are shown at first, and how many more with each click."""

MOST = 2000
"""No browser asks for more."""


def build_jobs_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            only_project = gr.Checkbox(False, label=t("jobs.only_project"))
            look = partial(look_at_jobs, paths=bench.paths)
            table = live_html(
                look, '<div data-part="table"></div>', {"limit": PAGE}, elem_id="job-list"
            )
        with gr.Column(scale=2, min_width=320, elem_classes="in-sight"):
            panel = JobPanel(bench, project=False, whole=True)

    def narrow(only: bool, project: str | None, asked: dict[str, Any]) -> Any:
        return asked | {"project": project if only else None}

    for event in (only_project.change, bench.switched.change):
        event(narrow, [only_project, bench.project, table], table, **QUIET)

    def act(asked: dict[str, Any], event: gr.EventData) -> tuple[Any, Any]:
        if word_of(event._data, "act") == "older":
            return asked | {"limit": limit_of(asked) + PAGE}, gr.skip()
        return gr.skip(), watch(find_job(word_of(event._data, "job") or "", bench.paths))

    table.act(act, table, [table, panel.html], trigger_mode="multiple", **QUIET)
    panel.html.change(
        lambda asked, shown: asked | {"job": shown["job"]}, [table, panel.html], table, **QUIET
    )


def limit_of(asked: dict[str, Any]) -> int:
    """How many jobs a browser asks for."""
    limit = asked.get("limit")
    return min(limit, MOST) if isinstance(limit, int) and limit > 0 else PAGE


def look_at_jobs(asked: dict[str, Any], language: str, paths: ProjectPaths) -> Live:
    """The newest jobs as a table, or why they cannot be read.

    Args:
        asked: `limit`, how many are shown; `job`, the number of the one that is looked at, the
            newest where there is none; `project`, whose jobs are shown, those of all where there
            is none.
        language: of the words.
        paths: where the queue is.
    """
    limit, project = limit_of(asked), word_of(asked, "project")
    try:
        looks = newest_looks(limit + 1, paths, project=project)
    except InputError as error:
        return Live({"table": note(sentence_of(error), "problem")["value"]})
    if not looks:
        empty = "jobs.empty_project" if project else "jobs.empty"
        return Live({"table": f'<div class="empty">{escape(text(language, empty))}</div>'})
    html = job_table(looks[:limit], word_of(asked, "job") or looks[0].job.name, language)
    if len(looks) > limit:
        older = escape(text(language, "jobs.older"))
        html += f'<p class="acts"><button type="button" data-act="older">{older}</button></p>'
    return Live({"table": html}, is_active=any(each.active for each in looks[:limit]))
