"""The "Fine-tune" tab: a recording in, a voice out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.job import Job, JobState
from gpt_sovits.jobs.runner import cancel_job, find_job, list_jobs, repeat_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.choices import LANGUAGES, family_choices
from gpt_sovits.workbench.fine_tune import FineTuneForm, start_fine_tuning, voice_of
from gpt_sovits.workbench.job_html import job_html
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.places import Places

REFRESH_S = 1.0


@dataclass(frozen=True)
class FineTuneTab:
    """What the page connects with the other tab."""

    speak: gr.Button
    """Asks for the finished voice."""
    job: gr.Dropdown
    """Number of the job that is shown."""


@dataclass(frozen=True)
class JobView:
    """All that the page shows of a job."""

    html: str
    log: str
    can_cancel: bool = False
    can_resume: bool = False
    voice: str | None = None
    """The voice that it made, once it did."""


EMPTY = JobView(
    '<div class="empty">Give about a minute of clear speech and press Start. You can follow here '
    "how it becomes a voice.</div>",
    "",
)


@dataclass(frozen=True)
class Shown:
    """What one browser shows of the jobs, so that nothing is drawn twice."""

    view: JobView = EMPTY
    jobs: tuple[tuple[str, str], ...] = ()


def build_fine_tune_tab(places: Places, *, program: Sequence[str]) -> FineTuneTab:
    """Draw the tab inside the current one.

    Args:
        places: which files may be reached.
        program: what runs `clone`.
    """
    paths = places.paths
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            fields, start, message = _form(paths)
        with gr.Column(min_width=320):
            job, html, log_box, log, cancel, resume, speak = _progress()
    shown = gr.State(Shown())
    view = [job, html, log_box, log, cancel, resume, speak, shown]

    def look(name: str | None, before: Shown) -> list[Any]:
        return show_job(paths, name, before)

    def answer(action: Callable[[], Job]) -> tuple[Any, Any]:
        """Do what a button asks for; which job to show now, and what is to be said."""
        try:
            job = action()
        except Exception as error:
            return gr.skip(), problem(error)
        return gr.update(choices=job_choices(paths), value=job.name), note()

    def begin(*values: Any) -> tuple[Any, Any]:
        return answer(lambda: start_fine_tuning(_read_form(*values), places, program=program))

    def cancel_it(name: str | None) -> tuple[Any, Any]:
        return answer(lambda: _cancelled(_need_job(name, paths)))

    def resume_it(name: str | None) -> tuple[Any, Any]:
        return answer(lambda: repeat_job(_need_job(name, paths), paths))

    for button, handler, inputs in (
        (start, begin, fields),
        (cancel, cancel_it, [job]),
        (resume, resume_it, [job]),
    ):
        # One limit for the three: two quick clicks come one after the other.
        button.click(handler, inputs, [job, message], concurrency_id="jobs").then(
            look, [job, shown], view, show_progress="hidden"
        )
    job.input(look, [job, shown], view, show_progress="hidden")
    gr.Timer(REFRESH_S).tick(look, [job, shown], view, show_progress="hidden")
    return FineTuneTab(speak, job)


def show_job(paths: ProjectPaths, name: str | None, before: Shown) -> list[Any]:
    """Look at a job; components that show it already are left alone."""
    jobs = tuple(job_choices(paths))
    numbers = [number for _, number in jobs]
    if name not in numbers:
        name = numbers[0] if numbers else None
    job = find_job(name, paths) if name else None
    now = Shown(EMPTY if job is None else view_job(job), jobs)
    if now == before:
        return [gr.skip()] * 8
    view = now.view
    return [
        gr.update(choices=list(jobs), value=name, visible=len(jobs) > 1),
        view.html,
        gr.update(visible=job is not None),
        view.log if view.log != before.view.log else gr.skip(),
        gr.update(visible=view.can_cancel),
        gr.update(visible=view.can_resume),
        gr.update(visible=view.voice is not None, value=f"Speak with {view.voice}"),
        now,
    ]


def view_job(job: Job) -> JobView:
    """Look at a job now."""
    look = job.look()
    return JobView(
        html=job_html(look, "en"),
        log=job.log(),
        can_cancel=look.active and look.state is not JobState.STOPPING,
        can_resume=not look.active and look.state is not JobState.DONE,
        voice=voice_of(job) if look.state is JobState.DONE else None,
    )


def job_choices(paths: ProjectPaths) -> list[tuple[str, str]]:
    """Jobs that make voices, the newest first."""
    jobs = [job for job in list_jobs(paths) if voice_of(job) is not None]
    return [(f"{int(job.name)} · {job.title}", job.name) for job in reversed(jobs)]


def _need_job(name: str | None, paths: ProjectPaths) -> Job:
    job = find_job(name, paths) if name else None
    if job is None:
        raise InputError("This job is not there any more: choose another one.")
    return job


def _cancelled(job: Job) -> Job:
    cancel_job(job)
    return job


def _form(paths: ProjectPaths) -> tuple[list[gr.components.Component], gr.Button, gr.HTML]:
    upload = gr.File(
        label="Recording of one speaker",
        file_types=["audio", "video", ".list"],
        height=160,
    )
    path = gr.Textbox(
        label="Or its path on this machine",
        placeholder="input/anna.wav or a .list of labelled clips",
        max_lines=1,
    )
    name = gr.Textbox(label="Name of the voice", placeholder="Anna", max_lines=1)
    language = gr.Dropdown(LANGUAGES, value="auto", label="Language spoken")
    transcript = gr.Textbox(
        label="Transcript (optional)",
        placeholder="What is said in the recording; found out by itself when left empty",
        lines=3,
        max_lines=8,
    )
    families = family_choices(paths)
    family = gr.Dropdown(families, value=families[0][1] if families else None, label="Family")
    start = gr.Button("Start", variant="primary")
    message = gr.HTML(visible=False)
    upload.upload(_suggest_name, [upload, name], name, show_progress="hidden")
    return [upload, path, name, language, transcript, family], start, message


def _progress() -> tuple[
    gr.Dropdown, gr.HTML, gr.Accordion, gr.Textbox, gr.Button, gr.Button, gr.Button
]:
    job = gr.Dropdown([], label="Job", visible=False)
    html = gr.HTML(EMPTY.html)
    speak = gr.Button("Speak", variant="primary", visible=False)
    with gr.Row():
        cancel = gr.Button("Cancel", visible=False, scale=0, min_width=140)
        resume = gr.Button("Resume", variant="primary", visible=False, scale=0, min_width=140)
    with gr.Accordion("Log", open=False, visible=False) as log_box:
        log = gr.Textbox(
            show_label=False,
            container=False,
            lines=12,
            max_lines=12,
            interactive=False,
            placeholder="What the job reports is shown here.",
            elem_classes="log",
        )
    return job, html, log_box, log, cancel, resume, speak


def _suggest_name(upload: str | None, name: str) -> str:
    return name if name.strip() or not upload else Path(upload).stem


def _read_form(
    upload: str | None, path: str, name: str, language: str, transcript: str, family: str | None
) -> FineTuneForm:
    if not family:
        raise InputError("There is no family of networks: the folder configs/ holds none.")
    return FineTuneForm(
        upload=upload,
        path=path,
        name=name,
        language=language,
        transcript=transcript,
        family=family,
    )
