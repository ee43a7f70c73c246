"""Numbers, units, letters and signs as hangul."""

import re
import unicodedata
from collections.abc import Callable

_DIGITS = "영일이삼사오육칠팔구"
_PLACES = ("", "십", "백", "천")
_MYRIADS = ("", "만", "억", "조", "경")
_NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_COUNTERS = (
    "시간|시|개|명|살|마리|번째|번|잔|병|권|사람|달|장|대|켤레|가지|그루|송이|채|벌|쌍|군데|"
    "분(?=[이은께들])"
)
_LETTERS = {
    "A": "에이", "B": "비", "C": "시", "D": "디", "E": "이", "F": "에프", "G": "지", "H": "에이치",
    "I": "아이", "J": "제이", "K": "케이", "L": "엘", "M": "엠", "N": "엔", "O": "오", "P": "피",
    "Q": "큐", "R": "아르", "S": "에스", "T": "티", "U": "유", "V": "브이", "W": "더블유",
    "X": "엑스", "Y": "와이", "Z": "제트",
}  # fmt: skip
_UNITS = {
    "km/h": "킬로미터 퍼 아워",
    "km": "킬로미터",
    "cm": "센티미터",
    "mm": "밀리미터",
    "m²": "제곱미터",
    "m": "미터",
    "kg": "킬로그램",
    "mg": "밀리그램",
    "g": "그램",
    "ml": "밀리리터",
    "L": "리터",
    "GB": "기가바이트",
    "MB": "메가바이트",
    "℃": "도",
    "°C": "도",
    "%": "퍼센트",
}
_CURRENCIES = {"₩": "원", "$": "달러", "¥": "엔", "€": "유로", "£": "파운드"}
_SIGNS = {"%": "퍼센트", "&": " 앤드 ", "@": " 골뱅이 ", "+": " 더하기 ", "=": " 는 ", "℃": "도"}
_MONTHS = {6: "유월", 10: "시월"}

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def read_sino(digits: str) -> str:
    """A whole number in Sino-Korean; beyond 20 digits one digit after the other."""
    digits = digits.lstrip("0") or "0"
    if digits == "0":
        return "영"
    if len(digits) > 4 * len(_MYRIADS):
        return read_digits(digits)
    groups = [digits[max(0, end - 4) : end] for end in range(len(digits), 0, -4)]
    parts: list[str] = []
    for myriad, group in reversed(list(zip(_MYRIADS, groups, strict=False))):
        spoken = _read_group(group)
        if spoken:
            parts.append(
                "만" if myriad == "만" and spoken == "일" and not parts else spoken + myriad
            )
    return "".join(parts)


def _read_group(group: str) -> str:
    """Up to four digits; a one in front of a place is not spoken."""
    spoken = ""
    for place, digit in zip(_PLACES, reversed(group), strict=False):
        if digit != "0":
            one = digit == "1" and place
            spoken = ("" if one else _DIGITS[int(digit)]) + place + spoken
    return spoken


def read_digits(digits: str) -> str:
    """Digits one after the other, as in telephone numbers."""
    return "".join("공" if digit == "0" else _DIGITS[int(digit)] for digit in digits)


def read_native(number: int) -> str:
    """A number from 1 to 99 in native Korean, as it stands before a counter."""
    tens, ones = divmod(number, 10)
    return "스무" if number == 20 else _NATIVE_TENS[tens] + _NATIVE_ONES[ones]


def _number(match: re.Match[str]) -> str:
    whole, _, fraction = match.group().partition(".")
    return read_sino(whole) + ("점" + read_digits(fraction).replace("공", "영") if fraction else "")


def _counted(match: re.Match[str]) -> str:
    number, counter = match.groups()
    if 1 <= int(number) <= 99:
        return f"{read_native(int(number))} {counter}"
    return f"{read_sino(number)} {counter}"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    spoken = read_native(hour) if 1 <= hour <= 12 else read_sino(str(hour))
    return f"{spoken} 시" + (f" {read_sino(str(minute))} 분" if minute else "")


def _month(match: re.Match[str]) -> str:
    month = int(match[1])
    return _MONTHS.get(month, read_sino(match[1]) + "월")


_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d),(?=\d{3}(?:\D|$|,))"), lambda match: ""),
    (
        re.compile(r"(?<!\d)(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)"),
        lambda match: f"{match[1]}년 {match[2]}월 {match[3]}일",
    ),
    (
        re.compile(r"(?<!\d)0\d{1,2}-\d{3,4}-\d{4}(?!\d)"),
        lambda match: ", ".join(map(read_digits, match.group().split("-"))),
    ),
    (re.compile(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])"), _time),
    (re.compile(r"(?<!\d)(1[0-2]|0?[1-9])월"), _month),
    (
        re.compile(r"([₩$¥€£])\s?(\d+(?:\.\d+)?)([만억]?)"),
        lambda match: f"{match[2]}{match[3]}{_CURRENCIES[match[1]]}",
    ),
    (re.compile(r"(?<![\d/])(\d+)/(\d+)(?![\d/])"), lambda match: f"{match[2]}분의 {match[1]}"),
    (re.compile(r"(?<=\d)\s?[~〜～∼]\s?(?=\d)"), lambda match: "에서 "),
    (re.compile(r"(?<![\w.])[-−]\s?(?=\d)"), lambda match: "마이너스 "),
    (
        re.compile(rf"(?<=\d)\s?({'|'.join(map(re.escape, _UNITS))})(?![A-Za-z])"),
        lambda match: _UNITS[match[1]],
    ),
    (re.compile(rf"(?<![\d.])(\d+)\s?({_COUNTERS})"), _counted),
    (re.compile(r"\d+(?:\.\d+)?"), _number),
)
_WIDE = re.compile("[\uff01-\uff9f\uffa0-\uffdc]+")
_SIGN = re.compile(f"[{re.escape(''.join(_SIGNS))}]")
_LATIN = re.compile("[A-Za-z]+")


def normalize_korean(text: str) -> str:
    """Write numbers, units and Latin letters as hangul; letters are spelled by name."""
    text = unicodedata.normalize("NFC", text)
    text = _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    if re.search(r"\d", text):
        for pattern, replace in _RULES:
            text = pattern.sub(replace, text)
    text = _SIGN.sub(lambda match: _SIGNS[match.group()], text)
    return _LATIN.sub(_spell, text)


def _spell(match: re.Match[str]) -> str:
    return "".join(_LETTERS[letter] for letter in match.group().upper())
