"""The "Models" tab: what is here and what is missing, download, import, a look into a file."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from gpt_sovits.jobs.job import Job
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.job_view import JobPanel, watch
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.models import (
    DOWNLOAD,
    IMPORT,
    download_choices,
    groups_html,
    start_download,
    start_import,
    weights_html,
)
from gpt_sovits.workbench.texts import language_of, t


def build_models_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    paths = bench.paths
    shown = gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            table = gr.HTML()
        with gr.Column(min_width=320):
            name = gr.Dropdown([], label=t("models.choose"), info=t("models.choose_help"))
            download = gr.Button(t("models.download"), variant="primary")
            with gr.Accordion(t("models.own"), open=False):
                source = gr.Textbox(
                    label=t("models.source"), info=t("models.source_help"), max_lines=1
                )
                voice = gr.Textbox(label=t("models.name"), info=t("models.name_help"), max_lines=1)
                with gr.Row():
                    take = gr.Button(t("models.import"))
                    look = gr.Button(t("models.look"))
                about = gr.HTML(visible=False)
            message = gr.HTML(visible=False)
            panel = JobPanel(bench, kinds=(DOWNLOAD, IMPORT), project=False)

    def answer(action: Callable[[], Job]) -> tuple[Any, Any]:
        try:
            job = action()
        except Exception as error:
            return problem(error), gr.skip()
        return note(), watch(job)

    def on_download(chosen: str | None) -> tuple[Any, Any]:
        return answer(lambda: start_download(chosen, bench.settings, program=bench.program))

    def on_import(typed: str, named: str) -> tuple[Any, Any]:
        return answer(lambda: start_import(typed, named or "", bench.places, program=bench.program))

    def on_look(typed: str, request: gr.Request) -> tuple[Any, Any]:
        try:
            html = weights_html(typed, bench.places, language_of(request))
        except Exception as error:
            return problem(error), gr.update(visible=False)
        return note(), gr.update(value=html, visible=True)

    def refresh(chosen: str | None, before: str, request: gr.Request) -> tuple[Any, Any, Any]:
        language = language_of(request)
        html = groups_html(paths, language)
        if html == before:
            return gr.skip(), gr.skip(), gr.skip()
        choices = download_choices(paths, language)
        names = [value for _, value in choices]
        kept = chosen if chosen in names else next(iter(names), None)
        return html, gr.update(choices=choices, value=kept), html

    download.click(on_download, name, [message, panel.html])
    take.click(on_import, [source, voice], [message, panel.html])
    look.click(on_look, source, [message, about])
    for news in (tab.select, panel.html.news):  # a job may have brought something
        news(refresh, [name, shown], [table, name, shown], **QUIET)
