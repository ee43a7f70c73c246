"""The published symbol tables: a symbol's id is its position."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from gpt_sovits.text.reading import Symbols

N_V1 = 322
"""Symbols of the first family; later families append theirs, so both tables are one list."""

UNKNOWN = "UNK"
"""What the networks were given for a phone that has no symbol."""


@cache
def symbol_table(symbols: Symbols) -> tuple[str, ...]:
    """All symbols of a table in the order of their ids: 322 for v1, 732 for v2."""
    text = (files("gpt_sovits.text") / "data" / "symbols.txt").read_text(encoding="utf-8")
    table = tuple(text.splitlines())
    return table[:N_V1] if symbols == "v1" else table


@cache
def _ids(symbols: Symbols) -> dict[str, int]:
    return {symbol: index for index, symbol in enumerate(symbol_table(symbols))}


def in_table(phones: Iterable[str], symbols: Symbols) -> tuple[str, ...]:
    """Replace every phone that the table does not have by UNK."""
    ids = _ids(symbols)
    return tuple(phone if phone in ids else UNKNOWN for phone in phones)


def phone_ids(phones: Iterable[str], symbols: Symbols) -> list[int]:
    """Ids of phones, [N]; a phone that the table does not have gets the id of UNK."""
    ids = _ids(symbols)
    return [ids.get(phone, ids[UNKNOWN]) for phone in phones]
