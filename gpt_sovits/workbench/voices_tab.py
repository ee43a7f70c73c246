"""The "Voices" tab: all voices on the left, the checkpoints of one side by side on the right."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.runner import start_job
from gpt_sovits.pipeline.advice import device_of, machine_facts
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.form import StageForm
from gpt_sovits.workbench.job_view import JobPanel, watch
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.texts import language_of, t, text
from gpt_sovits.workbench.voices_acts import choose_pair
from gpt_sovits.workbench.voices_boxes import draw_consent, draw_export, draw_fusion, draw_import
from gpt_sovits.workbench.voices_view import (
    list_voices,
    samples_view,
    scores_key,
    scores_view,
    voice_list,
    weights_choices,
)


def build_voices_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    paths = bench.paths
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320, scale=2):
            voice = gr.Dropdown([], label=t("voices.voice"), elem_id="voices-voice")
            listing = gr.HTML()
            speak = gr.Button(t("voices.speak"), variant="primary")
            draw_export(bench, voice)
            consent = draw_consent(bench, voice)
            other, fused = draw_fusion(bench, voice)
            imported = draw_import(bench)
        with gr.Column(min_width=320, scale=4):
            form = StageForm(
                "score",
                first=("per_language", "languages"),
                hidden=HIDDEN,
                find_path=bench.places.source,
                new_path=bench.places.new,
            )
            form.draw()
            measure = gr.Button(t("voices.measure"))
            message = gr.HTML(visible=False)
            panel = JobPanel(bench, kinds=("score",), project=False)
            scores = gr.HTML()
            with gr.Row():
                sovits = gr.Dropdown([], label="SoVITS", elem_id="voices-sovits")
                gpt = gr.Dropdown([], label="GPT", elem_id="voices-gpt")
            choose = gr.Button(t("voices.choose"))
            samples = gr.HTML()
    shown = gr.State(())
    # A validator knows no choices that came later, so it cannot take the dropdown itself.
    chosen = gr.State()
    of_voice = [listing, consent, scores, samples, sovits, gpt, shown]

    def show(
        name: str | None, before: Any, pair: Sequence[str | None], request: gr.Request
    ) -> list[Any]:
        """Everything about one voice; what is being typed or chosen for it stays."""
        language, voices = language_of(request), list_voices(paths)
        found = next((each for each in voices if each.name == name), None)
        if found is None:
            empty = gr.update(choices=[], value=None)
            return [voice_list(voices, name, language), "", "", "", empty, empty, ()]
        file, key = found.file, scores_key(found.name, paths)
        is_same = tuple(before)[:2] == key[:2]  # nobody changed the voice itself
        own = (file.sovits, file.gpt) if file else (None, None)
        lists = [weights_choices(found.name, kind, paths) for kind in ("sovits", "gpt")]
        wanted = pair if is_same else own
        return [
            voice_list(voices, name, language),
            gr.skip() if is_same else file.consent if file else "",
            scores_view(found.name, paths, language),
            samples_view(found.name, paths, language),
            *(_dropdown(each, value) for each, value in zip(lists, wanted, strict=True)),
            key,
        ]

    def refresh(
        name: str | None,
        project: str | None,
        added: str | None,
        second: str | None,
        before: Any,
        own_sovits: str | None,
        own_gpt: str | None,
        request: gr.Request,
    ) -> list[Any]:
        """The list of voices, as files may have come; then everything about the chosen one."""
        names = [each.name for each in list_voices(paths)]
        wanted = next((each for each in (added, name, project) if each in names), None)
        wanted = wanted or (names[0] if names else None)
        others = [each for each in names if each != wanted]
        kept = second if second in others else next(iter(others), None)
        return [
            gr.update(choices=names, value=wanted),
            gr.update(choices=others, value=kept),
            None,
            wanted,
            *show(wanted, before, (own_sovits, own_gpt), request),
        ]

    def look(
        name: str | None,
        before: Any,
        own_sovits: str | None,
        own_gpt: str | None,
        request: gr.Request,
    ) -> list[Any]:
        """While something is measured: what is new, and nothing where all is as it was."""
        if not name or scores_key(name, paths) == tuple(before):
            return [gr.skip()] * len(of_voice)
        return show(name, before, (own_sovits, own_gpt), request)

    def begin(name: str | None, request: gr.Request, *values: Any) -> tuple[Any, Any]:
        try:
            if not name:
                raise InputError(text(language_of(request), "voices.choose_first"))
            given = given_of(request, name, values)
            job = start_job(
                form.command(given),
                title=text(language_of(request), "voices.measuring", name=name),
                paths=paths,
                program=bench.program,
                kind="score",
                project=name,
                device=device_of("score", given, machine_facts()),
            )
        except Exception as error:
            return problem(error), gr.skip()
        return note(), watch(job)

    def check(request: gr.Request, name: str | None, *values: Any) -> list[Any]:
        """What Gradio shows at each field of the form."""
        wrong: tuple[str | None, str] = (None, "")
        try:
            form.command(given_of(request, name or "voice", values))
        except InputError as error:
            wrong = (error.field, str(error))
        return [gr.validate(field != wrong[0], wrong[1]) for field in ("voice", *form.names)]

    def given_of(request: gr.Request, name: str, values: tuple[Any, ...]) -> dict[str, Any]:
        return form.read(*values, language=language_of(request)) | {"experiment": name}

    def take_pair(
        name: str | None, gpt: str | None, sovits: str | None, request: gr.Request
    ) -> Any:
        try:
            choose_pair(name, gpt, sovits, paths)
        except Exception as error:
            return problem(error)
        return note(text(language_of(request), "voices.chosen", name=name))

    now = [other, shown, sovits, gpt]
    every = ([voice, bench.project, fused, *now], [voice, other, fused, chosen, *of_voice])
    tab.select(refresh, *every, **QUIET)
    bench.page.load(refresh, *every, **QUIET)
    fused.change(refresh, *every, **QUIET)
    imported.change(refresh, [voice, bench.project, imported, *now], every[1], **QUIET)
    voice.input(refresh, *every, **QUIET)
    panel.html.news(look, [voice, *now[1:]], of_voice, **QUIET)
    measure.click(
        begin,
        [chosen, *form.components],
        [message, panel.html],
        validator=check,
        concurrency_id="jobs",
        **QUIET,
    )
    choose.click(take_pair, [voice, gpt, sovits], message, **QUIET).then(refresh, *every, **QUIET)
    speak.click(lambda name: (name, bench.show("speak")), voice, [bench.voice, bench.tabs], **QUIET)


HIDDEN = ("experiment", "name")
"""Options of `score` that the choice of a voice makes."""


def _dropdown(choices: list[tuple[str, str]], value: str | None) -> Any:
    values = [each for _, each in choices]
    known = value if value in values else (values[0] if values else None)
    return gr.update(choices=choices, value=known)
