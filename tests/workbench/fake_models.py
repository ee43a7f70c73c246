"""`models download` in a project of its own, for one file that is not really published.

FAKE_ROOT=folder FAKE_SHA256=hash FAKE_BYTES=size python -m tests.workbench.fake_models ...
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from gpt_sovits.cli.main import build_parser
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.errors import WorkbenchError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights import local, registry
from gpt_sovits.weights.download import download_models
from gpt_sovits.weights.options import DownloadOptions


def main() -> None:
    """Understand the words as the real command does."""
    args = build_parser().parse_args()
    (name,) = args.name
    file = replace(
        registry.find_models(name)[0],
        sha256=os.environ["FAKE_SHA256"],
        bytes=int(os.environ["FAKE_BYTES"]),
    )
    # Both names hold the function; a job's process is the only one that is told otherwise.
    for module in (registry, local):
        setattr(module, "find_models", lambda name: (file,))  # noqa: B010  no module exports it
    options = DownloadOptions(endpoint=args.endpoint, attempts=4, backoff_s=0.2)
    paths = ProjectPaths(Path(os.environ["FAKE_ROOT"]))
    with show_progress(sys.stderr, as_json=args.progress_json, stage="download") as progress:
        try:
            download_models(name, options, paths=paths, progress=progress)
        except WorkbenchError as error:
            sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
