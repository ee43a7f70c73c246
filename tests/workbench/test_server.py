import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_sovits.address import DEFAULT_PORT, find_port, is_local
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.workbench.messages import sentence_of
from gpt_sovits.workbench.server import serve, system_theme


def test_a_port_that_is_taken_is_told_or_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} .* is taken"):
            find_port("127.0.0.1", port)


def test_the_first_free_port_is_found() -> None:
    first = find_port("127.0.0.1", None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        taken.listen()
        second = find_port("127.0.0.1", None)
    assert DEFAULT_PORT <= first < second


@pytest.mark.parametrize(
    ("host", "port"), [("203.0.113.7", 7860), ("no.such.host.invalid", 7860), ("127.0.0.1", 99999)]
)
def test_an_address_that_cannot_be_used_gets_a_sentence(host: str, port: int) -> None:
    with pytest.raises(InputError, match=str(port)):
        find_port(host, port)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("localhost", True), ("0.0.0.0", False), ("192.168.1.2", False)],
)
def test_only_loopback_counts_as_this_machine(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_no_letters_are_fetched() -> None:
    theme = system_theme()
    assert theme._stylesheets == []


def test_our_own_faults_are_one_sentence_and_no_traceback() -> None:
    sentence = sentence_of(ValueError("odd"))
    assert sentence == "Internal error, ValueError: odd (the terminal says more)"
    full = OSError(28, "No space left on device", "/x/a.wav")
    assert sentence_of(full) == "/x/a.wav: cannot be used (No space left on device)"


def run_webui(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(PROJECT.root / "webui.py"), *words]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=Path("/"),
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_help_needs_nothing_heavy() -> None:
    done = run_webui("--help")
    assert done.returncode == 0
    assert "--no-browser" in done.stdout
    code = "import sys, webui; sys.exit('gradio' in sys.modules or 'torch' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT.root, check=False).returncode == 0
    )


def test_a_wrong_port_ends_with_one_sentence() -> None:
    done = run_webui("--port", "99999", "--no-browser")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("error: port 99999")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--host", "0.0.0.0"], "--password-file"),
        (["--host", "0.0.0.0", "--password-file", "/no/such/file"], "/no/such/file"),
        (["--root-path", "voice"], "--root-path"),
        (["--root-path", "https://me:secret@host/"], "--root-path"),
    ],
)
def test_a_page_for_others_starts_only_with_a_password_and_a_clear_address(
    words: list[str], sentence: str
) -> None:
    done = run_webui(*words, "--no-browser")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("error: ")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_the_page_itself_refuses_to_serve_others_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a password"):
        serve(ProjectPaths(tmp_path), host="0.0.0.0")


def test_the_page_is_put_together_without_torch() -> None:
    code = "import sys, gpt_sovits.workbench.server; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT.root, check=False)
    assert done.returncode == 0, "torch takes seconds; import it where a voice is loaded"
