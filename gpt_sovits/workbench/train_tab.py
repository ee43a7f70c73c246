"""The "Train" tab: features, the two networks and the voice, in one click or step by step."""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.runner import start_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.project import ProjectFiles
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.choices import family_choices
from gpt_sovits.workbench.form import FOR_PROGRAMS, StageForm
from gpt_sovits.workbench.job_view import JobPanel, begun
from gpt_sovits.workbench.messages import problem
from gpt_sovits.workbench.player import draw_sounds
from gpt_sovits.workbench.project_view import (
    ProjectView,
    look_at_project,
    stage_name,
    stage_values,
    state_html,
)
from gpt_sovits.workbench.stage_section import StageSection, keep_fresh, start_stage
from gpt_sovits.workbench.texts import language_of, t, text

FIRST = {
    "features": ("source", "name", "family", "device"),
    "train sovits": ("experiment", "name", "family", "epochs", "batch_size", "accelerator"),
    "train gpt": ("experiment", "name", "family", "epochs", "batch_size", "accelerator", "dpo"),
}
HALVES = {"train sovits": "sovits", "train gpt": "gpt"}


def build_train_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    paths = bench.paths
    choices = {"family": family_choices(paths)}
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            hint = gr.HTML()
            with gr.Row():
                all_of_it = gr.Button(t("train.all"), variant="primary", elem_id="train-all")
                to_voices = gr.Button(t("train.voices"))
            gr.Markdown(t("train.all_help"), elem_classes="about-stage")
            message = gr.HTML(visible=False)
            sections = [
                StageSection(bench, name, first=first, choices=choices)
                for name, first in FIRST.items()
            ]
            with gr.Accordion(t("home.stage.voice"), open=False, elem_id="section-voice"):
                gr.Markdown(t("train.voice_help"), elem_classes="about-stage")
                voice_state = gr.HTML()
                replace = gr.Checkbox(False, label=t("train.replace"))
                finish = gr.Button(t("train.finish"), variant="primary")
                voice_message = gr.HTML(visible=False)
        with gr.Column(scale=2, min_width=320, elem_classes="in-sight"):
            panel = JobPanel(bench, kinds=(*FIRST, "clone", "voice"))
            sample = draw_sounds(bench, label=t("train.samples"), info=t("train.samples_help"))
    for section in sections:
        section.listen(panel)

    def more(view: ProjectView | None, language: str, *_: Any) -> list[Any]:
        samples = samples_of(view, paths)
        return [
            state_html(view.states["voice"], paths, language) if view else "",
            gr.update(choices=samples, value=samples[0][1] if samples else None),
        ]

    keep_fresh(bench, tab, panel, hint, sections, more, [voice_state, sample])

    def train_all(project: str | None, request: gr.Request, *values: Any) -> tuple[Any, Any]:
        language = language_of(request)
        try:
            view = look_at_project(project, paths)
            if view is None:
                raise InputError(text(language, "form.no_project"))
            given: dict[str, Any] = {}
            rest = list(values)
            for section in sections:
                own = rest[: len(section.form.names)]
                rest = rest[len(section.form.names) :]
                read = section.form.read(*own, language=language, whole=True)
                given |= clone_values(section.name, read)
            whole = StageForm("clone", first=(), find_path=bench.places.source)
            given = whole.read_values(stage_values("clone", view, paths)) | given
            job = start_stage(bench, whole, given, project, language)
        except Exception as error:
            return problem(error), gr.skip()
        return begun(job, language)

    fields = [each for section in sections for each in section.form.components]
    all_of_it.click(
        train_all, [bench.project, *fields], [message, panel.html], concurrency_id="jobs"
    )

    def make_voice(project: str | None, again: bool, request: gr.Request) -> tuple[Any, Any]:
        language = language_of(request)
        try:
            words = ["project", "voice", *(["--replace"] if again else []), *FOR_PROGRAMS]
            job = start_job(
                [*words, "--", project or ""],
                title=f"{stage_name('voice', language)} · {project}",
                paths=paths,
                program=bench.program,
                kind="voice",
                project=project or "",
            )
        except Exception as error:
            return problem(error), gr.skip()
        return begun(job, language)

    finish.click(
        make_voice, [bench.project, replace], [voice_message, panel.html], concurrency_id="jobs"
    )
    to_voices.click(lambda: bench.show("voices"), None, bench.tabs, **QUIET)


def clone_values(stage: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen for a stage, as `clone` calls it; what it has no option for is left out."""
    if stage == "features":
        return {key: given[key] for key in ("family", "device") if key in given}
    left_out = {"experiment", "name", "family", "start", "replace", "samples"}
    prefix = HALVES[stage]
    found = {f"{prefix}_{key}": value for key, value in given.items() if key not in left_out}
    return found | ({"samples": given["samples"]} if "samples" in given else {})


def samples_of(view: ProjectView | None, paths: ProjectPaths) -> list[tuple[str, str]]:
    """What the voice in the making said when weights were saved, the newest first."""
    if view is None:
        return []
    folder = ProjectFiles(view.project.name, paths).experiment / "samples"
    found = [path for path in folder.glob("*_*.wav") if path.name[0] != "."]
    found.sort(key=lambda path: (-path.stat().st_mtime_ns, path.name))
    return [(path.stem, paths.name_of(path)) for path in found]
