"""Bundled sentences can be read by every family; a user's file may hold anything."""

from collections import Counter
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.sentences import bundled_sentences, group_of, read_sentences
from gpt_sovits.text.frontend import read_text

SENTENCES = bundled_sentences()


def test_there_are_twenty_for_each_language() -> None:
    assert Counter(each.group for each in SENTENCES) == dict.fromkeys(
        ("en", "zh", "ja", "mixed"), 20
    )
    assert len({each.line.name for each in SENTENCES}) == len(SENTENCES)


@pytest.mark.parametrize("symbols", ["v1", "v2"])
def test_every_bundled_sentence_is_read_whole(symbols: str) -> None:
    for each in SENTENCES:
        report = read_text(each.line.text, language=each.line.language, symbols=symbols)  # type: ignore[arg-type]  # one of the two
        assert not report.unread, each.line.text
        assert group_of(each.line.text, each.line.language) == each.group, each.line.text


def test_mixed_sentences_hold_every_language() -> None:
    found: Counter[str] = Counter()
    for each in bundled_sentences(["mixed"]):
        report = read_text(each.line.text, language="auto", symbols="v2")
        found.update({segment.language for segment in report.segments})
    assert all(found[language] >= 12 for language in ("zh", "en", "ja")), found


def test_a_language_can_be_chosen() -> None:
    assert {each.group for each in bundled_sentences(["ja", "en"])} == {"en", "ja"}
    with pytest.raises(InputError, match="none is in 'ko'; give others with --sentences"):
        bundled_sentences(["ko"])


def test_lines_of_a_text_are_put_under_their_language(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text("\ufeffGood morning.\n\n。。。\n今天 is 好的。\n你好吗？\n", encoding="utf-8")
    sentences, skipped = read_sentences(path)
    told = [(each.line.name, each.line.language, each.group) for each in sentences]
    assert told == [
        ("line_001", "en", "en"),
        ("line_005", "zh", "zh"),
        ("line_004", "auto", "mixed"),
    ]
    ((where, reason),) = skipped
    assert where == f"{path}:3"
    assert "nothing in the text" in reason


def test_a_table_names_its_lines_and_languages(tmp_path: Path) -> None:
    path = tmp_path / "s.tsv"
    path.write_text("a\ten\tOne day.\nb\tklingon\tnuqneH\nc\tauto\n", encoding="utf-8")
    sentences, skipped = read_sentences(path)
    assert [each.line.name for each in sentences] == ["a"]
    assert [where for where, _ in skipped] == [f"{path}:2", f"{path}:3"]
    assert "klingon" in skipped[0][1]
    assert "has 2 columns" in skipped[1][1]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.txt", b"", "holds no sentence that can be spoken; write one a line"),
        ("marks.txt", "。。。\n".encode(), r"marks.txt:1: nothing in the text"),
        ("binary.txt", b"\x00\xff\xfe\x01", "is not UTF-8; save it as UTF-8"),
        ("empty.tsv", b"\n\n", "holds no line"),
        ("bad.tsv", b"only one column\n", "bad.tsv:1: has 1 columns"),
        ("none", None, "no such file"),
    ],
)
def test_a_file_without_a_sentence_is_refused(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_sentences(path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(5 << 20)
    with pytest.raises(InputError, match="too large"):
        read_sentences(path)
