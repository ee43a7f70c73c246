"""A voice as one file: it comes back whole, and nothing hostile in it does harm."""

import hashlib
import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml

from gpt_sovits.errors import ConfigError, InputError, WorkbenchError
from gpt_sovits.inference import voice_archive, voice_import
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.voice import open_voice
from gpt_sovits.inference.voice_archive import export_voice
from gpt_sovits.inference.voice_file import load_voice_file, save_voice_file
from gpt_sovits.inference.voice_import import ImportReport, import_voice
from gpt_sovits.inference.voice_requests import ExportRequest, ImportRequest
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.read import read_weights
from tests.inference.voices import add_tuned_voice, everything
from tests.tiny_mini import make_tiny_project, write_recording

Entries = dict[str, bytes]


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    paths = make_tiny_project(tmp_path / "project")
    add_tuned_voice(paths, "anna", 1)
    return paths


@pytest.fixture
def elsewhere(tmp_path: Path) -> ProjectPaths:
    """The project of whoever gets the file."""
    return make_tiny_project(tmp_path / "elsewhere")


@pytest.fixture
def exported(paths: ProjectPaths) -> Path:
    return export(paths)


def export(paths: ProjectPaths, **more: Any) -> Path:
    given: dict[str, Any] = {"name": "anna", "out": paths.output / "anna.zip"} | more
    return export_voice(ExportRequest(**given), paths=paths)


def take(source: Path, paths: ProjectPaths, **more: Any) -> ImportReport:
    return import_voice(ImportRequest(source=source, **more), paths=paths)


def test_a_voice_comes_back_and_says_the_same(
    paths: ProjectPaths, exported: Path, elsewhere: ProjectPaths
) -> None:
    report = take(exported, elsewhere)
    assert report.path == elsewhere.voices / "anna.yaml"
    said = [
        open_voice("anna", paths=each).say("Hello.", SpeakingOptions(language="en"))
        for each in (paths, elsewhere)
    ]
    assert said[0].audio.tobytes() == said[1].audio.tobytes()
    assert report.voice.consent == load_voice_file("anna", paths).consent


def test_further_clips_and_the_licence_travel_too(
    paths: ProjectPaths, elsewhere: ProjectPaths
) -> None:
    more = write_recording(paths.voices / "more.flac", 2.0)
    voice = load_voice_file("anna", paths).model_copy(
        update={"more_references": (paths.name_of(more),)}
    )
    save_voice_file(voice, paths, replace=True)
    report = take(export(paths, licence="CC BY 4.0"), elsewhere)
    assert report.voice.more_references == ("voices/anna.2.flac",)
    assert report.voice.consent == "agreed, 2026; licence: CC BY 4.0"


def test_published_weights_travel_as_safetensors(
    paths: ProjectPaths, elsewhere: ProjectPaths
) -> None:
    """No pickle is ever put into an archive."""
    voice = load_voice_file("anna", paths)
    file = read_weights(paths.root / voice.gpt)
    content = {"weight": file.tensors, "config": file.config, "info": "old"}
    torch.save(content, paths.gpt_weights / "anna.ckpt")
    changed = voice.model_copy(update={"gpt": "GPT_weights/anna.ckpt"})
    save_voice_file(changed, paths, replace=True)
    archive = export(paths)
    with zipfile.ZipFile(archive) as opened:
        assert opened.read("weights/gpt.safetensors")[8:9] == b"{"
    assert not list(paths.output.glob(".*"))


def test_a_name_that_is_taken_gets_a_number(paths: ProjectPaths, exported: Path) -> None:
    before = everything(paths)
    assert take(exported, paths).voice.name == "anna-2"
    assert take(exported, paths).voice.name == "anna-3"
    after = everything(paths)
    assert {path: after[path] for path in before} == before


def test_a_voice_is_replaced_only_when_told_and_its_weights_stay(
    paths: ProjectPaths, exported: Path
) -> None:
    before = everything(paths)
    with pytest.raises(InputError, match="there already"):
        take(exported, paths, name="anna")
    assert everything(paths) == before
    report = take(exported, paths, name="anna", replace=True)
    assert report.replaced
    assert report.voice.gpt == "GPT_weights/anna.safetensors"
    after = everything(paths)
    own = str(paths.voices / "anna.yaml")
    (copy,) = (paths.voices / "earlier").iterdir()
    assert copy.read_bytes() == before[own]
    assert all(after[path] == content for path, content in before.items() if path != own)


