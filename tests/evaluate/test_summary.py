"""From scores to a table."""

from pathlib import Path

import pytest

from gpt_sovits.evaluate.clips import Clip, Column
from gpt_sovits.evaluate.figures import Figure, Finding, Measure, Score
from gpt_sovits.evaluate.measuring import Measured
from gpt_sovits.evaluate.summary import all_rows, is_shown, text_table, value_of

RATE = Figure(key="rate", label="word error rate (x)", unit="%", digits=1, by_language=True)
LIKE = Figure(key="like", label="similarity (y)", digits=3)
MEASURE = Measure(name="m", figures=(RATE, LIKE), open=lambda mode, paths: lambda clip: None)
COLUMNS = [Column("anna", "voice"), Column("ben", "voice"), Column("recordings", "recordings")]


def clip(column: str, name: str, group: str = "en", seed: int | None = 0) -> Clip:
    return Clip(column, name, Path(f"{column}{name}{seed}.wav"), group, group, "x", seed)


def measured(*scored: tuple[Clip, dict[str, Score]]) -> Measured:
    return Measured({one: {"m": Finding(scores)} for one, scores in scored}, [MEASURE])


def test_a_mean_is_weighted_by_what_is_counted() -> None:
    value = value_of([(clip("a", "1"), Score(0.5, 2)), (clip("a", "2"), Score(0.0, 8))])
    assert value.mean == pytest.approx(0.1)
    assert value.n_clips == 2
    assert value.interval is None
    assert value.by_seed == ()


def test_seeds_are_told_apart() -> None:
    scored = [(clip("a", "1", seed=seed), Score(value)) for seed, value in ((0, 0.2), (1, 0.4))]
    assert value_of(scored).by_seed == (0.2, 0.4)


def test_the_interval_shrinks_with_more_sentences_and_holds_the_mean() -> None:
    def width(n_sentences: int) -> float:
        scored = [(clip("a", str(n)), Score(n % 2, 1.0)) for n in range(n_sentences)]
        value = value_of(scored)
        assert value.interval is not None
        low, high = value.interval
        assert low < value.mean < high
        return high - low

    assert width(100) < 0.6 * width(20)
    equal = value_of([(clip("a", str(n)), Score(0.3, n + 1)) for n in range(9)])
    assert equal.interval == pytest.approx((0.3, 0.3))


def test_seeds_of_one_sentence_are_no_further_sentences() -> None:
    scored = [(clip("a", "1", seed=seed), Score(seed / 10)) for seed in range(10)]
    assert value_of(scored).interval is None


def test_languages_have_rows_of_their_own_where_they_cannot_be_compared() -> None:
    scores = {"rate": Score(0.5, 4), "like": Score(0.25)}
    rows = all_rows(
        measured(
            (clip("anna", "1"), scores),
            (clip("ben", "2", "zh"), scores),
            (clip("recordings", "3", seed=None), {"like": Score(1.0)}),
        ),
        COLUMNS,
    )
    shown = {row.label: row for row in rows if is_shown(row)}
    assert list(shown) == [
        "word error rate (x), en",
        "character error rate (x), zh",
        "similarity (y)",
    ]
    assert set(shown["similarity (y)"].values) == {"anna", "ben", "recordings"}
    assert shown["word error rate (x), en"].shown("anna") == "50.0 %"
    assert shown["word error rate (x), en"].shown("ben") == "–"
    hidden = [(row.figure.key, row.language) for row in rows if not is_shown(row)]
    assert hidden == [("rate", "all"), ("like", "en"), ("like", "zh")]


def test_the_table_is_aligned() -> None:
    rows = all_rows(measured((clip("anna", "1"), {"like": Score(0.25)})), COLUMNS)
    assert text_table([row for row in rows if is_shown(row)], COLUMNS[:2]) == (
        "                 anna  ben\nsimilarity (y)  0.250    –"
    )
