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

_NUMBER = r"[-+\u2212±#$€£¥￥≈<>=~]{0,3}\d+(?:[.,:/~\-]\d+)*"

# Digits glued in front belong to the word (3D, 7-Eleven), and so do marks between its letters and
# digits (GPT-4, v2.0, o'clock, R&D, a@b.org, C++).
_WORD = (
    rf"(?:\d+(?:[.,:]\d+)*-?)?[{_LATIN}]"
    rf"(?:[{_LATIN}\d{COMBINING}]|[-'’.&+_/@](?=[{_LATIN}\d]))*(?:\+\+|[+#](?![{_LATIN}\d+#]))?"
)

_CLOCK = rf"\d{{1,2}}(?::\d\d)? ?[AaPp]\.?[Mm](?![{_LATIN}\d])"

_KANA = "[\u3006\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff]+"

# With 々, 〇 and the Chinese phonetic letters.
_HAN = (
    "[\u3005\u3007\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)

_HANGUL = "[\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb]+"


@cache
def _pattern() -> re.Pattern[str]:
    from gpt_sovits.text.chinese.units import UNIT_PATTERN

    return re.compile(
        f"(?P<han>{_HAN})"
        f"|(?P<kana>{_KANA})"
        f"|(?P<fixed>[{PRIVATE_USE}])"
        f"|(?P<hangul>{_HANGUL})"
        f"|(?P<url>{_URL})"
        f"|(?P<amount>{_NUMBER} ?(?:{UNIT_PATTERN.pattern})(?![{_LATIN}\\d]))"
        f"|(?P<clock>{_CLOCK})"
        f"|(?P<en>{_WORD})"
        f"|(?P<number>{_NUMBER})"
    )


_KINDS = {kind: kind for kind in get_args(Kind)} | {"url": "en", "clock": "en", "amount": "number"}


def find_tokens(text: str) -> list[Token]:
    """Find the runs of each script, in order; what lies between them are marks and spaces."""
    return [
        Token(_KINDS[match.lastgroup], match.start(), match.end())
        for match in _pattern().finditer(text)
    ]
