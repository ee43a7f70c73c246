"""A hundred files that are no good recordings, and a good one: every step does the good one."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # has no stubs

from tests.audio.sounds import encode, noise, tone, wav_header

ROOT = Path(__file__).parent.parent.parent
GOOD = "the good one.wav"
N_BAD = 100
LONGEST_S = 240

Maker = Callable[[Path, Random], Path]


def truncated(path: Path, rng: Random) -> Path:
    ending, codec, form = rng.choice(
        [(".m4a", "aac", "fltp"), (".flac", "flac", "s16"), (".mp3", "mp3", "fltp")]
    )
    made = encode(path.with_suffix(ending), noise(1, 44100), 44100, codec, form)
    content = made.read_bytes()
    made.write_bytes(content[: int(len(content) * rng.random())])
    return made


def flipped(path: Path, rng: Random) -> Path:
    ending, codec, form = rng.choice([(".m4a", "aac", "fltp"), (".flac", "flac", "s16")])
    made = encode(path.with_suffix(ending), noise(1, 44100), 44100, codec, form)
    content = bytearray(made.read_bytes())
    for _ in range(rng.choice((3, 30, 300))):
        content[rng.randrange(len(content))] = rng.randrange(256)
    made.write_bytes(content)
    return made


def flipped_header(path: Path, rng: Random) -> Path:
    content = bytearray(wav_header(16000, 16000, bits=16) + noise(0.5, 16000).tobytes()[:16000])
    for _ in range(rng.randint(1, 4)):
        content[rng.randrange(44)] = rng.randrange(256)
    path.write_bytes(content)
    return path


def huge_header(path: Path, rng: Random) -> Path:
    path.write_bytes(wav_header(0xFFFFFFF0 - 36, 192000, bits=16, channels=2) + bytes(64))
    return path


def wrong_ending(path: Path, rng: Random) -> Path:
    made = path.with_suffix(rng.choice((".mp3", ".wav", ".mkv", "", ".pth")))
    made.write_bytes(rng.randbytes(rng.choice((1, 100, 50_000))))
    return made


def empty(path: Path, rng: Random) -> Path:
    path.touch()
    return path


def eight_channels(path: Path, rng: Random) -> Path:
    soundfile.write(path, 0.1 * noise(0.7, 48000, channels=8).T, 48000)
    return path


def too_fast(path: Path, rng: Random) -> Path:
    soundfile.write(path, tone(0.5, 384_000), 384_000)
    return path


def not_numbers(path: Path, rng: Random) -> Path:
    audio = tone(5, 16000) if rng.random() < 0.5 else np.zeros(5 * 16000, np.float32)
    audio[rng.randrange(40_000) :] = np.nan
    soundfile.write(path, audio, 16000, subtype="FLOAT")
    return path


def far_too_loud(path: Path, rng: Random) -> Path:
    soundfile.write(path, 1e30 * tone(1, 16000), 16000, subtype="FLOAT")
    return path


def nearly_nothing(path: Path, rng: Random) -> Path:
    soundfile.write(path, tone(1, 16000)[: rng.choice((1, 7, 800))], 16000)
    return path


def silence(path: Path, rng: Random) -> Path:
    soundfile.write(path, np.zeros(rng.choice((800, 32000))), 16000)
    return path


def odd_name(path: Path, rng: Random) -> Path:
    name = rng.choice(["-rf", "$(touch x)", "a|b", "'; \"", "\u202a录音", "%s"])
    made = path.with_name(f"{name}{path.stem}.wav")
    soundfile.write(made, 0.1 * tone(0.3, 16000), 16000)
    return made


MAKERS: list[Maker] = [
    truncated,
    flipped,
    flipped_header,
    huge_header,
    wrong_ending,
    empty,
    eight_channels,
    too_fast,
    not_numbers,
    far_too_loud,
    nearly_nothing,
    silence,
    odd_name,
]


def speech() -> tuple[np.ndarray, int]:
    """Three sentences by Open JTalk."""
    import pyopenjtalk

    samples, rate = pyopenjtalk.tts("今日はとても良い天気なので、散歩に行きましょう。")
    return (samples / 40_000).astype(np.float32), int(rate)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "in"
    folder.mkdir()
    rng = Random(5)
    for number in range(N_BAD):
        MAKERS[number % len(MAKERS)](folder / f"bad {number:03d}.wav", rng)
    soundfile.write(folder / GOOD, *speech())
    assert len(list(folder.iterdir())) == N_BAD + 1
    return folder


@pytest.fixture(scope="module")
def labels(hostile: Path) -> Path:
    """All of them as an annotation list."""
    path = hostile.parent / "all.list"
    lines = [f"{file}|anna|ja|今日はとても良い天気です。" for file in sorted(hostile.iterdir())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def processes_of(session: int) -> Iterator[str]:
    """Command lines of the processes of a session that still run."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                yield (stat.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has just ended
            continue


def left_over(session: int) -> list[str]:
    """Processes that still run seconds later; helpers of Python's own end a moment after it."""
    until = time.monotonic() + 10
    while (left := list(processes_of(session))) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def run(*words: str | Path) -> dict[str, Any]:
    """The last line of a command that must neither hang, crash nor leave a process behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gpt_sovits", *map(str, words), "--json"],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    told, said = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 0, said[-2000:]
    assert "Traceback" not in said
    assert "internal error" not in said
    assert not left_over(process.pid)
    report: dict[str, Any] = json.loads(told.splitlines()[-1])
    return report


STAGES = [
    ("separate", "--models", "spectral"),
    ("denoise",),
    ("denoise", "--engine", "noisereduce"),
    ("slice",),
    ("slice", "--method", "classic"),
    ("slice", "--speakers", "all"),
]


@pytest.mark.slow
@pytest.mark.parametrize("words", STAGES, ids=" ".join)
def test_recordings(hostile: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    report = run(words[0], hostile, "--out", tmp_path / "out", *words[1:])
    assert any(Path(GOOD).stem in path for path in report["written"])
    assert len({path for path, _ in report["skipped"]}) >= N_BAD // 4
    for path in report["written"]:
        assert np.isfinite(soundfile.read(path)[0]).all()
    assert {path.name for path in hostile.parent.iterdir()} <= {"all.list", "in"}


@pytest.mark.slow
def test_clips_to_be_transcribed(hostile: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.list"
    run("transcribe", hostile, "--out", out, "--engine", "pocketsphinx", "--language", "en")
    run("transcribe", hostile, "--out", tmp_path / "none.list", "--engine", "none")
    assert GOOD in (tmp_path / "none.list").read_text(encoding="utf-8")


@pytest.mark.slow
def test_labels_to_be_imported_and_checked(labels: Path, tmp_path: Path) -> None:
    run("import", labels, "--out", tmp_path / "mine.list")
    assert GOOD in (tmp_path / "mine.list").read_text(encoding="utf-8")
    run("check", labels, "--out", tmp_path / "report", "--fix")
    checked = labels.with_name("all-checked.list").read_text(encoding="utf-8")
    assert GOOD in checked
