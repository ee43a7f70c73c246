import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.paths import PROJECT
from tests.parity import check

HERE = PROJECT.root / "tests" / "parity"


def run_check(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["check.py", *words])
    return check.main()


def copy_fixtures(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes((HERE / name).read_bytes())


def test_every_fixture_here_has_a_check() -> None:
    names = {path.name for path in check.fixtures(HERE)}
    assert {"gpt_v2.npz", "sovits_v2Pro.npz", "text_frontend.json"} <= names


def test_fixtures_that_agree_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_fixtures(tmp_path, "spectrogram.npz", "symbols.json", "disc_v2.npz", "text_frontend.json")
    assert run_check(monkeypatch, str(tmp_path)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "4 passed, 0 failed"


def test_numbers_that_are_off_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_fixtures(tmp_path, "spectrogram.npz")
    with np.load(tmp_path / "spectrogram.npz") as numbers:
        off = {name: values * 1.002 for name, values in numbers.items() if name != "wav"}
        np.savez(tmp_path / "spectrogram.npz", wav=numbers["wav"], **off)
    assert run_check(monkeypatch, str(tmp_path)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("FAIL spectrogram.npz")
    assert lines[-1] == "0 passed, 1 failed"


def test_weights_of_another_seed_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_fixtures(tmp_path, "disc_v2.npz")
    assert run_check(monkeypatch, str(tmp_path), "--seed", "1") == 1


def test_a_folder_without_fixtures_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_check(monkeypatch, str(tmp_path)) == 2
    assert run_check(monkeypatch, str(tmp_path / "none")) == 2


def test_the_script_runs_from_any_folder(tmp_path: Path) -> None:
    copy_fixtures(tmp_path, "symbols.json")
    done = subprocess.run(
        [sys.executable, str(HERE / "check.py"), "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed", done.stderr
