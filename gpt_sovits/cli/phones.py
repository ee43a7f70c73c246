"""`phones`: how a text will be read aloud, word by word."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.cli.shared import Commands, print_json
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT

MAX_LINE_BYTES = 16 << 20
"""Longest line of `--file`; without a limit a device such as /dev/zero would fill the memory."""

if TYPE_CHECKING:
    from gpt_sovits.text.dictionary import Dictionary
    from gpt_sovits.text.frontend import TextReport


def add_command(commands: Commands) -> None:
    """Describe the command and its flags."""
    parser = commands.add_parser("phones", help="show how a text will be read aloud")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--text", help="the text")
    source.add_argument(
        "--file", type=Path, help='JSON lines {"lang": ..., "text": ...}; - reads standard input'
    )
    parser.add_argument(
        "--language", default="auto", help="language mode of --text, for example zh, all_ja or auto"
    )
    parser.add_argument("--symbols", default="v2", choices=["v1", "v2"], help="symbol table")
    parser.add_argument(
        "--dictionary", type=Path, help="own readings (YAML); left out: configs/dictionary.yaml"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, one line a text")
    parser.add_argument(
        "--words", action="store_true", help="with --json: add every word with its reading"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read one text, or every line of a file."""
    from gpt_sovits.text.dictionary import load_dictionary
    from gpt_sovits.text.frontend import read_text

    if args.dictionary is not None and not args.dictionary.is_file():
        raise InputError(f"{args.dictionary}: no such file; name a dictionary that is there")
    dictionary = load_dictionary(args.dictionary or PROJECT.dictionary)
    if args.file is not None:
        return _run_file(args, dictionary)
    report = read_text(
        args.text, language=args.language, symbols=args.symbols, dictionary=dictionary
    )
    for unread in report.unread:
        print(f"warning: {unread.character!r} is not read: {unread.reason}", file=sys.stderr)
    if args.json:
        return print_json(report.to_json(words=args.words))
    _show(report)
    return 0


def _run_file(args: argparse.Namespace, dictionary: "Dictionary") -> int:
    from gpt_sovits.text.frontend import phones_lines

    failed = 0
    for result in phones_lines(
        _lines(args.file), symbols=args.symbols, dictionary=dictionary, words=args.words
    ):
        failed += "error" in result
        print_json(result)
    if failed:
        raise InputError(f"{args.file}: {failed} lines could not be read; their results say why")
    return 0


def _lines(path: Path) -> Iterator[str]:
    """Lines of a file or, for `-`, of standard input; UTF-8 whatever the system's language.

    Raises:
        InputError: it cannot be read, or a line is not UTF-8 or too long.
    """
    try:
        with sys.stdin.buffer if str(path) == "-" else path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES):
                number += 1
                if len(line) == MAX_LINE_BYTES:
                    raise InputError(
                        f"{path}: line {number} is longer than {MAX_LINE_BYTES:,} bytes; give a"
                        " text a line"
                    )
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: line {number} is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); give a file of JSON lines"
        ) from error


def _show(report: "TextReport") -> None:
    """Print a report for a person."""
    print(report.norm_text)
    print(" ".join(report.phones))
    width = max(len(word.text) for word in report.words)
    for word in report.words:
        if word.reading:
            print(f"  {word.language:<3} {word.text:<{width}}  {word.reading}  ({word.source})")
