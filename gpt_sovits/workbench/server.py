"""Serve the page, and ask nobody else for anything."""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio.routes import App
from starlette.routing import Mount
from starlette.types import ASGIApp

from gpt_sovits.address import DEFAULT_PORT
from gpt_sovits.errors import InputError
from gpt_sovits.inference.take_speaking import Utters
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.jobs.runner import PROGRAM
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.front import Front, read_front
from gpt_sovits.workbench.gate import Gate
from gpt_sovits.workbench.labelling import OpenLists
from gpt_sovits.workbench.login import Logins
from gpt_sovits.workbench.option_texts import option_texts
from gpt_sovits.workbench.page import build_page
from gpt_sovits.workbench.places import Places
from gpt_sovits.workbench.reports import report_route
from gpt_sovits.workbench.settings import SettingsKeeper
from gpt_sovits.workbench.speak import LoadVoice, VoiceKeeper, load_parts
from gpt_sovits.workbench.texts import all_texts


def serve(
    paths: ProjectPaths,
    *,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    root_path: str = "",
    password: str = "",
    load: LoadVoice | None = None,
    program: Sequence[str] = PROGRAM,
    on_ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve the page until the process is interrupted; its `KeyboardInterrupt` goes on.

    Args:
        paths: the project.
        host: address to listen on; the default one is reached from this machine alone.
        port: a free one, as `address.find_port` gives.
        root_path: path or address at which a proxy shows the page; see `front.read_front`.
        password: what the page asks for; may be empty where only this machine reaches it.
        load: how voices are loaded; None is from their files, for the device of the settings.
        program: what runs the jobs.
        on_ready: called with the page's address once it answers.

    Raises:
        InputError: other machines would reach the page without a password, or the port is taken.
    """
    front = read_front(host, root_path)
    if not front.local and not password:
        raise InputError(f"{host} is reached from other machines: the page needs a password")
    settings = SettingsKeeper(paths, private=front.private and not password)
    places = Places(paths, settings.folders)
    lists = OpenLists(places, program=program)
    keeper = VoiceKeeper(paths, load or partial(_load, settings))
    page = build_page(settings, places, keeper, lists, has_password=bool(password), program=program)
    app = create_app(page, lists, front, settings, Logins(password) if password else None)
    # A proxy's headers are read by `front`; uvicorn would believe them from anybody nearby.
    config = uvicorn.Config(
        app, host, port, log_level="warning", proxy_headers=False, server_header=False, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            if not thread.is_alive():
                raise InputError(f"{host}, port {port}: cannot be used; give another --port")
        on_ready(f"http://{f'[{host}]' if ':' in host else host}:{port}{front.path}/")
        threading.Event().wait()
    finally:
        lists.close()  # first: the server waits for pages that listen to a list
        server.should_exit = True
        thread.join(1)
        # Pages that are still open must not keep it, and it need not complain of them.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        server.force_exit = True
        thread.join(5)


def create_app(
    page: gr.Blocks,
    lists: OpenLists,
    front: Front,
    settings: SettingsKeeper,
    logins: Logins | None = None,
) -> ASGIApp:
    """The whole application: the page and the label editor behind one gate.

    Args:
        page: of `build_page`.
        lists: what the label editor has open.
        front: where the page is reached.
        settings: they may name a language.
        logins: who is logged in; None where no password is asked for.
    """
    paths = lists.places.paths
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    # Before Gradio's, which answer every address.
    app.router.routes += [lists.route, report_route(paths)]
    texts = {language: own | option_texts(language) for language, own in all_texts().items()}
    page.i18n_instance = gr.I18n(**texts)  # mounting sets it too late for the page itself
    gr.mount_gradio_app(
        app,
        page,
        path="",
        root_path=front.path,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        show_error=True,
        allowed_paths=[str(folder) for folder in _heard(paths)],
        theme=system_theme(),
        css_paths=Path(__file__).with_name("page.css"),
    )
    mounted = app.router.routes[-1]
    assert isinstance(mounted, Mount)
    assert isinstance(mounted.app, App)
    page.app = mounted.app  # else a validator knows no choices that came after the start
    return Gate(app, front, logins, lambda: settings.language)


def _load(settings: SettingsKeeper, parts: VoiceParts, paths: ProjectPaths) -> Utters:
    return load_parts(parts, paths, settings.current.device)


def _heard(paths: ProjectPaths) -> list[Path]:
    """Folders whose sounds the page plays."""
    return [paths.output, paths.input, paths.voices, paths.logs]


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
