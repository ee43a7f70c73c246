"""The "Label" tab: a list of clips in the label editor."""

from html import escape
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.project import list_of, load_project
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.labelling import PREFIX, list_choices
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.texts import language_of, t, text


def build_label_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one; the choice is made anew whenever it is opened."""
    paths, lists = bench.paths, bench.lists
    name = gr.Dropdown(
        [],
        label=t("label.list"),
        info=t("label.list_help"),
        allow_custom_value=True,
    )
    start = gr.Button(t("label.open"), variant="primary")
    message = gr.HTML(visible=False)
    editor = gr.HTML()
    followed = gr.State()

    def open_list(chosen: str | None, request: gr.Request) -> tuple[Any, Any]:
        try:
            key = lists.open(chosen or "")
        except Exception as error:
            return problem(error), gr.skip()
        return note(), frame(key, language_of(request))

    def follow(
        project: str | None, chosen: str | None, opened: str | None, request: gr.Request
    ) -> list[Any]:
        """Offer all lists; that of the project is opened once, without asking."""
        choices = list_choices(paths)
        used = _list_of(project, paths)
        key = f"{project} {used}"
        if key == opened or not project:
            value = chosen or (choices[0] if choices else None)
            return [gr.update(choices=choices, value=value), key, gr.skip(), gr.skip()]
        if used is None:  # what is open belongs to another project
            none = note(text(language_of(request), "label.no_list"))
            return [gr.update(choices=choices, value=None), key, none, ""]
        offered = choices if used in choices else [used, *choices]
        return [gr.update(choices=offered, value=used), key, *open_list(used, request)]

    def show_again(request: gr.Request) -> str:
        return frame(lists.latest, language_of(request))

    start.click(open_list, name, [message, editor], **QUIET)
    tab.select(
        follow,
        [bench.project, name, followed],
        [name, followed, message, editor],
        **QUIET,
    )
    bench.page.load(show_again, None, editor, **QUIET)


def _list_of(project: str | None, paths: ProjectPaths) -> str | None:
    """The list that a project works on, from the project's root; None where there is none."""
    if not project:
        return None
    try:
        listed = list_of(load_project(project, paths), paths)
    except InputError:
        return None
    return paths.name_of(listed) if listed is not None and listed.is_file() else None


def frame(key: str, language: str) -> str:
    """The editor with one list, at an address below the page's own; a hint where none is open."""
    if not key:
        return f'<div class="empty">{escape(text(language, "label.nothing_open"))}</div>'
    address = escape(f"{PREFIX}/{key}/")
    return (
        f'<a class="alone" href="{address}" target="_blank">{text(language, "label.alone")}</a>'
        f'<iframe class="label-editor" src="{address}" title="{text(language, "label.title")}">'
        "</iframe>"
    )
