"""A job as the page shows it."""

import time
from dataclasses import dataclass
from html import escape

from gpt_sovits.jobs.job import ACTIVE, Job, JobState
from gpt_sovits.jobs.progress import StageProgress, spoken_time
from gpt_sovits.pipeline.clone_report import STAGES
from gpt_sovits.workbench.fine_tune import voice_of

STATES: dict[JobState, str] = {
    JobState.WAITING: "Waiting for its turn",
    JobState.RUNNING: "Running",
    JobState.STOPPING: "Stopping …",
    JobState.DONE: "Finished",
    JobState.FAILED: "Failed",
    JobState.STOPPED: "Cancelled",
    JobState.LOST: "Interrupted",
}

REMARKS: dict[JobState, str] = {
    JobState.WAITING: "It starts as soon as the jobs before it are through.",
    JobState.STOPPED: "What was finished is kept: resume it to go on.",
}


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


def view_job(job: Job) -> JobView:
    """Look at a job now."""
    state = job.state
    active = state in ACTIVE
    return JobView(
        html=_html(job, state),
        log=job.log(),
        can_cancel=active and state is not JobState.STOPPING,
        can_resume=not active and state is not JobState.DONE,
        voice=voice_of(job) if state is JobState.DONE else None,
    )


def _html(job: Job, state: JobState) -> str:
    stages = job.stages()
    remark = job.problem() or REMARKS.get(state, "")
    kind = "problem" if job.problem() else "remark"
    begun = {stage.name for stage in stages}
    later = [name for name in STAGES if name not in begun] if state is not JobState.DONE else []
    last = "past" if state is JobState.DONE else "now" if state in ACTIVE else "stuck"
    kinds = ["past"] * (len(stages) - 1) + [last]
    rows = "".join(map(_stage, stages, kinds)) + "".join(map(_later, later))
    return (
        f'<div class="job {state}"><div class="head"><b>{escape(job.title)}</b>'
        f'<span class="state">{STATES[state]}</span><span>{_spent(stages, state)}</span></div>'
        + (f'<div class="{kind}" role="status">{escape(remark)}</div>' if remark else "")
        + f'<ol class="stages">{rows}</ol></div>'
    )


def _spent(stages: tuple[StageProgress, ...], state: JobState) -> str:
    """Time since the first stage began; a job that is gone stopped at some unknown moment."""
    if not stages or state is JobState.LOST:
        return ""
    return spoken_time((stages[-1].ended or time.time()) - stages[0].started)


def _later(name: str) -> str:
    return (
        f'<li class="later"><span class="name">{_label(name)}</span><span class="bar"></span></li>'
    )


def _label(stage: str) -> str:
    return escape(stage[:1].upper() + stage[1:])


def _stage(stage: StageProgress, kind: str) -> str:
    """One line: name, bar, how many, time; `kind` is past, now or stuck."""
    share = 1.0 if kind == "past" else stage.share
    about = f"{spoken_time(stage.left_s)} left" if stage.left_s else ""
    if stage.ended is not None:
        about = spoken_time(stage.ended - stage.started)
    count = f"{stage.done:,} / {stage.total:,}" if stage.total > 0 else ""
    bar = "" if kind == "now" and stage.total <= 0 else f' style="width: {100 * share:.1f}%"'
    return (
        f'<li class="{kind}"><span class="name">{_label(stage.name)}</span>'
        f'<span class="bar"><i{bar}></i></span>'
        f'<span class="count">{count}</span><span class="time">{about}</span></li>'
    )
