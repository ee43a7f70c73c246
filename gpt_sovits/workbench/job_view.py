"""One job on the page, for any tab: progress, losses, log, cancel and start again.

```python
panel = JobPanel(bench, kinds=["slice", "denoise"])
start.click(begin, form.components, [message, panel.html])
panel.html.news(refresh, ...)

def begin(*values):
    job = start_job(form.arguments(*values), title=..., kind="slice", ...)
    return begun(job, language)
```
"""

from collections.abc import Collection
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.job import Job
from gpt_sovits.jobs.runner import cancel_job, find_look, newest_looks, remove_job, repeat_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.job_html import acts_html, job_html, log_place, losses_html
from gpt_sovits.workbench.live import Live, live_html, word_of
from gpt_sovits.workbench.messages import note, problem, sentence_of
from gpt_sovits.workbench.texts import language_of, text

NEWS = 20
"""How many of the newest jobs are looked at for news."""

_TEMPLATE = (
    '<div data-part="job"></div><div class="acts" data-part="acts"></div>'
    '<div data-part="losses"></div><details class="log"{open}><summary data-part="log_name">'
    '</summary><pre data-part="log" tabindex="0"></pre><div data-part="place"></div></details>'
)


def watch(job: Job | None, project: str | None = None) -> dict[str, str | None]:
    """The value of a panel that shows this job; None is the newest of a project, or of all."""
    return {"job": job.name if job else None, "project": job.project if job else project}


def begun(job: Job, language: str) -> tuple[Any, dict[str, str | None]]:
    """What a button answers that has started a job: a sentence, and the value of its panel."""
    return note(text(language, "form.started", title=job.title)), watch(job)


def look_at(
    asked: dict[str, Any],
    language: str,
    paths: ProjectPaths,
    kinds: Collection[str] = (),
    *,
    whole: bool = False,
) -> Live:
    """What a panel shows.

    Args:
        asked: as `watch` makes it.
        language: of the words.
        paths: where the queue is.
        kinds: of jobs that are looked for where none is asked for; all where it is empty.
        whole: a job that has ended can be taken out of the history.
    """
    name, project = word_of(asked, "job"), word_of(asked, "project")
    try:
        look = find_look(name, paths) if name else None
        if look is None:
            look = next(iter(newest_looks(1, paths, kinds=kinds, project=project)), None)
        latest = newest_looks(NEWS, paths, project=project)
    except InputError as error:
        return Live(_parts(note(sentence_of(error), "problem")["value"]))
    turn = " ".join(f"{each.job.number}{each.state}{len(each.stages)}" for each in latest)
    if look is None:
        empty = f'<div class="empty">{escape(text(language, "jobs.nothing"))}</div>'
        return Live(_parts(empty), turn)
    silent = "log_empty" if look.active else "log_silent"
    parts = {
        "job": job_html(look, language),
        "acts": acts_html(look, language, removes=whole),
        "losses": losses_html(look, language),
        "log_name": escape(text(language, "jobs.log")),
        "log": escape(look.job.log() or text(language, f"jobs.{silent}")),
        "place": log_place(look.job, language),
    }
    return Live(parts, turn, look.active)


def _parts(told: str) -> dict[str, str]:
    """Parts where there is no job."""
    return {"job": told, **dict.fromkeys(("acts", "losses", "log_name", "log", "place"), "")}


class JobPanel:
    """The newest job of some kinds, drawn inside the current tab.

    Args:
        bench: of the page.
        kinds: of jobs, such as "train sovits"; empty for all.
        project: only jobs of the project that is chosen above the tabs.
        whole: with the log open, and a way to take a job that has ended out of the history.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        kinds: Collection[str] = (),
        project: bool = True,
        whole: bool = False,
    ) -> None:
        self._paths, self._of_project = bench.paths, project
        look = partial(look_at, paths=bench.paths, kinds=kinds, whole=whole)
        template = _TEMPLATE.format(open=" open" if whole else "")
        self.html = live_html(look, template, watch(None))
        """Takes what `watch` gives; it has `news` when a job of the project begins or ends."""
        message = gr.HTML(visible=False)
        # One limit for all, and no click is left out: quick ones come one after the other.
        self.html.act(
            self.act,
            self.html,
            [self.html, message],
            concurrency_id="jobs",
            trigger_mode="multiple",
        )
        if project:
            bench.switched.change(partial(watch, None), bench.project, self.html, **QUIET)

    def act(
        self, asked: dict[str, Any], request: gr.Request, event: gr.EventData
    ) -> tuple[Any, Any]:
        """Do what a button asks for; which job to show then, and what is to be said."""
        language = language_of(request)
        act = word_of(event._data, "act")
        try:
            look = find_look(word_of(event._data, "job") or "", self._paths)
            if look is None:
                raise InputError(text(language, "jobs.gone"))
            if act == "cancel":
                cancel_job(look.job)
            elif act == "retry":
                return watch(repeat_job(look.job, self._paths)), note()
            elif act == "remove":
                remove_job(look.job)
                return watch(None, asked.get("project") if self._of_project else None), note()
        except Exception as error:
            return gr.skip(), problem(error)
        return watch(look.job), note()
