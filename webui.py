"""Start the workbench: `python webui.py`, then use the page in the browser."""
# ruff: noqa: T201  a command prints

import argparse
import getpass
import logging
import os
import signal
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

from gpt_sovits.address import find_port, is_local
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT

PASSWORD = "WORKBENCH_PASSWORD"
"""Environment variable; on the command line every user of the machine could read it."""


def main() -> int:
    """Serve the page until Ctrl-C; the exit code is 2 where that cannot be done as asked."""
    args = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")

    def on_ready(url: str) -> None:
        print(f"The workbench is at {url} (Ctrl-C ends it, jobs go on)", flush=True)
        if not is_local(args.host) and not args.root_path:
            print("Its password travels readable: put a proxy with https before it.", flush=True)
        if not args.no_browser:
            webbrowser.open(url)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        try:
            port = find_port(args.host, args.port)
            password = _password(args)
            _prepare_environment()
            from gpt_sovits.workbench.server import serve

            serve(
                PROJECT,
                host=args.host,
                port=port,
                root_path=args.root_path,
                password=password,
                on_ready=on_ready,
            )
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python webui.py", description="The voice workbench.")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (127.0.0.1); any other needs a password",
    )
    parser.add_argument("--port", type=int, help="port; the first free one from 7860 on")
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=f"its first line is the password (or set {PASSWORD}, or type it when asked)",
    )
    parser.add_argument(
        "--root-path",
        default="",
        metavar="PATH",
        help="where a proxy shows the page: /voice, or https://voice.example.com/voice",
    )
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    return parser


def _password(args: argparse.Namespace) -> str:
    """The password: from the file, the environment or the keyboard; empty where none is needed.

    Raises:
        InputError: one is needed and there is none, or it cannot be used.
    """
    from gpt_sovits.workbench.login import check_password, read_password

    given = os.environ.pop(PASSWORD, "")  # the jobs need not know it
    if args.password_file is not None:
        return read_password(args.password_file)
    if given:
        return check_password(given, PASSWORD)
    if is_local(args.host):
        return ""
    if not sys.stdin.isatty():
        raise InputError(
            f"{args.host} is reached from other machines: give a password by --password-file FILE"
            f" or {PASSWORD}, or leave --host out"
        )
    return check_password(getpass.getpass("Password for the page: "), "--host")


def _prepare_environment() -> None:
    """Set what Gradio reads from the environment alone."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["FASTAPI_OTEL_AUTO_CONFIGURE"] = "false"  # it may be on for other programs
    # Uploads stay in the project; the default below /tmp may belong to another user.
    os.environ["GRADIO_TEMP_DIR"] = str(PROJECT.uploads)


if __name__ == "__main__":
    sys.exit(main())
