"""What changes the list."""

from collections.abc import Callable, Iterable
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from gpt_sovits.errors import InputError
from subfix.files.document import parse_line
from subfix.history import Event
from subfix.notices import ConflictError
from subfix.server import bodies
from subfix.server.desk import Desk
from subfix.server.sound_routes import refuse_unknown
from subfix.server.wire import answer


def add_edit_routes(router: APIRouter, find_desk: Callable[[str], Desk]) -> None:
    """Take operations on clips; each answers with what it did."""

    @router.post("/{key}/api/edit")
    def edit(key: str, body: bodies.Edit) -> Response:
        values: dict[int, dict[str, Any]] = {}
        expected: dict[int, dict[str, Any]] = {}
        for change in body.changes:
            values.setdefault(change.id, {}).update(change.values.given)
            expected.setdefault(change.id, {}).update(change.expected.given)
        desk = find_desk(key)
        return _done(
            desk,
            lambda: desk.store.edit(
                values, expected, label=body.label, group=body.group, **body.asked
            ),
            values,
        )

    @router.post("/{key}/api/delete")
    def delete(key: str, body: bodies.Clips) -> Response:
        desk = find_desk(key)
        return _done(desk, lambda: desk.store.delete(body.ids, **body.asked), body.ids)

    @router.post("/{key}/api/restore")
    def restore(key: str, body: bodies.Clips) -> Response:
        desk = find_desk(key)
        return _done(desk, lambda: desk.store.restore(body.ids, **body.asked), body.ids)

    @router.post("/{key}/api/split")
    def split(key: str, body: bodies.Split) -> Response:
        desk = find_desk(key)
        first, second = body.texts
        return _done(
            desk,
            lambda: desk.store.split(
                body.id, body.at, (first, second), expected=body.expected.given, **body.asked
            ),
            [body.id],
        )

    @router.post("/{key}/api/trim")
    def trim(key: str, body: bodies.Trim) -> Response:
        desk = find_desk(key)
        return _done(
            desk, lambda: desk.store.trim(body.id, body.start, body.end, **body.asked), [body.id]
        )

    @router.post("/{key}/api/merge")
    def merge(key: str, body: bodies.Merge) -> Response:
        desk = find_desk(key)
        expected = {each: fields.given for each, fields in body.expected.items()}
        return _done(
            desk,
            lambda: desk.store.merge(
                body.ids, body.mode, body.gap_s, body.text, expected=expected, **body.asked
            ),
            body.ids,
        )

    @router.post("/{key}/api/repair")
    def repair(key: str, body: bodies.Repair) -> Response:
        desk = find_desk(key)

        def mend() -> Event:
            _refuse_foreign_sound(desk, body.id, body.line)
            return desk.store.repair(body.id, body.line, **body.asked)

        return _done(desk, mend, [body.id])

    @router.post("/{key}/api/undo")
    def undo(key: str, body: bodies.Body) -> Response:
        desk = find_desk(key)
        return _done(desk, lambda: desk.store.undo(**body.asked), ())

    @router.post("/{key}/api/redo")
    def redo(key: str, body: bodies.Body) -> Response:
        desk = find_desk(key)
        return _done(desk, lambda: desk.store.redo(**body.asked), ())

    @router.post("/{key}/api/outside")
    def outside(key: str, body: bodies.OutsideChoice) -> Response:
        desk = find_desk(key)
        if body.take:
            return _done(desk, lambda: desk.store.take_outside(**body.asked), ())
        desk.store.keep_mine()
        return Response(status_code=204)


def _done(desk: Desk, do: Callable[[], Event | None], ids: Iterable[int]) -> Response:
    """Carry an operation out; 204 where there was nothing to do.

    Clips are looked for only when it fails: what is sent again after a lost answer may name clips
    that it took away itself.
    """
    try:
        event = do()
    except ConflictError:
        raise
    except InputError:
        refuse_unknown(desk, ids)
        raise
    return Response(status_code=204) if event is None else answer(desk.answer(event))


def _refuse_foreign_sound(desk: Desk, number: int, line: str) -> None:
    """A mended line may name no file that the list could not name when it was opened.

    Raises:
        InputError: it does, or there is no such file.
    """
    mended = parse_line(desk.store.document, line, number)
    clip = desk.store.clips.get(number)
    if clip is not None and mended.audio not in ("", clip.audio):
        desk.store.find_sound(mended)
