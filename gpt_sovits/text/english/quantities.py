"""Money, units, fractions, ranges, telephone numbers and sums as words."""

import re
from functools import cache
from re import Match

from gpt_sovits.text.english.dictionary import data_lines
from gpt_sovits.text.english.numbers import cardinal, digits, number, ordinal

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<![\w)])\.\d+"
_BEFORE = r"(?<![\w.,])"
"""A number begins here: not inside a word, nor behind the point of another number."""

CURRENCIES = {
    "$": ("dollar", "cent"),
    "£": ("pound", "penny"),
    "€": ("euro", "cent"),
    "¥": ("yen", ""),
    "₩": ("won", ""),
    "₹": ("rupee", "paisa"),
    "USD": ("dollar", "cent"),
    "GBP": ("pound", "penny"),
    "EUR": ("euro", "cent"),
    "JPY": ("yen", ""),
    "CNY": ("yuan", ""),
    "RMB": ("yuan", ""),
}
PLURALS = {"yen": "yen", "won": "won", "yuan": "yuan", "penny": "pence", "paisa": "paise"}
SCALES = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "b": "billion",
    "bn": "billion",
    "t": "trillion",
    "tn": "trillion",
}

_SIGNS = "".join(sign for sign in CURRENCIES if not sign.isalpha())
_CODES = "|".join(code for code in CURRENCIES if code.isalpha())
_SCALE = r"(?: ?(thousand|million|billion|trillion)\b|(k|m|mn|b|bn|t|tn|K|M|B|T)\b)?"
_MONEY = re.compile(
    rf"((?<![\w)])-)?(?:\b(?:US|CA|AU|HK))?([{_SIGNS}]) ?({NUMBER}){_SCALE}"
    rf"(?:(?: ?- ?| to )\2?({NUMBER}){_SCALE})?"
)
_MONEY_AFTER = re.compile(rf"{_BEFORE}({NUMBER}){_SCALE} ?([{_SIGNS}]|(?:{_CODES})\b)")
_FRACTION = r"(?<![\w/.,])(?:(\d+)[ -])?(\d{1,3})/(\d{1,3})(?![\w/]|\.\d)"
_RANGE = re.compile(rf"{_BEFORE}(?<!-)({NUMBER})(%?) ?[-–~] ?({NUMBER})(?![\d-])")
_PHONE = re.compile(
    r"(?<![\w-])(?:\+?(\d{1,3})[ -.])?(?:\((\d{3})\) ?|(\d{3})[-. ])(\d{3})[-.](\d{4})(?![\w-])"
    r"|(?<![\w-])(\d{3})-(\d{4})(?![\w-])"
)
_LONG_PHONE = re.compile(
    r"(?<!\w)\+(\d{1,3}(?:[ -]?\d{2,4}){2,5})(?!\w)"
    r"|(?<![\w.,:/-])(0\d{2,4}(?:[ -]\d{3,4}){1,2}|0\d{4} \d{6})(?![\w-])"
)
_ZIP = re.compile(r"(?<=, )([A-Z]{2}) (\d{5})(?:-(\d{4}))?(?!\w)")
_ARTICLE = re.compile(r"\b[Aa]n? $")
_NOUN_NEXT = re.compile(r"[ -](?!(?:per|and|for|from|with|but)\b)[a-z]{3}")
_RATING = re.compile(
    r"\b((?:rated?|rating|scored?|got|gave|give|earned|solid)(?: \w+)? )?"
    r"(?<![\w/.,])(\d{1,2}(?:\.\d)?)/(5|10|20|100)(?![\w/])(?=( stars?| points?)?)"
)
_PER = re.compile(r"(?<=\d)/(h|hr|yr|mo|wk|lb|oz|kg|[a-z]{3,})\b")
_PERIODS = {"h": "hour", "hr": "hour", "yr": "year", "mo": "month", "wk": "week"}
_UNIT_WORDS = {"lb": "pound", "oz": "ounce", "kg": "kilogram"}
_SPACED_MINUS = re.compile(r"(?<![\w.,-])(\d+) - (\d+)(?![\w.,-])")
_ORDINAL = re.compile(r"(?<![\w.])(\d+|\d{1,3}(?:,\d{3})+)(?:st|nd|rd|th)\b", re.IGNORECASE)
_NEGATIVE = re.compile(rf"(?<![\w%°)\]'\"-])(?<!\d )[-−]({NUMBER})")
_VERSION = re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?!\d)")
_LETTER_HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=\d)")
_NUMBER = re.compile(NUMBER)
_MINUS = re.compile(r"(?<=\d) - (?=[\d=])")
_BY = re.compile(r"(?<=\d)x(?=\d)")
_MATH = re.compile(rf"(?<=\d) ?([+*/=<>×÷±≈≤≥−]| x ) ?(?=-?(?:{NUMBER}))")
_MATH_WORDS = {
    "+": "plus",
    "−": "minus",
    "*": "times",
    "x": "times",
    "×": "times",
    "/": "over",
    "÷": "divided by",
    "=": "equals",
    "<": "is less than",
    ">": "is greater than",
    "≤": "is at most",
    "≥": "is at least",
    "≈": "is about",
    "±": "plus or minus",
}


