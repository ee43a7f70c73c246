from pathlib import Path

import pytest

from gpt_sovits.data.tables import find_named_clip, has_names, separator_of
from gpt_sovits.errors import InputError


@pytest.mark.parametrize(
    ("line", "separator", "names"),
    [
        ("file_name,text", ",", True),
        ('"Path"\t"Sentence"\tage', "\t", True),
        ("audio_file|text|speaker_name", "|", True),
        ("LJ001-0001|Printing, in the only sense|Printing", "|", False),
        ("text,words", ",", False),
    ],
)
def test_names_of_columns_are_recognised(line: str, separator: str, names: bool) -> None:
    assert (separator_of(line), has_names(line)) == (separator, names)


@pytest.mark.parametrize(
    ("name", "lies"),
    [
        ("a.wav", "a.wav"),
        ("a", "a.wav"),
        ("LJ001-0001", "wavs/LJ001-0001.flac"),
        ("v1.5", "clips/v1.5.mp3"),
        ("sub\\a", "sub/a.ogg"),
        ("/gone/a", "a.wav"),
    ],
)
def test_a_clip_is_found_where_programs_put_it(tmp_path: Path, name: str, lies: str) -> None:
    (tmp_path / lies).parent.mkdir(exist_ok=True)
    (tmp_path / lies).touch()
    assert find_named_clip(name, tmp_path) == tmp_path / lies


@pytest.mark.parametrize("name", ["gone", "", ".", "..", "/", "a\0b", "x" * 5000, "folder"])
def test_a_clip_that_is_nowhere_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="no such file; check the path, or name the folder"):
        find_named_clip(name, tmp_path)
