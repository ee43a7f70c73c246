"""Bring published models: what is missing, checked against the table, one process at a time."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.errors import DownloadError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.report import Progress, StageReport, no_progress
from gpt_sovits.weights.fetch import Order, fetch
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.hub import Hub, RemoteFile, hub_of
from gpt_sovits.weights.local import ModelState, list_models, part_path, remember
from gpt_sovits.weights.options import DownloadOptions
from gpt_sovits.weights.registry import PublishedFile

if TYPE_CHECKING:
    import httpx

RESERVE_BYTES = 64 << 20
"""Left free on the disk, so that the rest of the machine goes on working."""


def download_models(
    name: str,
    options: DownloadOptions | None = None,
    *,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
) -> StageReport:
    """Bring what is missing of a group or one file into pretrained_models/.

    A file that is here with the right hash stays. One with another content is not replaced.

    Args:
        name: a group such as `v2Pro`, or a file's path.
        options: where from; None is Hugging Face.
        paths: the project.
        progress: gets bytes of the file in hand: here, in all, its path.
        free_bytes: free space of the disk that a folder lies on.

    Returns:
        New files as `written`; files that were here already, or lie on no hub, under `skipped`.

    Raises:
        DownloadError: a file did not arrive whole, or pretrained_models/ cannot be written; what
            was finished before stays.
        InputError: the name is unknown.
    """
    options = options or DownloadOptions()
    report = StageReport()
    missing = [
        model for model in list_models(name, paths=paths) if not _is_here(model, report, paths)
    ]
    if not missing:
        return report
    try:
        paths.pretrained_models.mkdir(parents=True, exist_ok=True)
        with _client(options) as client:
            missing = _with_listing(client, hub_of(options), missing)
            _check_space(missing, paths.pretrained_models, free_bytes)
            for model in missing:
                _bring(client, options, model, progress, paths)
                report.written.append(model.path)
    except OSError as error:
        place = error.filename or paths.pretrained_models
        raise DownloadError(
            f"{place}: cannot be used ({error.strerror}); models are kept in that place, mend it"
        ) from error
    return report


def _is_here(model: ModelState, report: StageReport, paths: ProjectPaths) -> bool:
    """Tell whether nothing has to be brought; say why in the report."""
    file, path = model.file, model.path
    if model.state in ("missing", "partial"):
        if file.by_hand:
            report.skipped.append((path, f"lies on no hub by itself: {file.by_hand}"))
        return file.by_hand is not None
    if model.state == "unverified":
        digest = sha256_of(path)
        if file.sha256 in (None, digest):
            whole = replace(file, bytes=path.stat().st_size, sha256=digest)
            remember(whole, source="here before", paths=paths)
            model = replace(model, state="verified")
    if model.state == "verified":
        report.skipped.append((path, "is here already"))
    else:
        report.skipped.append(
            (path, "is not the published file and is not replaced; move it away and run this again")
        )
    return True


def _client(options: DownloadOptions) -> "httpx.Client":
    import httpx

    headers = {"Authorization": f"Bearer {options.token}"} if options.token else {}
    return httpx.Client(
        headers=headers,
        follow_redirects=True,
        max_redirects=5,
        timeout=options.timeout_s,
        proxy=options.proxy,
        trust_env=False,  # the environment is the command line's to read
    )


def _with_listing(
    client: "httpx.Client", hub: Hub, models: Sequence[ModelState]
) -> list[ModelState]:
    """Ask the hub for sizes and hashes that the table does not know, once a repository."""
    listings: dict[tuple[str, str], dict[str, RemoteFile]] = {}
    known: list[ModelState] = []
    for model in models:
        file = model.file
        if file.bytes is None:
            try:
                remote = _listed(client, hub, file, listings)
            except DownloadError:
                if file.sha256 is None:  # without a size only the disk cannot be measured
                    raise
            else:
                file = replace(file, bytes=remote.bytes, sha256=file.sha256 or remote.sha256)
        known.append(replace(model, file=file))
    return known


def _listed(
    client: "httpx.Client",
    hub: Hub,
    file: PublishedFile,
    listings: dict[tuple[str, str], dict[str, RemoteFile]],
) -> RemoteFile:
    place = hub.place_of(file)
    if place not in listings:
        listings[place] = hub.listing(client, *place)
    remote = listings[place].get(file.remote_path)
    if remote is None:
        raise DownloadError(
            f"{file.path}: {hub.endpoint} does not list it in {place[0]}; choose another --source"
            " or --endpoint"
        )
    return remote


def _check_space(
    models: Sequence[ModelState], folder: Path, free_bytes: Callable[[Path], int]
) -> None:
    """Refuse before the first byte what the disk cannot hold."""
    needed = sum(model.file.bytes or 0 for model in models)
    parts = [part_path(model.path) for model in models]
    needed -= sum(part.stat().st_size for part in parts if part.is_file())
    free = free_bytes(folder)
    if needed + RESERVE_BYTES > free:
        raise DownloadError(
            f"{folder}: {_megabytes(needed)} have to be brought, but only {_megabytes(free)} are"
            f" free (and {_megabytes(RESERVE_BYTES)} stay free); make room first"
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _bring(
    client: "httpx.Client",
    options: DownloadOptions,
    model: ModelState,
    progress: Progress,
    paths: ProjectPaths,
) -> None:
    """Fetch one file while no other process does, and remember it."""
    from filelock import FileLock, Timeout

    file = model.file
    model.path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(model.path.with_name(f".{model.path.name}.lock"), timeout=0)
    try:
        with lock:
            if model.path.is_file():  # another process has just brought it
                return
            order = Order(
                url=hub_of(options).file_url(file),
                target=model.path,
                bytes=file.bytes,
                sha256=file.sha256,
                name=file.path,
            )
            digest = fetch(
                client,
                order,
                attempts=options.attempts,
                backoff_s=options.backoff_s,
                progress=progress,
            )
            whole = replace(file, bytes=model.path.stat().st_size, sha256=digest)
            remember(whole, source=hub_of(options).endpoint, paths=paths)
    except Timeout as error:
        raise DownloadError(
            f"{file.path}: is being downloaded by another process; wait for it or stop it"
        ) from error
