"""The "Speak" tab: who speaks what on the left, the take and its sentences on the right."""

from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.inference.take_history import make_take
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.speak import family_of, parts_of
from gpt_sovits.workbench.speak_options import SpeakingForm
from gpt_sovits.workbench.speak_reference_box import ReferenceBox
from gpt_sovits.workbench.speak_service import SpeakingService
from gpt_sovits.workbench.speak_take_box import TakeBox
from gpt_sovits.workbench.speak_view import view_voices
from gpt_sovits.workbench.texts import language_of, t, text

_KEEP = "(words) => { try { localStorage.setItem('speak-text', words) } catch {} }"
_BRING_BACK = (
    "() => { try { return localStorage.getItem('speak-text') ?? '' } catch { return '' } }"
)


def build_speak_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    paths = bench.paths
    service = SpeakingService(paths, bench.keeper)
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320, scale=2):
            hint = gr.HTML(visible=False)
            voice = gr.Dropdown([], label=t("speak.voice"), elem_id="speak-voice")
            reference = ReferenceBox(bench, voice)
            words = gr.Textbox(
                label=t("speak.text"),
                placeholder=t("speak.example"),
                lines=5,
                max_lines=20,
                elem_id="speak-text",
            )
            start = gr.Button(t("speak.start"), variant="primary")
            message = gr.HTML(visible=False)
            form = SpeakingForm()
            form.draw()
        with gr.Column(min_width=320, scale=3):
            takes = TakeBox(bench, service)

    n_reference = len(reference.components)

    def check(request: gr.Request, voice: str | None, words: str, *values: Any) -> list[Any]:
        """What Gradio shows at each field."""
        language = language_of(request)
        wrong: tuple[str | None, str] = (None, "")
        try:
            form.options(*values[n_reference:], language=language)
        except InputError as error:
            wrong = (error.field, str(error))
        if not words.strip():
            wrong = ("text", text(language, "speak.no_text"))
        fields = ["voice", "text", *["reference"] * n_reference, *form.names]
        return [gr.validate(field != wrong[0], wrong[1]) for field in fields]

    def speak(request: gr.Request, voice: str | None, words: str, *values: Any) -> tuple[Any, ...]:
        try:
            parts = parts_of(voice, reference.read(*values[:n_reference]), paths)
            symbols = family_of(voice or "", paths).symbols
            wanted = form.options(*values[n_reference:])
            folder = make_take(voice or "", parts, words, wanted, symbols=symbols, paths=paths)
            service.speak(folder.name)
        except Exception as error:
            return problem(error), *takes.keep()
        return note(), *takes.show(folder.name, language_of(request))

    pressed = [voice, words, *reference.components, *form.components]
    # What was typed outlives the tab, without leaving the browser.
    words.change(None, words, None, js=_KEEP)
    bench.page.load(None, None, words, js=_BRING_BACK)
    start.click(speak, pressed, [message, *takes.outputs], validator=check, **QUIET)

    picked = gr.State()
    voice.input(lambda name: name, voice, picked, **QUIET)

    def refresh(
        chosen: str | None,
        wanted: str | None,
        own: str | None,
        project: str | None,
        request: gr.Request,
    ) -> tuple[Any, Any, None, str | None]:
        """Offer the voices; one that was picked stays, else that of the project is taken."""
        language = language_of(request)
        choices, hint = view_voices(paths, language)
        values = [value for _, value in choices]
        found = next((name for name in (wanted, own, project, chosen) if name in values), None)
        value = found or (values[0] if values else None)
        return gr.update(choices=choices, value=value), note(hint), None, wanted or own

    # A voice that another tab asked for is taken once.
    asked = ([voice, bench.voice, picked, bench.project], [voice, hint, bench.voice, picked])
    bench.page.load(refresh, *asked, **QUIET)
    tab.select(refresh, *asked, **QUIET)
