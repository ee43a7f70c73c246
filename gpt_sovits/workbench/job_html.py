"""Jobs as HTML, in the reader's language: one with all that is known of it, or many as a table."""

import time
from collections.abc import Sequence
from datetime import datetime
from html import escape

from gpt_sovits.jobs.folders import LOG
from gpt_sovits.jobs.job import Job, JobState, Look
from gpt_sovits.jobs.losses import loss_table
from gpt_sovits.jobs.progress import StageProgress
from gpt_sovits.pipeline import clone_report
from gpt_sovits.workbench.loss_plot import loss_plot
from gpt_sovits.workbench.texts import all_texts, text

LATER = {"clone": clone_report.STAGES}
"""All stages of a kind of job, so that those to come are shown too."""


def job_html(look: Look, language: str) -> str:
    """One job: its state, why it waits or failed, its stages with bars and times."""
    job, state = look.job, look.state
    remark, kind = _remark(look, language)
    about = [job.kind, job.project, job.device, _when(job.created)]
    return (
        f'<div class="job {state}"><div class="head"><b>{escape(job.title)}</b>'
        f'<span class="state">{text(language, f"jobs.state_{state}")}</span>'
        f"<span>{_spent(look, language)}</span></div>"
        f'<div class="about">{escape(" · ".join([str(job.number), *filter(None, about)]))}</div>'
        + (f'<div class="{kind}" role="status">{escape(remark)}</div>' if remark else "")
        + f"{_stages(look, language)}</div>"
    )


def losses_html(look: Look, language: str) -> str:
    """The losses of its newest training as charts; empty where it trains nothing."""
    path = look.losses
    return "" if path is None else loss_plot(*loss_table(path).read(), language)


def acts_html(look: Look, language: str, *, removes: bool) -> str:
    """Buttons for what can be done with a job: `data-act` says what, `data-job` its number.

    Args:
        look: at the job.
        language: of the words.
        removes: one that has ended can be taken out of the history.
    """
    shown = []
    if look.active and look.state is not JobState.STOPPING:
        shown.append(_button("cancel", look, language))
    if not look.active and look.state is not JobState.DONE:
        shown.append(_button("retry", look, language))
    if not look.active and removes:
        asks = f"<summary>{escape(text(language, 'jobs.remove'))}</summary>"
        shown.append(f"<details>{asks}{_button('remove', look, language)}</details>")
    return "".join(shown)


def _button(act: str, look: Look, language: str) -> str:
    word = escape(text(language, f"jobs.{act}_sure" if act == "remove" else f"jobs.{act}"))
    return f'<button type="button" data-act="{act}" data-job="{look.job.name}">{word}</button>'


def log_place(job: Job, language: str) -> str:
    """Where its whole log lies; empty where it reported nothing."""
    if not (job.folder / LOG).is_file():
        return ""
    path = (job.folder / LOG).relative_to(job.paths.root).as_posix()
    return f'<div class="place">{escape(text(language, "jobs.log_file", path=path))}</div>'


def job_table(looks: Sequence[Look], chosen: str | None, language: str) -> str:
    """Many jobs, a row each; a click on one chooses it."""
    names = ("number", "title", "state", "when", "took")
    head = "".join(f"<th>{text(language, f'jobs.{name}')}</th>" for name in names)
    rows = "".join(_row(look, look.job.name == chosen, language) for look in looks)
    return f'<table class="jobs"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(look: Look, is_chosen: bool, language: str) -> str:
    job, state = look.job, look.state
    about = " · ".join(filter(None, (job.kind, job.project, job.device)))
    title = (
        f'<button type="button" aria-pressed="{str(is_chosen).lower()}">{escape(job.title)}'
        f"</button><small>{escape(about)}</small>"
    )
    cells = (
        ("number", str(job.number)),
        ("title", title),
        (f"state {state}", text(language, f"jobs.state_{state}")),
        ("when", _when(job.created)),
        ("took", _roughly(look.spent_s(), language)),
    )
    inner = "".join(f'<td class="{name}">{html}</td>' for name, html in cells)
    marked = ' class="chosen"' if is_chosen else ""
    return f'<tr data-act="choose" data-job="{job.name}"{marked}>{inner}</tr>'


