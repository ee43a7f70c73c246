"""What a user can choose: the fields of an options dataclass, read once for every face.

```python
@dataclass(frozen=True, kw_only=True)
class DenoiseOptions:
    strength: Annotated[float, Within(0, 1)] = 0.8
    "Share of the noise that is taken out."

    def __post_init__(self) -> None:
        check_limits(self)
```

The command line makes flags of `option_fields(DenoiseOptions)`, the page makes its form of them,
and `check_limits` refuses what lies outside, wherever the options come from. Fields may be `int`,
`float`, `str`, `bool`, `Path`, a `Literal` of words, a `tuple` of one of these, and any of them or
None.
"""

import ast
import inspect
import textwrap
from dataclasses import MISSING, dataclass, fields
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from gpt_sovits.errors import ConfigError


@dataclass(frozen=True)
class Within:
    """Limits of a number, both allowed."""

    lowest: float | None = None
    highest: float | None = None
    open: bool = False
    """The lowest itself is not allowed."""

    def holds(self, value: float) -> bool:
        """Tell whether a number lies within; NaN does not."""
        above = self.lowest is None or (value > self.lowest if self.open else value >= self.lowest)
        return above and (self.highest is None or value <= self.highest) and value == value

    def __str__(self) -> str:
        lowest = None if self.lowest is None else f"{self.lowest:g}"
        highest = None if self.highest is None else f"{self.highest:g}"
        if lowest is None:
            return f"at most {highest}"
        if highest is None:
            return f"above {lowest}" if self.open else f"at least {lowest}"
        return f"above {lowest} and at most {highest}" if self.open else f"{lowest} to {highest}"


@dataclass(frozen=True)
class Argument:
    """Marks what stands on the command line without a flag."""

    metavar: str
    """What the help calls it."""


@dataclass(frozen=True)
class OptionField:
    """One thing that can be chosen."""

    name: str
    kind: type
    """`int`, `float`, `str`, `bool` or `Path`; of one element where it takes several."""
    default: Any
    """`dataclasses.MISSING` where it has to be given."""
    choices: tuple[str, ...]
    """The words that are possible; empty where any is."""
    optional: bool
    """May be None, which leaves the choice to the stage."""
    several: bool
    """Is a tuple."""
    within: Within | None
    argument: Argument | None
    sentence: str
    """What it does, as it stands under the field."""

    @property
    def needed(self) -> bool:
        """Whether it has to be given."""
        return self.default is MISSING


@cache
def option_fields(options: type) -> tuple[OptionField, ...]:
    """Everything that can be chosen of a class and its parents, in the order of its fields."""
    hints, sentences = get_type_hints(options, include_extras=True), field_sentences(options)
    found = []
    for field in fields(options):
        default = field.default
        if field.default_factory is not MISSING:
            default = field.default_factory()
        about = sentences.get(field.name, "")
        found.append(_field(field.name, hints[field.name], default, about))
    return tuple(found)


def check_limits(options: Any) -> None:
    """Refuse numbers outside their limits and words that are no choice.

    Raises:
        ConfigError: names the field, what is needed and what was given.
    """
    kind: type = type(options)
    for field in option_fields(kind):
        value = getattr(options, field.name)
        if value is None and field.optional:
            continue
        for one in value if field.several else (value,):
            needed = _needed(field, one)
            if needed:
                raise ConfigError(f"{field.name} must be {needed}, got {one}", field=field.name)


def field_sentences(options: type) -> dict[str, str]:
    """The sentence under each field of a class and its parents, by field name."""
    sentences: dict[str, str] = {}
    for kind in reversed(options.__mro__[:-1]):
        body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, text in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                sentences[field.target.id] = " ".join(text.value.value.split())
    return sentences


def _field(name: str, hint: Any, default: Any, sentence: str) -> OptionField:
    within = argument = None
    optional = several = False
    while get_origin(hint) in (Annotated, Union, UnionType, tuple):
        if get_origin(hint) is Annotated:
            hint, *marks = get_args(hint)
            within = next((mark for mark in marks if isinstance(mark, Within)), within)
            argument = next((mark for mark in marks if isinstance(mark, Argument)), argument)
        elif get_origin(hint) is tuple:
            several, hint = True, get_args(hint)[0]
        else:
            optional = True
            (hint,) = (part for part in get_args(hint) if part is not NoneType)
    choices: tuple[str, ...] = ()
    if get_origin(hint) is Literal:
        choices, hint = get_args(hint), str
    assert hint in (int, float, str, bool, Path), f"{name}: nothing can be made of {hint}"
    return OptionField(name, hint, default, choices, optional, several, within, argument, sentence)


def _needed(field: OptionField, value: Any) -> str:
    """What a value fails to be; empty where it is good."""
    if field.choices and value not in field.choices:
        return f"one of {', '.join(field.choices)}"
    if field.kind is int and value % 1 != 0:
        return "a whole number"
    if field.within is not None and not field.within.holds(value):
        return str(field.within)
    return ""
