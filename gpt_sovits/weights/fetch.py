"""Fetch one file: resumable, hashed while it arrives, in place only when it is whole."""

import errno
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from gpt_sovits.errors import DownloadError
from gpt_sovits.report import Progress
from gpt_sovits.weights.hub import refusal, unreachable
from gpt_sovits.weights.local import part_path

if TYPE_CHECKING:
    import httpx

CHUNK_BYTES = 1 << 20
_PASSING = {408, 425, 429, 500, 502, 503, 504}
"""Answers that another attempt may change."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One file to fetch."""

    url: str
    target: Path
    bytes: int | None
    """Size; None takes whatever comes."""
    sha256: str | None
    """Hash in hexadecimal; None believes what comes."""
    name: str
    """What the progress calls it."""


class _ChangedError(Exception):
    """What is here and what the server has are not one file: begin again."""


def fetch(
    client: "httpx.Client",
    order: Order,
    *,
    attempts: int,
    backoff_s: float,
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Fetch a file into `order.target`.

    What has arrived stays in `target.part` when the connection is cut, the disk is full or the
    user stops, and the next call goes on from there.

    Args:
        client: follows redirects.
        order: what to fetch.
        attempts: how often a cut connection is taken up again, at least 1.
        backoff_s: pause before the second attempt, doubled with each.
        progress: gets bytes here, bytes in all (0: not known) and `order.name`.
        sleep: waits.

    Returns:
        SHA-256 of the file in hexadecimal.

    Raises:
        DownloadError: one sentence that says what is wrong and what to do.
    """
    import httpx

    part = part_path(order.target)
    part.parent.mkdir(parents=True, exist_ok=True)
    trouble = ""
    for attempt in range(attempts):
        if attempt:
            sleep(backoff_s * 2 ** (attempt - 1))
        try:
            digest = _fetch_rest(client, order, part, progress)
            return _put_in_place(order, part, digest)
        except _ChangedError as change:
            _forget(part)
            trouble = str(change)
        except (httpx.TooManyRedirects, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise DownloadError(f"{order.url}: leads nowhere ({error})") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if attempt == 0:
                sentence = unreachable(str(error.request.url), str(error))
                raise DownloadError(f"{sentence}: {order.target}") from error
            trouble = str(error)
        except httpx.TransportError as error:
            trouble = str(error) or type(error).__name__
        except OSError as error:
            raise DownloadError(_disk_trouble(order, part, error)) from error
    have = part.stat().st_size if part.exists() else 0
    raise DownloadError(
        f"{order.name}: the download broke off {attempts} times ({trouble}); {have} bytes are kept"
        " and the same command goes on from there"
    )


def _fetch_rest(client: "httpx.Client", order: Order, part: Path, progress: Progress) -> str:
    """Bring the bytes that `part` lacks; the hash of the whole."""
    digest = hashlib.sha256()
    have = _hash_part(part, digest) if _may_resume(order, part) else 0
    if have and have == order.bytes:
        return digest.hexdigest()
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if etag := _read_etag(part):
            headers["If-Range"] = etag
    with client.stream("GET", order.url, headers=headers) as response:
        if not _resumes(response, order, have):
            have, digest = 0, hashlib.sha256()
        total = order.bytes or have + int(response.headers.get("Content-Length", 0))
        with part.open("ab" if have else "wb") as file:
            _write_etag(part, response.headers.get("ETag", ""))
            progress(have, total, order.name)
            for piece in response.iter_raw():  # with a size, httpx would lose a cut piece
                have += len(piece)
                if order.bytes is not None and have > order.bytes:
                    _forget(part)
                    raise DownloadError(
                        f"{order.url}: sends more than the {order.bytes} bytes of"
                        f" {order.name}; choose another --endpoint or --source"
                    )
                _write(file, piece)
                digest.update(piece)
                progress(have, total, order.name)
    if order.bytes is not None and have < order.bytes:
        raise _transport_error(f"only {have} of {order.bytes} bytes came")
    return digest.hexdigest()


def _resumes(response: "httpx.Response", order: Order, have: int) -> bool:
    """Tell whether an answer goes on after the first `have` bytes, or begins with them."""
    status = response.status_code
    if status in _PASSING:
        raise _transport_error(f"the server answers {status}")
    if status == 416:
        raise _ChangedError("the server has fewer bytes than are here")
    if status == 206:
        if not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            raise _ChangedError("the server sent another range than asked for")
        return True
    if status != 200:
        raise DownloadError(refusal(status, order.url))
    return False  # it cannot resume, or the file is another one now


def _transport_error(message: str) -> Exception:
    import httpx

    return httpx.ReadError(message)


def _may_resume(order: Order, part: Path) -> bool:
    """A hash or the server's own mark must be able to tell whether both halves are one file."""
    if not part.is_file() or not (order.sha256 or _read_etag(part)):
        return False
    return order.bytes is None or part.stat().st_size <= order.bytes


def _hash_part(part: Path, digest: "hashlib._Hash") -> int:
    with part.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
        return file.tell()


def _write(file: BinaryIO, piece: bytes) -> None:
    file.write(piece)


def _put_in_place(order: Order, part: Path, digest: str) -> str:
    if order.sha256 is not None and digest != order.sha256:
        _forget(part)
        raise DownloadError(
            f"{order.name}: what came from {order.url} has another hash (SHA-256 {digest[:12]}…,"
            f" expected {order.sha256[:12]}…) and was deleted; choose another --endpoint or"
            " --source"
        )
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(order.target)
    _forget(part)
    return digest


def _etag_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _read_etag(part: Path) -> str:
    """The server's mark of the file that `part` is a beginning of; weak marks do not count."""
    try:
        return _etag_path(part).read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def _write_etag(part: Path, etag: str) -> None:
    strong = etag if etag.startswith('"') and etag.isascii() else ""
    _etag_path(part).write_text(strong, encoding="ascii")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _etag_path(part).unlink(missing_ok=True)


def _disk_trouble(order: Order, part: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"{part}: the disk is full; make room and run the same command again, it goes on from"
            " there"
        )
    return f"{order.target}: cannot be written ({error.strerror or error})"
