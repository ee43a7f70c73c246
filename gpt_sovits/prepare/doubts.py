"""What is suspicious in a text that a recogniser wrote: told to the user, never hidden."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence

from gpt_sovits.errors import TextError
from gpt_sovits.prepare.engines import Transcript
from gpt_sovits.text.languages import parse_mode
from gpt_sovits.text.scripts import find_tokens

UNSURE = 0.35
"""Confidence below which an engine mostly guesses; Whisper counts such a text as failed, too."""

ODD = "heard as"
"""How the doubt begins that hangs on the other clips, not on the clip alone."""

_NOBODY = 0.6
"""Probability of no speech beyond which Whisper itself counts a stretch as silent."""

_PACKED = 2.4
"""How far text can be packed before it repeats itself; the limit is Whisper's own."""

_REPEATED = re.compile(r"(.{2,40}?)(?:\W*\1){3,}", re.DOTALL)

_FASTEST = {"en": 7.0, "other": 14.0}
"""Words, or characters of other scripts, that can be said in a second."""

_SLOWEST = 0.3

_PHANTOMS = (
    "thanks for watching",
    "thank you for watching",
    "subtitles by the amara.org community",
    "please subscribe",
    "ご視聴ありがとうございました",
    "请不吝点赞",
    "字幕由amara",
    "시청해주셔서 감사합니다",
)
"""What Whisper hears in silence and music: ends of the videos that it was trained on."""


def doubts_of(said: Transcript, seconds: float) -> list[str]:
    """Reasons to look at the text of one clip of `seconds` before it is used."""
    if not said.text:
        return ["no words are heard in it"]
    checks = (
        _is_unsure(said),
        _is_repeated(said.text),
        _is_phantom(said.text),
        _has_wrong_length(said.text, seconds),
        "holds letters that could not be read" if "\N{REPLACEMENT CHARACTER}" in said.text else "",
        "" if is_spoken(said.language) else f"is in {said.language!r}, which no voice here reads",
    )
    return [doubt for doubt in checks if doubt]


def odd_languages(languages: Sequence[str]) -> dict[str, str]:
    """What to say of clips in a language that most of the others are not in, by that language."""
    counts = Counter(languages)
    if len(languages) < 3 or len(counts) < 2:
        return {}
    usual, count = counts.most_common(1)[0]
    if count <= len(languages) / 2:
        return {}
    return {
        language: f"{ODD} {language}, where most clips are {usual}"
        for language in counts
        if language != usual
    }


def is_spoken(language: str) -> bool:
    """Whether a language of a recogniser is one that the text front ends read."""
    try:
        parse_mode(language)
    except TextError:
        return False
    return True


def _is_unsure(said: Transcript) -> str:
    if said.no_speech is not None and said.no_speech > _NOBODY:
        return f"probably nobody speaks in it ({said.no_speech:.2f})"
    if said.confidence is not None and said.confidence < UNSURE:
        return f"the recogniser is unsure ({said.confidence:.2f})"
    return ""


def _is_repeated(text: str) -> str:
    content = text.encode()
    if found := _REPEATED.search(text.lower()):
        return f"repeats {found[1].strip()!r}"
    is_packed = len(content) > 100 and len(content) / len(zlib.compress(content)) > _PACKED
    return "repeats itself" if is_packed else ""


def _is_phantom(text: str) -> str:
    plain = text.lower().strip(" .!。！")
    known = any(phantom in plain and len(plain) < 2 * len(phantom) for phantom in _PHANTOMS)
    return "is a phrase that recognisers hear in silence" if known else ""


def _has_wrong_length(text: str, seconds: float) -> str:
    tokens = find_tokens(text)
    words = sum(token.kind in ("en", "number") for token in tokens)
    letters = sum(t.end - t.start for t in tokens if t.kind not in ("en", "number"))
    share = words / _FASTEST["en"] + letters / _FASTEST["other"]  # seconds that it takes at least
    if share > seconds:
        return f"is more than can be said in {seconds:.1f} s"
    if seconds >= 3 and words + letters < _SLOWEST * seconds:
        return f"is little for {seconds:.1f} s"
    return ""
