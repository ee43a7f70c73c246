"""Read Korean: hangul by the rules of standard pronunciation, as jamo."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gpt_sovits.errors import TextError
from gpt_sovits.text.korean.hangul import ONSETS, VOWELS, Syllable, is_hangul, split_syllable
from gpt_sovits.text.korean.normalize import normalize_korean
from gpt_sovits.text.korean.pronunciation import pronounce, pronounce_phrase
from gpt_sovits.text.reading import Reading, Symbols, Unread, UserWord, Word

_SPACE, _STOP = "空", "停"
_MARKS = {
    **dict.fromkeys(",，、:：;；·", ","),
    **dict.fromkeys(".。\n", "."),
    **dict.fromkeys("!！", "!"),
    **dict.fromkeys("?？", "?"),
    **dict.fromkeys("…⋯", "…"),
    **dict.fromkeys("-–—", "-"),
    # Marks without a symbol are the reference's 停.
    **dict.fromkeys("「」『』（）()[]【】〈〉《》{}“”‘’'\"«»/~〜", _STOP),
}
_USER = "\ue000-\uf8ff"
_TOKEN = re.compile(
    rf"(?P<phrase>[가-힣]+(?: [가-힣]+)*)|(?P<jamo>[{ONSETS}{VOWELS}])|(?P<user>[{_USER}])"
    rf"|(?P<dots>[.。]{{2,}}|[…⋯]+)|(?P<line>\s*\n\s*)|(?P<space>\s+)"
    rf"|(?P<mark>[{re.escape(''.join(_MARKS))}])(?P=mark)*|(?P<other>.)",
    re.DOTALL,
)


def parse_hangul(reading: str) -> str:
    """Check a reading of the user's: hangul syllables, spaces between them.

    Raises:
        TextError: another character, or nothing.
    """
    if not reading.strip():
        raise TextError("the reading is empty: write it in hangul, such as 가치")
    for character in reading:
        if character != " " and not is_hangul(character):
            raise TextError(
                f"the reading {reading!r} holds {character!r}, which is no hangul syllable: write "
                "it as it sounds, such as 가치"
            )
    return " ".join(reading.split())


def read_korean(
    text: str, symbols: Symbols, fixed: Mapping[str, UserWord] = MappingProxyType({})
) -> Reading:
    """Read a text as Korean.

    Args:
        text: any text; Latin letters are spelled by name.
        symbols: table of the family.
        fixed: private-use characters that stand for words of the user's dictionary.

    Returns:
        The reading; characters without a Korean reading stand in `unread`.

    Raises:
        TextError: the table is v1's, which has no Korean; or a reading in `fixed` is not hangul.
    """
    if symbols == "v1":
        raise TextError(
            "the v1 family has no symbols for Korean: choose v2 or a later family for this text"
        )
    unread: list[Unread] = []
    words = tuple(_words(normalize_korean(text).strip(), fixed, unread))
    norm_text = "".join(word.text for word in words)
    return Reading(norm_text, words, tuple(dict.fromkeys(unread)))


def _words(text: str, fixed: Mapping[str, UserWord], unread: list[Unread]) -> Iterator[Word]:
    """Words, marks and spaces of a normalized text."""
    for match in _TOKEN.finditer(text):
        found = match.group()
        match match.lastgroup:
            case "phrase":
                yield from _phrase(found)
            case "jamo":
                spoken = _sounded(found)
                yield Word(found, "ko", spoken, _phones(spoken), "rule")
            case "user" if found in fixed and fixed[found].language == "ko":
                yield _user_word(fixed[found])
            case "dots":
                yield Word("…", "ko", "", ("…",), "mark")
            case "line":
                yield Word("\n", "ko", "", (".",), "mark")
            case "space":
                yield _space()
            case "mark":
                yield Word(found[0], "ko", "", (_MARKS[found[0]],), "mark")
            case _:
                unread.append(Unread(found, "no reading in Korean"))


def _space() -> Word:
    return Word(" ", "ko", "", (_SPACE,), "mark")


def _phones(spoken: str) -> tuple[str, ...]:
    return tuple(
        phone
        for character in spoken
        for phone in ((_SPACE,) if character == " " else split_syllable(character).phones)
    )


def _phrase(text: str) -> Iterator[Word]:
    """Words with single spaces between them."""
    words = text.split(" ")
    for index, (word, spoken) in enumerate(zip(words, pronounce_phrase(words), strict=True)):
        if index:
            yield _space()
        yield Word(word, "ko", spoken, _phones(spoken), "rule")


def _user_word(entry: UserWord) -> Word:
    spoken = " ".join(map(pronounce, parse_hangul(entry.reading).split()))
    return Word(entry.word, "ko", entry.reading, _phones(spoken), "user")


def _sounded(jamo: str) -> str:
    """A letter alone, as in ㅋㅋ and ㅠㅠ, with the vowel or the silent onset it needs."""
    letter = Syllable(jamo, "ㅡ", "") if jamo in ONSETS else Syllable("ㅇ", jamo, "")
    return str(letter)
