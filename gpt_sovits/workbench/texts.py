"""What the page says, in the reader's language: locales/*.json, one file a language.

Labels, buttons and placeholders are translated in the browser (`t`); sentences and HTML that Python
makes are translated here (`text`). Both follow the language that the reader chose in the settings,
or the browser's. Help of options is written once, under their fields; only its translations stand
in the files.
"""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

LANGUAGES = ("en", "zh", "ja")
COOKIE = "workbench_language"
"""Holds the language that the reader chose; the browser's counts where it is missing."""

chosen_language: ContextVar[str] = ContextVar("chosen_language", default="")
"""Language that the reader of this request chose; set by the server for each request."""

_FOLDER = Path(__file__).with_name("locales")


class PageTexts(gr.I18n):
    """All texts for the browser; where a language was chosen, every locale speaks it."""

    @property
    def translations_dict(self) -> dict[str, dict[str, str]]:
        """Texts by locale and key."""
        chosen = chosen_language.get()
        if chosen not in LANGUAGES:
            return self.translations
        return {locale: self.translations[chosen] for locale in self.translations}


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
    """The language that a page is read in: chosen, or else the first of the browser's."""
    headers = {} if request is None else request.headers
    cookies: Mapping[str, str] = {} if request is None else request.cookies
    return read_language(cookies.get(COOKIE, ""), headers.get("accept-language", ""))


def read_language(chosen: str, accepted: str) -> str:
    """Choose one of `LANGUAGES`.

    Args:
        chosen: what the reader chose; empty where nothing was.
        accepted: the header Accept-Language, whose order counts.
    """
    wanted = [chosen, *(part.split(";")[0].strip() for part in accepted.split(","))]
    primary = (tag.lower().split("-")[0] for tag in wanted)
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
