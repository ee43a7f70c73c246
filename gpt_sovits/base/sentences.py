"""Sentences for synthetic speech: made from lists and patterns, so that every sound comes up."""

import random
import re
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

SpokenLanguage = Literal["zh", "en", "ja", "mixed"]
"""Language of a synthetic sentence; mixed is Chinese with English in it."""

LIST_SHARE = 0.25
"""Share of sentences that are lists, which bring up sounds that the patterns hardly have."""

LIST_ITEMS = (4, 9)
"""Fewest and most items of such a list."""

_SLOT = re.compile(r"\{(\w+)\}")

_STARTS = (
    *"あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ",
    *"がぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽ",
    *(start + glide for start in "きしちにひみりぎじびぴ" for glide in "ゃゅょ"),
)
"""Moras with which a Japanese word can begin."""

_LATER = (*_STARTS, "ん", *("っ" + mora for mora in "かきくけこさしすせそたちつてとぱぴぷぺぽ"))
"""Moras that can follow."""


def make_sentence(language: SpokenLanguage, rng: random.Random) -> str:
    """Make one sentence; the same state of the generator makes the same one."""
    if language != "mixed" and rng.random() < LIST_SHARE:
        return _make_list(language, rng)
    patterns = _patterns()[language]
    template = rng.choice(patterns["templates"])
    text = _SLOT.sub(lambda slot: str(rng.choice(patterns["lists"][slot[1]])), template)
    return text[0].upper() + text[1:]


def _make_list(language: Literal["zh", "en", "ja"], rng: random.Random) -> str:
    n_items = rng.randint(*LIST_ITEMS)
    if language == "en":
        return ", ".join(rng.sample(_patterns()["en"]["lists"]["word"], n_items)) + "."
    if language == "zh":
        return "，".join("".join(rng.choices(common_han(), k=2)) for _ in range(n_items)) + "。"
    return "、".join(_kana_word(rng) for _ in range(n_items)) + "。"


def _kana_word(rng: random.Random) -> str:
    """A word of two to four moras, which need not exist."""
    return rng.choice(_STARTS) + "".join(rng.choices(_LATER, k=rng.randint(1, 3)))


@cache
def common_han() -> tuple[str, ...]:
    """The common characters of simplified Chinese: the first level of GB 2312, 3755 of them."""
    codes = (bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return tuple(filter(None, (code.decode("gb2312", errors="ignore") for code in codes)))


@cache
def _patterns() -> dict[str, Any]:
    text = (files("gpt_sovits.base") / "data" / "sentences.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
