"""The "Home" tab: one voice in the making, how far it is and what to do next."""

from collections.abc import Callable
from html import escape
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.pipeline.project import adopt_project, adoptable, project_names
from gpt_sovits.pipeline.project_sources import Added
from gpt_sovits.stages import STAGES, stage_fields
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.choices import family_choices
from gpt_sovits.workbench.home import NewVoice, add, begin, name_of
from gpt_sovits.workbench.job_view import JobPanel, watch
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.option_texts import choices_of
from gpt_sovits.workbench.project_view import (
    TAB_OF,
    ProjectView,
    ladder_html,
    look_at_project,
    stage_name,
    stage_values,
    step_sentence,
)
from gpt_sovits.workbench.stage_section import StageSection, start_stage
from gpt_sovits.workbench.texts import language_of, t, text

TELL_TAB = """
element.addEventListener('click', event => {
    const button = event.target.closest('[data-tab]');
    if (button) trigger('click', {tab: button.dataset.tab});
});
"""


def build_home_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    paths = bench.paths
    latest = gr.BrowserState(None, storage_key="workbench-project", secret="workbench")
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            with gr.Column(visible=False) as made:
                ladder = _Ladder(bench)
                more = gr.Accordion(t("home.add"), open=False)
                with more:
                    brought = _bring("add")
                    add_it = gr.Button(t("home.add_start"))
                    added = gr.HTML(visible=False)
                clone = StageSection(
                    bench,
                    "clone",
                    first=("source", "name", "family", "language", "text", "consent"),
                    choices={"family": family_choices(paths)},
                )
            fresh = gr.Accordion(t("home.new"), open=True, elem_id="new-project")
            with fresh:
                gr.Markdown(t("home.invite"), elem_classes="about-stage")
                name = gr.Textbox(
                    label=t("home.name"),
                    info=t("home.name_help"),
                    placeholder="Anna",
                    max_lines=1,
                    elem_id="new-name",
                )
                new_brought = _bring("new")
                modes = dict(stage_fields(STAGES["clone"]))["language"]
                with gr.Row():
                    spoken = gr.Dropdown(
                        choices_of("clone", "language", modes),
                        value="auto",
                        label=t("home.language"),
                    )
                    families = family_choices(paths)
                    family = gr.Dropdown(
                        families,
                        value=families[0][1] if families else None,
                        label=t("home.family"),
                        info=t("home.family_help"),
                    )
                consent = gr.Textbox(
                    label=t("home.consent"), info=t("home.consent_help"), max_lines=3
                )
                with gr.Row():
                    whole = gr.Button(t("home.make"), variant="primary", elem_id="make-voice")
                    steps = gr.Button(t("home.steps"))
                message = gr.HTML(visible=False)
            with gr.Row(visible=False) as take_row:
                other = gr.Dropdown([], label=t("home.others"), info=t("home.others_help"))
                take = gr.Button(t("home.take"), scale=0, min_width=140)
        with gr.Column(scale=2, min_width=320, elem_classes="in-sight"):
            panel = JobPanel(bench)
            speak = gr.Button(t("home.speak"), variant="primary", visible=False)
    clone.listen(panel)

    def refresh(
        project: str | None, filled: dict[str, Any], wanted: str | None, request: gr.Request
    ) -> list[Any]:
        language = language_of(request)
        view = look_at_project(project, paths)
        names = adoptable(paths)
        has_voice = view is not None and view.states["voice"].path is not None
        return [
            gr.update(visible=view is not None),
            gr.update(open=view is None),
            gr.update(open=True) if view and view.step.stage == "recording" else gr.skip(),
            *ladder.shown(view, language),
            *clone.shown(view, filled, "", language),
            gr.update(visible=has_voice),
            gr.update(visible=bool(names)),
            gr.update(choices=names, value=wanted if wanted in names else next(iter(names), None)),
        ]

    inputs = [bench.project, clone.filled, other]
    outputs = [made, fresh, more, *ladder.outputs, *clone.outputs, speak, take_row, other]

    def open_page(before: str | None) -> Any:
        names = project_names(paths)
        value = before if before in names else names[0] if names else None
        return gr.update(choices=names, value=value)

    opened = bench.page.load(open_page, latest, bench.project, **QUIET)
    opened.then(refresh, inputs, outputs, **QUIET)
    switch: dict[str, Any] = {
        "fn": lambda name: name,
        "inputs": bench.project,
        "outputs": bench.switched,
        **QUIET,
    }
    opened.then(**switch)
    bench.switched.change(refresh, inputs, outputs, **QUIET)
    bench.project.input(lambda name: (name, name), bench.project, [latest, bench.switched], **QUIET)
    tab.select(refresh, inputs, outputs, **QUIET)
    panel.html.news(refresh, inputs, outputs, **QUIET)

    def make(goes_on: bool, request: gr.Request, *values: Any) -> list[Any]:
        """Begin a project; the whole way is gone at once where that is asked for."""
        language = language_of(request)
        try:
            told = begin(_read(*values), bench.places, language)
        except Exception as error:
            return [problem(error), *[gr.skip()] * 3]
        typed = told.project.name
        chosen = gr.update(choices=project_names(paths), value=typed)
        said, job = note(_told(told, language)), None
        if goes_on:
            try:
                view = look_at_project(typed, paths)
                assert view is not None
                given = clone.form.read_values(stage_values("clone", view, paths))
                job = start_stage(bench, clone.form, given, typed, language)
            except InputError as error:  # the project is there; it can be mended and gone on with
                said = problem(error)
        return [said, chosen, typed, watch(job, typed)]

    fields = [name, *new_brought, spoken, family, consent]
    begun = [message, bench.project, latest, panel.html]
    for button, goes_on in ((whole, True), (steps, False)):
        button.click(
            make,
            [gr.State(goes_on), *fields],
            begun,
            validator=_validator(bench, needs_recording=goes_on),
            concurrency_id="jobs",
        ).then(**switch)

    def add_more(project: str | None, request: gr.Request, *values: Any) -> list[Any]:
        language = language_of(request)
        try:
            uploads, spoke, path = values
            form = NewVoice(uploads=uploads or (), spoken=spoke, path=path or "")
            told = add(form, project or "", bench.places, language)
        except Exception as error:
            return [problem(error), *[gr.skip()] * 3]
        return [note(_told(told, language)), None, None, ""]

    add_it.click(add_more, [bench.project, *brought], [added, *brought]).then(
        refresh, inputs, outputs, **QUIET
    )

    def take_up(chosen: str | None) -> list[Any]:
        try:
            adopt_project(chosen or "", paths)
        except Exception as error:
            return [problem(error), gr.skip()]
        return [note(), gr.update(choices=project_names(paths), value=chosen)]

    take.click(take_up, other, [message, bench.project], **QUIET).then(**switch)

    def speak_with(project: str | None) -> tuple[Any, Any]:
        return bench.show("speak"), project

    speak.click(speak_with, bench.project, [bench.tabs, bench.voice], **QUIET)
    ladder.listen(speak_with)


