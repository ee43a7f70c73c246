"""Turn an English text into words and the marks that can be spoken."""

import re
from collections.abc import Collection
from re import Match

from gpt_sovits.text.english.abbreviations import read_abbreviations
from gpt_sovits.text.english.addresses import read_addresses
from gpt_sovits.text.english.characters import fold_characters, why_unread
from gpt_sovits.text.english.dates import read_dates, read_times
from gpt_sovits.text.english.quantities import read_quantities
from gpt_sovits.text.english.roman import read_romans
from gpt_sovits.text.english.spans import read_spans
from gpt_sovits.text.reading import Unread

_DIGIT = re.compile(r"\d")
_QUOTE = r"(?<![A-Za-z\ue000-\uf8ff])'(?![A-Za-z])"
_SPECIAL = re.compile(rf"[^A-Za-z ,.!?']|{_QUOTE}")
_CAPITAL_NUMERAL = re.compile(r" [IVXLC]+\b")

_ALONG = r"(?:x|by|tall|wide|long|deep|high|thick)\b"

_BEFORE_NUMBERS = (  # a sign without which the rule cannot hold, what it looks for, what it writes
    (".", re.compile(r"\b([A-Z])\.(?=\d)"), r"\1 "),
    ("<3", re.compile(r"(?<!\S)<3(?!\d)"), "\N{BLACK HEART SUIT}"),
    ("#", re.compile(r"#(?=\d)"), " number "),
    ("#", re.compile(r"#(?=[A-Za-z])"), " hashtag "),
    ("#", re.compile(r"\b([A-G])#"), r"\1 sharp "),
    ("++", re.compile(r"\b([A-Za-z])\+\+"), r"\1 plus plus "),
    ("&", re.compile(r"\bAT&T\b"), "A T and T"),
    ("", re.compile(r"(?<!\w)[~≈](?=[\d$£€¥.])"), "about "),
    ("/", re.compile(r"\b24/7\b"), "twenty-four seven"),
    ("/", re.compile(r"\b9/11\b"), "nine eleven"),
    ("", re.compile(r"\b(20|50)[/-]\1\b(?![/-]\d)"), r"\1 \1"),
    ("11", re.compile(r"\b([Cc]all(?:ed|ing)?|[Dd]ial(?:ed|ing)?) ([2-9])11\b"), r"\1 \2 1 1"),
    ("000", re.compile(r"(?<=\d) (?=000(?!\d))"), ""),
    ("€", re.compile(r"(€ ?\d{1,3}),(\d\d)(?!,?\d)"), r"\1.\2"),
    (">", re.compile(r"(?<!\S)(?<!\d )> ?(?=[\d$£€])"), "more than "),
    ("<", re.compile(r"(?<!\S)(?<!\d )< ?(?=[\d$£€])"), "less than "),
    ("≥", re.compile(r"(?<!\S)(?<!\d )≥ ?(?=[\d$£€])"), "at least "),
    ("≤", re.compile(r"(?<!\S)(?<!\d )≤ ?(?=[\d$£€])"), "at most "),
    ("/", re.compile(r"\b[Ww]/(?= )"), "with"),
    ("/", re.compile(r"\b[Ww]/o(?= )"), "without"),
    ("(", re.compile(r"\(a\)"), "A"),
    (")", re.compile(r"(?<!\S)([A-Za-z]|\d\d?)\)(?= )"), r"\1,"),
    (". ", re.compile(r"(?:^|(?<=[.!?] ))([1-9])\. (?=[A-Z])"), r"\1th, "),
    ("", re.compile(r"(?<!\S)[:;=]-?[DPp](?!\w)"), "\N{WHITE SMILING FACE}"),
    ("==", re.compile(r"={2,}"), "="),
    ("^", re.compile(r"\^2\b"), "²"),
    ("^", re.compile(r"\^3\b"), "³"),
    ("^", re.compile(r"(?<=\d)\^(?=\d)"), " to the power of "),
    ("'", re.compile(r"(?<=\d)' ?(\d\d?)(?:[\"”]|'')?(?![\w'])"), r" foot \1"),
    ("'", re.compile(r"(?<=\d)' ?x ?(\d+)'"), r" feet by \1 feet"),
    ("'", re.compile(rf"(?<=\d)'(?= {_ALONG})"), " feet"),
    ("", re.compile(rf"(?<=\d)[\"”](?= {_ALONG})"), " inches"),
    (
        "",
        re.compile(r"(?<=\d)[\"”](?= (?:monitor|screen|display|TV|laptop|tablet|pipe|pizza)\b)"),
        " inch",
    ),
)
_AFTER_NUMBERS = (
    ("", re.compile(r"(?<=[\w,.!?)'\"\ue000-\uf8ff])\s*(?:--+|—+|\s[-–]+\s)\s*"), ", "),
    ("", re.compile(r"[;:]"), ","),
    ("", re.compile(r"(?<![A-Za-z\ue000-\uf8ff])-|-(?![A-Za-z])|[–—/_\\]"), " "),
)
_SIGNS = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "@": "at",
    "%": "percent",
    "‰": "per thousand",
    "°": "degrees",
    "§": "section",
    "©": "copyright",
    "²": "squared",
    "³": "cubed",
    "$": "dollars",
    "¢": "cents",
    "£": "pounds",
    "€": "euros",
    "¥": "yen",
    "₩": "won",
    "₹": "rupees",
    "×": "times",
    "÷": "divided by",
    "±": "plus or minus",
    "≈": "about",
    "−": "minus",
}
_SIGN = re.compile(f"[{''.join(map(re.escape, _SIGNS))}]")
_UNSPOKEN = re.compile(rf"[^A-Za-z' ,.!?-]|{_QUOTE}")
_MARKS = re.compile(r" ?([,.!?])[ ,.!?]*")


