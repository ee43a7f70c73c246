"""Abbreviations with a point, as words: Dr., St., e.g., U.S.A."""

import re
from re import Match

from gpt_sovits.text.english.dates import WEEKDAYS
from gpt_sovits.text.english.vocabulary import words_of

STARTERS = frozenset(
    words_of(
        "A And At But For He How I If In It Now On She So That The Then There They This To We "
        "What When Where Who Why You"
    )
)
"""Capitals that begin a sentence more often than a name."""

TITLES = {
    "Dr": "Doctor",
    "Mr": "Mr",
    "Mrs": "Mrs",
    "Ms": "Ms",
    "Prof": "Professor",
    "St": "Saint",
    "Mt": "Mount",
    "Ft": "Fort",
    "Gen": "General",
    "Col": "Colonel",
    "Capt": "Captain",
    "Lt": "Lieutenant",
    "Sgt": "Sergeant",
    "Maj": "Major",
    "Gov": "Governor",
    "Sen": "Senator",
    "Rep": "Representative",
    "Rev": "Reverend",
    "Hon": "Honorable",
    "Pres": "President",
}
"""Before a name. The dictionary reads Mr, Mrs and Ms."""

STREETS = {
    "St": "Street",
    "Dr": "Drive",
    "Ave": "Avenue",
    "Rd": "Road",
    "Blvd": "Boulevard",
    "Ln": "Lane",
    "Sq": "Square",
    "Pl": "Place",
    "Hwy": "Highway",
}
"""Behind a name."""

SHORT = {
    "jr": "Junior",
    "sr": "Senior",
    "inc": "Incorporated",
    "ltd": "Limited",
    "co": "Company",
    "corp": "Corporation",
    "bros": "Brothers",
    "dept": "Department",
    "assn": "Association",
    "etc": "et cetera",
    "vs": "versus",
    "approx": "approximately",
    "max": "maximum",
    "min": "minimum",
    "avg": "average",
    "misc": "miscellaneous",
    "tel": "telephone",
    "govt": "government",
    "apt": "apartment",
    "ave": "Avenue",
    "blvd": "Boulevard",
    "hwy": "Highway",
    "al": "al",
}
"""Anywhere; the point is theirs, and may end the sentence too."""

SENTENCE_ENDS = frozenset(words_of("etc AM PM"))
"""Abbreviations behind which a capital letter begins a new sentence; behind others a starter."""

BEFORE_NUMBER = {
    "est": "established",
    "no": "number",
    "nos": "numbers",
    "vol": "volume",
    "fig": "figure",
    "ch": "chapter",
    "pp": "pages",
    "p": "page",
    "sec": "section",
    "eq": "equation",
    "ver": "version",
    "ext": "extension",
}

_LATIN = re.compile(r"\b(?:(i\.\s?e)|(e\.\s?g)|(cf)|(viz))\.", re.IGNORECASE)
_LATIN_WORDS = ("that is", "for example", "compare", "namely")
_STREET = re.compile(
    r"\b(\d\w* )?((?:[A-Z][\w']* |\d+(?:st|nd|rd|th) ){1,3})"
    rf"({'|'.join(STREETS)})\b(\.?)(?= ?([A-Z]\w*)?)"
)
_TITLE = re.compile(
    rf"\b(?:({'|'.join(TITLES)})\.|(Dr|Mr|Mrs|Ms|Prof|St|Mt))(?=\s*[A-Z\ue000-\uf8ff])"
)
_HONORIFIC = re.compile(r"\b(Dr|Mr|Mrs|Ms|Prof)\b\.?")
_SHORT = re.compile(rf"(?<!\d )(?<!\d)\b({'|'.join(SHORT)})\.", re.IGNORECASE)
_BEFORE_NUMBER = re.compile(rf"\b({'|'.join(BEFORE_NUMBER)})\. ?(?=\d)", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}(?![A-Za-z])|\b[A-Za-z](?:\.[A-Za-z])+\b")
_INITIAL = re.compile(r"\b([A-Z])\.(?=\s?([A-Z]\w*|[\ue000-\uf8ff]))")
_PHD = re.compile(r"\bPh\. ?D\.")
_STARTER_NEXT = re.compile(rf"\s+(?:{'|'.join(sorted(STARTERS))})\b")
_CAPITAL_NEXT = re.compile(
    rf"\s+(?!(?:{'|'.join(WEEKDAYS)}|Eastern|Central|Mountain|Pacific|[A-Z]{{2,}})\b)[A-Z]"
)
"""A new sentence, but not "5 p.m. Monday" or "5 p.m. EST"."""


def read_abbreviations(text: str) -> str:
    """Write out abbreviations; a point that also ends the sentence stays."""
    text = _LATIN.sub(lambda m: _LATIN_WORDS[(m.lastindex or 1) - 1], text)
    text = _PHD.sub("PhD", text)
    text = _BEFORE_NUMBER.sub(lambda m: BEFORE_NUMBER[m[1].lower()] + " ", text)
    text = _STREET.sub(_street, text)
    text = _TITLE.sub(lambda m: TITLES[m[1] or m[2]], text)
    text = _HONORIFIC.sub(lambda m: TITLES[m[1]], text)
    text = _SHORT.sub(lambda m: SHORT[m[1].lower()] + _last_point(m, m[1].lower()), text)
    text = _DOTTED.sub(_dotted, text)
    return _INITIAL.sub(lambda m: m[0] if m[2] in STARTERS else f"{m[1]} ", text)


def _last_point(match: Match[str], name: str) -> str:
    """The point once more, where the abbreviation is the last word of its sentence."""
    text, end = match.string, match.end()
    if not text[end:].strip():
        return "."
    begins = _CAPITAL_NEXT if name in SENTENCE_ENDS else _STARTER_NEXT
    return "." if begins.match(text, end) else ""


def _street(match: Match[str]) -> str:
    """Baker St. is a street, St. Peter a saint; between two capitals a house number decides."""
    house, name, short, point, following = match.groups()
    if following and following not in STARTERS and not house and short in TITLES:
        return match[0]
    ends_sentence = point and (following in STARTERS or not match.string[match.end() :].strip())
    return f"{house or ''}{name}{STREETS[short]}{'.' if ends_sentence else ''}"


def _dotted(match: Match[str]) -> str:
    """U.S.A., p.m., J.R.R.: capitals without points, which are spelled later."""
    letters = match[0].replace(".", "").upper()
    return letters + (_last_point(match, letters) if match[0].endswith(".") else "")
