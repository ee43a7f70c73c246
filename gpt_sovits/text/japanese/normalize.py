"""Rewrite what Open JTalk reads badly: dates, times, money, ranges, fractions, units, addresses.

Open JTalk itself reads plain and decimal numbers, counters (一本 二本 三本), most units behind a
number, iteration marks and telephone numbers, so these stay as they are.
"""

import re
import unicodedata
from collections.abc import Callable

_NUMBER = r"\d+(?:\.\d+)?"
_KANA = "ぁ-ゖァ-ヺー"
_SPOKEN_BEFORE = rf"0-9A-Za-z{_KANA}一-鿿々%℃"

_SCORED = "で(?:勝|負|敗|終|引き分|下し|制し|逆転|快勝)|の(?:まま|同点|引き分|勝利|敗)|とリード"
"""What follows the score of a game."""

# Forms that stand for plain letters: half-width kana, full-width ASCII, squares such as ㎏ and ㍿.
_COMPATIBLE = re.compile("[\uff01-\uff9f\u3300-\u3357\u3371-\u33df\u337b-\u337f\u3200-\u32cf]+")
_ACCENTED = re.compile("[À-ÖØ-öø-ſ]")

_CURRENCIES = {"¥": "円", "￥": "円", "$": "ドル", "€": "ユーロ", "£": "ポンド"}
_UNITS = {
    "km/h": "キロメートル毎時",
    "m/s": "メートル毎秒",
    "km²": "平方キロメートル",
    "cm²": "平方センチメートル",
    "mm²": "平方ミリメートル",
    "m²": "平方メートル",
    "cm³": "立方センチメートル",
    "m³": "立方メートル",
    "mAh": "ミリアンペア時",
    "kB": "キロバイト",
    "L": "リットル",
    "rpm": "回転毎分",
    "ft": "フィート",
    "px": "ピクセル",
    "°C": "度",
    "°": "度",
}
_ADDRESS_MARKS = {
    ".": "ドット",
    "/": "スラッシュ",
    ":": "コロン",
    "@": "アットマーク",
    "-": "ハイフン",
    "_": "アンダーバー",
    "?": "クエスチョン",
    "=": "イコール",
    "&": "アンド",
    "#": "シャープ",
    "%": "パーセント",
    "~": "チルダ",
    "+": "プラス",
}
_SYMBOLS = {
    "=": "イコール",
    "＝": "イコール",
    "%": "パーセント",
    "％": "パーセント",
    "‰": "パーミル",
    "±": "プラスマイナス",
    "№": "ナンバー",
    "℡": "電話",
    "〒": "郵便番号",
    "∞": "無限大",
    "√": "ルート",
    "#": "シャープ",
    "♯": "シャープ",
    "℃": "度",
    "°": "度",
    "$": "ドル",
    "¥": "円",
    "€": "ユーロ",
    "£": "ポンド",
    "²": "の二乗",
    "³": "の三乗",
}
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_ROMAN_SIGNS = re.compile("[\u2160-\u216b\u2170-\u217b]")


def normalize_japanese(text: str) -> str:
    """Write numbers, signs and addresses so that Open JTalk reads them as a person would."""
    text = unicodedata.normalize("NFC", text).replace("\u3000", " ")
    text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    text = _ACCENTED.sub(lambda match: unicodedata.normalize("NFD", match.group())[0], text)
    text = _repeat_kana(text)
    for pattern, replace in _ADDRESS_RULES + _WORD_RULES:
        text = pattern.sub(replace, text)
    if any(character.isnumeric() for character in text):  # a cheap look that most sentences fail
        for pattern, replace in _NUMBER_RULES:
            text = pattern.sub(replace, text)
    for pattern, replace in _SIGN_RULES:
        text = pattern.sub(replace, text)
    return text


def _repeat_kana(text: str) -> str:
    """Write a kana iteration mark as the kana it repeats: こゝろ, いすゞ."""

    def repeat(match: re.Match[str]) -> str:
        kana, mark = match.groups()
        plain = unicodedata.normalize("NFD", kana)[0]
        voiced = "\u3099" if mark in "ゞヾ" else ""
        return kana + unicodedata.normalize("NFC", plain + voiced)

    return re.sub("([ぁ-ゖァ-ヺ])([ゝゞヽヾ])", repeat, text)


def _spell_address(match: re.Match[str]) -> str:
    return "".join(
        f" {_ADDRESS_MARKS[character]} " if character in _ADDRESS_MARKS else character
        for character in match.group()
    )


