"""Files of the page: those that lay in its folder when the server began, and no other."""

import gzip
import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
"""Endings that are served, each with its type."""

INDEX = "index.html"

_SMALL = 1000
"""Bytes that are not worth packing."""


class PageFiles:
    """The files below a folder, by their names in it.

    A request is looked up in a table: whatever its path is, it opens no other file.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.suffix in TYPES and path.is_file() and not path.is_symlink()
        }

    def answer(self, request: Request, name: str) -> Response | None:
        """A file; None where there is none of this name."""
        path = self._files.get(name)
        if path is None:
            return None
        try:
            content = path.read_bytes()
        except OSError:
            return None
        tag = f'W/"{hashlib.sha256(content).hexdigest()}"'
        headers = {"Cache-Control": "no-cache", "ETag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return packed(request, content, TYPES[path.suffix], headers)


def packed(request: Request, content: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """An answer, packed where the browser can unpack it."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if len(content) > _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, 1)
        headers["Content-Encoding"] = "gzip"
    return Response(content, 200, headers, media_type=media_type)
