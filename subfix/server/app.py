"""The web application of the label editor, alone or below another one."""

import html
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.runner import PROGRAM
from gpt_sovits.paths import PROJECT, ProjectPaths
from subfix.notices import ConflictError
from subfix.server.desk import Desk
from subfix.server.edit_routes import add_edit_routes
from subfix.server.routes import add_routes
from subfix.server.security import Guard
from subfix.server.sound_routes import add_sound_routes
from subfix.server.static import INDEX, PageFiles
from subfix.server.wire import clip_to_json, refusal
from subfix.store import Store

UI = Path(__file__).resolve().parent.parent / "ui"

LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


class Desks:
    """The lists that one application shows; more may come and go."""

    def __init__(self, paths: ProjectPaths, program: Sequence[str]) -> None:
        self._paths = paths
        self._program = program
        self.by_key: dict[str, Desk] = {}

    def add(self, key: str, store: Store) -> None:
        """Show a list."""
        desk = self.by_key[key] = Desk(store, self._paths, self._program)
        desk.start()

    def remove(self, key: str) -> None:
        """Show a list no more and end what runs for it; its store stays open."""
        self.by_key.pop(key).close()

    def find(self, key: str) -> Desk:
        """The list of a key.

        Raises:
            HTTPException: none of this key is open.
        """
        desk = self.by_key.get(key)
        if desk is None:
            raise HTTPException(404, f"no list {key[:40]!r} is open here")
        return desk

    def end_streams(self) -> None:
        """End what pages listen to; a server waits for that when it ends."""
        for desk in self.by_key.values():
            desk.hub.close()

    def close(self) -> None:
        """Show nothing more."""
        for key in list(self.by_key):
            self.remove(key)


def create_app(
    lists: Mapping[str, Store],
    *,
    paths: ProjectPaths = PROJECT,
    hosts: Collection[str] | None = LOCAL_HOSTS,
    program: Sequence[str] = PROGRAM,
    ui: Path = UI,
) -> FastAPI:
    """The application of some open lists; all addresses in it are relative to where it is mounted.

    `app.state.desks.close()` ends its threads, which is done by itself where it runs alone.

    Args:
        lists: open lists by the keys that stand in the addresses.
        paths: the project, which runs the jobs.
        hosts: names that this machine may be called by; None for any.
        program: what the jobs' commands are given to.
        ui: the folder of the page.
    """
    desks = Desks(paths, program)
    for key, store in lists.items():
        desks.add(key, store)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        desks.close()

    # Its own documentation would load scripts from elsewhere.
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desks = desks
    app.add_middleware(Guard, hosts=hosts)
    _add_refusals(app)
    router = APIRouter()
    add_routes(router, desks.find)
    add_edit_routes(router, desks.find)
    add_sound_routes(router, desks.find)
    _add_pages(router, desks, PageFiles(ui))
    app.include_router(router)
    return app


def _add_pages(router: APIRouter, desks: Desks, files: PageFiles) -> None:
    @router.get("/")
    def index() -> Response:
        if len(desks.by_key) == 1:
            return RedirectResponse(f"{next(iter(desks.by_key))}/", 307)
        items = "".join(
            f'<li><a href="{key}/">{html.escape(str(desk.store.path))}</a></li>'
            for key, desk in desks.by_key.items()
        )
        return HTMLResponse(
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>SubFix</title>'
            f"<h1>SubFix</h1><ul>{items}</ul>"
        )

    @router.get("/{key}")
    def without_slash(key: str) -> Response:
        desks.find(key)
        return RedirectResponse(f"{key}/", 307)

    @router.get("/{key}/{name:path}")
    def page(key: str, name: str, request: Request) -> Response:
        desks.find(key)
        found = files.answer(request, name or INDEX)
        if found is None:
            raise HTTPException(404, "the label editor has no such page")
        return found


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        return refusal(error.status_code, str(error.detail))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"] if part != "body")
        return refusal(422, f"{field or 'the request'}: {_plain(first['msg'])}", field=field)

    @app.exception_handler(ConflictError)
    async def on_conflict(request: Request, error: ConflictError) -> Response:
        clips = [clip_to_json(clip) for clip in error.clips]
        return refusal(409, str(error), clips=clips)

    @app.exception_handler(Exception)
    async def on_fault(request: Request, error: Exception) -> Response:
        kind = type(error).__name__
        return refusal(500, f"internal error, {kind}: {error} (the terminal says more)")

    @app.exception_handler(InputError)
    async def on_wrong_input(request: Request, error: InputError) -> Response:
        return refusal(422, str(error))


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:]


def key_of(path: Path, taken: Collection[str]) -> str:
    """A short name of a list for its address."""
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40].strip("-") or "list"
    number, key = 2, slug
    while key in taken:
        key = f"{slug}-{number}"
        number += 1
    return key
