import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gpt_sovits.audio.write import write_audio
from gpt_sovits.config import load_family
from gpt_sovits.data.annotations import Annotation, AnnotationList
from gpt_sovits.data.clips import Clip
from gpt_sovits.data.experiment import Experiment, open_experiment
from gpt_sovits.errors import ConfigError, InputError, MissingModelError
from gpt_sovits.features.content import LEVEL
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare import feature_networks
from gpt_sovits.prepare.feature_options import FeatureOptions
from gpt_sovits.prepare.features import extract_features
from gpt_sovits.report import StageReport
from tests.tiny_mini import RATE, make_tiny_project, tiny_family, write_recording, write_tiny_sovits

TEXTS = ["你好，今天天气很好。", "The weather is fine today.", "今日はとても良い天気です。"]


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return make_tiny_project(tmp_path)


@pytest.fixture
def annotations(paths: ProjectPaths) -> AnnotationList:
    """Three clips of two seconds."""
    items = [
        Annotation(
            write_recording(paths.input / f"{index}.wav", 2.0 + 0.1 * index, seed=index),
            "s",
            language,
            TEXTS[index],
            index + 1,
        )
        for index, language in enumerate(("zh", "en", "ja"))
    ]
    return AnnotationList(items, [])


def extract(annotations: AnnotationList, paths: ProjectPaths, **changes: float) -> StageReport:
    options = FeatureOptions(family="mini", **changes)  # type: ignore[arg-type]  # numbers only
    return extract_features(annotations, paths.logs / "x", options, paths=paths)


def opened(paths: ProjectPaths) -> Experiment:
    return open_experiment(paths.logs / "x", tiny_family())


def content(paths: ProjectPaths) -> dict[str, bytes]:
    """Every file of the experiment, hidden ones included, but for the lock."""
    folder = paths.logs / "x"
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != ".features.lock"}


