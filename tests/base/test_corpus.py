from pathlib import Path

import pytest

from gpt_sovits.base.corpus import copy_clips, read_corpora, read_corpus, write_index
from gpt_sovits.errors import InputError
from tests.base.tiny import write_corpus
from tests.tiny_mini import write_recording


def test_readings_belong_to_their_clips(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path)
    (folder / "readings_ja.tsv").write_text("ja/2.wav\tおはよー\n", encoding="utf-8")
    readings = {clip.audio.name: clip.reading for clip in read_corpus(folder).clips}
    assert readings["2.wav"] == "おはよー"
    assert readings["0.wav"] is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("en/0.wav\ten\ts\t1.5\t8000", "5 columns"),
        ("en/0.wav\tfr\ts\t1.5\t8000\tBonjour.", "'fr' is none of zh, en, ja"),
        ("en/0.wav\ten\ts\t1.5\t8000\t ", "no text"),
        ("en/0.wav\ten\ts\tlong\t8000\tHi.", "no length in seconds"),
        ("en/none.wav\ten\ts\t1.5\t8000\tHi.", "en/none.wav is not there"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, says: str) -> None:
    index = write_corpus(tmp_path) / "index.tsv"
    index.write_text(f"{line}\n{index.read_text(encoding='utf-8')}", encoding="utf-8")
    corpus = read_corpus(tmp_path)
    assert len(corpus.clips) == 6
    [(where, reason)] = corpus.skipped
    assert where.name == "index.tsv:1"
    assert says in reason


@pytest.mark.parametrize(
    ("content", "says"), [(None, "no such file"), (b"", "no clip"), (b"\xff\xfe", "UTF-8")]
)
def test_an_index_without_clips_is_an_error(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "index.tsv").write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_corpora([tmp_path])


def test_a_copied_corpus_is_the_same_corpus(tmp_path: Path) -> None:
    source, target = write_corpus(tmp_path / "source"), tmp_path / "target"
    (source / "readings_ja.tsv").write_text("ja/2.wav\tおはよー\n", encoding="utf-8")
    (source / "LICENSES.md").write_text("CC0", encoding="utf-8")
    corpus = read_corpora([source])
    write_index(target, copy_clips(corpus, [source], target))
    copy = read_corpus(target)
    for one, other in zip(corpus.clips, copy.clips, strict=True):
        assert one.audio.read_bytes() == other.audio.read_bytes()
        assert (one.text, one.reading, one.speaker) == (other.text, other.reading, other.speaker)
    assert (target / "source1" / "LICENSES.md").read_text(encoding="utf-8") == "CC0"


def test_a_recording_that_was_edited_is_copied_again(tmp_path: Path) -> None:
    source, target = write_corpus(tmp_path / "source"), tmp_path / "target"
    corpus = read_corpora([source])
    copied = copy_clips(corpus, [source], target)
    edited = corpus.clips[0].audio
    write_recording(edited, 1.5, seed=99)
    assert edited.stat().st_size == copied[0].audio.stat().st_size
    copy_clips(corpus, [source], target)
    assert copied[0].audio.read_bytes() == edited.read_bytes()
