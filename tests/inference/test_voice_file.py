from pathlib import Path

import pytest

from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice_file import (
    VoiceFile,
    VoiceParts,
    load_voice_file,
    make_voice_file,
    save_voice_file,
    voice_names,
    voice_path,
)
from gpt_sovits.paths import ProjectPaths


def parts_in(root: Path, outside: Path) -> VoiceParts:
    """Files of a voice, one of them outside of the project."""
    files = [root / "GPT_weights" / "a.safetensors", root / "b.pth", root / "c.wav", outside]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    reference = ReferenceClip(files[2], "你好。", "zh", (outside,))
    return VoiceParts(files[0], files[1], reference)


def test_a_voice_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path / "project")
    parts = parts_in(paths.root, tmp_path / "elsewhere" / "d.wav")
    consent = "Li Hua, for audiobooks, 2026-11-21"
    voice = make_voice_file("小明", "mini", parts, consent=consent, paths=paths)
    saved = save_voice_file(voice, paths)
    assert saved == paths.voices / "小明.yaml"
    assert "gpt: GPT_weights/a.safetensors" in saved.read_text(encoding="utf-8")
    for name in ("小明", saved):
        loaded = load_voice_file(name, paths)
        assert loaded == voice
        assert loaded.parts(paths) == parts
    assert voice_names(paths) == ["小明"]


def test_a_project_can_move(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path / "project")
    outside = tmp_path / "d.wav"
    voice = make_voice_file("a", "mini", parts_in(paths.root, outside), paths=paths)
    save_voice_file(voice, paths)
    moved = ProjectPaths(paths.root.rename(tmp_path / "moved"))
    assert load_voice_file("a", moved).parts(moved).sovits == moved.root / "b.pth"


def test_a_voice_is_not_replaced_unless_told(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    voice = make_voice_file("a", "mini", parts_in(tmp_path, tmp_path / "d.wav"), paths=paths)
    save_voice_file(voice, paths)
    with pytest.raises(InputError, match=r"a\.yaml: this voice is there already"):
        save_voice_file(voice, paths)
    other = voice.model_copy(update={"consent": "none"})
    save_voice_file(other, paths, replace=True)
    assert load_voice_file("a", paths).consent == "none"


def test_a_missing_file_is_named_with_its_key(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    parts = parts_in(tmp_path, tmp_path / "d.wav")
    voice = make_voice_file("a", "mini", parts, paths=paths)
    parts.sovits.unlink()
    with pytest.raises(InputError, match=r"voice 'a': sovits .*b\.pth is not here"):
        voice.parts(paths)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: a\n", "family"),
        ("- a\n", "the file"),
        ("name: [\n", "YAML"),
        ("{name: a, family: mini, gpt: g, sovits: s, reference: {audio: r}, speed: 2}", "speed"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    paths = ProjectPaths(tmp_path)
    paths.voices.mkdir()
    (paths.voices / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"a\.yaml: .*{says}"):
        load_voice_file("a", paths)


def test_an_unknown_voice_names_those_that_are_known(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    with pytest.raises(ConfigError, match="none yet"):
        load_voice_file("b", paths)
    save_voice_file(
        VoiceFile.model_validate(
            {"name": "a", "family": "v2", "gpt": "g", "sovits": "s", "reference": {"audio": "r"}}
        ),
        paths,
    )
    with pytest.raises(ConfigError, match="known are a"):
        load_voice_file("b", paths)


def test_a_voice_is_not_called_like_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"leave \.yaml out"):
        voice_path("anna.yaml", ProjectPaths(tmp_path))
