import subprocess
import sys

import pytest

from gpt_sovits.errors import TextError
from gpt_sovits.text.english.arpabet import parse_arpabet
from gpt_sovits.text.english.network import guess
from gpt_sovits.text.english.spelling import pronounce_token
from gpt_sovits.text.english.words import pronounce


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("in", "IH0 N"),  # the first of several readings, as in the reference
        ("for", "F AO1 R"),
        ("vlogging", "V L AA1 G IH0 NG"),
        ("datasets", "D EY1 T AH0 S EH2 T S"),
        ("livestreamed", "L AY1 V S T R IY1 M D"),
        ("unzoomed", "AH0 N Z UW1 M D"),
        ("re-enter", "R IY0 EH1 N T ER0"),
        ("chatbot's", "CH AE1 T B AO1 T S"),
        ("xqc", "EH1 K S K Y UW1 S IY1"),
        ("kubernetes'll", "K UW1 B ER0 N EH1 T IY0 Z AH0 L"),
    ],
)
def test_pronounce(word: str, reading: str) -> None:
    assert pronounce(word)[0] == reading


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("thirty-four", "TH ER1 T AY0 F R UH0 R"),  # a golden guess of the reference
        ("wugs", "W AH1 G Z"),
    ],
)
def test_guess_agrees_with_g2p_en(word: str, reading: str) -> None:
    assert guess(word) == reading


@pytest.mark.parametrize(
    ("token", "reading"),
    [
        ("NASA", "N AE1 S AH0"),
        ("HDMI", "EY1 CH D IY1 EH1 M AY1"),
        ("CUDA", "K UW1 D AH0"),
        ("NOT", "N AA1 T"),
        ("US", "Y UW1 EH1 S"),
        ("us", "AH1 S"),
        ("PCs", "P IY1 S IY1 Z"),
        ("NASA's", "N AE1 S AH0 Z"),
        ("DeepMind", "D IY1 P M AY1 N D"),
        ("ChatGPT", "CH AE1 T JH IY1 P IY1 T IY1"),
        ("UK", "Y UW1 K EY1"),  # the dictionary spells it with another stress
        ("w", "D AH1 B AH0 L Y UW0"),
    ],
)
def test_capitals_decide_what_is_spelled(token: str, reading: str) -> None:
    assert pronounce_token(token)[0] == reading


def test_capitals_say_nothing_where_all_is_capital() -> None:
    assert pronounce_token("US", shouting=True)[0] == "AH1 S"


@pytest.mark.parametrize(
    ("reading", "named"),
    [("", "empty"), ("JH QQ", "'QQ'"), ("JH EY S", "'EY'"), ("K1", "'K1'"), ("UW3", "'UW3'")],
)
def test_parse_arpabet_names_what_is_wrong(reading: str, named: str) -> None:
    with pytest.raises(TextError, match=named):
        parse_arpabet(reading)


def test_reading_english_imports_no_nltk() -> None:
    code = (
        "import sys; from gpt_sovits.text.english.reader import read_english;"
        "read_english('zorblaxian', 'v2'); assert not {'nltk', 'g2p_en'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
