"""HTML that looks for news by itself while it can be seen.

An event of Gradio goes through all components of the page and takes the browser some 0.4 s, which
a training on the same machine pays for. So what changes by the second is fetched by a few lines of
script, and events are left for what a tab has to do about the news.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.workbench.texts import language_of

_SCRIPT = Path(__file__).with_suffix(".js")


@dataclass(frozen=True)
class Live:
    """What is there to be seen at one moment."""

    parts: Mapping[str, str] = field(default_factory=dict)
    """HTML for each element of the template that has the name as its `data-part`."""
    turn: str = ""
    """Another one tells the page that there is `news`."""
    is_active: bool = False
    """More is to come soon."""


def word_of(values: Any, key: str) -> str | None:
    """A word among values from a browser, of which nothing is trusted; None where it is none."""
    word = values.get(key) if isinstance(values, Mapping) else None
    return word if isinstance(word, str) else None


def live_html(
    look: Callable[[dict[str, Any], str], Live],
    template: str,
    asked: Mapping[str, Any],
    **more: Any,
) -> gr.HTML:
    """Draw HTML inside the current block; its value is what is asked for.

    It triggers `news` when the turn has changed while it was looked at, and `act` with the data of
    an element that has `data-act` when that is clicked.

    Args:
        look: called with what is asked for and a language.
        template: HTML whose elements with `data-part` are filled.
        asked: at first.
        more: of `gr.HTML`.
    """

    def fetch(asked: Any, request: gr.Request) -> dict[str, Any]:
        now = look(asked if isinstance(asked, dict) else {}, language_of(request))
        return {"parts": dict(now.parts), "turn": now.turn, "active": now.is_active}

    return gr.HTML(
        dict(asked),
        html_template=template,
        js_on_load=_SCRIPT.read_text(encoding="utf-8"),
        server_functions=[fetch],
        **more,
    )
