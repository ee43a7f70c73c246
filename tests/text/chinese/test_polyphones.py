import pytest
from pypinyin import Style, pinyin

from gpt_sovits.text.chinese.lists import data_lines
from gpt_sovits.text.chinese.polyphones import readings_by_context
from gpt_sovits.text.chinese.segmentation import segment
from gpt_sovits.text.chinese.syllables import parse_pinyin


def test_every_context_names_one_character_and_a_reading_it_has() -> None:
    for line in data_lines("polyphones.tsv"):
        context, reading = line.split("\t")
        char = context[context.index("[") + 1 : context.index("]")]
        known = pinyin(char, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
        assert len(char) == 1, line
        assert parse_pinyin(reading) == (reading,), line
        assert reading in known or reading[:-1] + "5" in known, line


@pytest.mark.parametrize(
    ("clause", "position", "reading"),
    [
        ("路很长", 2, "chang2"),
        ("人不长寿", 2, None),
        ("为人善良", 0, "wei2"),
        ("为人类造福", 0, None),
        ("供应和需求", 2, None),
        ("五公里长", 3, "chang2"),
        ("我们得赶紧走", 2, "dei3"),
        ("他跑得快", 2, None),
        ("高兴地说", 2, "de5"),
        ("这块地很大", 2, None),
        ("书没还", 2, "huan2"),
        ("书还没还", 1, None),
    ],
)
def test_contexts_decide_whole_words_only(clause: str, position: int, reading: str | None) -> None:
    assert readings_by_context(segment(clause)).get(position) == reading
