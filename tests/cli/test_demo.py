"""`demo` and `make demo` hand on what the user gave."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gpt_sovits.cli.main import main
from gpt_sovits.paths import PROJECT
from gpt_sovits.pipeline import demo
from gpt_sovits.pipeline.demo import SENTENCES, bundled_recording
from tests.cli.test_clone import fake_report


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """Run no demo; gives what would be run."""
    calls: list[dict[str, Any]] = []
    summary = tmp_path / "summary.json"
    summary.write_text('{"seconds": 1}', encoding="utf-8")

    def pretend(recording: Path, options: Any, **how: Any) -> Any:
        calls.append({"recording": recording, "options": options, **how})
        spoken = SimpleNamespace(path=Path("1.wav"), phone_error_rate=0.125)
        page = Path("report.html")
        return SimpleNamespace(clone=fake_report(), spoken=[spoken], summary=summary, page=page)

    monkeypatch.setattr(demo, "run_demo", pretend)
    return calls


def test_without_flags_it_is_the_bundled_minute(
    asked: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo"]) == 0
    (call,) = asked
    assert (call["recording"], call["sentences"]) == (bundled_recording(), SENTENCES)
    assert call["options"].name == "demo"
    said = capsys.readouterr().out
    assert "phone error rate 12%" in said
    assert "open report.html in a browser" in said


def test_the_users_own_recording_and_sentences(
    asked: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--audio", "me.wav", "--say", "One.", "--say", "Two.", "--json"]) == 0
    (call,) = asked
    assert (call["recording"], call["sentences"]) == (Path("me.wav"), ["One.", "Two."])
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"seconds": 1}


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ([], []),
        (["AUDIO=my talk.wav"], ["--audio", "my talk.wav"]),
        (['TEXT=he said "it\'s" $$HOME'], ["--text", 'he said "it\'s" $HOME']),
        (["TEXT=words.txt", "LANGUAGE=en"], ["--text-file", "words.txt", "--language", "en"]),
    ],
)
def test_make_demo_hands_on_its_variables(
    tmp_path: Path, given: list[str], flags: list[str]
) -> None:
    (tmp_path / "words.txt").write_text("words", encoding="utf-8")
    python = tmp_path / "show"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    done = subprocess.run(
        [
            "make",
            "-sf",
            str(PROJECT.root / "Makefile"),
            "-o",
            "setup",
            "demo",
            f"RUN={python}",
            *given,
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "LANGUAGE": "de_DE:de"},
    )
    assert done.stdout.splitlines() == ["-m", "gpt_sovits", "demo", *flags]
