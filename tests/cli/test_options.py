import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from gpt_sovits.cli.options import add_options, given_options


@dataclass(frozen=True, kw_only=True)
class Base:
    """How a cake is baked."""

    minutes: int = 40
    """Time in the oven, all of it."""

    heat: float | None = None
    """Heat; left out: 100 %."""


@dataclass(frozen=True, kw_only=True)
class Cake(Base):
    """A cake."""

    minutes: int = 50
    """Time in
    the oven."""

    icing: bool = True
    """Whether it shines."""

    shape: Literal["round", "square"] = "round"
    """Its shape."""

    names: tuple[str, ...] = ()
    """What is written on it."""

    recipe: Path | None = None
    """Where it stands."""

    secret: str = "love"
    """Is not a flag."""


def parse(*words: str, prefix: str = "") -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    add_options(parser, Cake, prefix=prefix, leave_out=["secret"])
    return given_options(parser.parse_args(words), Cake, prefix=prefix)


def test_only_what_was_typed_is_given() -> None:
    assert parse() == {}
    assert parse("--minutes", "3") == {"minutes": 3}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--heat", "180"], {"heat": 180.0}),
        (["--icing"], {"icing": True}),
        (["--no-icing"], {"icing": False}),
        (["--shape", "square"], {"shape": "square"}),
        (["--names", "Ann", "--names", "Bo"], {"names": ("Ann", "Bo")}),
        (["--recipe", "a/b"], {"recipe": Path("a/b")}),
    ],
)
def test_each_type_has_its_flag(words: list[str], expected: dict[str, Any]) -> None:
    assert parse(*words) == expected
    assert Cake(**parse(*words))


def test_a_prefix_keeps_flags_apart() -> None:
    assert parse("--big-minutes", "3", "--no-big-icing", prefix="big") == {
        "minutes": 3,
        "icing": False,
    }


@pytest.mark.parametrize(
    "words", [["--minutes", "many"], ["--shape", "oval"], ["--secret", "x"], ["--heat", "hot"]]
)
def test_words_that_do_not_fit_are_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parse(*words)


def test_help_holds_sentences_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "A cake:" in text
    assert "--minutes N Time in the oven. (50)" in text
    assert "--heat X Heat; left out: 100 %." in text
    assert "secret" not in text


def test_help_names_both_defaults_where_the_embedded_base_has_its_own() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser, Cake, mini={"minutes": 7})
    assert "(7 for mini, 50 for published families)" in " ".join(parser.format_help().split())
