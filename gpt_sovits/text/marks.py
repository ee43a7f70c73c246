"""What every text goes through before it is split: one form per character, nothing unspeakable."""

import re
import unicodedata
from collections.abc import Iterator

from gpt_sovits.text.reading import Unread

OPENING = "([{（［｛【〔《〈「『“‘«„¿¡"
"""Marks that belong to what follows them."""

CLOSING = ")]}）］｝】〕》〉」』”’»"
"""Marks that belong to what precedes them."""

COMBINING = "\u0300-\u036f\u3099\u309a"
"""Range of the marks that sit on the letter before them."""

SENTENCE_END = re.compile(r"[。！？!?；;…\n]|\.(?=\s|$)")
"""Where a sentence ends; "." only before white space."""

PRIVATE_USE = "\ue000-\uf8ff"
"""Range of characters that stand for entries of the user's dictionary inside the front end."""

# Letters, digits and signs that have a plain twin: full-width, half-width kana, ligatures,
# mathematical. Only these are folded: NFKC on everything would turn ² into 2 before a reader sees
# it. Of the full-width marks of sentences, only those between two digits are.
_TWINS = re.compile(
    "(?:[０-９Ａ-Ｚａ-ｚ＃＄％＆＊＋－／＝＠＿\uff66-\uff9f\ufb00-\ufb06\u203c\u2047-\u2049"
    "\U0001d400-\U0001d7ff]|(?<=[０-９])(?:[．：](?=[０-９])|，(?=[０-９]{3}(?![０-９]))))+"
)
_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_SPACES = re.compile("[ \n]{2,}")
_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")

# An apostrophe inside a word quotes nothing.
_QUOTE_OR_LINE_END = re.compile("[\"\n]|(?<![A-Za-z])'|'(?![A-Za-z])")

# Flags are two letters, families are joined by U+200D, skin has a tone, a key cap is not a digit.
_PICTURE = "[\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\U0001f000-\U0001faff]"
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}(?:[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d{_PICTURE})*"
)
_NOT_READ = re.compile(
    f"(?P<emoji>{_EMOJI})"
    f"|(?P<private>[{PRIVATE_USE}\U000f0000-\U0010ffff])"
    "|(?P<control>[\x00-\x08\x0e-\x1f\x7f-\x9f])"
    "|(?P<invisible>[\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff])"
    "|(?P<damaged>[\ud800-\udfff\ufffd])"
)
_REASONS = {
    "emoji": "a picture has no reading",
    "private": "a private-use character has no meaning outside its font",
    "control": "a control character has no reading",
    "invisible": "an invisible character has no reading",
    "damaged": "a damaged character has no reading",
}


def clean_text(text: str) -> tuple[str, list[Unread]]:
    r"""Bring a text to composed characters and take out what no language reads.

    Letters and digits lose their full-width, half-width and mathematical forms, line ends become
    `\n`, other white space a space, a row of either one of them. Emoji and other pictures, control,
    invisible and private-use characters become a space or nothing, and are reported.

    Returns:
        The text, and each kind of character that was taken out, once.
    """
    text = unicodedata.normalize("NFC", text)
    if text.isascii() and text.isprintable() and "  " not in text:
        return text, []
    text = _TWINS.sub(lambda run: unicodedata.normalize("NFKC", run.group()), text)
    text = _SPACE.sub(" ", _LINE_END.sub("\n", text))
    unread = list(dict.fromkeys(_unread_in(text)))
    if unread:
        text = _NOT_READ.sub(_leave, text)
    return _SPACES.sub(lambda row: "\n" if "\n" in row.group() else " ", text), unread


def _unread_in(text: str) -> Iterator[Unread]:
    for match in _NOT_READ.finditer(text):
        yield Unread(match.group(), _REASONS[match.lastgroup or ""])


def _leave(match: "re.Match[str]") -> str:
    """What stays of a character that is not read: a picture still parts the words around it."""
    return " " if match.lastgroup in ("emoji", "private") else ""


def closing_quotes(text: str) -> set[int]:
    """Find the straight quotes that close what an earlier one in their line opened."""
    closing = set()
    is_open = {'"': False, "'": False}
    for match in _QUOTE_OR_LINE_END.finditer(text):
        mark = match.group()
        if mark == "\n":
            is_open = dict.fromkeys(is_open, False)
            continue
        if is_open[mark]:
            closing.add(match.start())
        is_open[mark] = not is_open[mark]
    return closing
