"""The table of a take's sentences, as a component of the page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.workbench.speak_view import NO_TAKE

_HERE = Path(__file__)


def sentence_table(read_words: Callable[..., dict[str, Any]]) -> gr.HTML:
    """Draw the table inside the current block; its value is what `view_take` gives.

    It triggers `act` with what a person does to a sentence: the take's name, the sentence's place
    from 0, a kind of `speak_acts.ACTS`, and the values of that kind.

    Args:
        read_words: tells how the words of a sentence are read.
    """
    return gr.HTML(
        NO_TAKE,
        html_template='<div class="take" role="list"></div>',
        js_on_load=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
        css_template=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
        server_functions=[read_words],
        elem_id="take",
        apply_default_css=False,
    )
