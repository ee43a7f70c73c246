"""The user's own readings: a YAML list of words that win over every guess.

A word may have one entry a language. A word of Han characters is read so wherever its text is read
in the entry's language; any other word, and one with an English reading, brings its language along.

The file is a list of entries:

    - word: 重庆
      language: zh
      reading: chong2 qing4
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import Field

from gpt_sovits.config import Settings, parse_settings, read_yaml
from gpt_sovits.errors import ConfigError, TextError
from gpt_sovits.paths import replacing
from gpt_sovits.text.languages import has_sounds
from gpt_sovits.text.marks import clean_text
from gpt_sovits.text.reading import Language, Symbols, UserWord
from gpt_sovits.text.scripts import HAN

_FIRST_CODE, _LAST_CODE = 0xE000, 0xF8FF


class Entry(Settings):
    """One entry as it stands in the file."""

    word: str = Field(min_length=1)
    """The word as it is written; Latin also matches in other case where no entry has that case."""
    language: Language
    """Language it is read in."""
    reading: str = Field(min_length=1)
    """zh: pinyin with tone digits; en: ARPAbet with stress; ja: kana with accent marks; yue:
    jyutping; ko: hangul."""


@dataclass(frozen=True)
class Dictionary:
    """The user's words; empty where there is no file."""

    words: tuple[UserWord, ...] = ()

    @cached_property
    def forcing(self) -> "Dictionary":
        """The words that are read in the language of their entry wherever they stand."""
        return Dictionary(tuple(word for word in self.words if not _is_shared(word)))

    def with_words(self, words: Iterable[UserWord]) -> "Dictionary":
        """The same with further words, which win over those of the same word and language."""
        own = {(word.word, word.language): word for word in (*self.words, *words)}
        return Dictionary(tuple(own.values()))

    def in_language(self, language: Language) -> "Dictionary":
        """The words that are read so only where the text around them is in this language."""
        return self._shared.get(language, _EMPTY)

    @cached_property
    def _shared(self) -> dict[Language, "Dictionary"]:
        shared: dict[Language, list[UserWord]] = {}
        for word in filter(_is_shared, self.words):
            shared.setdefault(word.language, []).append(word)
        return {language: Dictionary(tuple(words)) for language, words in shared.items()}

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """Lengths of the words that begin with a (lower-case) character, longest first."""
        lengths: dict[str, set[int]] = {}
        for word in self.words:
            lengths.setdefault(word.word[0].lower(), set()).add(len(word.word))
        return {start: sorted(found, reverse=True) for start, found in lengths.items()}

    @cached_property
    def _spellings(self) -> dict[str, dict[Language, UserWord]]:
        """Entries by language, by lower-case spelling and by their own, which wins."""
        own: dict[str, dict[Language, UserWord]] = {}
        lower: dict[str, dict[Language, UserWord]] = {}
        for word in self.words:
            own.setdefault(word.word, {})[word.language] = word
            lower.setdefault(word.word.lower(), {})[word.language] = word
        return lower | own

    @cached_property
    def _starts(self) -> re.Pattern[str]:
        starts = {case for start in self._lengths for case in (start, start.upper())}
        return re.compile("|".join(map(re.escape, sorted(starts))) or "(?!)")

    def find_words(self, text: str) -> Iterator[tuple[int, int, Mapping[Language, UserWord]]]:
        """Find the words in a text from left to right, at each place the longest.

        Yields:
            Start, end and the word's entries by language.
        """
        start = 0
        while match := self._starts.search(text, start):
            start = match.start()
            found = self._find_at(text, start)
            if found:
                yield start, *found
            start = found[0] if found else start + 1

    def _find_at(self, text: str, start: int) -> tuple[int, Mapping[Language, UserWord]] | None:
        for length in self._lengths.get(text[start].lower(), ()):
            end = start + length
            entries = self._spellings.get(text[start:end])
            entries = entries or self._spellings.get(text[start:end].lower())
            if entries and not _inside_word(text, start) and not _inside_word(text, end):
                return end, entries
        return None


