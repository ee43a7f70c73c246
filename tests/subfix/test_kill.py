"""Nothing that was acknowledged is lost when the process is killed at a random moment."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.paths import PROJECT
from subfix.clip import Clip
from subfix.files import read_document
from subfix.history import History, entry_from_json
from tests.subfix.edit_until_killed import state_of
from tests.subfix.lists import make_list, opened

TIMES = 100
AT_ONCE = 4


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    rng = random.Random(7)
    lists = [make_list(tmp_path / str(each), ["text"] * 8) for each in range(AT_ONCE)]
    originals = {path: path.read_bytes() for path in tmp_path.glob("*/wavs/*.wav")}
    n_acknowledged = 0
    for turn in range(TIMES // AT_ONCE):
        running = [start(path, AT_ONCE * turn + number) for number, path in enumerate(lists)]
        for process in running:  # each has begun to edit
            assert process.stdout is not None
            process.stdout.readline()
        time.sleep(rng.uniform(0, 0.3))
        for path, process in zip(lists, running, strict=True):
            time.sleep(rng.uniform(0, 0.02))
            process.kill()
            acknowledged = process.communicate()[0].split("\n")[:-1]
            n_acknowledged += check(path, acknowledged)
    assert n_acknowledged > TIMES, "it was killed before it did anything"
    assert {path: path.read_bytes() for path in originals} == originals


def start(path: Path, seed: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.subfix.edit_until_killed", str(path), str(seed)]
    return subprocess.Popen(command, cwd=PROJECT.root, stdout=subprocess.PIPE, text=True)


def check(path: Path, acknowledged: list[str]) -> int:
    """Compare a list with what was acknowledged; how many operations that was."""
    with opened(path) as store:
        if acknowledged:
            n, state = json.loads(acknowledged[-1])
            assert n <= store.n <= n + 1, "one more may have been under way"
            assert state_of(clips_after(store.folder, n)) == state
        for clip in store.clips.values():
            assert len(read_audio(store.find_sound(clip).path)[0]) > 0
        expected = [clip.text.strip() for clip in store.snapshot()[1] if not clip.deleted]
    assert [clip.text for clip in read_document(path).clips] == expected
    return len(acknowledged)


def clips_after(folder: Path, n: int) -> list[Clip]:
    """The clips after operation `n`, by the journal alone."""
    history = History(read_document(folder / "first" / "voice.list").clips)
    for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()[1:]:
        values = json.loads(line)
        if values["kind"] != "saved" and values["n"] <= n:
            history.apply(entry_from_json(values))
    return history.listed()
