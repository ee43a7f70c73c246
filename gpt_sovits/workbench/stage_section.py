"""A stage of the chosen project on the page: what it left, its form, its start."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.job import Job
from gpt_sovits.jobs.runner import start_job
from gpt_sovits.pipeline.advice import device_of, machine_facts
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.choices import trains_as_mini
from gpt_sovits.workbench.form import StageForm
from gpt_sovits.workbench.job_view import JobPanel, begun
from gpt_sovits.workbench.messages import problem
from gpt_sovits.workbench.project_view import (
    ProjectView,
    advice_for,
    advice_html,
    hint_html,
    look_at_project,
    result_html,
    stage_name,
    stage_values,
    state_html,
)
from gpt_sovits.workbench.texts import language_of, t, text

_ADVISED = ("accelerator", "workers", "precision", "batch_size", "epochs")
FILLED = frozenset(
    {
        *("source", "out", "name", "experiment", "language", "speaker", "family", "consent"),
        *("replace", "device", "engine", *_ADVISED),
        *(f"{half}_{name}" for half in ("sovits", "gpt") for name in _ADVISED),
    }
)
"""Fields that `stage_values` fills."""

HEAVY = {"import": False}
"""Stages that need not wait for the device; all others do."""


def start_stage(
    bench: Bench, form: StageForm, given: Mapping[str, Any], project: str | None, language: str
) -> Job:
    """Start the job of a stage.

    Args:
        bench: of the page.
        form: of the stage.
        given: what was filled in, by field name.
        project: whose job it is.
        language: of its title.

    Raises:
        InputError: no project is chosen, the values cannot be used, or it runs already.
    """
    if not project:
        raise InputError(text(language, "form.no_project"))
    source = given.get("source")
    if isinstance(source, Path) and source.suffix.lower() == ".list":
        bench.places.check_annotations(source)
    name = form.stage.name
    return start_job(
        form.command(given),
        title=f"{stage_name(name, language)} · {project}",
        paths=bench.paths,
        program=bench.program,
        kind=name,
        project=project,
        device=device_of(name, given, machine_facts()),
        heavy=HEAVY.get(name, True),
    )


class StageSection:
    """One stage inside an accordion of the current tab.

    Args:
        bench: of the page.
        name: of the stage.
        first: fields of its form that stand first.
        choices: as in `StageForm`.
    """

    def __init__(
        self,
        bench: Bench,
        name: str,
        *,
        first: Sequence[str],
        choices: Mapping[str, Sequence[tuple[Any, str]]] | None = None,
    ) -> None:
        self._bench = bench
        self.name = name
        key = name.replace(" ", "_")
        with gr.Accordion(t(f"home.stage.{key}"), open=False, elem_id=f"section-{key}") as box:
            gr.Markdown(t(f"prepare.about.{key}"), elem_classes="about-stage")
            self._told = gr.HTML()
            places = bench.places
            self.form = StageForm(
                name, first=first, find_path=places.source, new_path=places.new, choices=choices
            )
            self.form.draw()
            self.form.follow_family(partial(trains_as_mini, paths=bench.paths))
            self._advice = gr.HTML()
            self.start = gr.Button(t(f"prepare.start.{key}"), variant="primary")
            self.message = gr.HTML(visible=False)
            self.extra = gr.Column()
        self._box = box
        self.filled = gr.State({})
        """What the form was filled with: only what is otherwise now is filled in again. The name
        of its project stands below "" there: a validator knows no choices that came later, so it
        cannot take the dropdown itself."""

    @property
    def outputs(self) -> list[Any]:
        """Components that `shown` gives values for."""
        return [self._box, self._told, self._advice, self.filled, *self.form.pick(FILLED)]

    def shown(
        self, view: ProjectView | None, filled: Mapping[str, Any], opened: str, language: str
    ) -> list[Any]:
        """Values for `outputs`.

        Args:
            view: of the project; None where none is chosen.
            filled: what the form was filled with before.
            opened: the stage whose section is to be open; others stay as they are.
            language: of the sentences.
        """
        if view is None:
            return [gr.skip(), "", "", {}, *self.form.fill({}, FILLED)]
        paths, project = self._bench.paths, view.project.name
        values = stage_values(self.name, view, paths)
        news = {key: value for key, value in values.items() if filled.get(key, "") != value}
        if filled.get("") != project:  # nothing that was typed for another one stays
            news = self.form.defaults(FILLED) | values
        state = None if self.name == "import" else view.states.get(self.name)
        told = state_html(state, paths, language) if state else ""
        return [
            gr.update(open=True) if self.name == opened else gr.skip(),
            told + result_html(self.name, project, paths, language),
            advice_html(advice_for(self.name, view), language),
            values | {"": project},
            *self.form.fill(news, FILLED),
        ]

    def listen(self, panel: JobPanel) -> None:
        """Start its job when that is asked for, and let the panel show it."""

        def begin(filled: Mapping[str, Any], request: gr.Request, *values: Any) -> tuple[Any, Any]:
            language, project = language_of(request), filled.get("")
            try:
                given = self.form.read(*values, language=language)
                job = start_stage(self._bench, self.form, given, project, language)
            except Exception as error:
                return problem(error), gr.skip()
            return begun(job, language)

        def validate(request: gr.Request, filled: Any, *values: Any) -> list[Any]:
            return [gr.validate(True, ""), *self.form.validate(request, *values)]

        self.start.click(
            begin,
            [self.filled, *self.form.components],
            [self.message, panel.html],
            validator=validate,
            concurrency_id="jobs",
        )


def keep_fresh(
    bench: Bench,
    tab: gr.Tab,
    panel: JobPanel,
    hint: gr.HTML,
    sections: Sequence[StageSection],
    more: Callable[..., Sequence[Any]],
    outputs: Sequence[Any],
) -> None:
    """Fill the stages of a tab when it is opened, the project changes or a job has news.

    Args:
        bench: of the page.
        tab: that is filled.
        panel: tells the news.
        hint: shows what to do next.
        sections: of the tab.
        more: gives values for further components, of a project, a language and what they hold.
        outputs: these components.
    """

    def refresh(name: str | None, opens: bool, request: gr.Request, *values: Any) -> list[Any]:
        language = language_of(request)
        view = look_at_project(name, bench.paths)
        opened = view.step.stage if view and opens else ""
        shown = [
            value
            for section, before in zip(sections, values, strict=False)
            for value in section.shown(view, before, opened, language)
        ]
        now = values[len(sections) :]
        return [hint_html(view, language), *shown, *more(view, language, *now)]

    held = [*(section.filled for section in sections), *outputs]
    shown = [hint, *(each for section in sections for each in section.outputs), *outputs]
    for event in (tab.select, bench.switched.change):
        event(refresh, [bench.project, gr.State(True), *held], shown, **QUIET)
    panel.html.news(refresh, [bench.project, gr.State(False), *held], shown, **QUIET)