_EMPTY = Dictionary()
_HAN_WORD = re.compile(f"[{HAN}]+")


def _is_shared(word: UserWord) -> bool:
    """Tell whether Chinese and Japanese texts may both hold a word, each with its own reading."""
    return word.language != "en" and _HAN_WORD.fullmatch(word.word) is not None


def _inside_word(text: str, position: int) -> bool:
    """Tell whether a Latin word or a number goes on across `position`."""
    if not 0 < position < len(text):
        return False
    left, right = text[position - 1], text[position]
    return _is_spelled(left) and _is_spelled(right)


def _is_spelled(character: str) -> bool:
    """Tell Latin letters and digits from characters of scripts that put no space between words."""
    return character.isalnum() and character < "\u0370"


def protect(
    text: str,
    dictionary: Dictionary,
    symbols: Symbols,
    language: Language,
    fixed: Mapping[str, UserWord] = MappingProxyType({}),
) -> tuple[str, dict[str, UserWord]]:
    """Put one private-use character in place of every word that the dictionary has.

    The longest word wins, then the exact spelling before another case.

    Args:
        text: a text cleaned by `clean_text`, so that it has no private-use character of its own.
        dictionary: the user's words.
        symbols: words in a language that this table cannot speak are left to the text's reader.
        language: of a word's entries the one in this language wins, then the first.
        fixed: what an earlier call put into the text.

    Returns:
        The text, and the entries by the character that stands for them, those of `fixed` too.

    Raises:
        TextError: one text holds more different entries than there are private-use characters.
    """
    if not dictionary.words:
        return text, dict(fixed)
    stand_ins = {word: mark for mark, word in fixed.items()}
    parts = []
    done = 0
    for start, end, entries in dictionary.find_words(text):
        spoken = [entry for entry in entries.values() if has_sounds(entry.language, symbols)]
        if not spoken:
            continue
        word = entries.get(language, spoken[0])
        if word not in stand_ins and len(stand_ins) > _LAST_CODE - _FIRST_CODE:
            raise TextError(
                f"the text holds more than {len(stand_ins)} different words of the dictionary; "
                "cut it into shorter pieces"
            )
        stand_in = stand_ins.setdefault(word, chr(_FIRST_CODE + len(stand_ins)))
        parts += [text[done:start], stand_in]
        done = end
    return "".join([*parts, text[done:]]), {mark: word for word, mark in stand_ins.items()}


# --- the file -----------------------------------------------------------------------------------


def load_dictionary(path: Path) -> Dictionary:
    """Read the user's dictionary; where there is no file it is empty.

    Raises:
        ConfigError: not a list of entries, an entry with a mistake, or one word twice. The message
            names the file, the entry and the word.
    """
    if not path.exists():
        return Dictionary()
    values = read_yaml(path)
    if values is None:
        return Dictionary()
    if not isinstance(values, list):
        raise ConfigError(f"{path}: must be a list of entries, each with word, language, reading")
    return Dictionary(_check_entries(values, str(path)))


def _check_entries(values: Iterable[Any], where: str) -> tuple[UserWord, ...]:
    numbers: dict[tuple[str, Language], int] = {}
    words = []
    for number, value in enumerate(values, 1):
        name = value.get("word") if isinstance(value, dict) else value
        place = f"{where}: entry {number} ({name!r})"
        word = _check_word(parse_settings(Entry, value, place), place)
        earlier = numbers.setdefault((word.word, word.language), number)
        if earlier != number:
            raise ConfigError(f"{place}: entry {earlier} has the same word and language; keep one")
        words.append(word)
    return tuple(words)


