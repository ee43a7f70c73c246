"""What the shell does to a command: closed, full, broken and oddly encoded streams."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ENGLISH = '{"lang": "en", "text": "good"}\n'


def shell(command: str, text: bytes = b"", **environment: str) -> tuple[int, bytes, str]:
    """Exit code, output and what was said by a command line; GS stands for the program."""
    told = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [
            "bash",
            "-c",
            f'set -o pipefail; GS() {{ "{sys.executable}" -m gpt_sovits "$@"; }}; {command}',
        ],
        input=text,
        capture_output=True,
        cwd=ROOT,
        env=told | environment,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode()


def test_a_reader_that_goes_away_hears_nothing_of_it() -> None:
    code, _, said = shell("GS models list --json | true")
    assert (code, said) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_in_one_sentence() -> None:
    code, _, said = shell("GS models list v2 --json > /dev/full")
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("error: the output: cannot be used (No space left")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_an_empty_one(closed: str) -> None:
    code, _, said = shell(f"GS phones --file - {closed}")
    assert (code, said) == (0, "")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_json_is_whole_in_every_encoding(encoding: str) -> None:
    line = '{"lang": "zh", "text": "你好"}'.encode()
    code, output, _ = shell("GS phones --file -", line, PYTHONIOENCODING=encoding)
    assert code == 0
    assert json.loads(output.decode(encoding))["norm_text"] == "你好"


def test_a_person_sees_escapes_where_letters_cannot_be_shown() -> None:
    code, output, said = shell("GS phones --text 你好 --language zh", PYTHONIOENCODING="ascii")
    assert (code, said) == (0, "")
    assert output.startswith(b"\\u4f60")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            ENGLISH.encode() + b'{"lang": "en", "text": "caf\xe9"}\n' + ENGLISH.encode(),
            "line 2 is not",
        ),
        (ENGLISH.encode() + b"a" * (17 << 20), "line 2 is longer"),
    ],
)
def test_a_line_that_is_no_text_is_named_after_those_before_it(text: bytes, says: str) -> None:
    code, output, said = shell("GS phones --file -", text)
    assert code == 2
    assert says in said
    assert len(output.splitlines()) == 1


def test_a_mark_at_the_beginning_is_no_text() -> None:
    code, output, _ = shell("GS phones --file -", b"\xef\xbb\xbf" + ENGLISH.encode())
    assert (code, json.loads(output)["norm_text"]) == (0, "good")
