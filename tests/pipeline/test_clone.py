"""The whole way to a voice, on tiny random networks."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.inference.voice_file import load_voice_file
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.clone import STAGES, CloneOptions, clone_voice
from gpt_sovits.pipeline.labels import LabelOptions
from gpt_sovits.training.options import GPTOptions, SoVITSOptions
from tests.audio.sounds import encode, noise
from tests.tiny_mini import make_tiny_project, write_recording

TEXT = "Good morning to you, my old friend."


def tiny_options(name: str = "ann") -> CloneOptions:
    return CloneOptions(
        name=name,
        labels=LabelOptions(language="en"),
        sovits=SoVITSOptions(epochs=2, clips_per_epoch=2, save_every=1),
        gpt=GPTOptions(epochs=2, clips_per_epoch=2, save_every=1),
    )


OPTIONS = tiny_options()


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return make_tiny_project(tmp_path)


@pytest.fixture
def source(paths: ProjectPaths) -> Path:
    return write_source(paths.input)


def write_source(folder: Path, seed: int = 0) -> Path:
    """Two recordings of one clip each, with their texts."""
    for number in range(2):
        recording = write_recording(folder / f"{number}.wav", 4, seed=seed + number)
        recording.with_suffix(".txt").write_text(TEXT, encoding="utf-8")
    return folder


def weights_of(paths: ProjectPaths) -> dict[str, bytes]:
    """Tensors of all weights of the voice; headers hold dates."""
    from safetensors.torch import load_file, save

    files = [*paths.gpt_weights.iterdir(), *paths.sovits_weights.iterdir()]
    return {file.name: save(load_file(file)) for file in files}


def test_a_recording_becomes_a_voice(paths: ProjectPaths, source: Path) -> None:
    stages: list[str] = []
    report = clone_voice(source, OPTIONS, paths=paths, on_stage=stages.append)
    assert tuple(stages) == STAGES == tuple(report.seconds)
    assert report.n_clips == 2
    voice = load_voice_file("ann", paths)
    assert (voice.family, voice.reference.text, voice.reference.language) == ("mini", TEXT, "en")
    parts = voice.parts(paths)
    assert parts.reference.audio.parent == paths.voices
    assert parts.gpt == report.gpt.weights[-1]
    losses = report.to_json()["losses"]
    assert losses["sovits"]["before"]["mel"] != losses["sovits"]["after"]["mel"]


def test_a_second_run_makes_nothing_anew(paths: ProjectPaths, source: Path) -> None:
    first = clone_voice(source, OPTIONS, paths=paths)
    made = {file: file.stat().st_mtime_ns for file in paths.logs.rglob("*.wav")}
    made |= {file: file.stat().st_mtime_ns for file in first.gpt.weights}
    again = clone_voice(source, OPTIONS, paths=paths)
    assert {file: file.stat().st_mtime_ns for file in made} == made
    trained = ("train sovits", "train gpt")
    assert [again.seconds[stage] for stage in trained] == [
        first.seconds[stage] for stage in trained
    ]
    assert again.gpt.last == first.gpt.last


@pytest.mark.parametrize("stage", STAGES[1:])
def test_a_run_that_broke_off_ends_as_an_unbroken_one(
    tmp_path: Path, paths: ProjectPaths, source: Path, stage: str
) -> None:
    unbroken = make_tiny_project(tmp_path / "unbroken")
    clone_voice(write_source(unbroken.input), OPTIONS, paths=unbroken)

    def stop(entered: str) -> None:
        if entered == stage:
            raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError):
        clone_voice(source, OPTIONS, paths=paths, on_stage=stop)
    report = clone_voice(source, OPTIONS, paths=paths)
    assert weights_of(paths) == weights_of(unbroken)
    assert report.voice.is_file()


def test_changed_options_train_only_their_half_again(paths: ProjectPaths, source: Path) -> None:
    clone_voice(source, OPTIONS, paths=paths)
    before = weights_of(paths)
    assert OPTIONS.gpt is not None
    other = replace(OPTIONS, gpt=replace(OPTIONS.gpt, learning_rate=0.01))
    clone_voice(source, other, paths=paths)
    changed = {name for name, tensors in weights_of(paths).items() if before[name] != tensors}
    assert changed == {"ann-e1.safetensors", "ann-e2.safetensors"}


def test_a_changed_recording_is_trained_on(paths: ProjectPaths, source: Path) -> None:
    clone_voice(source, OPTIONS, paths=paths)
    before = weights_of(paths)
    write_source(paths.input, seed=7)
    clone_voice(source, OPTIONS, paths=paths)
    assert all(before[name] != tensors for name, tensors in weights_of(paths).items())


def test_another_source_does_not_take_a_voice_by_accident(
    paths: ProjectPaths, source: Path
) -> None:
    clone_voice(source, OPTIONS, paths=paths)
    other = write_source(paths.root / "other", seed=3)
    with pytest.raises(InputError, match=r"ann\.yaml: this voice was made from .*--name"):
        clone_voice(other, OPTIONS, paths=paths)
    with pytest.raises(InputError, match="--name"):
        clone_voice(other, replace(OPTIONS, mark="demo"), paths=paths)
    clone_voice(other, replace(OPTIONS, replace=True, mark="demo"), paths=paths)
    clone_voice(source, replace(OPTIONS, mark="demo"), paths=paths)


def no_file(folder: Path) -> Path:
    return folder / "gone.wav"


def empty_folder(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def silent_video(folder: Path) -> Path:
    import av

    from tests.audio.sounds import add_black_video

    path = folder / "film.mp4"
    with av.open(str(path), "w") as container:
        add_black_video(container)
    return path


def silence(folder: Path) -> Path:
    write_audio(folder / "silence.wav", np.zeros(32_000, np.float32), 8000)
    return folder / "silence.wav"


def half_a_second(folder: Path) -> Path:
    return encode(folder / "blip.wav", noise(0.5, 8000), 8000, "pcm_s16le", "s16")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (no_file, r"gone\.wav: no such file or folder"),
        (empty_folder, "holds no recording"),
        (silent_video, r"film\.mp4: .*sound"),
        (silence, r"silence\.wav: is silent"),
        (half_a_second, r"blip\.wav: no stretch of speech"),
    ],
)
def test_bad_sources_are_told(
    tmp_path: Path, paths: ProjectPaths, make: Callable[[Path], Path], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        clone_voice(make(tmp_path), OPTIONS, paths=paths)
    assert not paths.voices.exists()


@pytest.mark.parametrize("name", ["a/b", "..", "", "a\\b"])
def test_bad_names_are_told(paths: ProjectPaths, source: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        clone_voice(source, tiny_options(name), paths=paths)
    assert not paths.logs.exists()


def test_two_runs_do_not_meet(paths: ProjectPaths, source: Path) -> None:
    from filelock import FileLock

    (paths.logs / "ann").mkdir(parents=True)
    with (
        FileLock(paths.logs / "ann" / ".clone.lock"),
        pytest.raises(InputError, match="another run"),
    ):
        clone_voice(source, OPTIONS, paths=paths)


_PROGRAM = """
import sys, torch
from pathlib import Path
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.clone import clone_voice
from tests.pipeline.test_clone import OPTIONS
torch.set_num_threads(1)
paths = ProjectPaths(Path(sys.argv[1]))
clone_voice(paths.input, OPTIONS, paths=paths, on_stage=lambda stage: print(stage, flush=True))
"""


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, paths: ProjectPaths, source: Path
) -> None:
    unbroken = make_tiny_project(tmp_path / "unbroken")
    clone_voice(write_source(unbroken.input), OPTIONS, paths=unbroken)
    generator = np.random.default_rng(0)
    for stage in STAGES:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(paths.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=PROJECT.root,
            env={**os.environ, "PYTHONPATH": str(PROJECT.root)},
        )
        assert process.stdout is not None
        while (line := process.stdout.readline()) and line.strip() != stage:
            pass
        time.sleep(generator.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    clone_voice(source, OPTIONS, paths=paths)
    assert weights_of(paths) == weights_of(unbroken)
