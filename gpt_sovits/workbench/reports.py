"""Reports of a project that open in the browser; Gradio would only have them downloaded."""

from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.project_view import ProjectView, look_at_project
from gpt_sovits.workbench.texts import read_language, text

PREFIX = "check-report"
"""Where reports lie below the page's own address."""


def report_address(view: ProjectView) -> str:
    """Address of what `check` found, below the page's own; empty where it found nothing yet."""
    path = view.states["check"].path
    return f"{PREFIX}/{quote(view.project.name)}" if path and path.is_file() else ""


def report_route(paths: ProjectPaths) -> Route:
    """What answers at these addresses."""
    return Route(f"/{PREFIX}/{{project}}", partial(_answer, paths=paths))


def _answer(request: Request, *, paths: ProjectPaths) -> Response:
    view = look_at_project(request.path_params["project"], paths)
    if view is None or not report_address(view):
        language = read_language(request.headers.get("accept-language", ""))
        return PlainTextResponse(text(language, "prepare.no_report"), 404)
    path = view.states["check"].path
    assert path is not None
    return FileResponse(path, media_type="text/html", headers={"Cache-Control": "no-cache"})
