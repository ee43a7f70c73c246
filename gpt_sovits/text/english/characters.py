"""Bring foreign forms of characters to ASCII, and say why the rest cannot be read."""

import re
import unicodedata
from functools import lru_cache

from gpt_sovits.text.english.vocabulary import words_of

GREEK = words_of(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    "sigma sigma tau upsilon phi chi psi omega"
)
"""Names from U+03B1 on; the second sigma is the final one."""

_FORMS = {
    "‘": "'", "’": "'", "ʼ": "'", "′": "'", "″": '"', "`": "'", "´": "'",
    "–": "–", "—": "—", "―": "—", "‐": "-", "‑": "-", "−": "−", "〜": "~", "～": "~",
    "…": "...", "⋯": "...", "。": ".", "．": ".", "、": ",", "，": ",", "·": " ",
    "！": "!", "？": "?", "¿": "", "¡": "", "：": ":", "；": ";",
    "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "th", "Ð": "Th", "þ": "th", "Þ": "Th",
    "ı": "i", "ħ": "h", "№": "No. ", "µ": "μ", "Ω": "Ω", "℃": "°C", "℉": "°F",
}  # fmt: skip
_KEPT = frozenset("²³°§©®™‰×÷±≈≤≥£€¥₩₹¢μ")
_FRACTIONS = frozenset("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞")
_INVISIBLE = re.compile("[\u0300-\u036f\ufe0f\u00ad\u200c\u200d\u2060\ufeff]")
"""Accents on their own, and what only tells a printer how to set the characters around it."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_GREEK = re.compile(r"(?<![α-ωΑ-Ω])(?<!\d)(?<!\d )[α-ωΑ-Ω](?![α-ωΑ-Ω])(?!m\b|g\b|s\b)")


def fold_characters(text: str) -> str:
    """Replace accented, full-width and typographic forms by ASCII; leave what has none."""
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = _NOT_ASCII.sub(lambda m: _fold(m[0]), text)
    return _GREEK.sub(lambda m: f" {GREEK[ord(m[0].lower()) - ord('α')]} ", text)


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    if (form := _FORMS.get(character)) is not None:
        return form
    if character in _KEPT:
        return character
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category == "Nd":
        return str(unicodedata.digit(character))
    plain = unicodedata.normalize("NFKD", character)
    if character in _FRACTIONS:
        return " " + plain.replace("\N{FRACTION SLASH}", "/")
    base = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    return base if base.isascii() and base else character


@lru_cache(maxsize=4096)
def why_unread(character: str) -> str:
    """Reason why English has no reading for a character, a part of a sentence."""
    category = unicodedata.category(character)
    if category == "Cs":
        return f"half of a surrogate pair, U+{ord(character):04X}"
    if category == "Co":
        return "a private-use character without a meaning here"
    if category in ("Cc", "Cf", "Cn"):
        return f"a character that cannot be seen, U+{ord(character):04X}"
    if category[0] == "L":
        script = unicodedata.name(character, "unknown").split()[0].capitalize()
        return f"a letter of another script ({script})"
    if category in ("So", "Sk"):
        return "a picture or a sign without a reading"
    return "a mark without a sound"
