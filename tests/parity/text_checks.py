"""Compare the text front end with the published one, phone by phone."""

import csv
import json
from collections import defaultdict
from pathlib import Path

from gpt_sovits.text.distance import edit_distance
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.reading import Symbols
from tests.parity.rows import Row

MOST_WRONG = 0.02
"""Share of phones that may differ from the published reading or a documented better one."""

BETTER = Path(__file__).parent / "better_readings.tsv"


def better_readings() -> dict[tuple[str, str], list[str]]:
    """Readings of ours that are right where the published one is not.

    Keyed by symbol table and text; columns: symbols, text, phones, why.
    """
    with BETTER.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row["symbols"], row["text"]): row["phones"].split() for row in rows}


def check_text(path: Path) -> list[Row]:
    """One row a language and symbol table: the share of phones that differ."""
    better = better_readings()
    wrong: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    tables: tuple[Symbols, ...] = ("v1", "v2")
    for sentence in json.loads(path.read_text(encoding="utf-8")):
        for symbols in tables:
            if symbols not in sentence:
                continue
            ours = read_text(sentence["text"], language=sentence["lang"], symbols=symbols).phones
            published = sentence[symbols]["phones"]
            accepted = [published, better.get((symbols, sentence["text"]), published)]
            key = f"{sentence['lang']} {symbols}"
            wrong[key] += min(edit_distance(ours, one) for one in accepted)
            total[key] += len(published)
    return [Row(path.name, f"phones {key}", wrong[key] / total[key], MOST_WRONG) for key in total]


def check_symbols(path: Path) -> list[Row]:
    """Both symbol tables, id by id."""
    from gpt_sovits.text.symbols import symbol_table

    tables = json.loads(path.read_text(encoding="utf-8"))
    names: tuple[Symbols, ...] = ("v1", "v2")
    return [
        Row(path.name, name, float(list(symbol_table(name)) != list(tables[name])), 0.0)
        for name in names
        if name in tables
    ]
