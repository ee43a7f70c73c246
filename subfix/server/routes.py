"""What a page asks besides: everything at first, the stream of news, jobs and exports."""

import re
from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response, StreamingResponse

from subfix.server import bodies
from subfix.server.desk import Desk
from subfix.server.sound_routes import refuse_unknown
from subfix.server.static import packed
from subfix.server.wire import answer, to_bytes


def add_routes(router: APIRouter, find_desk: Callable[[str], Desk]) -> None:
    """Serve the state of a list and what happens to it."""

    @router.get("/{key}/api/state")
    def state(key: str, request: Request) -> Response:
        content = to_bytes(find_desk(key).state())
        return packed(request, content, "application/json", {"Cache-Control": "no-store"})

    @router.get("/{key}/api/events")
    async def events(key: str, request: Request, after: str | None = None) -> Response:
        last = request.headers.get("last-event-id", after)  # the browser's own count is newer
        number = int(last) if last and re.fullmatch(r"[0-9]{1,15}", last) else None
        return StreamingResponse(
            find_desk(key).hub.listen(number),
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            media_type="text/event-stream",
        )

    @router.post("/{key}/api/check")
    def check(key: str, body: bodies.Body) -> Response:
        return answer(find_desk(key).check())

    @router.post("/{key}/api/transcribe")
    def transcribe(key: str, body: bodies.Transcribe) -> Response:
        desk = find_desk(key)
        refuse_unknown(desk, body.ids)
        return answer(desk.transcribe(body.ids, body.engine, body.language))

    @router.post("/{key}/api/suggestions/forget")
    def forget(key: str, body: bodies.Clips) -> Response:
        find_desk(key).forget_suggestions(body.ids)
        return Response(status_code=204)

    @router.post("/{key}/api/jobs/{name}/cancel")
    def cancel(key: str, name: str, body: bodies.Body) -> Response:
        if not find_desk(key).work.cancel(name):
            raise HTTPException(404, f"there is no job {name[:20]!r} of this list")
        return Response(status_code=204)

    @router.post("/{key}/api/export")
    def export(key: str, body: bodies.Export) -> Response:
        report = find_desk(key).export(body)
        return answer(
            {"path": str(report.path), "clips": report.n_clips, "skipped": report.skipped}
        )

    @router.get("/{key}/api/export/{name}")
    def download(key: str, name: str) -> Response:
        path = find_desk(key).exported.get(name)
        if path is None or not path.is_file():
            raise HTTPException(404, "no such file was exported since the list was opened")
        return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})
