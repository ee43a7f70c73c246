"""A choice of sounds with a player below it."""

from typing import Any

import gradio as gr

from gpt_sovits.workbench.bench import QUIET, Bench


def draw_sounds(bench: Bench, **about: Any) -> gr.Dropdown:
    """Draw it inside the current block.

    Args:
        bench: of the page.
        about: of the dropdown, such as `label`.

    Returns:
        The dropdown, whose values are paths as `Places.file` takes them.
    """
    chosen = gr.Dropdown([], **about)
    player = gr.Audio(
        type="filepath", interactive=False, show_label=False, buttons=[], visible=False
    )

    def play(name: str | None) -> Any:
        return gr.update(value=str(bench.places.file(name)) if name else None, visible=bool(name))

    chosen.change(play, chosen, player, **QUIET)
    return chosen
