import re

import pytest

from gpt_sovits.workbench.texts import (
    LANGUAGES,
    PageTexts,
    all_texts,
    chosen_language,
    read_language,
    t,
    text,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_lacks_a_text(language: str) -> None:
    """Help of options has no English text there: it is the sentence under the field."""
    english, other = all_texts()["en"], all_texts()[language]
    here = {key for key in other if not key.startswith("option.")}
    assert here == {key for key in english if not key.startswith("option.")}
    assert not [key for key, value in other.items() if not value.strip()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_name_the_same_values(language: str) -> None:
    for key, sentence in all_texts()[language].items():
        english = all_texts()["en"].get(key, sentence)
        assert _values(sentence) == _values(english), key


def _values(sentence: str) -> set[str]:
    return set(re.findall(r"{(\w+)", sentence))


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "ja", "ja"),
        ("", "fr-FR,fr;q=0.9,ja;q=0.5", "ja"),
        ("", "fr", "en"),
        ("", "", "en"),
        ("ja", "zh-CN", "ja"),
        ("klingon", "zh-CN", "zh"),
        ("", "EN-us", "en"),
    ],
)
def test_the_reader_chooses_or_the_browser(chosen: str, accepted: str, language: str) -> None:
    assert read_language(chosen, accepted) == language


def test_a_chosen_language_is_what_every_browser_gets() -> None:
    texts = PageTexts(**all_texts())
    assert texts.translations_dict["zh"]["tab.home"] == "首页"
    token = chosen_language.set("ja")
    try:
        assert texts.translations_dict["zh"]["tab.home"] == "ホーム"
    finally:
        chosen_language.reset(token)


def test_an_unknown_text_is_our_fault() -> None:
    with pytest.raises(KeyError):
        t("speak.nonsense")
    with pytest.raises(KeyError):
        text("en", "form.needed")  # its value is missing
