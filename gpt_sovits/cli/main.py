"""The commands of `python -m gpt_sovits` and how they end.

Exit codes: 0 done; 2 what the user gave cannot be used (one sentence on stderr); 1 our fault;
130 stopped by Ctrl-C.
"""

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence

from gpt_sovits import __version__
from gpt_sovits.cli import (
    base,
    check,
    clone,
    demo,
    denoise,
    evaluate,
    features,
    import_labels,
    models,
    phones,
    project,
    say,
    score,
    separate,
    slice,
    train,
    transcribe,
    voices,
)
from gpt_sovits.errors import InputError, WorkbenchError

OUR_FAULT, USERS_FAULT, STOPPED = 1, 2, 130


def build_parser() -> argparse.ArgumentParser:
    """All commands with their flags; imports nothing heavy."""
    parser = argparse.ArgumentParser(
        prog="python -m gpt_sovits",
        description="A few-shot text-to-speech workbench: one minute of speech in, a voice out.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--verbose", action="store_true", help="show what the libraries log")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (
        phones,
        models,
        separate,
        denoise,
        slice,
        transcribe,
        import_labels,
        check,
        features,
        train,
        clone,
        project,
        demo,
        score,
        say,
        evaluate,
        voices,
        base,
    ):
        command.add_command(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after the program's name; None takes them from the system.

    Returns:
        The exit code.
    """
    _mend_streams()
    args = build_parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if args.verbose else logging.WARNING,
        format="%(levelname)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("numba").setLevel(logging.WARNING)  # a million lines of what it compiles
    try:
        code = args.run(args)
        sys.stdout.flush()  # a full disk shows here, where it can still be told
        return code
    except InputError as error:
        return _fail(str(error), USERS_FAULT)
    except WorkbenchError as error:
        return _fail(str(error), OUR_FAULT)
    except KeyboardInterrupt:
        return _fail("stopped; what was finished is kept", STOPPED)
    except BrokenPipeError:
        _drop_output()  # the reader went away (`| head`); nothing is left to say to it
        return OUR_FAULT
    except OSError as error:
        if not error.filename:  # printing failed, on a full disk for example
            _drop_output()
        where = error.filename or "the output"
        return _fail(f"{where}: cannot be used ({error.strerror or error})", USERS_FAULT)
    except Exception as error:
        logging.getLogger(__name__).debug("traceback", exc_info=True)
        kind = type(error).__name__
        return _fail(f"internal error, {kind}: {error} (run again with --verbose)", OUR_FAULT)


def _mend_streams() -> None:
    """Give a closed stream the null device, and print what the terminal's letters cannot show.

    Without this the next file that is opened would get the number of a closed stream, and whatever
    a library prints would be written into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(handle, "w" if number else "r", encoding="utf-8"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Send what is still to be printed nowhere, so that Python does not fail at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(sentence: str, code: int) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return code
