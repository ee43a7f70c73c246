"""The "Label" tab: a list of clips in the label editor."""

from html import escape
from typing import Any

import gradio as gr

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.labelling import PREFIX, OpenLists, list_choices
from gpt_sovits.workbench.messages import note, problem

NOTHING_OPEN = (
    '<div class="empty">Choose a list, and the editor opens here. Transcribing and fine-tuning'
    " write such lists.</div>"
)


def build_label_tab(paths: ProjectPaths, lists: OpenLists, tab: gr.Tab, page: gr.Blocks) -> None:
    """Draw the tab inside the current one.

    Args:
        paths: the project.
        lists: opens them.
        tab: the current one; the choice is made anew whenever it is opened.
        page: all of it; what is open is shown again after a reload.
    """
    name = gr.Dropdown(
        [],
        label="List of clips",
        info=".list, .jsonl, metadata.csv or subtitles; the path of one can be typed here",
        allow_custom_value=True,
    )
    start = gr.Button("Open", variant="primary")
    message = gr.HTML(visible=False)
    editor = gr.HTML(NOTHING_OPEN)

    def open_list(chosen: str | None) -> tuple[Any, Any]:
        try:
            key = lists.open(chosen or "")
        except Exception as error:
            return problem(error), gr.skip()
        return note(), frame(key)

    def refresh(chosen: str | None) -> Any:
        choices = list_choices(paths)
        return gr.update(choices=choices, value=chosen or (choices[0] if choices else None))

    def show_again() -> Any:
        return frame(lists.latest) if lists.latest else NOTHING_OPEN

    start.click(open_list, name, [message, editor], show_progress="hidden")
    tab.select(refresh, name, name, show_progress="hidden")
    page.load(show_again, None, editor, show_progress="hidden")


def frame(key: str) -> str:
    """The editor with one list, at an address below the page's own."""
    address = escape(f"{PREFIX}/{key}/")
    return (
        f'<a class="alone" href="{address}" target="_blank">Open in a tab of its own</a>'
        f'<iframe class="label-editor" src="{address}" title="Label editor"></iframe>'
    )
