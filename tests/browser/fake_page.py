"""The page on fakes: `FAKE_ROOT=folder python -m tests.browser.fake_page`; prints its address.

Every address beyond this machine that the process asks for is written to FAKE_ROOT/asked.txt.
"""

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(os.environ["FAKE_ROOT"])


def note_addresses(event: str, details: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = details[0]
    elif event == "socket.connect" and isinstance(details[1], tuple):
        host = details[1][0]
    else:
        return
    if host not in ("127.0.0.1", "localhost", None, "", b"127.0.0.1", b"localhost"):
        with (ROOT / "asked.txt").open("a", encoding="utf-8") as file:
            file.write(f"{event} {host!r}\n")


def main() -> None:
    sys.addaudithook(note_addresses)
    from gpt_sovits.address import find_port
    from gpt_sovits.inference.voice_file import VoiceParts
    from gpt_sovits.paths import ProjectPaths
    from gpt_sovits.workbench.server import serve
    from tests.workbench.fakes import FAKE_CLONE, HummingVoice, make_project

    def load(parts: VoiceParts, paths: ProjectPaths) -> HummingVoice:
        return HummingVoice(float(os.environ.get("FAKE_SENTENCE_S", "0")))

    def tell(url: str) -> None:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()

    serve(
        make_project(ROOT),
        port=find_port("127.0.0.1", None),
        root_path=os.environ.get("FAKE_ROOT_PATH", ""),
        password=os.environ.get("FAKE_PASSWORD", ""),
        load=load,
        program=FAKE_CLONE,
        on_ready=tell,
    )


if __name__ == "__main__":
    main()