class _Ladder:
    """All stages with their state, and what to do next."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        with gr.Row(elem_classes="next-step"):
            self._next = gr.HTML()
            self._go = gr.Button(t("home.go"), variant="primary", scale=0, min_width=150)
        self._stage = gr.State("")
        self._rungs = gr.HTML(js_on_load=TELL_TAB)

    @property
    def outputs(self) -> list[Any]:
        """Components that `shown` gives values for."""
        return [self._next, self._go, self._stage, self._rungs]

    def shown(self, view: ProjectView | None, language: str) -> list[Any]:
        """Values for `outputs`."""
        if view is None:
            return ["", gr.skip(), "", ""]
        step = view.step
        where = stage_name(step.stage, language)
        told = (
            f'<div class="next"><b>{escape(text(language, "home.next", stage=where))}</b>'
            f"<span>{escape(step_sentence(step, language))}</span></div>"
        )
        has_tab = gr.update(visible=step.stage != "recording")
        return [told, has_tab, step.stage, ladder_html(view, language)]

    def listen(self, speak_with: Callable[[str | None], tuple[Any, Any]]) -> None:
        """Show the tab of a stage when its button is pressed."""
        bench = self._bench

        def go(stage: str, project: str | None) -> tuple[Any, Any]:
            if stage == "speak":
                return speak_with(project)
            return bench.show(TAB_OF.get(stage, "home")), gr.skip()

        def go_to(event: gr.EventData) -> Any:
            tab = str(getattr(event, "tab", ""))
            return bench.show(tab) if tab in TAB_OF.values() else gr.skip()

        self._go.click(go, [self._stage, bench.project], [bench.tabs, bench.voice], **QUIET)
        self._rungs.click(go_to, None, bench.tabs, **QUIET)


def _bring(where: str) -> tuple[gr.File, gr.Audio, gr.Textbox]:
    """Fields for recordings: uploads, the microphone, a path."""
    uploads = gr.File(
        label=t("home.uploads"), file_count="multiple", height=140, elem_id=f"{where}-uploads"
    )
    with gr.Accordion(t("home.other_ways"), open=False):
        spoken = gr.Audio(
            label=t("home.microphone"), sources=["microphone"], type="filepath", format="wav"
        )
        path = gr.Textbox(
            label=t("home.path"),
            info=t("home.path_help"),
            lines=1,
            max_lines=4,
            elem_id=f"{where}-path",
        )
    return uploads, spoken, path


def _read(
    name: str | None,
    uploads: list[str] | None,
    spoken: str | None,
    path: str | None,
    language: str,
    family: str | None,
    consent: str | None,
) -> NewVoice:
    return NewVoice(
        name=name or "",
        uploads=uploads or (),
        spoken=spoken,
        path=path or "",
        language=language,
        family=family or "",
        consent=consent or "",
    )


def _validator(bench: Bench, *, needs_recording: bool) -> Any:
    """Say at the fields what is missing."""

    def validate(request: gr.Request, goes_on: bool, *values: Any) -> list[Any]:
        language = language_of(request)
        form = _read(*values)
        wrong = {}
        if not name_of(form):
            wrong[0] = text(language, "home.no_name")
        if needs_recording and not (form.uploads or form.spoken or form.path.strip()):
            wrong[1] = text(language, "home.no_recording")
        checks = [gr.validate(place not in wrong, wrong.get(place, "")) for place in range(7)]
        return [gr.validate(True, ""), *checks]

    return validate


def _told(told: Added, language: str) -> str:
    """What was kept and what was left out."""
    kept = text(language, "home.kept", n=len(told.kept)) if told.kept else ""
    left = "; ".join(f"{path.name}: {reason}" for path, reason in told.skipped[:5])
    skipped = text(language, "home.skipped", n=len(told.skipped), what=left) if left else ""
    return " ".join(filter(None, (kept, skipped)))
