"""Runs of one script in a text: the evidence from which `languages` decides who reads what."""

import re
from functools import cache
from typing import Literal, NamedTuple, get_args

from gpt_sovits.text.marks import COMBINING, PRIVATE_USE

Kind = Literal["fixed", "en", "number", "kana", "han", "hangul"]
"""What a run is: a word of the user's dictionary, Latin, digits (with sign, currency and unit),
or one of the other scripts."""


class Token(NamedTuple):
    """A run of one script, `text[start:end]`."""

    kind: Kind
    start: int
    end: int


_LATIN = "A-Za-z\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u02af\u1e00-\u1eff"

_URL = r"(?:https?://|ftp://|www\.)[!#-;=?-\[\]-~]*[A-Za-z0-9/]"

# An x between numbers multiplies: 3x3, 1920x1080.
_NUMBER = rf"[-+\u2212±#$€£¥￥≈<>=~]{{0,3}}\d+(?:[.,:/~\-]\d+|[xX×*]\d+(?![{_LATIN}\d]))*"

# One side against the other, 3v3: the letter is a word, the digits are numbers.
_VERSUS = r"(?<=\d)[vV](?=\d)"

# Trains, flights and number plates are spelled: G1234次, 航班CA1234, 京A12345.
_SPELLED = (
    r"[A-Z]{1,2}(?=\d{1,4}次)|(?<=航班)[A-Z]{2}(?=\d{3,4}(?!\d))"
    r"|(?<=[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])[A-Z](?=[A-Z\d]{5,6}(?![A-Za-z\d]))"
)

# Digits in front belong to the word only in an ordinal or with a hyphen (2nd, 7-Eleven), but marks
# between its letters and digits do (GPT-4, v2.0, o'clock, R&D, a@b.org, C++).
_WORD = (
    rf"\d*(?:1st|2nd|3rd|\dth)(?![{_LATIN}\d])"
    rf"|(?:\d+-(?=[{_LATIN}]{{2}}))?[{_LATIN}]"
    rf"(?:[{_LATIN}\d{COMBINING}]|[-'’.&+_/@](?=[{_LATIN}\d]))*(?:\+\+|[+#](?![{_LATIN}\d+#]))?"
)

_CLOCK = rf"\d{{1,2}}(?::\d\d)? ?[AaPp]\.?[Mm](?![{_LATIN}\d])"

_KANA = "[\u3006\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff]+"

HAN = (
    "\u3005\u3007\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Range of the characters of Chinese and Japanese, with 々, 〇 and the Chinese phonetic letters."""

_HANGUL = "[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb]+"


@cache
def _pattern() -> re.Pattern[str]:
    from gpt_sovits.text.chinese.units import UNIT_PATTERN

    return re.compile(
        f"(?P<han>[{HAN}]+)"
        f"|(?P<kana>{_KANA})"
        f"|(?P<fixed>[{PRIVATE_USE}])"
        f"|(?P<hangul>{_HANGUL})"
        f"|(?P<url>{_URL})"
        f"|(?P<amount>{_NUMBER} ?[十百千万亿]{{0,2}}(?:{UNIT_PATTERN.pattern})(?![{_LATIN}\\d]))"
        f"|(?P<clock>{_CLOCK})"
        f"|(?P<versus>{_VERSUS})"
        f"|(?P<spelled>{_SPELLED})"
        f"|(?P<en>{_WORD})"
        f"|(?P<number>{_NUMBER})"
    )


_KINDS = {kind: kind for kind in get_args(Kind)} | {
    "url": "en",
    "clock": "en",
    "versus": "en",
    "spelled": "en",
    "amount": "number",
}


def find_tokens(text: str) -> list[Token]:
    """Find the runs of each script, in order; what lies between them are marks and spaces."""
    return [
        Token(_KINDS[match.lastgroup], match.start(), match.end())
        for match in _pattern().finditer(text)
    ]
