"""One job on the page, for any tab: progress, losses, log, cancel and start again.

```python
panel = JobPanel(bench, kinds=["slice", "denoise"])
start.click(begin, form.components, [message, panel.job])

def begin(*values):
    job = start_job(form.arguments(*values), title=..., kind="slice", ...)
    return note(), panel.watch(job.name)
```
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.job import Job, JobState, Look
from gpt_sovits.jobs.runner import cancel_job, find_look, newest_looks, remove_job, repeat_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.bench import Bench
from gpt_sovits.workbench.job_html import job_html, log_place, losses_html
from gpt_sovits.workbench.messages import note, problem, sentence_of
from gpt_sovits.workbench.texts import language_of, t, text

ACTIVE_S, IDLE_S = 2.0, 5.0
"""Pause between two looks while a job is active, and while only another page may start one."""


def view_job(job: Job, language: str) -> str:
    """A job as HTML, as it stands now.

    Raises:
        InputError: the queue cannot be read.
    """
    return job_html(job.look(), language)


@dataclass(frozen=True)
class JobView:
    """All that the page shows of a job."""

    html: str = ""
    losses: str = ""
    log: str = ""
    place: str = ""
    job: str | None = None
    can_cancel: bool = False
    can_retry: bool = False
    can_remove: bool = False
    is_active: bool = False


def look_at(look: Look | None, language: str) -> JobView:
    """What is shown of a job; None where there is none."""
    if look is None:
        return JobView(f'<div class="empty">{text(language, "jobs.nothing")}</div>')
    return JobView(
        html=job_html(look, language),
        losses=losses_html(look, language),
        log=look.job.log(),
        place=log_place(look.job, language),
        job=look.job.name,
        can_cancel=look.active and look.state is not JobState.STOPPING,
        can_retry=not look.active and look.state is not JobState.DONE,
        can_remove=not look.active,
        is_active=look.active,
    )


def choose_look(
    paths: ProjectPaths, name: str | None, kinds: Collection[str], project: str | None
) -> Look | None:
    """The job that was asked for, or else the newest of some kinds and of a project.

    Args:
        paths: where the queue is.
        name: number of the job that was asked for.
        kinds: that are looked for; all where it is empty.
        project: whose jobs are looked for; those of all where it is None.

    Raises:
        InputError: the queue cannot be read.
    """
    asked = find_look(name, paths) if name else None
    if asked is not None and (project is None or asked.job.project in ("", project)):
        return asked
    newest = newest_looks(1, paths, kinds=kinds, project=project)
    return newest[0] if newest else None


class JobPanel:
    """The newest job of some kinds, drawn inside the current tab.

    It looks for news only while its tab is looked at.

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
        self._bench = bench
        self._kinds = kinds
        self._of_project = project
        self.job = gr.State()
        """Number of the job to show, as `watch` gives it; None shows the newest."""
        self._shown, self._doomed = gr.State(JobView()), gr.State(JobView())
        self._html = gr.HTML()
        with gr.Row():
            quiet: dict[str, Any] = {"visible": False, "scale": 0, "min_width": 160}
            self._cancel = gr.Button(t("jobs.cancel"), **quiet)
            self._retry = gr.Button(t("jobs.retry"), variant="primary", **quiet)
            self._remove = gr.Button(t("jobs.remove"), **quiet)
            self._sure = gr.Button(t("jobs.remove_sure"), variant="stop", **quiet)
            self._keep = gr.Button(t("jobs.keep"), **quiet)
        self._message = gr.HTML(visible=False)
        self._losses = gr.HTML(visible=False)
        with gr.Accordion(t("jobs.log"), open=whole, visible=False) as self._log_box:
            self._log = gr.Textbox(
                show_label=False,
                container=False,
                lines=14,
                max_lines=14,
                interactive=False,
                placeholder=t("jobs.log_empty"),
                elem_classes="log",
            )
            self._place = gr.HTML()
        self.timer = gr.Timer(IDLE_S, active=False)
        """Ticks while the tab is looked at."""
        self._outputs = [
            self._html,
            self._losses,
            self._log_box,
            self._log,
            self._place,
            self._cancel,
            self._retry,
            self._remove,
            self.timer,
            self._shown,
        ]
        self._whole = whole
        self._listen()

    def watch(self, name: str | None) -> str | None:
        """What to give to the component `job` so that this job is shown; None for the newest."""
        return name

    def _listen(self) -> None:
        tab, bench = _tab_of(self._html), self._bench
        inputs = [self.job, bench.project, self._shown]
        look: dict[str, Any] = {
            "inputs": inputs,
            "outputs": self._outputs,
            "show_progress": "hidden",
        }
        self.timer.tick(self._look, **look)
        bench.project.change(self._look, **look)  # other tabs' panels hear it too, and stay asleep
        tab.select(self._look_anew, **look)
        bench.timers.append((tab, self.timer))
        if tab is bench.tabs.children[0]:  # the one that a page begins with
            bench.page.load(self._look_anew, **look)
        answer = [self.job, self._message]
        asking = [self._remove, self._sure, self._keep, self._doomed]

        def forget() -> tuple[Any, ...]:
            return gr.skip(), *_visible(False, False), JobView()

        def ask(shown: JobView) -> tuple[Any, ...]:
            return *_visible(False, True, True), shown

        for button, handler, which in (
            (self._cancel, self._on_cancel, self._shown),
            (self._retry, self._on_retry, self._shown),
            (self._sure, self._on_remove, self._doomed),
        ):
            # One limit for all: two quick clicks come one after the other.
            done = button.click(handler, which, answer, concurrency_id="jobs")
            done.then(forget, None, asking).then(self._look_anew, **look)
        for event in (self._keep.click, self.job.change):
            event(forget, None, asking).then(self._look_anew, **look)
        self._remove.click(ask, self._shown, asking)

    def _look(
        self, name: str | None, project: str | None, before: JobView, request: gr.Request
    ) -> list[Any]:
        """Show what is new; components that show it already are left alone."""
        wanted = project if self._of_project else None
        language = language_of(request)
        try:
            look = choose_look(self._bench.paths, name, self._kinds, wanted)
            now = look_at(look, language)
        except InputError as error:
            now = JobView(note(sentence_of(error), "problem")["value"])
        if now == before:
            return [gr.skip()] * len(self._outputs)
        pause = ACTIVE_S if now.is_active else IDLE_S
        return [
            now.html,
            gr.skip() if now.losses == before.losses else _filled(now.losses),
            gr.update(visible=now.job is not None),
            gr.skip() if now.log == before.log else now.log,
            now.place,
            gr.update(visible=now.can_cancel),
            gr.update(visible=now.can_retry),
            gr.update(visible=now.can_remove and self._whole),
            gr.skip() if now.is_active == before.is_active else gr.Timer(pause),
            now,
        ]

    def _look_anew(
        self, name: str | None, project: str | None, before: JobView, request: gr.Request
    ) -> list[Any]:
        """Show everything, and wake the timer: the tab was opened or something was done in it."""
        *updates, _, now = self._look(name, project, JobView(), request)
        return [*updates, gr.Timer(ACTIVE_S if now.is_active else IDLE_S, active=True), now]

    def _on_cancel(self, shown: JobView, request: gr.Request) -> tuple[Any, Any]:
        def cancel(job: Job) -> str:
            cancel_job(job)
            return job.name

        return self._answer(shown, cancel, request)

    def _on_retry(self, shown: JobView, request: gr.Request) -> tuple[Any, Any]:
        return self._answer(shown, lambda job: repeat_job(job, self._bench.paths).name, request)

    def _on_remove(self, shown: JobView, request: gr.Request) -> tuple[Any, Any]:
        def remove(job: Job) -> None:
            remove_job(job)

        return self._answer(shown, remove, request)

    def _answer(
        self, shown: JobView, action: Callable[[Job], str | None], request: gr.Request
    ) -> tuple[Any, Any]:
        """Do what a button asks for; which job to show then, and what is to be said."""
        try:
            look = find_look(shown.job, self._bench.paths) if shown.job else None
            if look is None:
                raise InputError(text(language_of(request), "jobs.gone"))
            return self.watch(action(look.job)), note()
        except Exception as error:
            return gr.skip(), problem(error)


def _tab_of(component: gr.components.Component) -> gr.Tab:
    """The tab that a component is drawn in."""
    block: Any = component.parent
    while not isinstance(block, gr.Tab):
        assert block is not None, "a panel is drawn inside a tab"
        block = block.parent
    return block


def _filled(html: str) -> Any:
    return gr.update(value=html, visible=bool(html))


def _visible(*shown: bool) -> tuple[Any, ...]:
    return tuple(gr.update(visible=each) for each in shown)