def test_every_clip_gets_all_that_mini_is_trained_on(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    report = extract(annotations, paths)
    assert len(report.written) == 4
    assert report.skipped == []
    experiment = opened(paths)
    assert [info.text for info in experiment.clips] == TEXTS
    for info in experiment.clips:
        clip = experiment.load(info.name)
        T = clip.ssl.shape[1]
        assert info.n_tokens == len(clip.semantic) == T // 2
        assert int(info.seconds * 25 + 1e-6) == T // 2
        assert len(clip.audio) == T * 160
        assert info.phones[0] == ","
        assert len(info.phones) == info.n_phones == len(clip.phone_ids)
        assert clip.audio.square().mean().sqrt().item() == pytest.approx(LEVEL, rel=1e-4)
        assert clip.pointer is not None
        assert clip.pointer[0] >= 0
        assert clip.pointer[-1] == info.n_phones - 1
        assert ((clip.pointer.diff() >= 0) & (clip.pointer.diff() <= 2)).all()
        assert len(set(clip.semantic.tolist())) > 1


def test_tokens_are_those_of_the_features(paths: ProjectPaths, annotations: AnnotationList) -> None:
    from gpt_sovits.weights.networks import base_weights, load_synthesizer

    extract(annotations, paths)
    family = load_family("mini", paths.configs)
    model = load_synthesizer(base_weights(family, "sovits", paths=paths), paths=paths).model
    clip = opened(paths).load("1.wav")
    assert torch.equal(model.extract_codes(clip.ssl.unsqueeze(0))[0, 0], clip.semantic)


def test_what_was_extracted_loads_no_network_again(
    paths: ProjectPaths, annotations: AnnotationList, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract(annotations, paths)
    before = content(paths)
    for name in ("load_content", "load_synthesizer", "load_hubert", "load_speaker"):
        monkeypatch.delattr(feature_networks, name)
    report = extract(annotations, paths)
    assert report.written == [paths.logs / "x" / "clips.jsonl"]
    assert content(paths) == before


def edit_audio(item: Annotation, paths: ProjectPaths) -> Annotation:
    write_recording(item.audio, 2.0, seed=99)
    return item


def edit_text(item: Annotation, paths: ProjectPaths) -> Annotation:
    return replace(item, text="今天天气不好。")


def edit_language(item: Annotation, paths: ProjectPaths) -> Annotation:
    return replace(item, language="all_ja")


def edit_dictionary(item: Annotation, paths: ProjectPaths) -> Annotation:
    paths.dictionary.write_text("- {word: 今天, language: zh, reading: jin4 tian4}\n")
    return item


@pytest.mark.parametrize("edit", [edit_audio, edit_text, edit_language, edit_dictionary])
def test_an_edited_clip_is_extracted_again_and_no_other(
    paths: ProjectPaths,
    annotations: AnnotationList,
    edit: Callable[[Annotation, ProjectPaths], Annotation],
) -> None:
    extract(annotations, paths)
    before = opened(paths)
    edited = edit(annotations.items[0], paths)
    report = extract(AnnotationList([edited, *annotations.items[1:]], []), paths)
    assert len(report.written) == 2
    after = opened(paths)
    assert after.clips[0].key != before.clips[0].key
    assert after.clips[1:] == before.clips[1:]


def test_other_base_weights_make_other_features(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    extract(annotations, paths)
    write_tiny_sovits(paths.pretrained_models / "mini" / "sovits.safetensors", seed=5)
    assert len(extract(annotations, paths).written) == 4


def test_clips_that_left_the_list_leave_the_experiment(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    extract(annotations, paths)
    extract(AnnotationList(annotations.items[1:2], []), paths)
    assert [info.name for info in opened(paths).clips] == ["1.wav"]
    assert len(extract(annotations, paths).written) == 1  # their features are still there


def test_a_damaged_feature_file_is_made_again(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    extract(annotations, paths)
    before = content(paths)
    path = next((paths.logs / "x" / "features").iterdir())
    path.write_bytes(path.read_bytes()[:1000])
    assert len(extract(annotations, paths).written) == 2
    assert content(paths) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.feature_options import FeatureOptions
from gpt_sovits.prepare.features import extract_features

root, kill_at = Path(sys.argv[1]), int(sys.argv[2])
real, count = os.fsync, 0

def fsync(handle):
    global count
    count += 1
    if count == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
    real(handle)

os.fsync = fsync
paths = ProjectPaths(root)
extract_features(read_annotations(root / "x.list"), paths.logs / "x", FeatureOptions(), paths=paths)
"""


@pytest.mark.parametrize("kill_at", [3, 7])
def test_a_killed_run_goes_on_and_ends_with_the_same_files(
    paths: ProjectPaths, annotations: AnnotationList, kill_at: int
) -> None:
    """The kill comes inside a write: fsync is called twice for each file."""
    extract(annotations, paths)
    whole = content(paths)
    for path in sorted((paths.logs / "x").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    lines = [f"{item.audio}|s|{item.language}|{item.text}\n" for item in annotations.items]
    (paths.root / "x.list").write_text("".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(paths.root), str(kill_at)],
        cwd=PROJECT.root,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    left = content(paths)
    assert any(".part." in name for name in left)
    assert "clips.jsonl" not in left
    extract(annotations, paths)
    after = content(paths)
    assert after.keys() == whole.keys()
    assert after["clips.jsonl"] == whole["clips.jsonl"]


def clip_of(paths: ProjectPaths, audio: np.ndarray, name: str = "bad.wav") -> Path:
    path = paths.input / name
    write_audio(path, audio.astype(np.float32), RATE, subtype="FLOAT")
    return path


def buzz(seconds: float, peak: float = 0.5) -> np.ndarray:
    return peak * np.sin(np.arange(round(seconds * RATE)) * 0.3)


BAD_AUDIO: dict[str, tuple[Callable[[ProjectPaths], Path], str]] = {
    "short": (lambda paths: clip_of(paths, buzz(0.2)), "too short: 0.20 s"),
    "long": (lambda paths: clip_of(paths, buzz(80)), "too long: 80.0 s"),
    "silent": (lambda paths: clip_of(paths, np.zeros(2 * RATE)), "silent"),
    "loud": (lambda paths: clip_of(paths, buzz(2, 3)), "overloaded"),
    "clipped": (lambda paths: clip_of(paths, buzz(2, 9).clip(-1, 1)), "clipped"),
    "folder": (lambda paths: paths.input, "is a directory"),
    "gone": (lambda paths: paths.input / "gone.wav", "No such file"),
    "text": (lambda paths: paths.configs / "mini.yaml", "mini.yaml"),
}


@pytest.mark.parametrize("kind", BAD_AUDIO)
def test_a_clip_that_cannot_be_used_is_named_and_the_rest_goes_on(
    paths: ProjectPaths, annotations: AnnotationList, kind: str
) -> None:
    make, says = BAD_AUDIO[kind]
    bad = replace(annotations.items[0], audio=make(paths), line=9)
    report = extract(AnnotationList([*annotations.items, bad], []), paths)
    ((path, reason),) = report.skipped
    assert path == bad.audio
    assert says.lower() in f"{path}: {reason}".lower()
    assert len(opened(paths).clips) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("😀 ※ 😀", "nothing in the text"),
        ("。。。", "nothing in the text"),
        ("好", "1.0 phones a second"),
        ("今天天气很好。" * 20, "phones a second, speech has 3 to 25"),
    ],
)
def test_a_text_that_does_not_fit_is_named_and_the_rest_goes_on(
    paths: ProjectPaths, annotations: AnnotationList, text: str, says: str
) -> None:
    bad = replace(annotations.items[0], text=text)
    report = extract(AnnotationList([bad, *annotations.items[1:]], []), paths)
    ((path, reason),) = report.skipped
    assert path == bad.audio
    assert says in reason
    assert len(opened(paths).clips) == 2


def test_what_the_list_left_out_stands_in_the_report(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    left_out = (Path("x.list:4"), "has no text")
    report = extract(AnnotationList(annotations.items, [left_out]), paths)
    assert report.skipped == [left_out]


def test_stricter_limits_leave_out_what_is_cached(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    extract(annotations, paths)
    report = extract(annotations, paths, min_s=2.05)
    assert [path.name for path, _ in report.skipped] == ["0.wav"]
    assert len(report.written) == 1
    report = extract(annotations, paths, max_phones_per_s=11)
    assert [reason for _, reason in report.skipped] != []
    assert len(extract(annotations, paths).written) == 1


def test_clips_of_one_name_are_told_apart(paths: ProjectPaths, annotations: AnnotationList) -> None:
    twin = replace(
        annotations.items[0], audio=write_recording(paths.input / "b" / "0.wav", 2.0, seed=7)
    )
    extract(AnnotationList([*annotations.items, twin], []), paths)
    experiment = opened(paths)
    assert [info.name for info in experiment.clips] == ["0.wav", "1.wav", "2.wav", "0 (2).wav"]
    audio = [experiment.load(name).audio for name in ("0.wav", "0 (2).wav")]
    assert not torch.equal(*audio)


def test_one_clip_alone_is_enough(paths: ProjectPaths, annotations: AnnotationList) -> None:
    extract(AnnotationList(annotations.items[:1], []), paths)
    assert len(opened(paths).clips) == 1


def test_progress_tells_every_clip(paths: ProjectPaths, annotations: AnnotationList) -> None:
    told: list[tuple[int, int, str]] = []
    extract_features(
        annotations,
        paths.logs / "x",
        FeatureOptions(),
        paths=paths,
        progress=lambda done, total, what: told.append((done, total, what)),
    )
    assert told == [(1, 3, "0.wav"), (2, 3, "1.wav"), (3, 3, "2.wav")]


def test_where_no_clip_is_left_the_reasons_are_told_and_the_index_stays(
    paths: ProjectPaths, annotations: AnnotationList, caplog: pytest.LogCaptureFixture
) -> None:
    extract(annotations, paths)
    before = content(paths)
    bad = replace(annotations.items[0], text="。")
    with pytest.raises(
        InputError, match=r"no clip can be used: x\.list:4: has no text; and 1 more"
    ):
        extract(AnnotationList([bad], [(Path("x.list:4"), "has no text")]), paths)
    told = [record.getMessage().split(": ")[0] for record in caplog.records]
    assert told == ["skipped x.list:4", f"skipped {bad.audio}"]
    with pytest.raises(InputError, match="the list names none"):
        extract(AnnotationList([], []), paths)
    assert content(paths) == before


def test_missing_weights_end_the_run(paths: ProjectPaths, annotations: AnnotationList) -> None:
    (paths.pretrained_models / "mini" / "sovits.safetensors").unlink()
    with pytest.raises(MissingModelError, match="sovits"):
        extract(annotations, paths)


def test_damaged_weights_end_the_run(paths: ProjectPaths, annotations: AnnotationList) -> None:
    (paths.pretrained_models / "mini" / "content.safetensors").write_bytes(b"no weights")
    with pytest.raises(InputError, match="no weights file"):
        extract(annotations, paths)


def test_an_unknown_family_is_one_sentence(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    options = FeatureOptions(family="v99")
    with pytest.raises(ConfigError, match="unknown family 'v99'"):
        extract_features(annotations, paths.logs / "x", options, paths=paths)


def test_two_runs_into_one_experiment_do_not_meet(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    from filelock import FileLock

    folder = paths.logs / "x"
    folder.mkdir(parents=True)
    with (
        FileLock(folder / ".features.lock"),
        pytest.raises(InputError, match="another run is extracting"),
    ):
        extract(annotations, paths)


def test_a_file_in_place_of_the_folder_is_one_sentence(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    paths.logs.mkdir()
    (paths.logs / "x").touch()
    with pytest.raises(InputError, match="cannot be used"):
        extract(annotations, paths)


@pytest.mark.parametrize("device", ["abacus", "cuda:99"])
def test_a_device_that_is_not_there_is_one_sentence(
    paths: ProjectPaths, annotations: AnnotationList, device: str
) -> None:
    options = FeatureOptions(device=device)
    with pytest.raises(ConfigError, match=f"device '{device}' cannot be used here"):
        extract_features(annotations, paths.logs / "x", options, paths=paths)


@pytest.mark.parametrize("changes", [{"min_s": 9.0, "max_s": 1.0}, {"max_phones_per_s": 1.0}])
def test_limits_that_nothing_meets_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        FeatureOptions(**changes)  # type: ignore[arg-type]  # numbers only


def test_the_index_is_one_object_a_line(paths: ProjectPaths, annotations: AnnotationList) -> None:
    extract(annotations, paths)
    lines = (paths.logs / "x" / "clips.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["family"] for row in rows] == ["mini"] * 3
    assert all(
        (paths.logs / "x" / "features" / f"{row['key']}.safetensors").is_file() for row in rows
    )


def same(first: Clip, second: Clip) -> bool:
    return torch.equal(first.ssl, second.ssl) and torch.equal(first.semantic, second.semantic)


def test_a_clip_does_not_hang_on_its_neighbours(
    paths: ProjectPaths, annotations: AnnotationList
) -> None:
    extract(annotations, paths)
    together = opened(paths).load("2.wav")
    extract_features(
        AnnotationList(annotations.items[2:], []), paths.logs / "y", FeatureOptions(), paths=paths
    )
    assert same(open_experiment(paths.logs / "y", tiny_family()).load("2.wav"), together)
