import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import pytest

from gpt_sovits.errors import TextError
from gpt_sovits.text.japanese.kana import tokyo_pitch
from gpt_sovits.text.japanese.open_jtalk import _open_jtalk, analyse
from gpt_sovits.text.japanese.reader import read_japanese
from gpt_sovits.text.reading import UserWord, Word
from gpt_sovits.text.symbols import symbol_table

TESTS = Path(__file__).parent.parent.parent
USER = "\ue000"


def _table() -> list[tuple[str, str]]:
    lines = (TESTS / "text/data/readings_ja.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(row[0], row[1]) for row in rows]


def _fixed(reading: str, word: str = "単語") -> dict[str, UserWord]:
    return {USER: UserWord(word, "ja", reading)}


def _kana(words: Sequence[Word]) -> str:
    return " ".join(re.sub(r"[\[\]]", "", word.reading) or word.text for word in words)


def _edits(left: Sequence[str], right: Sequence[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


@pytest.mark.parametrize(("text", "expected"), _table())
def test_readings(text: str, expected: str) -> None:
    reading = read_japanese(text, "v2")
    assert " ".join(_kana(reading.words).split()) == expected
    assert reading.unread == ()
    assert reading.norm_text == "".join(word.text for word in reading.words)


@pytest.mark.parametrize("symbols", ["v1", "v2"])
def test_phones_agree_with_the_published_ones(symbols: Literal["v1", "v2"]) -> None:
    rows = json.loads((TESTS / "parity/text_frontend.json").read_text(encoding="utf-8"))
    edits = total = 0
    for row in rows:
        if row["lang"] == "ja":
            golden = row[symbols]["phones"]
            edits += _edits(read_japanese(row["text"], symbols).phones, golden)
            total += len(golden)
    assert total > 400
    assert edits <= 0.02 * total


def test_every_phone_has_a_symbol() -> None:
    for text, _ in _table():
        for symbols in ("v1", "v2"):
            table = symbol_table("v1" if symbols == "v1" else "v2")
            assert set(read_japanese(text, "v1" if symbols == "v1" else "v2").phones) <= set(table)


def test_accent_tells_words_of_one_spelling_apart() -> None:
    assert "".join(read_japanese("箸を", "v2").phones) == "ha]shio"
    assert "".join(read_japanese("橋を", "v2").phones) == "ha[shi]o"
    assert "".join(read_japanese("端を", "v2").phones) == "ha[shio"


def _phones_by_labels(piece: str) -> list[str]:
    """The slow plain way: ESPnet's rules on the fields of full-context labels."""
    features, _ = analyse(piece, {})
    fields = [
        re.search(r"-(\w+)\+.*/A:(-?\w+)\+(\w+)\+(\w+)/.*/F:(\w+)_", label)
        for label in _open_jtalk().make_label(features)
    ]
    rows = [match.groups() for match in fields if match and match[1] not in ("sil", "pau")]
    phones = []
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        phones.append(row[0].lower() if row[0] in "AIUEO" else row[0])
        if after is None:
            break
        to_accent, position, remaining = (int(field) for field in row[1:4])
        if remaining == 1 and int(after[2]) == 1 and row[0] in (*"aiueoAIUEON", "cl"):
            phones.append("UNK")
        elif to_accent == 0 and int(after[2]) == position + 1:
            phones.append("]")
        elif position == 1 and int(after[2]) == 2:
            phones.append("[")
    return phones


def test_phones_and_pitch_are_those_of_full_context_labels() -> None:
    for text, _ in _table():
        for piece in re.findall("[ぁ-ゖァ-ヺー一-鿿々]+", text):
            assert read_japanese(piece, "v2").phones == _phones_by_labels(piece), piece


def test_a_word_of_the_users_wins_and_keeps_its_particle() -> None:
    reading = read_japanese(f"{USER}は好きだ。", "v2", _fixed("ジェ[ーソン", "Jason"))
    assert "".join(reading.phones).startswith("je[esoNwaUNK")
    assert reading.norm_text == "Jasonは好きだ。"
    assert (reading.words[0].source, reading.words[0].text) == ("user", "Jason")


@pytest.mark.parametrize(
    ("text", "reading", "expected"),
    [
        (f"{USER}が", "ハ[シ]", "ha[shi]ga"),
        (f"{USER}が", "ハ]シ", "ha]shiga"),
        (f"{USER}が", "ハ[シ", "ha[shiga"),
        (f"{USER}が", "ハシ", "ha[shiga"),
        (f"{USER}が", "キ]", "ki]ga"),
        (f"{USER}が", "キ", "ki[ga"),
        (f"私の{USER}が", "ハ]シ", "wa[tashinoUNKha]shiga"),
        (f"{USER}{USER}", "ハ]シ", "ha]shiUNKha]shi"),
        (f"「{USER}」", "ハ]シ", "UNKha]shiUNK"),
    ],
)
def test_accent_of_a_word_of_the_users(text: str, reading: str, expected: str) -> None:
    assert "".join(read_japanese(text, "v2", _fixed(reading)).phones) == expected


def test_a_reported_reading_gives_the_same_phones_again() -> None:
    for text, _ in _table():
        for word in read_japanese(text, "v2").words:
            if word.source == "mark":
                continue
            again = read_japanese(USER, "v2", _fixed(word.reading)).phones
            # The mark between two words is the sentence's, not the word's.
            joint = word.phones[-1] in ("[", "]", "UNK") and again != list(word.phones)
            assert again == list(word.phones[:-1] if joint else word.phones), (text, word)


def test_a_drawl_and_small_vowels_are_read_again_as_they_were() -> None:
    for text in ("あいーぇ", "うーぉ", "いーぅぇ", "あーー", "チーェ"):
        for word in read_japanese(text, "v2").words:
            again = read_japanese(USER, "v2", _fixed(word.reading)).phones
            assert again == list(word.phones[: len(again)]), (text, word)


def test_a_bad_reading_of_the_users_is_one_error() -> None:
    with pytest.raises(TextError, match="'x'"):
        read_japanese(USER, "v2", _fixed("xyz"))


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("木 木", "k i UNK k i"),
        ("木　木", "k i UNK k i"),
        ("木、 木", "k i , k i"),
        ("木。\n木", "k i . k i"),
        ("木\n木", "k i . k i"),
        ("木」\n「木", "k i UNK . UNK k i"),
        ("木・木", "k i UNK k i"),
        ("木……木", "k i … k i"),
        ("木！？木", "k i ! ? k i"),
    ],
)
def test_marks_and_spaces(text: str, phones: str) -> None:
    assert [p for p in read_japanese(text, "v2").phones if p not in "[]"] == phones.split()


@pytest.mark.parametrize(
    ("text", "phones", "unread"),
    [
        ("", "", ""),
        (" \n ", "", ""),
        ("。、！？", ". , ! ?", ""),
        ("。。。", "…", ""),
        ("！！！", "!", ""),
        ("「」", "UNK UNK", ""),
        ("😀", "", "😀"),
        ("\ud800あ", "a", "\ud800"),
        ("あ\0", "a", "\0"),
        ("\ue005あ", "a", "\ue005"),
        ("한", "", "한"),
        ("々", "", "々"),
        ("ー", "", "ー"),
        ("っー", "cl [", ""),
        ("ヷーー", "", "ヷー"),
        ("★あ★", "a", "★"),
    ],
)
def test_what_cannot_be_read_is_reported(text: str, phones: str, unread: str) -> None:
    reading = read_japanese(text, "v2")
    assert reading.phones == phones.split()
    assert [item.character for item in reading.unread] == list(unread)


def test_long_texts_and_long_numbers_are_read_whole() -> None:
    assert read_japanese("あ" * 20_000, "v2").norm_text == "あ" * 20_000
    assert read_japanese("日本の花。" * 4_000, "v2").phones.count(".") == 4_000
    assert len(read_japanese("1" * 60, "v2").norm_text) == 60


def test_threads_get_the_readings_of_one_thread() -> None:
    texts = [text for text, _ in _table()] * 4
    expected = [read_japanese(text, "v2") for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: read_japanese(text, "v2"), texts)) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_flat() -> None:
    def resident_kib() -> int:
        pages = int(Path(f"/proc/{os.getpid()}/statm").read_text().split()[1])
        return pages * resource.getpagesize() // 1024

    texts = [text for text, _ in _table()]
    for text in texts * 4:
        read_japanese(text, "v2")
    before = resident_kib()
    for index in range(2_000):
        read_japanese(texts[index % len(texts)], "v2")
    assert resident_kib() - before < 4_096


def test_nothing_is_fetched_and_nothing_printed() -> None:
    script = (
        "import socket, sys\n"
        "sys.modules['onnxruntime'] = None\n"  # pyopenjtalk-plus prints when it is missing
        "def refuse(*args, **kwargs): raise OSError('no network')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "from gpt_sovits.text.japanese.reader import read_japanese\n"
        "assert read_japanese('何で龘を？', 'v2').phones\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=TESTS.parent)
    assert (done.returncode, done.stdout) == (0, b"")


def test_tokyo_pitch_is_low_then_high_up_to_the_accent() -> None:
    assert tokyo_pitch(4, 0) == (False, True, True, True)
    assert tokyo_pitch(4, 1) == (True, False, False, False)
    assert tokyo_pitch(4, 3) == (False, True, True, False)
