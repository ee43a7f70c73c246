"""Text files of any origin: how their letters are coded is told by a mark, or guessed."""

import re
from collections.abc import Iterable
from pathlib import Path

from gpt_sovits.errors import ConfigError, InputError

_KOREAN_WORDS = re.compile("[\uac00-\ud7a3] [\uac00-\ud7a3]")

MAX_BYTES = 64 << 20
"""Largest text; a device or a recording would fill the memory."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

_CODINGS = ("gb18030", "cp932", "big5", "euc_kr", "cp1252")
"""Tried in this order; of two that fit as well the first is taken."""

_COMMON = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "cp932": ("shift_jis", 0x88, 0x97),
    "big5": ("big5", 0xA4, 0xC6),
    "euc_kr": ("euc_kr", 0xB0, 0xC8),
}
"""Where a coding keeps the characters of everyday use: codec, and range of their first byte."""


def read_text_file(path: Path, coding: str = "auto") -> tuple[str, str]:
    """Read a text.

    Args:
        path: the file.
        coding: such as utf-8, gb18030 or shift_jis; auto finds out.

    Returns:
        The text, with plain line ends, and its coding.

    Raises:
        ConfigError: no such coding is known.
        InputError: the file cannot be read, is too large, or is coded otherwise.
    """
    content = read_content(path)
    coding = guess_coding(content) if coding == "auto" else coding
    try:
        text = content.decode(coding)
    except LookupError as error:
        raise ConfigError(
            f"encoding {coding!r} is unknown; write utf-8, utf-16, gb18030, shift_jis, ..."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: is not {coding} ({error.reason} at byte {error.start}); name its coding with"
            " --encoding, or save it as UTF-8"
        ) from error
    if "\0" in text:
        raise InputError(f"{path}: is no text; name another file, or its coding with --encoding")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), coding


def read_content(path: Path) -> bytes:
    """Read the bytes of a text.

    Raises:
        InputError: it is no file, cannot be read, or is too large.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name a file in it")
        if path.exists() and not path.is_file():  # a device may never end
            raise InputError(f"{path}: is no file; name a text")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read ({reason}); check the path") from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{path}: is too large for a text; name another file")
    return content


def guess_coding(content: bytes) -> str:
    """Name of the coding that a file's bytes most likely have."""
    for mark, coding in _MARKS:
        if content.startswith(mark):
            return coding
    try:
        content.decode("utf-8")
        if b"\0" not in content:
            return "utf-8"
    except UnicodeDecodeError:
        pass
    if content.count(b"\0") > len(content) / 20:  # UTF-16 without its mark
        return "utf-16-le" if content[1:400:2].count(0) > content[0:400:2].count(0) else "utf-16-be"
    shares = {coding: _share_of_common(content, coding) for coding in _CODINGS}
    best = max(shares, key=lambda coding: shares[coding])
    return best if shares[best] >= 0 else "utf-8"


def _share_of_common(content: bytes, coding: str) -> float:
    """Share of a text's letters beyond ASCII that are of everyday use; -1 where it is no text."""
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        return -1.0
    letters = [letter for letter in text if letter > "\x7f"]
    if coding not in _COMMON:
        return 0.1 if any(letter.isalpha() for letter in letters) else 0.0
    share = sum(_are_common(letters, coding)) / max(len(letters), 1)
    if coding == "euc_kr":  # the same bytes are everyday Chinese, which has no spaces
        share += 0.1 if _KOREAN_WORDS.search(text) else -0.1
    return share


def _are_common(letters: Iterable[str], coding: str) -> Iterable[float]:
    codec, first, last = _COMMON[coding]
    for letter in letters:
        # Half-width katakana is what other codings look like when they are read as Japanese.
        if "\u3041" <= letter <= "\u30fc":
            yield 1.5 if coding == "cp932" else 0.5
        elif "\uff61" <= letter <= "\uff9f":
            yield -1.0
        elif "\u3001" <= letter <= "\u3011" or "\uff01" <= letter <= "\uff5e":
            yield 0.5
        else:
            coded = letter.encode(codec, errors="ignore")
            yield float(len(coded) == 2 and first <= coded[0] <= last)