def read_quantities(text: str) -> str:
    """Write out all numbers of a text, with what belongs to them; dates are read before."""
    text = _PHONE.sub(_phone, text)
    text = _LONG_PHONE.sub(_long_phone, text)
    text = _ZIP.sub(lambda m: f"{m[1]} {_in_groups([g for g in m.groups()[1:] if g])}", text)
    if "/" in text:
        text = _RATING.sub(_rating, text)
        text = _PER.sub(lambda m: f" per {_PERIODS.get(m[1]) or _UNIT_WORDS.get(m[1], m[1])}", text)
    text = _MONEY.sub(_money, text)
    text = _MONEY_AFTER.sub(lambda m: _amount(m[1], m[2] or m[3], m[4]), text)
    text = _fractions().sub(_fraction, _NEGATIVE.sub(r"negative \1", text))
    if "=" in text:
        text = _MINUS.sub(" minus ", text)
    text = _SPACED_MINUS.sub(_difference, text)
    text = _MATH.sub(lambda m: f" {_MATH_WORDS[m[1].strip()]} ", _BY.sub(" by ", text))
    text = _VERSION.sub(lambda m: " dot ".join(map(cardinal, m[0].split("."))), text)
    text = _RANGE.sub(r"\1\2 to \3", text)
    text = _measures().sub(_measure, text)
    text = _ORDINAL.sub(lambda m: ordinal(m[1].replace(",", "")), text)
    return _NUMBER.sub(_plain, _LETTER_HYPHEN.sub(" ", text))


def _plural(unit: str, value: str) -> str:
    """The unit for a value: one dollar, two dollars, one point five dollars."""
    return unit if value == "1" else PLURALS.get(unit, f"{unit}s")


def _amount(value: str, scale: str | None, currency: str, *, attribute: bool = False) -> str:
    """An amount of money: "twelve dollars and fifty cents", "three point five million dollars".

    As the attribute of a noun it is "a five dollar tip".
    """
    major, minor = CURRENCIES[currency]
    if attribute and "." not in value:
        return f"{number(value)} {f'{SCALES.get(scale.lower(), scale)} ' if scale else ''}{major}"
    if scale:
        return f"{number(value)} {SCALES.get(scale.lower(), scale)} {_plural(major, '')}"
    whole, _, decimals = value.replace(",", "").partition(".")
    if not minor or len(decimals) != 2 or len(whole) > 15:
        return f"{number(value)} {_plural(major, value)}"
    parts = []
    if int(whole or 0) or not int(decimals):
        whole = whole or "0"
        parts.append(f"{cardinal(whole)} {_plural(major, whole)}")
    if int(decimals):
        cents = str(int(decimals))
        parts.append(f"{cardinal(cents)} {_plural(minor, cents)}")
    return " and ".join(parts)


