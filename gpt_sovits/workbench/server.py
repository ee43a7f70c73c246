"""Serve the page on this machine, and ask nobody else for anything."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from gpt_sovits.address import DEFAULT_PORT, is_local
from gpt_sovits.jobs.runner import PROGRAM
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.labelling import OpenLists
from gpt_sovits.workbench.page import build_page
from gpt_sovits.workbench.speak import LoadVoice, VoiceKeeper, load_parts
from gpt_sovits.workbench.texts import PageTexts, all_texts

LOCAL_HOSTS = ("127.0.0.1", "localhost")


def serve(
    paths: ProjectPaths,
    *,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    load: LoadVoice = load_parts,
    program: Sequence[str] = PROGRAM,
    on_ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve the page until the process is interrupted; its `KeyboardInterrupt` goes on.

    Args:
        paths: the project.
        host: address to listen on; the default one is reached from this machine alone.
        port: a free one, as `address.find_port` gives.
        load: how voices are loaded.
        program: what runs the jobs.
        on_ready: called with the page's address once it answers.
    """
    local = is_local(host)
    hosts = LOCAL_HOSTS if local else None
    lists = OpenLists(paths, any_path=local, program=program, hosts=hosts)
    page = build_page(paths, VoiceKeeper(paths, load), lists, any_path=local, program=program)
    app, url, _ = page.queue().launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        inbrowser=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        allowed_paths=[str(paths.output)],
        theme=system_theme(),
        css_paths=Path(__file__).with_name("page.css"),
        app_kwargs={"middleware": _middleware(local)},
        i18n=PageTexts(**all_texts()),
    )
    app.router.routes.insert(0, lists.route)  # before Gradio's own, which answer every address
    on_ready(url)
    try:
        threading.Event().wait()
    finally:
        lists.close()  # first: the server waits for pages that listen to a list
        page.close(verbose=False)


def system_theme() -> gr.Theme:
    """The plain theme with the system's own letters: none are fetched."""
    theme = gr.themes.Default(
        primary_hue="indigo",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    grey = "*neutral_500"  # the theme's own is too pale to read
    return theme.set(
        body_text_color_subdued=grey, input_placeholder_color=grey, block_info_text_color=grey
    )


def _middleware(local: bool) -> list[Middleware]:
    """Refuse other names for this machine: a web site that takes one could read along.

    (DNS rebinding: a site's own name is made to point at 127.0.0.1.)
    """
    return [Middleware(TrustedHostMiddleware, allowed_hosts=list(LOCAL_HOSTS))] if local else []
