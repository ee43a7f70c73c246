"""Measure words: a number in front of one counts, and a lone 2 is 两."""

import re
from functools import cache

from gpt_sovits.text.chinese.lists import word_list

# Behind a number these count nothing, though they begin like a measure word: 二年级, 二度, 二号.
_NOT_COUNTED = re.compile(
    "年级|[级度日成章节集卷课层代届期号月]|分之|点零|发(?!子)|处理|下载|通知|通道|台风|"
    "本科|面向|行动|口令|头条|线路|包裹|起来|版本"
)


@cache
def _classifiers() -> "re.Pattern[str]":
    return re.compile("|".join(sorted(word_list("classifiers"), key=len, reverse=True)))


def counts_before(text: str, position: int) -> bool:
    """Tell whether the text at `position` begins with a measure word, `个` or `多公里`."""
    if text[position : position + 1] in ("多", "余", "来", "几"):
        position += 1
    return _classifiers().match(text, position) is not None


def takes_liang(text: str, position: int) -> bool:
    """Tell whether a lone 2 in front of `position` is read 两."""
    return counts_before(text, position) and _NOT_COUNTED.match(text, position) is None
