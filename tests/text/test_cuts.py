import random
import re

import pytest

from gpt_sovits.text.cuts import CUTS, MAX_PIECE, Cut, cut_text, split_long

PIECES: list[tuple[Cut, str, list[str]]] = [
    ("cut0", "一。二！\n三", ["一。二！", "三"]),
    ("cut0", "a\r\n\r\nb\n", ["a", "b"]),
    ("cut0", "", []),
    ("cut0", " \n\t ", []),
    # every four clauses
    ("cut1", "一，二，三，四，五。", ["一，二，三，四，", "五。"]),
    ("cut1", "a, b; c: d - e? f", ["a, b; c: d - e? f"]),
    ("cut1", "一……二！？三——四~五", ["一……二！？三——四~", "五"]),
    ("cut1", "3.5，1,234，12:30，7.，8", ["3.5，1,234，12:30，7.，", "8"]),
    # about fifty characters
    ("cut2", "短。句。", ["短。句。"]),
    ("cut2", "字" * 50 + "。" + "词" * 60 + "。", ["字" * 50 + "。", "词" * 60 + "。"]),
    ("cut2", "字" * 50 + "。尾巴。", ["字" * 50 + "。尾巴。"]),
    # at the Chinese full stop
    ("cut3", "一。二！三。四", ["一。", "二！三。", "四"]),
    ("cut3", "他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
    ("cut3", '"好。"他说。', ['"好。"', "他说。"]),
    ("cut3", "一。。。二", ["一。。。", "二"]),
    # at the English full stop
    ("cut4", "It is 3.5. Yes.", ["It is 3.5.", "Yes."]),
    ("cut4", "Version 2.0.1 is out. Use it", ["Version 2.0.1 is out.", "Use it"]),
    (
        "cut4",
        "Dr. Smith met Mr. J. K. Lee. They left.",
        ["Dr. Smith met Mr. J. K. Lee.", "They left."],
    ),
    (
        "cut4",
        "Fruit, e.g. apples, in the U.S. market. Ok.",
        ["Fruit, e.g. apples, in the U.S. market.", "Ok."],
    ),
    ("cut4", "At 3 p.m. we go. See www.a.com now.", ["At 3 p.m. we go.", "See www.a.com now."]),
    ("cut4", "See No. 5. No. I will not.", ["See No. 5.", "No.", "I will not."]),
    ("cut4", 'He said "stop." Then ran.', ['He said "stop."', "Then ran."]),
    ("cut4", "It costs .5 dollars... Wait.", ["It costs .5 dollars...", "Wait."]),
    ("cut4", "中文.Then English.", ["中文.", "Then English."]),
    ("cut4", "1. First. Then.", ["1. First.", "Then."]),
    (
        "cut4",
        "Do: 1. Open. 2. Close. It is 3. Ok.",
        ["Do: 1. Open.", "2. Close.", "It is 3.", "Ok."],
    ),
    ("cut4", "步骤：1.打开。2. 关闭. 好", ["步骤：1.打开。2. 关闭.", "好"]),
    ("cut5", "步骤：1.打开。2. 关闭。", ["步骤：", "1.打开。", "2. 关闭。"]),
    # at every mark
    ("cut5", "一，二；三、四：五。", ["一，", "二；", "三、", "四：", "五。"]),
    ("cut5", "Hi, there; you? 1,000.5 yes!", ["Hi,", "there;", "you?", "1,000.5 yes!"]),
    ("cut5", "去https://a.cn/b?c=1.5吧。好", ["去https://a.cn/b?c=1.5吧。", "好"]),
    ("cut5", "（一，二）三，四", ["（一，", "二）三，", "四"]),
    ("cut5", "……你好！！", ["……你好！！"]),
    ("cut5", "好，\n……\n嗯", ["好，……", "嗯"]),
    ("cut5", "。！？", ["。！？"]),
]


@pytest.mark.parametrize(("how", "text", "pieces"), PIECES)
def test_cut_text(how: Cut, text: str, pieces: list[str]) -> None:
    assert cut_text(text, how) == pieces


ALPHABET = "一二三。，！？；：、…—~ \n\t.,!?;:'\"“”（）「」abcXYZ019Dr.e\u0301か가😀-"


@pytest.mark.parametrize("how", CUTS)
def test_nothing_but_white_space_is_lost(how: Cut) -> None:
    generator = random.Random(7)
    for _ in range(300):
        text = "".join(generator.choices(ALPHABET, k=generator.randrange(1, 80)))
        pieces = cut_text(text, how)
        assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text), repr(text)
        readable = [any(map(str.isalnum, piece)) for piece in pieces]
        assert all(readable) or (len(pieces) == 1 and not any(map(str.isalnum, text))), repr(text)


@pytest.mark.parametrize("how", CUTS)
def test_no_piece_is_longer_than_the_features_see(how: Cut) -> None:
    text = "字" * 1300 + "，" + "word " * 300 + "，".join(["三四五"] * 300)
    pieces = cut_text(text, how)
    assert max(map(len, pieces)) <= MAX_PIECE
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert "wor" not in {piece.split()[-1] for piece in pieces}


def test_split_long_prefers_sentence_then_clause_then_space() -> None:
    assert split_long("aaa bbb, ccc. ddd eee", 16) == ["aaa bbb, ccc.", " ddd eee"]
    assert split_long("aaaa bbbb, cccc dddd", 16) == ["aaaa bbbb,", " cccc dddd"]
    assert split_long("aaaaa bbbbbb ccc", 14) == ["aaaaa bbbbbb ", "ccc"]
    assert split_long("1,234,567.89 ", 8) == ["1,234,56", "7.89 "]


def test_split_long_keeps_a_combining_mark_with_its_letter() -> None:
    assert split_long("abce\u0301fg", 4) == ["abc", "e\u0301fg"]
    assert split_long("e" + "\u0301" * 9, 4) == ["e\u0301\u0301\u0301", "\u0301" * 4, "\u0301" * 2]
