"""Standard pronunciation of written Korean.

Source: 표준 발음법 (National Institute of Korean Language, 2017), the articles named below. What
hangs on a word's parts or origin stays as written: the n of compounds (꽃잎), tense consonants of
Sino-Korean words (갈등), and the ㄴㄴ of -량 and -란.
"""

import re
from itertools import pairwise

from gpt_sovits.text.korean.hangul import Syllable, split_syllable

# Article 8-11: seven codas are heard.
_HEARD = {
    **dict.fromkeys("ㄲㅋㄳㄺ", "ㄱ"),
    **dict.fromkeys("ㅅㅆㅈㅊㅌㅎ", "ㄷ"),
    **dict.fromkeys(("ㅍ", "ㅄ", "ㄿ"), "ㅂ"),
    **dict.fromkeys(("ㄼ", "ㄽ", "ㄾ", "ㅀ"), "ㄹ"),
    **dict.fromkeys(("ㄵ", "ㄶ"), "ㄴ"),
    "ㄻ": "ㅁ",
}
_PAIRS = {
    pair: (first, second)
    for pair, first, second in (
        "ㄳㄱㅅ", "ㄵㄴㅈ", "ㄶㄴㅎ", "ㄺㄹㄱ", "ㄻㄹㅁ", "ㄼㄹㅂ",
        "ㄽㄹㅅ", "ㄾㄹㅌ", "ㄿㄹㅍ", "ㅀㄹㅎ", "ㅄㅂㅅ",
    )
}  # fmt: skip
_TENSE = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
_ASPIRATED = dict(zip("ㄱㄷㅂㅈ", "ㅋㅌㅍㅊ", strict=True))
_NASAL = dict(zip("ㄱㄷㅂ", "ㅇㄴㅁ", strict=True))
_NOUNS_IN_LG = ("닭", "흙", "칡", "까닭", "기슭")
_AFTER_FUTURE = re.compile(
    "(?:것|거|걸|게|건|수|줄)(?:[이은을도만의과로야]|처럼|예요|이다)?|겁니다|것입니다"
)


def pronounce(word: str) -> str:
    """Write a run of hangul syllables as it sounds: 같이 -> 가치, 독립 -> 동닙."""
    syllables = [split_syllable(character) for character in word]
    for index, (left, right) in enumerate(pairwise(syllables)):
        noun = word[index] in _NOUNS_IN_LG
        if left.coda:
            _meet(left, right, noun)
    for syllable in syllables:
        _finish(syllable)
    return "".join(map(str, syllables))


def pronounce_phrase(words: list[str]) -> list[str]:
    """Write words that are spoken in one breath as they sound; sounds meet across spaces too."""
    spoken = [pronounce(word) for word in words]
    for index in range(len(spoken) - 1):
        left, right = split_syllable(spoken[index][-1]), split_syllable(spoken[index + 1][0])
        if left.coda in _NASAL and right.onset in "ㄴㅁ":  # article 18: 밥 먹는다
            left.coda = _NASAL[left.coda]
        elif (  # article 27: 할 것을, 갈 수 있다
            left.coda == "ㄹ"
            and words[index][-1] != "를"
            and _AFTER_FUTURE.fullmatch(words[index + 1])
        ):
            right.onset = _TENSE.get(right.onset, right.onset)
        spoken[index] = spoken[index][:-1] + str(left)
        spoken[index + 1] = str(right) + spoken[index + 1][1:]
    return spoken


def _meet(left: Syllable, right: Syllable, noun: bool) -> None:
    """Change the coda of one syllable and the onset of the next where they meet."""
    if right.onset == "ㅇ":
        _link(left, right)
    elif left.coda in "ㅎㄶㅀ" and right.onset in (*_ASPIRATED, "ㅅ", "ㄴ"):
        _drop_h(left, right)
    elif right.onset == "ㅎ" and left.coda not in "ㄴㄹㅁㅇㅎㄶㅀㄻ":
        _aspirate(left, right)
    else:
        _assimilate(left, right, noun)


def _link(left: Syllable, right: Syllable) -> None:
    """Article 13-17: a coda moves to a syllable that begins with a vowel; ㅎ falls silent."""
    if left.coda == "ㅇ":
        return
    stays, moves = _PAIRS.get(left.coda, ("", left.coda))
    if moves == "ㅎ":
        left.coda, stays, moves = stays, "", stays
        if not moves:
            return
    if right.vowel == "ㅣ" and moves in "ㄷㅌ":  # article 17: 굳이, 같이
        moves = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}[moves]
    elif stays and moves == "ㅅ":  # article 14: 값이
        moves = "ㅆ"
    left.coda, right.onset = stays, moves


def _drop_h(left: Syllable, right: Syllable) -> None:
    """Article 12: ㅎ aspirates what follows, doubles ㅅ, and is lost before ㄴ."""
    left.coda = _PAIRS.get(left.coda, ("", ""))[0]
    if right.onset == "ㅅ":
        right.onset = "ㅆ"
    elif right.onset == "ㄴ":
        if left.coda == "ㄹ":
            right.onset = "ㄹ"
        else:
            left.coda = "ㄴ"
    else:
        right.onset = _ASPIRATED[right.onset]


def _aspirate(left: Syllable, right: Syllable) -> None:
    """Article 12 (1): a stop and ㅎ become one; 닫히다 with article 17 as 다치다."""
    stays, moves = _PAIRS.get(left.coda, ("", left.coda))
    if left.coda in ("ㄳ", "ㅄ"):  # the ㅅ is not heard
        stays, moves = "", stays
    moves = moves if moves in _ASPIRATED else _HEARD.get(moves, moves)
    right.onset = _ASPIRATED[moves]
    if right.onset == "ㅌ" and right.vowel in "ㅣㅕ" and left.coda in ("ㄷ", "ㄾ"):
        right.onset = "ㅊ"
    left.coda = stays


def _assimilate(left: Syllable, right: Syllable, noun: bool) -> None:
    """Articles 18-25: tense consonants, nasals and laterals."""
    written, left.coda = left.coda, _HEARD.get(left.coda, left.coda)
    if written == "ㄺ" and right.onset == "ㄱ" and not noun:  # article 11: 맑게
        left.coda = "ㄹ"
    if left.coda in _NASAL or written in ("ㄵ", "ㄼ", "ㄾ", "ㄺ", "ㄻ"):
        right.onset = _TENSE.get(right.onset, right.onset)
    if right.onset == "ㄹ" and left.coda in (*_NASAL, "ㅁ", "ㅇ"):  # article 19: 독립, 대통령
        right.onset = "ㄴ"
    if right.onset in "ㄴㅁ":  # article 18: 국물
        left.coda = _NASAL.get(left.coda, left.coda)
    if left.coda + right.onset in ("ㄴㄹ", "ㄹㄴ"):  # article 20: 신라, 설날
        left.coda = right.onset = "ㄹ"


def _finish(syllable: Syllable) -> None:
    """Article 5: vowels behind certain onsets; article 9: the coda of a last syllable."""
    syllable.coda = _HEARD.get(syllable.coda, syllable.coda)
    if syllable.onset in "ㅈㅉㅊ" and syllable.vowel == "ㅕ":
        syllable.vowel = "ㅓ"
    if syllable.onset != "ㅇ" and syllable.vowel == "ㅢ":
        syllable.vowel = "ㅣ"