def _money(match: Match[str]) -> str:
    minus, sign, value, word, letter, upper, upper_word, upper_letter = match.groups()
    words = _amount(value, word or letter, sign, attribute=not upper and _before_noun(match))
    if upper:
        upper_words = _amount(upper, upper_word or upper_letter, sign)
        words = (
            f"{words} to {upper_words}" if word or letter else f"{number(value)} to {upper_words}"
        )
    return f"minus {words}" if minus else words


def _fraction(match: Match[str]) -> str:
    """1/2, 3/4 ("fourths", as in the reference), 2 1/4; improper fractions are two numbers."""
    whole, upper, lower, symbol = match.groups()
    one, many = _units()[symbol] if symbol else ("", "")
    if int(upper) == 0 or not 2 <= int(lower) <= 100 or int(upper) >= int(lower):
        words = f"{cardinal(upper)} over {cardinal(lower)} {many}".rstrip()
        return f"{whole} {words}" if whole else words
    part = "half" if lower == "2" else "quarter" if whole and lower == "4" else ordinal(lower)
    if upper != "1":
        part = "halves" if part == "half" else f"{part}s"
    if not whole:
        return f"{cardinal(upper)} {part} {one}".rstrip()
    fraction = f"{'a' if upper == '1' else cardinal(upper)} {part}"
    return f"{number(whole)} and {fraction} {many}".rstrip()


def _phone(match: Match[str]) -> str:
    return _in_groups([group for group in match.groups() if group])


def _long_phone(match: Match[str]) -> str:
    """With a country's code, +44 20 7946 0958, or with the zero for inside the country."""
    groups = _in_groups(re.split("[ -]", match[1] or match[2]))
    return f"plus {groups}" if match[1] else groups


def _rating(match: Match[str]) -> str:
    """9/10 is "nine out of ten" where something is judged, 10/10 everywhere."""
    before, value, top, unit = match.groups()
    if value != top and not before and not unit:
        return match[0]
    return f"{before or ''}{value} out of {top}"


def _difference(match: Match[str]) -> str:
    """5 - 3 is a subtraction, 3 - 5 a range."""
    return f"{match[1]} minus {match[2]}" if int(match[1]) > int(match[2]) else match[0]


def _in_groups(groups: list[str]) -> str:
    """Digit by digit with a pause after each group."""
    return ", ".join(digits(group) for group in groups)


@cache
def _units() -> dict[str, tuple[str, str]]:
    """Symbol of a unit to its singular and plural."""
    rows = (line.split("\t") for line in data_lines("units.tsv"))
    return {symbol: (one, many) for symbol, one, many in rows}


@cache
def _symbols() -> str:
    """The symbol of a unit behind its number; a point that shortens it is swallowed."""
    symbols = "|".join(map(re.escape, sorted(_units(), key=len, reverse=True)))
    return rf"[ -]?({symbols})(?![\w/²³])(?:\.(?= [a-z]))?"


@cache
def _measures() -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}({NUMBER}){_symbols()}")


@cache
def _fractions() -> re.Pattern[str]:
    return re.compile(rf"{_FRACTION}(?:{_symbols()})?")


def _measure(match: Match[str]) -> str:
    one, many = _units()[match[2]]
    return f"{number(match[1])} {one if match[1] == '1' or _before_noun(match) else many}"


def _before_noun(match: Match[str]) -> bool:
    """Whether an article makes an attribute of the amount: a ten kilometer run, a $5 tip."""
    text, start, end = match.string, match.start(), match.end()
    article = _ARTICLE.search(text, max(0, start - 4), start)
    return article is not None and _NOUN_NEXT.match(text, end) is not None


def _plain(match: Match[str]) -> str:
    """A bare number, parted from the letters that touch it: MP3, H2O, 4K."""
    text, start, end = match.string, match.start(), match.end()
    before = " " if start and text[start - 1].isalnum() else ""
    after = " " if text[end : end + 1].isalnum() else ""
    return f"{before}{number(match[0])}{after}"