def test_an_export_asks_for_consent_and_replaces_nothing(
    paths: ProjectPaths, exported: Path
) -> None:
    with pytest.raises(InputError, match=r"anna\.zip is there already"):
        export(paths)
    assert export(paths, replace=True) == exported
    add_tuned_voice(paths, "ben", 2, consent="")
    with pytest.raises(InputError, match="no note of consent"):
        export(paths, name="ben", out=paths.output / "ben.zip")
    out = export(paths, name="ben", out=paths.output / "ben.zip", without_consent=True)
    with zipfile.ZipFile(out) as opened:
        assert b"Consent: no consent noted" in opened.read("NOTE.txt")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"name": "gone"}, "unknown voice"),
        ({"out": Path("anna.tar")}, r"ends in \.zip"),
        ({"out": Path("a\0.zip")}, "free of NUL"),
        ({"out": Path("x" * 4000 + ".zip")}, "too long"),
    ],
)
def test_bad_exports_are_one_sentence(paths: ProjectPaths, more: dict[str, Any], says: str) -> None:
    with pytest.raises(WorkbenchError, match=says):
        export(paths, **more)
    assert not paths.output.exists()


def test_a_broken_export_leaves_nothing(paths: ProjectPaths) -> None:
    weights = paths.root / load_voice_file("anna", paths).sovits
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"anna_e1_s2\.safetensors"):
        export(paths)
    assert not list(paths.output.iterdir())


# --- hostile and damaged archives ---------------------------------------------------------------


def entries_of(path: Path) -> Entries:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def listed(entries: Entries, **more: Any) -> Entries:
    """The same with a manifest that is right."""
    files = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in entries.items()
        if name != "manifest.json"
    ]
    manifest = {"format": "gpt-sovits voice", "version": 1, "files": files} | more
    return entries | {"manifest.json": json.dumps(manifest).encode()}


def pack(path: Path, entries: Entries) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def with_voice(entries: Entries, **changes: Any) -> Entries:
    voice = yaml.safe_load(entries["voice.yaml"]) | changes
    return entries | {"voice.yaml": yaml.safe_dump(voice).encode()}


def without(entries: Entries, name: str) -> Entries:
    return {key: value for key, value in entries.items() if key != name}


MEND: dict[str, tuple[Callable[[Entries], Entries], str]] = {
    "a path above": (lambda e: listed(e | {"../evil.wav": b"x"}), "has no place"),
    "a path inside": (lambda e: listed(e | {"weights/../../evil": b"x"}), "has no place"),
    "a whole path": (lambda e: listed(e | {"/tmp/evil": b"x"}), "has no place"),
    "a drive": (lambda e: listed(e | {"C:\\evil": b"x"}), "has no place"),
    "a hidden file": (lambda e: listed(e | {"reference/.bashrc": b"x"}), "has no place"),
    "a program": (lambda e: listed(e | {"reference/1.wav/run.sh": b"x"}), "has no place"),
    "a clip called as a voice": (lambda e: listed(e | {"reference/2.yaml": b"x"}), "has no place"),
    "another entry": (lambda e: e | {"reference/9.wav": b"x"}, "other entries than"),
    "no manifest": (lambda e: without(e, "manifest.json"), "no manifest.json"),
    "another format": (lambda e: listed(e, format="x"), "is no voice archive"),
    "a later version": (lambda e: listed(e, version=2), "update this program"),
    "a manifest of nothing": (lambda e: e | {"manifest.json": b"[]"}, "manifest.json is damaged"),
    "a deep manifest": (lambda e: e | {"manifest.json": b"[" * 99999}, "manifest.json is damaged"),
    "no weights": (lambda e: listed(without(e, "weights/gpt.safetensors")), "other entries"),
    "no clip": (lambda e: listed(without(e, "reference/1.wav")), "names files that are not in"),
    "a changed weight": (
        lambda e: e | {"weights/gpt.safetensors": e["weights/gpt.safetensors"][:-1] + b"!"},
        "weights/gpt.safetensors is damaged",
    ),
    "a longer entry": (lambda e: e | {"NOTE.txt": e["NOTE.txt"] + b"!"}, "NOTE.txt is damaged"),
    "a longer clip": (
        lambda e: e | {"reference/1.wav": e["reference/1.wav"] + b"!"},
        "larger than its manifest",
    ),
    "a clip that is none": (
        lambda e: listed(e | {"reference/1.wav": b"#!/bin/sh"}),
        r"zip, reference/1\.wav",
    ),
    "a pickle": (
        lambda e: listed(e | {"weights/gpt.safetensors": b"\x80\x04cos\nsystem\n."}),
        "pickle",
    ),
    "weights of the other half": (
        lambda e: listed(e | {"weights/gpt.safetensors": e["weights/sovits.safetensors"]}),
        "holds sovits weights",
    ),
    "a file outside": (
        lambda e: listed(with_voice(e, gpt="../../secret.safetensors")),
        "names files that are not in it",
    ),
    "an unknown key": (lambda e: listed(with_voice(e, run="rm")), "run: Extra inputs"),
    "a name with a slash": (lambda e: listed(with_voice(e, name="../anna")), "holds '/'"),
    "a program as YAML": (
        lambda e: listed(e | {"voice.yaml": b"!!python/object/apply:os.system [ls]"}),
        "voice.yaml is damaged",
    ),
    "too many entries": (
        lambda e: listed(e | {f"reference/{n}.wav": b"x" for n in range(2, 99)}),
        "more than any voice has",
    ),
    "a huge note": (lambda e: listed(e | {"NOTE.txt": b"x" * (2 << 20)}), "too many"),
}


