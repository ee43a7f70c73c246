"""Dates, times of day and ratios, which share the colon with times."""

import re

from gpt_sovits.text.chinese.normalize.numbers import read_decimal, read_digits, read_integer

_MONTH = "(?:0?[1-9]|1[0-2])"
_DAY = "(?:0?[1-9]|[12][0-9]|3[01])"

_SEPARATED_DATE = re.compile(rf"(?<![\d.])([12]\d{{3}})([-/.])({_MONTH})\2({_DAY})(?![\d.])")
_SEPARATED_MONTH = re.compile(r"(?<![\d.])([12]\d{3})[-/](0[1-9]|1[0-2])(?![\d./-])")
_WRITTEN_DATE = re.compile(
    rf"(?<!\d)(\d{{2,4}})年(?:({_MONTH})月(?:({_DAY})([日号]))?)?(?!代|级|[多余来几])"
)
_YEAR_RANGE = re.compile(
    r"(?<![\d.])([12]\d{3})年?\s*[-–—~～至到]{1,2}\s*([12]\d{3})(?=年|学年|财年)"
)
_DECADE = re.compile(r"(?<!\d)([12]\d{3})年代")
_GENERATION = re.compile(r"(?<!\d)(\d0|[5-9]5)(?=后(?![天来卫面]))")

_DURATION_BEFORE = re.compile("[了过达约近共满第整逾长用隔每前后历经多少]$")
_DURATION_AFTER = re.compile("[来前后间内多]|之[前后久内间]|历史|时间|如一日|寿")

_CLOCK = r"([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d))?"
_TIME_RANGE = re.compile(rf"(?<![\d:：]){_CLOCK}\s*[-–—~～至到]{{1,2}}\s*{_CLOCK}(?![\d:：])")
_TIME = re.compile(rf"(?<![\d:：.]){_CLOCK}(?![\d:：])")
_AM_PM = re.compile(rf"(?<![\d:：.]){_CLOCK}\s*([AaPp])\.?[Mm]\b\.?")

_RATIO = re.compile(r"(?<![\d:：.])\d+(?:\.\d+)?(?:[:：]\d+(?:\.\d+)?)+(?![\d:：])")
_SCORE_IN_HYPHENS = re.compile(r"((?:[比总]分|[打战扳]成)[^\d，。,;；]{0,4}\d+)[-–](?=\d)")
_SCORE = re.compile(
    r"((?:比分|总分|比例|比率|配比|赔率|[打战扳]成|以)[^\d，。,;；]{0,4}\d+)[:：](?=\d)"
    r"|(?<![\d:：])(\d+)[:：](?=\d+\s?(?:领先|落后|战胜|击败|险胜|大胜|完胜|力克|轻取|淘汰|战平|不敌|负于|惜败))"
)


def read_dates(text: str) -> str:
    """Write dates out: `2024-05-01` and `2024年5月1日` as 二零二四年五月一日."""
    text = _SEPARATED_DATE.sub(r"\1年\3月\4日", text)
    text = _SEPARATED_MONTH.sub(r"\1年\2月", text)
    text = _YEAR_RANGE.sub(lambda m: f"{read_digits(m[1])}到{read_digits(m[2])}", text)
    text = _DECADE.sub(lambda m: f"{read_digits(m[1])}年代", text)
    text = _GENERATION.sub(lambda m: read_digits(m[1]), text)
    return _WRITTEN_DATE.sub(_written_date, text)


def read_times(text: str) -> str:
    """Write times and ratios out: `3:30` as 三点半, `3:2` as 三比二."""
    text = _SCORE_IN_HYPHENS.sub(r"\1比", text)
    if ":" not in text and "：" not in text:
        return text
    text = _SCORE.sub(lambda m: (m[1] or m[2]) + "比", text)
    text = _AM_PM.sub(
        lambda m: ("上午" if m[4] in "Aa" else "下午") + _clock(*m.groups()[:3]), text
    )
    text = _TIME_RANGE.sub(lambda m: _clock(*m.groups()[:3]) + "至" + _clock(*m.groups()[3:]), text)
    text = _TIME.sub(lambda m: _clock(*m.groups()), text)
    return _RATIO.sub(lambda m: "比".join(map(read_decimal, re.split("[:：]", m[0]))), text)


def _written_date(match: "re.Match[str]") -> str:
    year, month, day, day_name = match.groups()
    text = match.string
    before = text[max(0, match.start() - 3) : match.start()]
    spoken = (
        read_digits(year) if month else _year(year, before, text[match.end() : match.end() + 3])
    )
    spoken += "年"
    if month:
        spoken += read_integer(month) + "月"
    if day:
        spoken += read_integer(day) + day_name
    return spoken


def _year(year: str, before: str, after: str) -> str:
    """Read what stands before 年: the name of a year digit by digit, a duration as a quantity."""
    if len(year) == 4:
        is_name = int(year) <= 2100 and (int(year) % 1000 != 0 or year == "2000")
    elif _DURATION_BEFORE.search(before) or _DURATION_AFTER.match(after):
        is_name = False
    elif len(year) == 2:
        is_name = year[0] == "0" or year[0] >= "5"
    else:
        is_name = before.endswith(("公元", "公元前", "元")) or not year.endswith("0")
    return read_digits(year) if is_name else read_integer(year)


def _clock(hour: str, minute: str, second: str | None) -> str:
    spoken = ("两" if int(hour) == 2 else read_integer(hour)) + "点"
    if minute == "30" and second is None:
        return spoken + "半"
    if minute != "00" or second is not None:
        spoken += _two_digits(minute) + "分"
    return spoken if second is None else spoken + _two_digits(second) + "秒"


def _two_digits(digits: str) -> str:
    zero = "零" if digits[0] == "0" and digits != "00" else ""
    return zero + read_integer(digits)
