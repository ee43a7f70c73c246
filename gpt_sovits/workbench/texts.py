"""What the page says, in the reader's language: locales/*.json, one file a language.

Labels, buttons and placeholders are translated in the browser (`t`); sentences and HTML that Python
makes are translated here (`text`). Both follow the browser's language; where the settings name one,
`gate` has both believe that the browser's is this. Help of options is written once, under their
fields; only its translations stand in the files.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

LANGUAGES = ("en", "zh", "ja")

_FOLDER = Path(__file__).with_name("locales")


def t(key: str) -> Any:
    """A label that the browser translates.

    Raises:
        KeyError: there is no such text.
    """
    all_texts()["en"][key]
    return label(key)


def label(key: str) -> Any:
    """The same for a key that is made elsewhere, as `option_texts` does."""
    return I18nData(key)


def text(language: str, key: str, /, **values: object) -> str:
    """A sentence in one language, with values in its braces.

    Raises:
        KeyError: there is no such text, or a value of it is missing.
    """
    return all_texts()[language][key].format(**values)


def language_of(request: gr.Request | None) -> str:
    """The language that a page is read in; the server puts a chosen one before the browser's."""
    return read_language("" if request is None else request.headers.get("accept-language", ""))


def read_language(accepted: str) -> str:
    """Choose one of `LANGUAGES`.

    Args:
        accepted: the header Accept-Language, whose order counts.
    """
    primary = (tag.split(";")[0].strip().lower().split("-")[0] for tag in accepted.split(","))
    return next((language for language in primary if language in LANGUAGES), "en")


@cache
def all_texts() -> dict[str, dict[str, str]]:
    """Texts by language and key, such as "speak.start"."""
    return {language: _flat(_read(language)) for language in LANGUAGES}


def _read(language: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return values


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found
