import pytest

from gpt_sovits.prepare.check.text import misfit_of_language, read_facts, script_language
from gpt_sovits.text.dictionary import Dictionary
from gpt_sovits.text.languages import parse_mode


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("今天天气很好。", "zh"),
        ("Good morning, everyone.", "en"),
        ("今日は良い天気です。", "ja"),
        ("안녕하세요", "ko"),
        ("我有3个apple和一个banana。", "zh"),
        ("123", ""),
        ("…！", ""),
        ("", ""),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert script_language(text) == language


@pytest.mark.parametrize(
    ("tag", "written_in", "fits"),
    [
        ("zh", "zh", True),
        ("yue", "zh", True),
        ("auto", "ja", True),
        ("all_ja", "ja", True),
        ("en", "", True),
        ("en", "zh", False),
        ("zh", "ja", False),
        ("ja", "ko", False),
    ],
)
def test_a_tag_fits_a_script_or_not(tag: str, written_in: str, fits: bool) -> None:
    assert (misfit_of_language(parse_mode(tag), written_in) == "") is fits


def test_what_is_not_read_is_told() -> None:
    facts = read_facts("你好🙂\ufffd吗", "zh", "v2", Dictionary())
    assert [character for character, _ in facts.unread] == ["🙂", "\ufffd"]
    assert facts.languages == ["zh"]
    assert facts.n_characters == 3


def test_a_text_of_marks_has_a_fault() -> None:
    assert "can be read" in read_facts("。。", "zh", "v2", Dictionary()).fault
