import pickle
from dataclasses import MISSING, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Argument, Within, check_limits, field_sentences, option_fields


@dataclass(frozen=True, kw_only=True)
class Base:
    """How a cake is baked."""

    minutes: int = 40
    """Time in the oven, all of it."""

    heat: Annotated[float | None, Within(0, open=True)] = None
    """Heat; left out: 100 %."""

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, kw_only=True)
class Cake(Base):
    """A cake."""

    bowl: Annotated[Path, Argument("BOWL")]
    """Where it is stirred."""

    minutes: Annotated[int, Within(1, 90)] = 50
    """Time in
    the oven."""

    shape: Literal["round", "square"] = "round"
    """Its shape."""

    layers: tuple[Annotated[int, Within(1)], ...] = ()
    """How thick each is."""


def by_name(name: str) -> Any:
    (field,) = (field for field in option_fields(Cake) if field.name == name)
    return field


def test_fields_tell_all_that_a_form_needs() -> None:
    assert [field.name for field in option_fields(Cake)] == [
        "minutes",
        "heat",
        "bowl",
        "shape",
        "layers",
    ]
    assert by_name("minutes").within == Within(1, 90)
    assert (by_name("minutes").kind, by_name("minutes").default) == (int, 50)
    assert by_name("heat").optional
    assert by_name("heat").kind is float
    assert by_name("bowl").argument == Argument("BOWL")
    assert by_name("bowl").default is MISSING
    assert by_name("bowl").needed
    assert by_name("shape").choices == ("round", "square")
    assert by_name("shape").kind is str
    assert by_name("layers").several
    assert by_name("layers").within == Within(1)


def test_a_child_inherits_sentences() -> None:
    assert field_sentences(Cake)["heat"] == "Heat; left out: 100 %."
    assert field_sentences(Cake)["minutes"] == "Time in the oven."
    assert field_sentences(Base)["minutes"] == "Time in the oven, all of it."


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"minutes": 0}, "minutes", "minutes must be 1 to 90, got 0"),
        ({"minutes": 2.5}, "minutes", "minutes must be a whole number, got 2.5"),
        ({"heat": 0.0}, "heat", "heat must be above 0, got 0.0"),
        ({"heat": float("nan")}, "heat", "heat must be above 0, got nan"),
        ({"shape": "oval"}, "shape", "shape must be one of round, square, got oval"),
        ({"layers": (1, 0)}, "layers", "layers must be at least 1, got 0"),
    ],
)
def test_what_lies_outside_is_refused(given: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=f"^{sentence}$") as caught:
        Cake(bowl=Path("a"), **given)
    assert caught.value.field == field
    assert pickle.loads(pickle.dumps(caught.value)).field == field  # it may cross processes


def test_what_lies_within_is_taken() -> None:
    assert Cake(bowl=Path("a"), minutes=90, heat=0.1, layers=(1, 5)).heat == 0.1
    assert Cake(bowl=Path("a"), heat=None).heat is None


@pytest.mark.parametrize(
    ("within", "words"),
    [
        (Within(0, 1), "0 to 1"),
        (Within(0), "at least 0"),
        (Within(None, 60), "at most 60"),
        (Within(0, open=True), "above 0"),
        (Within(0, 1, open=True), "above 0 and at most 1"),
    ],
)
def test_limits_are_said_in_words(within: Within, words: str) -> None:
    assert str(within) == words
