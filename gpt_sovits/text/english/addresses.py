"""Web and mail addresses as one would dictate them: "example dot com slash docs"."""

import re
from re import Match

from gpt_sovits.text.english.vocabulary import words_of

_LABEL = r"[A-Za-z0-9][A-Za-z0-9-]{0,62}"
_DOMAINS = words_of(
    "com org net edu gov int io ai app dev co uk de fr jp cn kr ru eu us ca au info me tv xyz "
    "tech online site wiki gg ly cc html htm php pdf txt md py js json yaml wav mp3 mp4 png "
    "jpg zip exe"
)
"""Endings that make two words joined by a point an address or a file name."""

_SCHEME = re.compile(r"\b(?:https?|ftp)://(?=\w)", re.IGNORECASE)
_MAIL = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,8}}")
_SITE = re.compile(
    rf"(?<![\w.@-])(?:{_LABEL}\.){{1,8}}(?:{'|'.join(_DOMAINS)})(?![\w@-]|\.\w)(?::\d+)?(?:/[^\s,;!<>\"']*[\w/])?"
)
_SPOKEN = {
    ".": "dot",
    "@": "at",
    "/": "slash",
    ":": "colon",
    "-": "dash",
    "_": "underscore",
    "+": "plus",
    "?": "question mark",
    "=": "equals",
    "&": "and",
    "#": "hash",
    "%": "percent",
    "~": "tilde",
}
_MARK = re.compile("[" + re.escape("".join(_SPOKEN)) + "]")


def read_addresses(text: str) -> str:
    """Write out e-mail addresses, web addresses (without their scheme) and file names."""
    if "." not in text:
        return text
    if "@" in text:
        text = _MAIL.sub(_spoken, text)
    return _SITE.sub(_spoken, _SCHEME.sub("", text))


def _spoken(match: Match[str]) -> str:
    address = match[0].removesuffix("/")
    address = re.sub(r"^www(?=\.)", "WWW", address)
    address = re.sub(r"\ba\b", "A", address)  # in capitals it is the letter, not the article
    return _MARK.sub(lambda m: f" {_SPOKEN[m[0]]} ", address)
