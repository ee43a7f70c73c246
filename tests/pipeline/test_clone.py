"""The whole way to a voice, on tiny random networks."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.inference.voice_file import load_voice_file, save_voice_file
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.clone import clone_voice
from gpt_sovits.pipeline.clone_report import STAGES, CloneOptions
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
        samples=False,  # a voice of chance talks long
    )


OPTIONS = tiny_options()


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


def test_every_save_is_heard_and_leaves_the_training_as_it_was(
    tmp_path: Path, paths: ProjectPaths, source: Path
) -> None:
    silent = make_tiny_project(tmp_path / "silent")
    clone_voice(write_source(silent.input), OPTIONS, paths=silent)
    clone_voice(source, replace(OPTIONS, samples=True), paths=paths)
    names = ("ann_e1_s1", "ann_e2_s2", "ann-e1", "ann-e2")
    spoken = {f"{name}_{language}.wav" for name in names for language in ("zh", "en", "ja")}
    assert {path.name for path in (paths.logs / "ann/samples").iterdir()} == spoken
    assert not (silent.logs / "ann/samples").exists()
    assert weights_of(paths) == weights_of(silent)


def test_a_second_run_makes_nothing_anew(paths: ProjectPaths, source: Path) -> None:
    first = clone_voice(source, OPTIONS, paths=paths)
    made = {file: file.stat().st_mtime_ns for file in paths.logs.rglob("*.wav")}
    made |= {file: file.stat().st_mtime_ns for file in first.gpt.weights}
    again = clone_voice(source, OPTIONS, paths=paths)
    assert {file: file.stat().st_mtime_ns for file in made} == made
    trained = ("train sovits", "train gpt")
    # The longest is kept, and on a busy machine looking alone may take longer than training did.
    assert all(again.seconds[stage] >= first.seconds[stage] for stage in trained)
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


def edit_voice(paths: ProjectPaths) -> None:
    file = paths.voices / "ann.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(TEXT, "Good evening."), encoding="utf-8")


def add_voice(paths: ProjectPaths) -> None:
    other = load_voice_file("ann", paths).model_copy(update={"gpt": "GPT_weights/other.ckpt"})
    save_voice_file(other, paths, replace=True)


@pytest.mark.parametrize("change", [edit_voice, add_voice])
def test_a_voice_that_the_user_changed_is_not_overwritten(
    paths: ProjectPaths, source: Path, change: Callable[[ProjectPaths], None]
) -> None:
    clone_voice(source, OPTIONS, paths=paths)
    change(paths)
    kept = (paths.voices / "ann.yaml").read_bytes()
    with pytest.raises(InputError, match=r"ann\.yaml: this voice was .*edited.*--replace"):
        clone_voice(source, OPTIONS, paths=paths)
    assert (paths.voices / "ann.yaml").read_bytes() == kept
    clone_voice(source, replace(OPTIONS, replace=True), paths=paths)


def test_consent_is_kept_for_the_same_source_alone(paths: ProjectPaths, source: Path) -> None:
    clone_voice(source, replace(OPTIONS, consent="Ann, in May"), paths=paths)
    clone_voice(source, OPTIONS, paths=paths)
    assert load_voice_file("ann", paths).consent == "Ann, in May"
    other = write_source(paths.root / "other", seed=3)
    clone_voice(other, replace(OPTIONS, replace=True), paths=paths)
    assert load_voice_file("ann", paths).consent == ""


def test_bad_lines_get_their_sentence_and_the_rest_is_trained_on(paths: ProjectPaths) -> None:
    clips = paths.input
    for name, seconds in (("good.wav", 4), ("windows.wav", 3), ("five.wav", 3), ("b/good.wav", 4)):
        write_recording(clips / name, seconds, seed=int(seconds))
    write_recording(clips / "blink.wav", 0.2)
    write_recording(clips / "endless.wav", 80)
    for name in ("foreign", "mute", "four"):
        write_recording(clips / f"{name}.wav", 3)
    source = clips / "voice.list"
    source.write_text(
        "\ufeff"
        f"good.wav|ann|EN|{TEXT}\r\n"
        f"gone.wav|ann|EN|{TEXT}\r\n"
        f"C:\\Users\\ann\\clips\\windows.wav|ann|EN|{TEXT}\r\n"
        "five.wav|ann|EN|Good morning to you|my old friend.\r\n"
        "four.wav|ann|Hello.\r\n"
        f"foreign.wav|ann|tlh|{TEXT}\r\n"
        f"blink.wav|ann|EN|{TEXT}\r\n"
        f"endless.wav|ann|EN|{TEXT}\r\n"
        "mute.wav|ann|EN|…！？ 🙂\r\n"
        "b/good.wav|ann|EN|♪♪♪\r\n",
        encoding="utf-8",
    )
    report = clone_voice(source, OPTIONS, paths=paths)
    assert report.n_clips == 3
    assert report.reference.item.line in (1, 3, 4)
    reasons = {where.name: reason for where, reason in report.skipped}
    assert len(reasons) == 7 == len(report.skipped)
    for where, said in {
        "voice.list:2": "no such file",
        "voice.list:5": "3 fields, where four are needed",
        "voice.list:6": "unknown language 'tlh'",
        "blink.wav": "too short: 0.20 s",
        "endless.wav": "too long: 80.0 s.*slice it",
        "mute.wav": "read",
        "good.wav": "read",
    }.items():
        assert re.search(said, reasons[where]), (where, reasons[where])


def test_one_clip_is_enough(paths: ProjectPaths) -> None:
    source = write_recording(paths.input / "one.wav", 4)
    listed = paths.input / "one.list"
    listed.write_text(f"{source.name}|ann|EN|{TEXT}\n", encoding="utf-8")
    assert clone_voice(listed, OPTIONS, paths=paths).n_clips == 1


def test_bad_recordings_of_a_folder_get_their_sentence(paths: ProjectPaths, source: Path) -> None:
    write_recording(source / "blink.wav", 0.2).with_suffix(".txt").write_text(TEXT)
    for name, text in (("mute", "…！？"), ("empty", " ")):
        write_recording(source / f"{name}.wav", 4, seed=9).with_suffix(".txt").write_text(
            text, encoding="utf-8"
        )
    report = clone_voice(source, OPTIONS, paths=paths)
    assert report.n_clips == 2
    reasons = {where.name.partition("_")[0]: reason for where, reason in report.skipped}
    assert set(reasons) == {"blink.wav", "mute.wav", "empty.wav"}
    assert "empty.txt: is empty" in reasons["empty.wav"]


def test_a_voice_without_a_reference_is_told_before_it_is_trained(paths: ProjectPaths) -> None:
    listed = paths.input / "short.list"
    write_recording(paths.input / "short.wav", 0.8)
    listed.parent.mkdir(exist_ok=True)
    listed.write_text("short.wav|ann|EN|Good morning.\n", encoding="utf-8")
    with pytest.raises(InputError, match="no clip is 1 to 15 s long"):
        clone_voice(listed, OPTIONS, paths=paths)
    assert not paths.sovits_weights.exists()


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
