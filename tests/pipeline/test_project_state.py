import json
import os
import time
from pathlib import Path

import pytest

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.next_step import REASONS, next_step
from gpt_sovits.pipeline.project import VoiceProject, new_project
from gpt_sovits.pipeline.project_chain import chain_source
from gpt_sovits.pipeline.project_state import SUMMARIES, StageJob, StageState, stages_of
from gpt_sovits.state import write_state
from subfix.store import Store
from tests.workbench.fakes import add_voice, make_project, write_tone


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return make_project(tmp_path)


@pytest.fixture
def project(paths: ProjectPaths) -> VoiceProject:
    return new_project("Anna", paths=paths)


def look(project: VoiceProject, paths: ProjectPaths, *jobs: StageJob) -> dict[str, StageState]:
    return {state.stage: state for state in stages_of(project, jobs, paths)}


def step(project: VoiceProject, paths: ProjectPaths, db: float | None = 40.0) -> tuple[str, str]:
    states = stages_of(project, (), paths)
    found = next_step(project, states, paths, hear=lambda path: db)
    assert found.reason
    assert all(state.summary is not None for state in states)
    return found.stage, found.key


def stage_made(folder: Path, *names: str) -> None:
    """What a stage over recordings leaves."""
    for name in names:
        write_tone(folder / name)
    line = {"key": "a.wav", "made_of": "x", "files": dict.fromkeys(names, "0"), "skipped": []}
    (folder / ".made.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")


def write_list(paths: ProjectPaths, n_clips: int = 3) -> Path:
    clips = [write_tone(paths.output / "sliced" / "Anna" / f"{n}.wav") for n in range(n_clips)]
    listed = paths.output / "transcribed" / "Anna.list"
    listed.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{paths.name_of(clip)}|Anna|en|Clip {n}.\n" for n, clip in enumerate(clips)]
    listed.write_text("".join(lines), encoding="utf-8")
    return listed


def write_check(paths: ProjectPaths, listed: Path, *lights: str) -> None:
    lines = [{"light": light} for light in lights]
    summary = {"list": str(listed), "lines": lights and lines, "usable_seconds": 90.0}
    write_state(paths.output / "check" / "Anna" / "summary.json", summary | {"skipped": []})


def write_features(paths: ProjectPaths) -> Path:
    path = paths.logs / "Anna" / "clips.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"name": "a", "seconds": 90.0, "family": "mini"}\n', encoding="utf-8")
    return path


def older(path: Path, seconds: float = 100) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_a_new_project_asks_for_a_recording(paths: ProjectPaths, project: VoiceProject) -> None:
    assert {state.status for state in look(project, paths).values()} == {"empty"}
    assert step(project, paths) == ("recording", "no_recording")


@pytest.mark.parametrize(
    ("db", "wanted"),
    [
        (40.0, ("slice", "slice")),
        (None, ("slice", "slice")),
        (12.0, ("denoise", "noise")),
        (3.0, ("separate", "music")),
    ],
)
def test_what_is_not_needed_is_skipped(
    paths: ProjectPaths, project: VoiceProject, db: float | None, wanted: tuple[str, str]
) -> None:
    write_tone(paths.input / "Anna" / "a.wav", seconds=60.0)
    assert look(project, paths)["recording"].values == {"files": 1, "minutes": 1.0}
    assert step(project, paths, db) == wanted


def test_each_stage_takes_what_the_one_before_left(
    paths: ProjectPaths, project: VoiceProject
) -> None:
    assert chain_source("slice", project, paths) is None
    write_tone(paths.input / "Anna" / "a.wav")
    assert chain_source("slice", project, paths) == paths.input / "Anna"
    separated = paths.output / "separated" / "Anna"
    stage_made(separated, "a_vocals.wav", "a_accompaniment.wav")
    assert chain_source("denoise", project, paths) == separated / "a_vocals.wav"
    assert look(project, paths)["separate"].values["files"] == 1, "the voice alone counts"
    assert step(project, paths, 3.0) == ("slice", "slice"), "it was separated already"
    stage_made(paths.output / "denoised" / "Anna", "a_vocals_denoised.wav")
    assert chain_source("slice", project, paths) == paths.output / "denoised" / "Anna"


def test_of_several_separated_recordings_only_the_voices_go_on(
    paths: ProjectPaths, project: VoiceProject
) -> None:
    folder = paths.output / "separated" / "Anna"
    lines = []
    for name in ("a", "b"):
        files = [f"{name}_vocals.wav", f"{name}_accompaniment.wav"]
        for file in files:
            write_tone(folder / file)
        lines.append({"key": name, "made_of": "x", "files": dict.fromkeys(files, "0")})
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (folder / ".made.jsonl").write_text(text, encoding="utf-8")
    source = chain_source("slice", project, paths)
    assert source is not None
    assert sorted(path.name for path in source.iterdir()) == ["a_vocals.wav", "b_vocals.wav"]
    assert chain_source("slice", project, paths) == source
    (source / "a_vocals.wav").write_bytes(b"changed by hand")  # a link or a copy: not replaced
    assert chain_source("slice", project, paths) is not None