def _remark(look: Look, language: str) -> tuple[str, str]:
    """What is to be said of the state, and whether it is a remark or a problem."""
    reason = look.reason()
    if reason is not None:
        values = {"error": look.error(), "code": look.exit_code}
        return text(language, f"jobs.reason_{reason}", **values), "problem"
    if look.state is JobState.WAITING:
        other = look.waits_for()
        if other is None:
            return text(language, "jobs.starts"), "remark"
        return text(language, "jobs.waits", n=other.number, title=other.title), "remark"
    if look.unwatched:
        return text(language, "jobs.unwatched"), "problem"
    if look.state in (JobState.STOPPING, JobState.STOPPED):
        return text(language, f"jobs.{look.state}"), "remark"
    return "", "remark"


def _stages(look: Look, language: str) -> str:
    stages, state = look.stages, look.state
    begun = {stage.name for stage in stages}
    later = [name for name in LATER.get(look.job.kind, ()) if name not in begun]
    if state is JobState.DONE:
        later = []
    last = "past" if state is JobState.DONE else "now" if look.active else "stuck"
    kinds = ["past"] * (len(stages) - 1) + [last]
    rows = "".join(_stage(*each, language) for each in zip(stages, kinds, strict=False))
    rows += "".join(
        f'<li class="later"><span class="name">{_name(name, language)}</span>'
        '<span class="bar"></span></li>'
        for name in later
    )
    return f'<ol class="stages">{rows}</ol>' if rows else ""


def _stage(stage: StageProgress, kind: str, language: str) -> str:
    """One line: name, bar, how many, time; `kind` is past, now or stuck."""
    share = 1.0 if kind == "past" else stage.share
    about = ""
    if stage.ended is not None:
        about = _time(stage.ended - stage.started, language)
    elif kind == "now" and stage.left_s:
        about = text(language, "jobs.left", time=_time(stage.left_s, language))
    count = f"{stage.done:,} / {stage.total:,}" if stage.total > 0 else ""
    bar = "" if kind == "now" and stage.total <= 0 else f' style="width: {100 * share:.1f}%"'
    what = f'<span class="what">{escape(stage.what)}</span>' if kind != "past" else ""
    return (
        f'<li class="{kind}"><span class="name">{_name(stage.name, language)}</span>'
        f'<span class="bar"><i{bar}></i></span>'
        f'<span class="count">{count}</span><span class="time">{about}</span>{what}</li>'
    )


def _name(stage: str, language: str) -> str:
    known = all_texts()[language].get(f"jobs.stage.{stage}")
    return escape(known or stage[:1].upper() + stage[1:])


def _spent(look: Look, language: str) -> str:
    spent_s = look.spent_s()
    return "" if spent_s is None else _time(spent_s, language)


def _time(seconds: float, language: str) -> str:
    whole = round(seconds)
    if whole < 60:
        return text(language, "jobs.seconds", s=whole)
    if whole < 3600:
        return text(language, "jobs.minutes", m=whole // 60, s=whole % 60)
    return text(language, "jobs.hours", h=whole // 3600, m=whole % 3600 // 60)


def _roughly(seconds: float | None, language: str) -> str:
    """A duration to the minute: the table is not sent anew every second."""
    if seconds is None:
        return ""
    if seconds < 60:
        return text(language, "jobs.moments")
    if seconds < 3600:
        return text(language, "jobs.whole_minutes", m=int(seconds) // 60)
    return _time(seconds, language)


def _when(seconds: float) -> str:
    """A moment by the clock of this machine."""
    moment, now = datetime.fromtimestamp(seconds), datetime.fromtimestamp(time.time())
    return moment.strftime("%H:%M" if moment.date() == now.date() else "%Y-%m-%d %H:%M")
