"""A project as the tabs show it: its stages, what to do next, what its forms are filled with."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.runner import newest_looks
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.advice import Advice, advise, machine_facts
from gpt_sovits.pipeline.finish import STATE, noted_consent, wrote_voice
from gpt_sovits.pipeline.next_step import NextStep, next_step
from gpt_sovits.pipeline.project import ProjectFiles, VoiceProject, list_of, load_project
from gpt_sovits.pipeline.project_chain import chain_source
from gpt_sovits.pipeline.project_jobs import stage_jobs
from gpt_sovits.pipeline.project_state import StageJob, StageState, stages_of
from gpt_sovits.state import read_state
from gpt_sovits.workbench.texts import text

TAB_OF: Mapping[str, str] = {
    "recording": "home",
    "separate": "prepare",
    "denoise": "prepare",
    "slice": "prepare",
    "transcribe": "prepare",
    "check": "prepare",
    "label": "label",
    "features": "train",
    "train sovits": "train",
    "train gpt": "train",
    "voice": "train",
    "speak": "speak",
}
"""Where each stage is worked on."""


_MARKS = {"ready": "✓", "failed": "!", "stale": "↻", "partial": "◐", "running": "…"}


@dataclass(frozen=True)
class ProjectView:
    """One look at a project."""

    project: VoiceProject
    states: Mapping[str, StageState]
    step: NextStep

    @property
    def minutes(self) -> float:
        """How much speech there is, as far as the stages have come; 0 where it is not known."""
        for stage in ("features", "slice", "recording"):
            if minutes := self.states[stage].values.get("minutes"):
                return float(minutes)
        return 0.0


def look_at_project(name: str | None, paths: ProjectPaths) -> ProjectView | None:
    """Read a project and all its stages; None where none is chosen, or it is gone."""
    if not name:
        return None
    try:
        project = load_project(name, paths)
    except InputError:
        return None
    jobs: list[StageJob] = []
    with suppress(InputError):  # a damaged queue: the panel of the jobs says so
        jobs = stage_jobs(name, paths)
    states = stages_of(project, jobs, paths)
    step = next_step(project, states, paths)
    return ProjectView(project, {state.stage: state for state in states}, step)


def stage_values(stage: str, view: ProjectView, paths: ProjectPaths) -> dict[str, Any]:
    """What the fields of a stage are filled with: this project's own, then what fits the machine.

    A field without a value is emptied, so that nothing of another project stays.
    """
    project = view.project
    files = ProjectFiles(project.name, paths)
    source = _source_of(stage, project, paths)
    shown = None if source is None else paths.name_of(source)
    every: dict[str, dict[str, Any]] = {
        "separate": {"source": shown, "out": files.separated},
        "denoise": {"source": shown, "out": files.denoised},
        "slice": {"source": shown, "out": files.sliced},
        "transcribe": {
            "source": shown,
            "out": files.transcribed,
            "language": project.language,
            "speaker": project.speaker,
        },
        "import": {
            "source": shown,
            "out": files.imported,
            "language": project.language,
            "speaker": project.speaker or project.name,
        },
        "check": {"source": shown, "family": project.family},
        "features": {"source": shown, "name": project.name, "family": project.family},
        "train sovits": _training(project),
        "train gpt": _training(project),
        "clone": {
            "source": shown,
            "name": project.name,
            "family": project.family,
            "language": project.language,
            "consent": noted_consent(project.name, paths) or project.consent,
            "replace": wrote_voice(files.voice, read_state(files.experiment / STATE)),
        },
    }
    own = every[stage]
    advised = {each.field: each.value for each in advice_for(stage, view)}
    out = {key: paths.name_of(value) for key, value in own.items() if isinstance(value, Path)}
    return own | out | {key: value for key, value in advised.items() if value is not None}


def _training(project: VoiceProject) -> dict[str, Any]:
    return {"experiment": project.name, "name": project.name, "family": project.family}


def _source_of(stage: str, project: VoiceProject, paths: ProjectPaths) -> Path | None:
    """What a stage takes; labels to import are only known where the recordings have some."""
    if stage == "clone":
        listed = list_of(project, paths)
        if listed is not None and listed != ProjectFiles(project.name, paths).cloned:
            return listed
        return chain_source("slice", project, paths)
    if stage == "import":
        folder = ProjectFiles(project.name, paths).input
        labels = [path for path in folder.glob("*") if path.suffix in (".srt", ".vtt", ".ass")]
        return labels[0] if len(labels) == 1 else folder if folder.is_dir() else None
    return chain_source(stage, project, paths)


def advice_for(stage: str, view: ProjectView) -> tuple[Advice, ...]:
    """What fits this machine and this project."""
    return advise(stage, machine_facts(), view.minutes, family=view.project.family)


def advice_html(advice: Sequence[Advice], language: str) -> str:
    """Why fields hold what they hold; each reason once."""
    reasons: dict[str, list[str]] = {}
    for each in advice:
        sentence = text(language, f"advice.{each.reason}", **each.values)
        value = "" if each.value is None else f"{each.field} = {each.value}"
        reasons.setdefault(sentence, []).append(value)
    if not reasons:
        return ""
    rows = "".join(
        f"<li>{escape(sentence)} <code>{escape(', '.join(filter(None, values)))}</code></li>"
        if any(values)
        else f"<li>{escape(sentence)}</li>"
        for sentence, values in reasons.items()
    )
    return f'<ul class="advice">{rows}</ul>'


def hint_html(view: ProjectView | None, language: str) -> str:
    """What is to be done next, above the stages of a tab."""
    if view is None:
        return f'<div class="empty">{escape(text(language, "form.no_project"))}</div>'
    where = text(language, "home.next", stage=stage_name(view.step.stage, language))
    told = f"<b>{escape(where)}</b> · {escape(step_sentence(view.step, language))}"
    return f'<div class="remark" role="status">{told}</div>'


def stage_name(stage: str, language: str) -> str:
    """What the page calls a stage."""
    return text(language, f"home.stage.{stage.replace(' ', '_')}")


def step_sentence(step: NextStep, language: str) -> str:
    """Why it is the next thing to do."""
    values = dict(step.values)
    if "stage" in values:
        values["stage"] = stage_name(values["stage"], language)
    return text(language, f"home.reason.{step.key}", **values)


def summary(state: StageState, language: str) -> str:
    """What a stage left, in one short sentence."""
    return text(language, f"home.summary.{state.key}", **state.values) if state.key else ""


def ladder_html(view: ProjectView, language: str) -> str:
    """All stages with their state, each with a button that names the tab where it is worked on."""
    rungs = [
        _rung(state, state.stage == view.step.stage, language) for state in view.states.values()
    ]
    return f'<div class="ladder">{"".join(rungs)}</div>'


def _rung(state: StageState, is_next: bool, language: str) -> str:
    name, tab = stage_name(state.stage, language), TAB_OF[state.stage]
    status = text(language, f"home.status.{state.status}")
    go = f'<button data-tab="{tab}">{escape(text(language, f"tab.{tab}"))} ›</button>'
    return (
        f'<div class="rung is-{state.status}{" is-next" if is_next else ""}"'
        f' id="rung-{state.stage.replace(" ", "-")}">'
        f'<span class="mark" aria-hidden="true">{_MARKS.get(state.status, "")}</span>'
        f'<b>{escape(name)}</b><span class="status">{escape(status)}</span>'
        f'<span class="summary">{escape(summary(state, language))}</span>'
        f"{go if tab != 'home' else ''}</div>"
    )


def state_html(state: StageState, paths: ProjectPaths, language: str) -> str:
    """What a stage left, above its form."""
    told = summary(state, language)
    where = f" <code>{escape(paths.name_of(state.path))}</code>" if state.path and told else ""
    return f'<div class="remark">{escape(told)}{where}</div>' if told else ""


def result_html(kind: str, project: str, paths: ProjectPaths, language: str) -> str:
    """What the last finished job of a stage wrote and left out, as its `--json` line tells it."""
    try:  # of the two newest one may be running
        looks = newest_looks(2, paths, kinds=[kind], project=project)
    except InputError:
        return ""
    told = next((look.job.result() for look in looks if not look.active), None)
    if not told:
        return ""
    counts = [
        text(language, f"prepare.result.{key}", n=len(told[key]))
        for key in ("written", "kept", "doubtful")
        if isinstance(told.get(key), list) and told[key]
    ]
    notes = [str(told["note"])] if told.get("note") else []
    head = f"<p>{escape(' · '.join(counts))}</p>" if counts else ""
    lines = [f"{Path(str(where)).name}: {why}" for where, why in _pairs(told.get("skipped"))]
    left = text(language, "prepare.result.skipped", n=len(lines))
    more = _list(left, lines) if lines else ""
    doubts = [f"{Path(str(where)).name}: {why}" for where, why in _pairs(told.get("doubtful"))]
    look = _list(text(language, "prepare.result.doubts"), doubts) if doubts else ""
    said = "".join(f"<p>{escape(note)}</p>" for note in notes)
    shown = f"{head}{said}{more}{look}"
    return f'<div class="result">{shown}</div>' if shown else ""


def _pairs(value: Any) -> list[tuple[str, str]]:
    pairs = value if isinstance(value, list) else []
    return [(str(each[0]), str(each[1])) for each in pairs if len(each) == 2]


def _list(title: str, lines: Sequence[str], shown: int = 100) -> str:
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines[:shown])
    rest = f"<li>… {len(lines) - shown}</li>" if len(lines) > shown else ""
    return f"<details><summary>{escape(title)}</summary><ul>{rows}{rest}</ul></details>"
