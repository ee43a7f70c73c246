"""The table of a take's sentences, as a component of the page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.workbench.speak_view import NO_TAKE
from gpt_sovits.workbench.texts import language_of

_HERE = Path(__file__)


def sentence_table(
    words: Callable[[dict[str, Any]], dict[str, Any]], view: Callable[[str, str], dict[str, Any]]
) -> gr.HTML:
    """Draw the table inside the current block; its value is what `view_take` gives.

    While a take is being spoken it looks by itself at how that goes, and triggers `ended` after the
    last sentence. It triggers `act` with what a person does to a sentence: the take's name, the
    sentence's place from 0, a kind of `speak_acts.ACTS`, and the values of that kind.

    Args:
        words: tells how the words of a sentence are read.
        view: gives the value as it is now, of the name of a take and a language.
    """

    def read_words(asked: dict[str, Any]) -> dict[str, Any]:
        return words(asked)

    def look(asked: dict[str, Any], request: gr.Request) -> dict[str, Any]:
        return view(str(asked.get("take")), language_of(request))

    return gr.HTML(
        NO_TAKE,
        html_template='<div id="speak-state"></div><div class="take" role="list"></div>',
        js_on_load=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
        css_template=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
        server_functions=[read_words, look],
        elem_id="take",
        apply_default_css=False,
    )