def test_the_way_from_clips_to_a_voice(paths: ProjectPaths, project: VoiceProject) -> None:
    write_tone(paths.output / "sliced" / "Anna" / "a.wav", seconds=60.0)
    assert step(project, paths) == ("transcribe", "transcribe")
    listed = write_list(paths)
    assert look(project, paths)["transcribe"].summary == "clips: 3"
    assert step(project, paths) == ("check", "check")
    older(listed)
    write_check(paths, listed, "red", "yellow", "green")
    state = look(project, paths)["check"]
    assert state.summary == "1 red, 1 yellow, 1 green; 1.5 min can be used"
    assert step(project, paths) == ("label", "label")
    write_check(paths, listed, "yellow", "green")
    assert step(project, paths) == ("features", "features")
    features = write_features(paths)
    older(features, 50)
    assert step(project, paths) == ("train sovits", "train")
    for folder, name in (
        (paths.sovits_weights, "Anna_e14_s392"),
        (paths.gpt_weights, "Anna-e8"),
        (paths.gpt_weights, "Annabel-e99"),
    ):
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.safetensors").touch()
        older(folder / f"{name}.safetensors", 40)
    assert look(project, paths)["train gpt"].values == {"epoch": 8, "files": 1}
    assert step(project, paths) == ("voice", "voice")
    add_voice(paths, "Anna")
    assert step(project, paths) == ("speak", "speak")
    listed.write_text(listed.read_text(encoding="utf-8"), encoding="utf-8")
    states = look(project, paths)
    assert (states["check"].status, states["features"].status) == ("stale", "stale")
    assert step(project, paths) == ("features", "features_again")
    write_features(paths)
    assert look(project, paths)["train sovits"].status == "stale"
    assert step(project, paths) == ("train sovits", "train_again")


def test_a_training_that_was_broken_off_goes_on(paths: ProjectPaths, project: VoiceProject) -> None:
    write_list(paths)
    older(write_features(paths), -5)
    losses = paths.logs / "Anna" / "training_sovits" / "losses.csv"
    losses.parent.mkdir()
    losses.write_text("epoch,step,seconds,loss\n1,1,0.1,2.0\n3,9,0.1,1.0\n", encoding="utf-8")
    assert look(project, paths)["train sovits"].summary == "epoch 3, no weights yet"
    assert step(project, paths) == ("train sovits", "train_on")


def test_little_speech_is_told(paths: ProjectPaths, project: VoiceProject) -> None:
    write_tone(paths.output / "sliced" / "Anna" / "a.wav", seconds=3.0)
    assert step(project, paths) == ("recording", "little")


def test_corrected_clips_are_counted_from_the_editors_journal(
    paths: ProjectPaths, project: VoiceProject
) -> None:
    listed = write_list(paths)
    assert look(project, paths)["label"].status == "empty"
    store = Store.open(listed, paths=paths)
    first, second, third = store.clips
    store.edit({clip: {"done": True} for clip in store.clips}, {})
    store.edit({third: {"done": False}}, {third: {"done": True}})
    store.edit({first: {"done": False}, second: {"done": False}}, {})
    store.undo()
    store.close()
    state = look(project, paths)["label"]
    assert (state.status, state.values) == ("partial", {"done": 2, "clips": 3})
    journal = next(listed.parent.glob("*.subfix")) / "journal.jsonl"
    journal.write_text("{nonsense\n", encoding="utf-8")
    assert look(project, paths)["label"].status == "empty"


def test_what_came_of_clone_counts(paths: ProjectPaths, project: VoiceProject) -> None:
    folder = paths.logs / "Anna"
    clip = write_tone(folder / "clips" / "abc" / "a.wav")
    text = f"{paths.name_of(clip)}|Anna|en|Hi.\n"
    (folder / "Anna.list").write_text(text, encoding="utf-8")
    write_state(folder / "labels.json", {"engines": {"pocketsphinx": 1}})
    states = look(project, paths)
    assert states["slice"].values["files"] == 1
    assert states["transcribe"].summary == "clips: 1, by pocketsphinx"


def test_jobs_have_their_say(paths: ProjectPaths, project: VoiceProject) -> None:
    now = time.time()
    running = StageJob("slice", now, active=True)
    assert look(project, paths, running)["slice"].status == "running"
    cloning = StageJob("clone", now, active=True, at="train gpt")
    assert look(project, paths, cloning)["train gpt"].status == "running"
    failed = StageJob("slice", now, active=False, problem="no speech")
    states = stages_of(project, (failed,), paths)
    assert next_step(project, states, paths).reason == "slice failed: no speech"
    write_tone(paths.output / "sliced" / "Anna" / "a.wav")
    past = StageJob("slice", now - 100, active=False, problem="no speech")
    assert look(project, paths, past)["slice"].status == "ready", "it worked out later"


def test_damaged_files_are_told_and_break_nothing(
    paths: ProjectPaths, project: VoiceProject
) -> None:
    for path in (
        paths.output / "transcribed" / "Anna.list",
        paths.output / "check" / "Anna" / "summary.json",
        paths.logs / "Anna" / "clips.jsonl",
        paths.logs / "Anna" / "training_gpt" / "losses.csv",
        paths.output / "sliced" / "Anna" / "a.wav",
        paths.output / "separated" / "Anna" / ".made.jsonl",
        paths.voices / "Anna.yaml",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff\x00[nonsense")
    states = look(project, paths)
    assert states["transcribe"].status == "failed"
    assert "Anna.list" in states["transcribe"].summary
    assert states["voice"].status == "failed"


def test_the_page_says_the_same_in_english() -> None:
    from gpt_sovits.workbench.texts import all_texts

    english = all_texts()["en"]
    for name, sentences in (("summary", SUMMARIES), ("reason", REASONS)):
        assert {key: english[f"home.{name}.{key}"] for key in sentences} == dict(sentences)
