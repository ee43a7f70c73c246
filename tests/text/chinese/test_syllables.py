from itertools import pairwise

import pytest
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from gpt_sovits.errors import TextError
from gpt_sovits.text.chinese.pinyin import base_syllables
from gpt_sovits.text.chinese.syllables import parse_pinyin, standard_syllable, syllable_phones


@pytest.mark.parametrize(
    ("syllable", "phones"),
    [
        ("yi1", "y i1"),
        ("yuan2", "y van2"),
        ("yan4", "y En4"),
        ("ye3", "y E3"),
        ("wen4", "w en4"),
        ("wu5", "w u5"),
        ("si4", "s i04"),
        ("shi4", "sh ir4"),
        ("ri4", "r ir4"),
        ("ju2", "j v2"),
        ("xue2", "x ve2"),
        ("lv4", "l v4"),
        ("er2", "EE er2"),
        ("an1", "AA an1"),
        ("ou3", "OO ou3"),
        ("zhuang4", "zh uang4"),
    ],
)
def test_phones_of_syllables(syllable: str, phones: str) -> None:
    assert " ".join(syllable_phones(syllable)) == phones


@pytest.mark.parametrize(
    ("reading", "syllables"),
    [
        ("chong2 qing4", ("chong2", "qing4")),
        ("lü4  Se4", ("lv4", "se4")),
        ("lu:e4 nue4", ("lve4", "nve4")),
        ("de0 ng2 ê4", ("de5", "en2", "ei4")),
    ],
)
def test_pinyin_is_read_in_the_spellings_people_use(
    reading: str, syllables: tuple[str, ...]
) -> None:
    assert parse_pinyin(reading) == syllables


@pytest.mark.parametrize(
    ("reading", "named"),
    [
        ("chong2 qin", "'qin'.*add a tone digit, like qin1"),
        ("bong1", "'bong1'"),
        ("zhong6", "'zhong6'"),
        ("重庆", "'重庆'"),
        ("chong2-qing4", "'chong2-qing4'"),
        ("4", "'4'"),
        ("  ", "empty"),
    ],
)
def test_what_is_no_pinyin_is_named(reading: str, named: str) -> None:
    with pytest.raises(TextError, match=named):
        parse_pinyin(reading)


def test_lookups_are_those_of_pypinyin() -> None:
    words = list(PHRASES_DICT)[::97]
    for word in [*words, *(a[:2] + b[-2:] for a, b in pairwise(words))]:
        spelled = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
        if all(standard_syllable(syllable) for syllable in spelled):
            assert base_syllables(word) == tuple(map(standard_syllable, spelled))