def _date(match: re.Match[str]) -> str:
    year, month, day = (int(group) for group in match.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match.group()
    return f"{year}年{month}月{day}日"


def _time(match: re.Match[str]) -> str:
    hours, minutes, seconds = match.groups()
    parts = [f"{int(hours)}時"]
    if int(minutes) or seconds:
        parts.append(f"{int(minutes)}分")
    if seconds:
        parts.append(f"{int(seconds)}秒")
    return "".join(parts)


def _money(match: re.Match[str]) -> str:
    sign, amount, scale = match.groups()
    currency = _CURRENCIES[sign]
    whole, _, cents = amount.partition(".")
    if currency == "ドル" and len(cents) == 2 and not scale:
        return f"{whole}ドル" + (f"{int(cents)}セント" if int(cents) else "")
    return f"{amount}{scale}{currency}"


def _hyphenated(match: re.Match[str]) -> str:
    """Read numbers joined by hyphens: a range, a block number, or digit by digit."""
    groups = match.group().split("-")
    digit_by_digit = any(group[0] == "0" and len(group) > 1 for group in groups) or (
        sum(map(len, groups)) >= 7 and len(groups) <= 4
    )
    if digit_by_digit:
        return match.group()  # Open JTalk reads 03-1234-5678 so by itself
    if len(groups) == 2 and int(groups[0]) < int(groups[1]):
        return "から".join(groups)
    return "の".join(groups)


def _month_and_day(match: re.Match[str]) -> str:
    """Read 12/25 as a date: no such fraction is common, and a day beyond 12 is no month."""
    month, day = int(match[1]), int(match[2])
    return f"{month}月{day}日" if 1 < month <= 12 < day <= 31 else match.group()


def _roman(match: re.Match[str]) -> str:
    values = [_ROMAN[letter] for letter in match.group()]
    total = sum(
        -here if here < following else here
        for here, following in zip(values, [*values[1:], 0], strict=True)
    )
    return str(total)


Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_ADDRESS_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?:https?://|www\.)[!-~]*[0-9A-Za-z/]"), _spell_address),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII), _spell_address),
    (
        re.compile(r"(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,8}(?:com|net|org|jp|io)\b", re.ASCII),
        _spell_address,
    ),
    (_ROMAN_SIGNS, lambda match: str(int(unicodedata.numeric(match.group())))),
    (re.compile(r"(?<=第)[IVXL]+(?=[章節部巻話回編期条項幕集])"), _roman),
)

_WORD_RULES: tuple[Rule, ...] = (
    (re.compile("[(（]株[)）]"), "株式会社"),
    (re.compile("[Ww]i-?[Ff]i"), "ワイファイ"),
    (
        re.compile("(?<![一-鿿])([日月火水木金土])[〜～~]([日月火水木金土])(?![一-鿿])"),
        r"\1曜から\2曜",
    ),
)

_NUMBER_RULES: tuple[Rule, ...] = (
    (re.compile(r"(?<=\d),(?=\d{3}(?:\D|$|,))"), ""),
    (re.compile("[¼½¾⅓⅔⅕⅛]"), lambda match: unicodedata.normalize("NFKC", match.group())),
    (re.compile(rf"([¥￥$€£])\s?({_NUMBER})([千万億兆]*)"), _money),
    (re.compile(r"(?<!\d)(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)"), _date),
    (re.compile(r"(?<![\d/])(\d{4})/(0?[1-9]|1[0-2])(?![\d/])"), r"\1年\2月"),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?=\s?[(（][日月火水木金土])"), r"\1月\2日"),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{2})(?=[はがのにか、])"), _month_and_day),
    (re.compile(r"(?<=日)\s?[(（]([日月火水木金土])[)）]"), r"（\1曜日）"),
    (re.compile(r"(?<=[年月])0(?=[1-9][月日])"), ""),
    (re.compile(r"\b(?:No\.|№)\s?(?=\d)"), "ナンバー"),
    (re.compile(r"\b[Vv]er\.?\s?(?=\d)"), "バージョン"),
    (
        re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?!\d)"),
        lambda match: match.group().replace(".", "点"),
    ),
    (re.compile(r"(?<![\d:])([01]?\d|2\d):([0-5]\d)(?::([0-5]\d))?(?![\d:])"), _time),
    (re.compile(r"(?<![\d:])(\d+):(\d+)(?![\d:])"), r"\1対\2"),
    (re.compile(r"(?<![\d/.])(\d+)[/⁄](\d+)(?![\d/.])"), r"\2分の\1"),
    (re.compile(r"(?<![0-9A-Za-z.)\]-])[-−‐]\s?(?=\d)"), "マイナス"),
    (re.compile(r"(?<![0-9A-Za-z.)\]])\+\s?(?=\d)"), "プラス"),
    (re.compile(rf"(?<![\d.-])(\d{{1,2}})[-−‐–](\d{{1,2}})(?={_SCORED})"), r"\1対\2"),
    (re.compile(r"(?<![\d.-])\d+(?:[-−‐–]\d+)+(?![\d.-])"), _hyphenated),
    (
        re.compile(
            rf"(?<=\d)\s?({'|'.join(map(re.escape, _UNITS))})(?![A-Za-z])",
        ),
        lambda match: _UNITS[match.group(1)],
    ),
    (re.compile(r"(?<=\d)\s(?=[%℃A-Za-z])"), ""),
    (re.compile(rf"(?<=[{_SPOKEN_BEFORE}])[〜～~∼]\s?(?=[¥$]?\d)"), "から"),
)

_SIGN_RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?<=[{_KANA}])[〜～~∼〰]+"), "ー"),
    (re.compile(r"(?<=[0-9A-Za-z一-鿿々])[〜～~∼]"), "から"),
    (re.compile("ー{3,}"), "ーー"),
    (
        re.compile(f"(?<!\\d)[%％]|[{''.join(set(_SYMBOLS) - set('%％'))}]"),
        lambda match: _SYMBOLS[match.group()],
    ),
)
