import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpt_sovits.paths import PROJECT
from subfix.command import FIRST_PORT, main
from subfix.server.app import key_of
from tests.subfix.lists import TEXTS, lines_of, make_list

CHANGE = {"id": 1, "expected": {"text": TEXTS[0]}, "values": {"text": "Typed just now."}}


@pytest.fixture(autouse=True)
def _signals_stay() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "subfix", "--no-browser", *map(str, words)]


def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*words), capture_output=True, text=True, cwd=PROJECT.root, timeout=60, check=False
    )


@contextlib.contextmanager
def running(*words: str | Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command, once it answers, and where it does."""
    process = subprocess.Popen(
        command(*words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT.root,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield process, next(word for word in line.split() if word.startswith("http://"))
    finally:
        process.kill()
        process.communicate()


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def edit(url: str) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{url}api/edit", json.dumps({"changes": [CHANGE]}).encode(), headers
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_saves_first(tmp_path: Path, how: signal.Signals) -> None:
    path = make_list(tmp_path)
    with running(path) as (process, url):
        stream = urllib.request.urlopen(f"{url}voice/api/events", timeout=10)
        edit(f"{url}voice/")
        started = time.monotonic()
        process.send_signal(how)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert errors == ""
        assert time.monotonic() - started < 5  # the stream did not keep it
        stream.close()
    assert lines_of(path)[0].endswith("|Typed just now.")


def test_a_second_start_says_where_the_list_is_open(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    with running(path) as (_, url):
        done = run(path)
        assert done.returncode == 2
        assert f"is open already at {url}voice/" in done.stderr
        assert "Traceback" not in done.stderr
    with running(path) as (_, url):  # a killed one keeps nobody out
        assert '"n":0' in get(f"{url}voice/api/state")


def test_a_port_in_use_is_passed_over_unless_it_was_asked_for(tmp_path: Path) -> None:
    first, second = make_list(tmp_path / "a"), make_list(tmp_path / "b")
    with running(first) as (_, url), running(second) as (_, other):
        ports = [int(each.rstrip("/").rsplit(":", 1)[1]) for each in (url, other)]
        assert FIRST_PORT <= ports[0] < ports[1]
        done = run(make_list(tmp_path / "c"), "--port", str(ports[0]))
        assert done.returncode == 2
        assert f"port {ports[0]} of 127.0.0.1 is taken" in done.stderr


def test_several_lists_have_an_address_each(tmp_path: Path) -> None:
    first, second = make_list(tmp_path / "a"), make_list(tmp_path / "b")
    with running(first, second, first) as (_, url):
        page = get(url)
        assert page.count("<li>") == 2
        assert str(first) in page
        for key in ("voice", "voice-2"):
            assert f'href="{key}/"' in page
            assert '"n":0' in get(f"{url}{key}/api/state")


def test_clips_lie_in_the_folder_that_is_told(tmp_path: Path) -> None:
    path = make_list(tmp_path)
    (tmp_path / "wavs").rename(tmp_path / "elsewhere")
    with (
        running(path, "--audio-folder", tmp_path / "elsewhere") as (_, url),
        urllib.request.urlopen(f"{url}voice/api/audio/1.wav", timeout=10) as answer,
    ):
        assert answer.read(4) == b"RIFF"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.list"], "none.list: cannot be read (No such file"),
        (["."], "Is a directory"),
        (["empty.list"], "is empty"),
        (["noise.wav"], "noise.wav: line 2 is no text"),
        (["voice.list", "--port", "99999"], "port 99999"),
        (["voice.list", "--host", "203.0.113.7"], "203.0.113.7"),
        (["voice.list", "--audio-folder", "nowhere"], "nowhere"),
        (["voice.list", "none.list"], "none.list"),
    ],
)
def test_what_cannot_be_opened_ends_with_one_sentence(
    tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make_list(tmp_path)
    (tmp_path / "empty.list").touch()
    (tmp_path / "noise.wav").write_bytes(bytes(range(256)))
    whole = [str(tmp_path / word) if word.endswith((".list", ".wav")) else word for word in words]
    assert main(["--no-browser", *whole]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    assert said in errors[0]
    assert not (tmp_path / "voice.list.subfix").exists()  # what was opened is closed again


def test_help_and_the_modules_need_nothing_heavy() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "--audio-folder" in done.stdout
    code = (
        "import sys, subfix.command;"
        "sys.exit(', '.join({'fastapi', 'numpy', 'av', 'torch'} & set(sys.modules)) or 0)"
    )
    imported = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT.root, check=False
    )
    assert imported.returncode == 0, imported.stderr


def test_serving_needs_no_network_library_of_models(tmp_path: Path) -> None:
    code = "import sys, subfix.server.app; sys.exit('torch' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=PROJECT.root, check=False).returncode == 0
    )


@pytest.mark.parametrize(
    ("name", "key"),
    [("My Voice!.list", "my-voice"), ("声音.list", "list"), ("a" * 90 + ".srt", "a" * 40)],
)
def test_an_address_has_a_short_name(name: str, key: str) -> None:
    assert key_of(Path(name), ()) == key
    assert key_of(Path(name), {key}) == f"{key}-2"
