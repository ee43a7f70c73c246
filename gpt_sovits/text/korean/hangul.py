"""Hangul syllables as their letters (jamo), and letters as phones of the published table."""

from dataclasses import dataclass

ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST = ord("가")

# The published table has the eight plain vowels; the others are written as two.
_PLAIN = {
    "ㅑ": "ㅣㅏ",
    "ㅒ": "ㅣㅐ",
    "ㅕ": "ㅣㅓ",
    "ㅖ": "ㅣㅔ",
    "ㅛ": "ㅣㅗ",
    "ㅠ": "ㅣㅜ",
    "ㅘ": "ㅗㅏ",
    "ㅙ": "ㅗㅐ",
    "ㅚ": "ㅗㅣ",
    "ㅝ": "ㅜㅓ",
    "ㅞ": "ㅜㅔ",
    "ㅟ": "ㅜㅣ",
    "ㅢ": "ㅡㅣ",
}


@dataclass
class Syllable:
    """One syllable; rules change its letters in place."""

    onset: str
    vowel: str
    coda: str

    def __str__(self) -> str:
        index = ONSETS.index(self.onset) * len(VOWELS) + VOWELS.index(self.vowel)
        return chr(_FIRST + index * len(CODAS) + CODAS.index(self.coda))

    @property
    def phones(self) -> tuple[str, ...]:
        """Letters as the table has them; the silent ㅇ in front of a vowel is one of them."""
        vowel = _PLAIN.get(self.vowel, self.vowel)
        return (self.onset, *vowel, *self.coda)


def is_hangul(character: str) -> bool:
    """Tell whether a character is a whole syllable."""
    return "가" <= character <= "힣"


def split_syllable(character: str) -> Syllable:
    """Take a syllable apart into its letters."""
    rest, coda = divmod(ord(character) - _FIRST, len(CODAS))
    onset, vowel = divmod(rest, len(VOWELS))
    return Syllable(ONSETS[onset], VOWELS[vowel], CODAS[coda])
