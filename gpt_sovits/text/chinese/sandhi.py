"""Tone sandhi inside a word: 不, 一, and rows of third tones.

Source: Chao 1968, "A Grammar of Spoken Chinese", 1.3.4; how far it reaches is measured in the
published readings.
"""

from gpt_sovits.text.chinese.segmentation import split_word


def change_bu(word: str, syllables: list[str]) -> None:
    """Say 不 with the second tone before a fourth, and neutral in the middle of three, 看不懂."""
    if len(word) == 3 and word[1] == "不":
        syllables[1] = "bu5"
        return
    for index, char in enumerate(word[:-1]):
        if char == "不" and syllables[index + 1].endswith("4"):
            syllables[index] = "bu2"


def change_yi(word: str, syllables: list[str], fixed: frozenset[int]) -> None:
    """Say 一 with the second tone before a fourth or neutral one, else with the fourth.

    It keeps its tone in numbers and ordinals (`fixed` holds positions that context has decided, as
    in 一月), and is neutral in 看一看.
    """
    if "一" not in word or all(char == "一" or char.isnumeric() for char in word):
        return
    if len(word) == 3 and word[1] == "一" and word[0] == word[2]:
        syllables[1] = "yi5"
        return
    if word.startswith("第一"):
        syllables[1] = "yi1"
        return
    for index, char in enumerate(word[:-1]):
        if char == "一" and index not in fixed:
            syllables[index] = "yi2" if syllables[index + 1][-1] in "45" else "yi4"


def change_third_tones(word: str, syllables: list[str]) -> None:
    """Raise a third tone to the second before another third tone, in words of up to four."""
    if len(word) == 2:
        _raise_pair(syllables, 0, 2)
    elif len(word) == 3:
        _change_three(word, syllables)
    elif len(word) == 4:  # idioms fall into two halves
        _raise_pair(syllables, 0, 2)
        _raise_pair(syllables, 2, 4)


def _change_three(word: str, syllables: list[str]) -> None:
    middle = len(split_word(word)[0])
    if _are_third(syllables):
        raised = (0, 1) if middle == 2 else (1,)
        for index in raised:
            syllables[index] = syllables[index][:-1] + "2"
        return
    _raise_pair(syllables, 0, middle)
    if _are_third(syllables[middle:]) and 3 - middle == 2:
        _raise_pair(syllables, middle, 3)
    elif not _are_third(syllables[middle:]) and _are_third(syllables[middle - 1 : middle + 1]):
        syllables[middle - 1] = syllables[middle - 1][:-1] + "2"


def _raise_pair(syllables: list[str], start: int, end: int) -> None:
    if end - start == 2 and _are_third(syllables[start:end]):
        syllables[start] = syllables[start][:-1] + "2"


def _are_third(syllables: list[str]) -> bool:
    return all(syllable.endswith("3") for syllable in syllables)