@pytest.mark.parametrize("case", MEND)
def test_what_is_wrong_in_an_archive_is_told_and_leaves_nothing(
    case: str, exported: Path, elsewhere: ProjectPaths, tmp_path: Path
) -> None:
    change, says = MEND[case]
    bad = pack(tmp_path / "bad.zip", change(entries_of(exported)))
    with pytest.raises(InputError, match=says) as raised:
        take(bad, elsewhere)
    assert "\n" not in str(raised.value)
    assert ".part" not in str(raised.value)
    assert everything(elsewhere) == {}
    assert not list(tmp_path.glob("**/evil*"))


def test_links_and_bombs_are_refused(
    exported: Path, elsewhere: ProjectPaths, tmp_path: Path
) -> None:
    whole = entries_of(exported)
    link = tmp_path / "link.zip"
    with zipfile.ZipFile(link, "w") as archive:
        for name, content in whole.items():
            info = zipfile.ZipInfo(name)
            if name == "reference/1.wav":
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, content)
    bomb = tmp_path / "bomb.zip"
    zeros = listed(whole | {"reference/1.wav": bytes(30 << 20)})
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in zeros.items():
            archive.writestr(name, content)
    for path, says in ((link, "a link or a device"), (bomb, "too many")):
        with pytest.raises(InputError, match=says):
            take(path, elsewhere)
    assert everything(elsewhere) == {}


def test_an_entry_that_lies_about_its_size_is_cut_off(
    exported: Path, elsewhere: ProjectPaths, tmp_path: Path
) -> None:
    """The directory says one thing, the stream another: what counts is what comes."""
    data = exported.read_bytes()
    at = data.rindex(b"reference/1.wav")  # in the directory at the end
    size_at = at - 46 + 24
    lying = data[:size_at] + (100).to_bytes(4, "little") + data[size_at + 4 :]
    bad = tmp_path / "bad.zip"
    bad.write_bytes(lying)
    with pytest.raises(InputError):
        take(bad, elsewhere)
    assert everything(elsewhere) == {}


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_torn_archive_leaves_nothing(
    exported: Path, elsewhere: ProjectPaths, tmp_path: Path, share: float
) -> None:
    data = exported.read_bytes()
    torn = tmp_path / "torn.zip"
    torn.write_bytes(data[: int(share * len(data))])
    with pytest.raises(InputError, match=r"torn\.zip"):
        take(torn, elsewhere)
    assert everything(elsewhere) == {}


def test_two_entries_of_one_name_are_refused(
    exported: Path, elsewhere: ProjectPaths, tmp_path: Path
) -> None:
    twice = tmp_path / "twice.zip"
    pack(twice, entries_of(exported))
    with (
        zipfile.ZipFile(twice, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate"),
    ):
        archive.writestr("NOTE.txt", b"x")
    with pytest.raises(InputError, match="in it twice"):
        take(twice, elsewhere)


def test_a_full_disk_leaves_nothing(
    exported: Path, elsewhere: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "voices/anna.yaml")

    monkeypatch.setattr(voice_import, "save_voice_file", full)
    with pytest.raises(InputError, match="No space left"):
        take(exported, elsewhere)
    assert everything(elsewhere) == {}
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10))
    with pytest.raises(InputError, match="make room first"):
        take(exported, elsewhere)


@pytest.mark.parametrize("name", ["gone.zip", "", "a\0b.zip", "x" * 4000 + ".zip"])
def test_what_is_no_file_is_told(elsewhere: ProjectPaths, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"cannot be used|free of NUL") as raised:
        take(tmp_path / name, elsewhere)
    assert len(str(raised.value)) < 500


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(elsewhere: ProjectPaths, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    with pytest.raises(InputError, match="no such file"):
        take(tmp_path / "pipe.zip", elsewhere)


def test_another_kind_of_zip_is_told(elsewhere: ProjectPaths, tmp_path: Path) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    path = tmp_path / "photos.zip"
    path.write_bytes(memory.getvalue())
    with pytest.raises(InputError, match="has no place in a voice's archive"):
        take(path, elsewhere)
    path.write_bytes(b"hello")
    with pytest.raises(InputError, match="no voice archive"):
        take(path, elsewhere)


def test_a_bad_name_is_refused_before_anything_is_written(
    exported: Path, elsewhere: ProjectPaths
) -> None:
    with pytest.raises(ConfigError, match="holds '/'"):
        take(exported, elsewhere, name="a/b")
    assert everything(elsewhere) == {}


def test_the_largest_sizes_are_the_same_on_both_sides(
    paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is exported can be imported."""
    monkeypatch.setattr(voice_archive, "MAX_CLIP_BYTES", 1000)
    with pytest.raises(InputError, match="too large for an archive"):
        export(paths)
