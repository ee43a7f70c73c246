"""Start the workbench: `python webui.py`, then use the page in the browser."""
# ruff: noqa: T201  a command prints

import argparse
import logging
import os
import signal
import sys
import webbrowser
from contextlib import suppress

from gpt_sovits.address import find_port, is_local
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT


def main() -> int:
    """Serve the page until Ctrl-C; the exit code is 2 where that cannot be done as asked."""
    parser = argparse.ArgumentParser(prog="python webui.py", description="The voice workbench.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port; the first free one from 7860 on")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    args = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")

    def on_ready(url: str) -> None:
        print(f"The workbench is at {url} (Ctrl-C ends it, jobs go on)", flush=True)
        if not is_local(args.host):
            print("Everyone who can reach this machine can use it.", flush=True)
        if not args.no_browser:
            webbrowser.open(url)

    try:
        port = find_port(args.host, args.port)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    _prepare_environment()
    from gpt_sovits.workbench.server import serve

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        serve(PROJECT, host=args.host, port=port, on_ready=on_ready)
    return 0


def _prepare_environment() -> None:
    """Set what Gradio reads from the environment alone."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Uploads stay in the project; the default below /tmp may belong to another user.
    os.environ.setdefault("GRADIO_TEMP_DIR", str(PROJECT.output / "uploads"))
    # It calls its own page once; a proxy could not reach it.
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1,localhost")))


if __name__ == "__main__":
    sys.exit(main())
