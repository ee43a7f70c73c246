"""`python -m subfix`: open lists, and show them in the browser."""
# ruff: noqa: T201  a command prints

import argparse
import logging
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.address import find_port, is_local
from gpt_sovits.errors import InputError

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from subfix.store import Store

FIRST_PORT = 9871

_GRACE_S = 2
"""Time for answers that are on their way when the server is to end."""


def main(words: Sequence[str] | None = None) -> int:
    """Edit lists until Ctrl-C; the exit code is 2 where that cannot be done as asked."""
    args = _parse(words)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        with ExitStack() as opened:
            # Also while lists are opened: what was begun is ended in order.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            lists = _open_lists(args.lists, args.audio_folder, opened)
            _serve(lists, args)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m subfix",
        description="Correct the texts and the cuts of clips by ear; every edit is kept at once.",
    )
    parser.add_argument(
        "lists",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="annotation list (.list), JSON lines, metadata.csv, or subtitles (.srt, .ass, .vtt)",
    )
    parser.add_argument(
        "--audio-folder",
        type=Path,
        help="where the clips lie, whatever folder the list names; the recording of subtitles",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help=f"port; the first free one from {FIRST_PORT} on")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    return parser.parse_args(words)


def _open_lists(
    files: Sequence[Path], audio_folder: Path | None, opened: ExitStack
) -> "dict[str, Store]":
    from subfix.server.app import key_of
    from subfix.store import Store

    if audio_folder is not None and not audio_folder.exists():
        raise InputError(f"{audio_folder}: no such folder or recording; check the path")
    lists: dict[str, Store] = {}
    for path in {path.resolve(): path for path in files}.values():
        store = Store.open(path, audio_folder)
        opened.callback(store.close)
        lists[key_of(path, lists)] = store
    return lists


def _serve(lists: "dict[str, Store]", args: argparse.Namespace) -> None:
    from subfix.server.app import LOCAL_HOSTS, create_app

    port = find_port(args.host, args.port, FIRST_PORT)
    family = socket.AF_INET6 if ":" in args.host else socket.AF_INET
    name = f"[{args.host}]" if family == socket.AF_INET6 else args.host
    url = f"http://{name}:{port}/"
    app = create_app(lists, hosts=LOCAL_HOSTS if is_local(args.host) else None)

    def on_ready() -> None:
        for key, store in lists.items():
            store.tell_address(f"{url}{key}/")
        n_clips = sum(len(store.order) for store in lists.values())
        print(f"{n_clips} clips are at {url} (Ctrl-C ends it, nothing is lost)", flush=True)
        if not is_local(args.host):
            print("Everyone who can reach this machine can use it.", flush=True)
        if not args.no_browser:
            # A browser of the terminal would not return before it ends.
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    try:
        make_server(app, args.host, port, on_ready).run()
    finally:
        app.state.desks.close()


def make_server(
    app: "FastAPI", host: str, port: int, on_ready: Callable[[], None]
) -> "uvicorn.Server":
    """What serves an application until the process is asked to end.

    Args:
        app: made by `create_app`.
        host: address to listen on.
        port: a free one.
        on_ready: called when it answers.
    """
    import asyncio

    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                on_ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.desks.end_streams()  # they would be waited for
            asyncio.get_running_loop().call_later(_GRACE_S, self._hang_up)
            await super().shutdown(sockets)

        def _hang_up(self) -> None:
            """End connections to pages that do not read, such as those of a machine asleep."""
            for connection in list(self.server_state.connections):
                if connection.transport is not None:
                    connection.transport.abort()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """End on a signal, and not by it: the lists are saved after this."""
            is_main = threading.current_thread() is threading.main_thread()
            wanted = (signal.SIGINT, signal.SIGTERM) if is_main else ()
            before = {each: signal.signal(each, self.handle_exit) for each in wanted}
            try:
                yield
            finally:
                for each, handler in before.items():
                    signal.signal(each, handler)

    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,  # as everything else in the process
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=5 * _GRACE_S,
        )
    )
