"""The "Prepare" tab: from recordings to a checked list of labelled clips."""

from html import escape
from typing import Any

import gradio as gr

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.project import change_project, list_of, recordings_of
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.job_view import JobPanel
from gpt_sovits.workbench.labelling import list_choices
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.player import draw_sounds
from gpt_sovits.workbench.project_view import ProjectView
from gpt_sovits.workbench.reports import report_address
from gpt_sovits.workbench.stage_section import StageSection, keep_fresh
from gpt_sovits.workbench.texts import language_of, t, text

FIRST = {
    "separate": ("source", "models", "device"),
    "denoise": ("source", "engine", "strength"),
    "slice": ("source", "method", "min_s", "max_s", "speakers"),
    "transcribe": ("source", "engine", "language", "speaker"),
    "import": ("source", "audio", "language", "speaker"),
    "check": ("source", "family", "fix"),
}
"""Stages in their order, each with the fields that most people look at."""

MAX_SOUNDS = 300


def build_prepare_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    paths = bench.paths
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            hint = gr.HTML()
            sections = [StageSection(bench, name, first=first) for name, first in FIRST.items()]
            with sections[-1].extra:
                report = gr.HTML()
                listed = gr.Dropdown([], label=t("prepare.list"), info=t("prepare.list_help"))
                list_message = gr.HTML(visible=False)
                correct = gr.Button(t("prepare.correct"))
        with gr.Column(scale=2, min_width=320, elem_classes="in-sight"):
            panel = JobPanel(bench, kinds=tuple(FIRST))
            gr.Markdown(t("prepare.listen"), elem_classes="about-stage")
            sounds = []
            for side in ("before", "after"):
                with gr.Group():
                    sounds.append(draw_sounds(bench, label=t(f"prepare.{side}")))
    for section in sections:
        section.listen(panel)

    def more(view: ProjectView | None, language: str, *now: Any) -> list[Any]:
        names = sounds_of(view, paths)
        before = now[2] if now[2] in names else next(iter(names), None)
        return [
            _report(view, language),
            _lists(view, paths),
            gr.update(choices=names, value=before),
            gr.update(choices=names, value=names[-1] if names else None),
        ]

    keep_fresh(bench, tab, panel, hint, sections, more, [report, listed, *sounds])

    def use_list(name: str | None, chosen: str | None, request: gr.Request) -> Any:
        try:
            if not name or not chosen:
                return note()
            place = bench.places.file(chosen)
            used = {"list": paths.name_of(place)}
            change_project(name, lambda project: project.model_copy(update=used), paths)
        except Exception as error:
            return problem(error)
        return note(text(language_of(request), "prepare.list_used", path=chosen))

    listed.input(use_list, [bench.project, listed], list_message, **QUIET)
    correct.click(lambda: bench.show("label"), None, bench.tabs, **QUIET)


def sounds_of(view: ProjectView | None, paths: ProjectPaths) -> list[str]:
    """Everything of a project that can be heard, recordings first, the newest stage last."""
    if view is None:
        return []
    found = [path for path in recordings_of(view.project, paths)]
    for stage in ("separate", "denoise", "slice"):
        folder = view.states[stage].path
        if folder is not None:
            found += sorted(folder.glob("*.wav")) + sorted(folder.glob("*.flac"))
            if stage == "slice":
                found += sorted(folder.glob("*/*.wav"))
    return [paths.name_of(path) for path in found[:MAX_SOUNDS]]


def _report(view: ProjectView | None, language: str) -> str:
    address = report_address(view) if view else ""
    if not address:
        return ""
    return f'<a href="{escape(address)}" target="_blank">{text(language, "prepare.report")}</a>'


def _lists(view: ProjectView | None, paths: ProjectPaths) -> Any:
    listed = list_of(view.project, paths) if view else None
    used = paths.name_of(listed) if listed else None
    choices = list_choices(paths)
    if used and used not in choices:
        choices = [used, *choices]
    return gr.update(choices=choices, value=used)
