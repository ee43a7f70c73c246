"""The commands of `python -m gpt_sovits` and how they end.

Exit codes: 0 done; 2 what the user gave cannot be used (one sentence on stderr); 1 our fault;
130 stopped by Ctrl-C.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from gpt_sovits import __version__
from gpt_sovits.cli import models, phones
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
    for command in (phones, models):
        command.add_command(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after the program's name; None takes them from the system.

    Returns:
        The exit code.
    """
    args = build_parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if args.verbose else logging.WARNING,
        format="%(levelname)s: %(message)s",
        stream=sys.stderr,
    )
    try:
        return args.run(args)
    except InputError as error:
        return _fail(str(error), USERS_FAULT)
    except WorkbenchError as error:
        return _fail(str(error), OUR_FAULT)
    except KeyboardInterrupt:
        return _fail("stopped; what was finished is kept", STOPPED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUR_FAULT
    except Exception as error:
        logging.getLogger(__name__).debug("traceback", exc_info=True)
        kind = type(error).__name__
        return _fail(f"internal error, {kind}: {error} (run again with --verbose)", OUR_FAULT)


def _fail(sentence: str, code: int) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return code
