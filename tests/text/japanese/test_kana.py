import re

import pytest

from gpt_sovits.errors import TextError
from gpt_sovits.text.japanese.kana import (
    Kana,
    begin_with_vowel,
    format_kana,
    parse_kana,
    split_moras,
    tokyo_pitch,
)


@pytest.mark.parametrize(
    ("reading", "high", "accent"),
    [
        ("ト[ーキョー", "lhhh", 0),
        ("トーキョー", "lhhh", 0),
        ("ハ]シ", "hl", 1),
        ("ハ[シ]", "lh", 2),
        ("ハシ]", "lh", 2),
        ("ココ]ロ", "lhl", 2),
        ("]マス", "ll", 0),
        ("[ノデ", "hh", 0),
        ("[タベ]タ", "hhl", 2),
        ("キ]", "h", 1),
        ("とうきょう", "lhhh", 0),
        ("ﾃﾞｰﾀ", "lhh", 0),
    ],
)
def test_parse_kana_gives_the_pitch_of_every_mora(reading: str, high: str, accent: int) -> None:
    kana = parse_kana(reading)
    assert "".join("h" if is_high else "l" for is_high in kana.high) == high
    assert kana.accent == accent


@pytest.mark.parametrize(
    ("reading", "named"),
    [
        ("東京", "東"),
        ("トーkyo", "k"),
        ("ト ー", " "),
        ("ト[[ー", "["),
        ("ト]ー]", "]"),
        ("ト]ー[キョ", "["),
        ("[[ト", "["),
        ("", "empty"),
        ("[]", "]"),
        ("ー", "empty"),
    ],
)
def test_parse_kana_names_what_is_wrong(reading: str, named: str) -> None:
    with pytest.raises(TextError, match=re.escape(named)):
        parse_kana(reading)


def test_format_kana_writes_what_parse_kana_reads() -> None:
    moras = split_moras("カキクケ")
    for accent in range(5):
        for start in range(4):
            for end in range(start + 2, 5):
                pitch = tokyo_pitch(4, accent)[start:end]
                kana = Kana(moras[start:end], pitch, falls_after=accent == end)
                assert parse_kana(format_kana(kana)) == kana


@pytest.mark.parametrize(
    ("moras", "vowel", "expected"),
    [
        ("ーカ", "o", "オカ"),
        ("ーェゥ", "i", "イエウ"),
        ("ーカ", "cl", "ーカ"),
        ("カー", "o", "カー"),
    ],
)
def test_a_leading_long_vowel_is_written_out(moras: str, vowel: str, expected: str) -> None:
    kana = Kana(split_moras(moras), (True,) * len(split_moras(moras)))
    assert "".join(begin_with_vowel(kana, vowel).moras) == expected