def normalize(text: str, fixed: Collection[str] = ()) -> tuple[str, list[Unread]]:
    """Write out everything that is read as words.

    Args:
        text: any text.
        fixed: private-use characters that stand for words and are left alone.

    Returns:
        The text in letters, apostrophes, hyphens and the marks `, . ! ?`, and the characters left
        out, each once.
    """
    text = _single_spaces(fold_characters(text))
    special = _SPECIAL.search(text) is not None
    if special:
        text = _replace(_BEFORE_NUMBERS, text)
    if _CAPITAL_NUMERAL.search(text):
        text = read_romans(text)
    text = read_abbreviations(read_addresses(text))
    if special:
        text = read_spans(text)
    if _DIGIT.search(text):
        text = read_quantities(read_times(read_dates(text)))
    unread: list[Unread] = []
    if special:
        text = _SIGN.sub(lambda m: f" {_SIGNS[m[0]]} ", _replace(_AFTER_NUMBERS, text))
        text = _leave_out_unspoken(text, fixed, unread)
    return _MARKS.sub(_strongest, _single_spaces(text)).strip(), unread


def _single_spaces(text: str) -> str:
    return " ".join(text.split())


def _replace(rules: tuple[tuple[str, re.Pattern[str], str], ...], text: str) -> str:
    for sign, pattern, replacement in rules:
        if sign in text:
            text = pattern.sub(replacement, text)
    return text


def _leave_out_unspoken(text: str, fixed: Collection[str], unread: list[Unread]) -> str:
    """Replace what has no reading by a space and note it once."""

    def leave_out(match: Match[str]) -> str:
        character = match[0]
        if character in fixed:
            return character
        # A lone surrogate cannot be printed or sent, so the report shows its substitute.
        shown = "\N{REPLACEMENT CHARACTER}" if "\ud800" <= character <= "\udfff" else character
        entry = Unread(shown, why_unread(character))
        if entry not in unread:
            unread.append(entry)
        return " "

    return _UNSPOKEN.sub(leave_out, text)


def _strongest(match: Match[str]) -> str:
    """One mark of several: the first that is not a comma."""
    return (match[0].replace(",", "").strip() or match[1])[0] + " "
