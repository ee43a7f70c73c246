"""One form per character: simplified Chinese, half-width letters and digits."""

import re
from functools import cache

from gpt_sovits.text.chinese.lists import data_lines

_HALF_WIDTH: dict[int, str | int] = {
    **{code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)},
    **{code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
    **{ord(wide): ord(wide) - 0xFEE0 for wide in "％＋－．＝＜＞／＃＆＠＊＾＿｜＼｛｝"},
}  # fmt: skip
"""Letters, digits and signs. Marks stay: a wide colon is a pause, a narrow one tells the time."""

# 嗯 and 呣 have readings without a vowel, which the symbol tables cannot say.
_SPOKEN_TWINS: dict[int, str | int] = {ord("嗯"): "恩", ord("呣"): "母", ord("〇"): "零"}

# Six traditional characters are correct in simplified text too; the word they stand in decides.
_BY_WORD = (
    (re.compile("乾(?![坤隆陵卦元县清嘉])(?<!康乾)"), "干"),
    (re.compile("藉(?=[口由此助着著以机故])|(?<=[凭憑])藉"), "借"),
    (re.compile("(?<=[明了])瞭|瞭(?=解|如指掌|然)"), "了"),
    (re.compile("(?<![商角])徵(?!羽)"), "征"),
    (re.compile("(?<![神地灵])祇"), "只"),
)
_BY_WORD_HINT = re.compile("[乾藉瞭徵祇]")

# 著 is "book" or "famous" in these; behind a verb of a traditional text it is the particle 着.
_AUTHORED = re.compile(
    "著(?=[名作者称述有录文于]|书立)|(?<=[名巨原专显昭卓编论土遗合拙译所])著|著(?=等身)"
)


@cache
def _simplified() -> dict[int, str | int]:
    pairs = " ".join(data_lines("simplified.txt")).split()
    return {ord(pair[0]): pair[1] for pair in pairs} | _HALF_WIDTH | _SPOKEN_TWINS


def unify_characters(text: str) -> str:
    """Write a text in simplified characters, half-width letters, digits and signs."""
    if text.isascii():
        return text
    unified = text.translate(_simplified())
    if _BY_WORD_HINT.search(unified):
        for pattern, simplified in _BY_WORD:
            unified = pattern.sub(simplified, unified)
    if "著" in unified and unified != text:
        kept = {match.start() for match in _AUTHORED.finditer(unified)}
        unified = "".join(
            "着" if char == "著" and index not in kept else char
            for index, char in enumerate(unified)
        )
    return unified
