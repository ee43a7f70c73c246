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
import math
import re
import textwrap
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from numbers import Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from gpt_sovits.errors import ConfigError


@dataclass(frozen=True)
class Within:
    """Limits of a number, both allowed."""

    lowest: float | None = None
    highest: float | None = None
    open: bool = False
    """The lowest itself is not allowed."""

    def holds(self, value: float) -> bool:
        """Tell whether a number lies within; NaN and infinity do not."""
        if value != value:
            return False
        above = self.lowest is None or (value > self.lowest if self.open else value >= self.lowest)
        below = self.highest is None or value <= self.highest
        return above and below and abs(value) != math.inf

    def __str__(self) -> str:
        lowest, highest = map(spelled, (self.lowest, self.highest))
        if self.lowest is None:
            return f"at most {highest}"
        if self.highest is None:
            return f"above {lowest}" if self.open else f"at least {lowest}"
        return f"above {lowest} and at most {highest}" if self.open else f"{lowest} to {highest}"


def spelled(limit: float | None) -> str:
    """A limit in words; `g` would round a large whole number."""
    return f"{limit:g}" if isinstance(limit, float) else str(limit)


@dataclass(frozen=True)
class Argument:
    """Marks what stands on the command line without a flag."""

    metavar: str
    """What the help calls it."""


@dataclass(frozen=True)
class Flag:
    """How a field is written on the command line, apart from `--name-of-the-field`."""

    metavar: str = ""
    """What the help calls its value; empty: by its kind."""
    also: tuple[str, ...] = ()
    """Other spellings, such as `--pause` of `pause_s`."""


@dataclass(frozen=True)
class Words:
    """What makes sense for a text that is not one of a few words."""

    offers: tuple[str, ...] = ()
    """Good ones, for a form to offer; others are possible."""
    pattern: str = ""
    """Regular expression of all that are possible; empty: any."""
    needed: str = ""
    """The pattern in words."""


@dataclass(frozen=True)
class Private:
    """Marks what no user chooses: a secret that must stand on no command line."""


Device = Annotated[
    str,
    Words(
        ("auto", "cpu", "cuda"),
        r"[a-z]+(:\d{1,3})?",
        "the name of a device, such as auto, cpu, cuda or cuda:1",
    ),
]
"""Where networks run; whether it is there is found out by who uses it."""

TorchDevice = Annotated[
    str, Words(("cpu", "cuda"), r"(?!auto)[a-z]+(:\d{1,3})?", "cpu, cuda, cuda:1 or another device")
]
"""The same where nobody looks for the best one."""


Family = Annotated[str, Words(("mini", "v1", "v2", "v2Pro", "v2ProPlus"))]
"""A family of networks: the name of a file in configs/."""


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
    owner: type
    """The class that brings it in, the options' own or a parent."""
    flag: Flag = Flag()
    """How it is written on the command line."""
    words: Words = Words()
    """What makes sense of a text."""

    @property
    def needed(self) -> bool:
        """Whether it has to be given."""
        return self.default is MISSING


@cache
def option_fields(options: type) -> tuple[OptionField, ...]:
    """Everything that can be chosen of a class and its parents, in the order of its fields."""
    hints, sentences = get_type_hints(options, include_extras=True), field_sentences(options)
    return tuple(
        _field(
            field,
            hints[field.name],
            sentence=sentences.get(field.name, ""),
            owner=_owner(options, field.name),
        )
        for field in fields(options)
        if not any(isinstance(mark, Private) for mark in _marks(hints[field.name]))
    )


Kind = TypeVar("Kind")


def part_of(options: Any, kind: type[Kind]) -> Kind:
    """The fields of a parent class alone, as the parent: what a stage does, without where to."""
    return kind(**{field.name: getattr(options, field.name) for field in fields(kind)})  # type: ignore[arg-type]  # a dataclass


def check_limits(options: Any) -> None:
    """Refuse numbers outside their limits and words that are no choice.

    Raises:
        ConfigError: names the field, what is needed and what was given.
    """
    kind: type = type(options)
    for field in option_fields(kind):
        value = getattr(options, field.name)
        if value is None:
            if field.optional:
                continue
            raise ConfigError(f"{field.name} is needed: {field.sentence}", field=field.name)
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


def flag_name(field: OptionField, prefix: str) -> str:
    """A field's name among those of other classes: `gpt_epochs`."""
    return f"{prefix}_{field.name}" if prefix else field.name


def flag_of(name: str) -> str:
    """How a name is written on the command line: `--gpt-epochs`."""
    return f"--{name.replace('_', '-')}"


def _owner(options: type, name: str) -> type:
    oldest_first = reversed(options.__mro__)
    return next(kind for kind in oldest_first if name in vars(kind).get("__annotations__", ()))


def _marks(hint: Any) -> tuple[Any, ...]:
    return get_args(hint)[1:] if get_origin(hint) is Annotated else ()


def _field(field: "Field[Any]", hint: Any, *, sentence: str, owner: type) -> OptionField:
    default = field.default if field.default_factory is MISSING else field.default_factory()
    marks: list[Any] = []  # the outermost first
    optional = several = False
    while get_origin(hint) in (Annotated, Union, UnionType, tuple):
        if get_origin(hint) is Annotated:
            marks += _marks(hint)
            hint = get_args(hint)[0]
        elif get_origin(hint) is tuple:
            several, hint = True, get_args(hint)[0]
        else:
            optional = True
            (hint,) = (part for part in get_args(hint) if part is not NoneType)
    choices: tuple[str, ...] = ()
    if get_origin(hint) is Literal:
        choices, hint = get_args(hint), str
    assert hint in (int, float, str, bool, Path), f"{field.name}: nothing can be made of {hint}"

    def mark(kind: type[Kind]) -> Kind | None:
        return next((each for each in marks if isinstance(each, kind)), None)

    return OptionField(
        name=field.name,
        kind=hint,
        default=default,
        choices=choices,
        optional=optional,
        several=several,
        within=mark(Within),
        argument=mark(Argument),
        sentence=sentence,
        owner=owner,
        flag=mark(Flag) or Flag(),
        words=mark(Words) or Words(),
    )


def _needed(field: OptionField, value: Any) -> str:
    """What a value fails to be; empty where it is good."""
    if field.choices:
        return "" if value in field.choices else f"one of {', '.join(field.choices)}"
    if field.kind in (int, float):
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        if not is_number:
            return "a number"
        if field.kind is int and value % 1 != 0:
            return "a whole number"
        return str(field.within) if field.within and not field.within.holds(value) else ""
    if "\0" in str(value):
        return "free of NUL characters"
    pattern = field.words.pattern
    return field.words.needed if pattern and not re.fullmatch(pattern, str(value)) else ""
