"""What is heard and seen of clips."""

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from subfix.clip import Clip
from subfix.server.desk import Desk
from subfix.server.wav import bytes_of, find_range, header_of
from subfix.server.wire import answer

MAX_PEAKS = 4000
MAX_ROWS = 500
"""Clips whose outlines are asked for at once."""

_NUMBER = re.compile(r"[0-9]{1,15}")


def refuse_unknown(desk: Desk, ids: Iterable[int]) -> None:
    """Refuse numbers that no clip has.

    Raises:
        HTTPException: there is one.
    """
    unknown = next((each for each in ids if each not in desk.store.clips), None)
    if unknown is not None:
        raise HTTPException(404, f"there is no clip {unknown} any more; load the page again")


def find_clip(desk: Desk, number: str) -> Clip:
    """The clip that an address names.

    Raises:
        HTTPException: there is none.
    """
    clip = desk.store.clips.get(int(number)) if _NUMBER.fullmatch(number) else None
    if clip is None:
        raise HTTPException(404, f"there is no clip {number[:40]!r}; load the page again")
    return clip


def add_sound_routes(router: APIRouter, find_desk: Callable[[str], Desk]) -> None:
    """Serve sound, outlines and words."""
    pool = ThreadPoolExecutor(2, "peaks")

    @router.api_route("/{key}/api/audio/{number}.wav", methods=["GET", "HEAD"])
    def audio(key: str, number: str, request: Request) -> Response:
        desk = find_desk(key)
        clip = find_clip(desk, number)
        tag = f'"{desk.media.tag(desk.store.find_sound(clip))}"'
        forever = "v" in request.query_params
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, max-age=31536000, immutable" if forever else "no-cache",
            "ETag": tag,
        }
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        samples = desk.samples(clip)
        header = header_of(samples)
        size = len(header) + samples.n_samples * samples.frame_bytes
        wanted = request.headers.get("range")
        if request.headers.get("if-range", tag) != tag:
            wanted = None  # what the player has is of another sound
        span = find_range(wanted, size)
        start, end = span or (0, size)
        if start >= end:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
        if span:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        headers["Content-Length"] = str(end - start)
        status = 206 if span else 200
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type="audio/wav")
        body = bytes_of(samples, header, start, end)
        return StreamingResponse(body, status, headers, media_type="audio/wav")

    @router.get("/{key}/api/peaks")
    def peaks(key: str, ids: str = "", n: str = "200") -> Response:
        desk = find_desk(key)
        numbers = [each for each in ids.split(",") if each]
        if not numbers or len(numbers) > MAX_ROWS:
            raise HTTPException(422, f"ask for the outlines of 1 to {MAX_ROWS} clips at once")
        if not _NUMBER.fullmatch(n) or not 1 <= int(n) <= MAX_PEAKS:
            raise HTTPException(422, f"n is {n[:20]!r}; choose 1 to {MAX_PEAKS}")
        clips = [find_clip(desk, each) for each in numbers]
        found = pool.map(lambda clip: desk.peaks(clip, int(n)), clips)
        return answer({clip.id: one for clip, one in zip(clips, found, strict=True)})

    @router.get("/{key}/api/words/{number}")
    def words(key: str, number: str) -> Response:
        desk = find_desk(key)
        return answer(desk.quality.words(find_clip(desk, number)))