def _check_word(entry: Entry, where: str) -> UserWord:
    """Bring an entry to the form that texts have, and try its reading.

    Raises:
        ConfigError: the word cannot occur in a text, or the reading is not in its notation.
    """
    text, unread = clean_text(entry.word)
    if unread or text != text.strip() or "\n" in text or not any(map(str.isalnum, text)):
        raise ConfigError(
            f"{where}: word: must hold a letter, digit or character, and no picture, line break or "
            "white space at its ends"
        )
    try:
        _reading_parser(entry.language)(entry.reading)
    except TextError as error:
        raise ConfigError(f"{where}: reading: {error}") from error
    return UserWord(text, entry.language, unicodedata.normalize("NFC", entry.reading).strip())


def _reading_parser(language: Language) -> Callable[[str], object]:
    """The function that takes a language's readings apart, and refuses a wrong one."""
    if language == "zh":
        from gpt_sovits.text.chinese.syllables import parse_pinyin

        return parse_pinyin
    if language == "en":
        from gpt_sovits.text.english.arpabet import parse_arpabet

        return parse_arpabet
    if language == "ja":
        from gpt_sovits.text.japanese.kana import parse_kana

        return parse_kana
    if language == "yue":
        from gpt_sovits.text.cantonese.syllables import parse_jyutping

        return parse_jyutping
    from gpt_sovits.text.korean.reader import parse_hangul

    return parse_hangul


def check_word(word: UserWord) -> UserWord:
    """Bring a word to the form that texts have.

    Raises:
        ConfigError: it cannot occur in a text, or its reading is not in the language's notation.
    """
    entry = parse_settings(Entry, _values(word), "new word")
    return _check_word(entry, f"new word {word.word!r}")


def save_word(path: Path, word: UserWord) -> None:
    """Add a word to the dictionary file, or give it a new reading in its language.

    The rest of the file stays as it is written, comments included, as long as it is a list in
    lines; a list in brackets is written anew below its leading comments.

    Raises:
        ConfigError: the file or the word has a mistake; the file stays as it was.
    """
    word = check_word(word)
    words = [old for old in load_dictionary(path).words if not _is_same(old, word)]
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    changed = _with_entry(text, word)
    if _words_in(changed) != {*words, word}:
        comments = takewhile(lambda line: not line.strip() or line[0] == "#", text.splitlines(True))
        changed = "".join(comments) + _dump([*words, word])
    with replacing(path) as part:
        part.write_text(changed, encoding="utf-8")


def _is_same(one: UserWord, other: UserWord) -> bool:
    return (one.word, one.language) == (other.word, other.language)


def _values(word: UserWord) -> dict[str, str]:
    return {"word": word.word, "language": word.language, "reading": word.reading}


def _dump(words: Iterable[UserWord]) -> str:
    return yaml.safe_dump(
        list(map(_values, words)), allow_unicode=True, sort_keys=False, width=10_000
    )


def _words_in(text: str) -> set[UserWord] | None:
    """The entries of a file's text, or None where it is no list of entries."""
    try:
        return set(_check_entries(yaml.safe_load(text), "the file"))
    except (ConfigError, TypeError, yaml.YAMLError):
        return None


def _with_entry(text: str, word: UserWord) -> str:
    """Put an entry in place of the one it replaces, or behind all others.

    A list in brackets comes back as it is.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if isinstance(root, yaml.SequenceNode) and root.flow_style:
        return text
    indent = root.start_mark.column if isinstance(root, yaml.SequenceNode) else 0
    block = _dump([word]).replace("\n", "\n" + " " * indent).rstrip()
    entries = root.value if isinstance(root, yaml.SequenceNode) else []
    for entry in entries:
        written = {key.value: value.value for key, value in entry.value}
        old = UserWord(clean_text(written["word"])[0], written["language"], written["reading"])
        if _is_same(old, word):
            start = text.rindex("-", 0, entry.start_mark.index)
            end = entry.value[-1][1].end_mark.index
            return text[:start] + block + text[end:]
    line_end = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{line_end}{' ' * indent}{block}\n"
