import re

import pytest

from gpt_sovits.workbench.texts import (
    LANGUAGES,
    all_texts,
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
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("ja", "ja"),
        ("fr-FR,fr;q=0.9,ja;q=0.5", "ja"),
        ("fr", "en"),
        ("", "en"),
        ("EN-us", "en"),
        (";;,,", "en"),
    ],
)
def test_the_first_language_that_we_have_is_taken(accepted: str, language: str) -> None:
    assert read_language(accepted) == language


def test_an_unknown_text_is_our_fault() -> None:
    with pytest.raises(KeyError):
        t("speak.nonsense")
    with pytest.raises(KeyError):
        text("en", "form.started")  # its value is missing
