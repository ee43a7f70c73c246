"""Flags from an options dataclass: its fields, types, defaults and the sentences under them.

```python
add_options(parser, GPTOptions)  # --epochs N, --dpo / --no-dpo, ...
given = given_options(args, GPTOptions)  # what the user typed, and nothing else
options = GPTOptions(**given)
```

A `prefix` keeps two classes apart: `add_options(parser, GPTOptions, prefix="gpt")` makes
`--gpt-epochs`. What was not typed is not in `given_options`, so defaults can come from elsewhere.
"""

import argparse
import inspect
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gpt_sovits.options import OptionField, flag_name, flag_of, option_fields
from gpt_sovits.stages import Part, Stage


def add_options(
    parser: argparse.ArgumentParser,
    options: type,
    *,
    prefix: str = "",
    leave_out: Collection[str] = (),
    quiet: Collection[str] = (),
    mini: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Add a flag for every field of an options dataclass; see `gpt_sovits.options`.

    A `bool` makes a flag and its `--no-` twin, a `tuple` a flag that may be given several times (of
    a few words also once, with commas between), and what is marked as an `Argument` stands without
    a flag. The number of a field that may be None is also the word none.

    Args:
        parser: gets the flags, in a group for each class that brings some; with a prefix in one.
        options: the dataclass.
        prefix: stands before every flag's name.
        leave_out: fields without a flag.
        quiet: fields whose flags the help does not list.
        mini: defaults that differ for the embedded base.
    """
    groups: dict[type, argparse._ArgumentGroup] = {}
    own_first = options.__mro__.index
    for field in sorted(option_fields(options), key=lambda field: own_first(field.owner)):
        if field.name in leave_out:
            continue
        about = (field.sentence + _default_note(field, mini)).replace("%", "%%")
        if field.name in quiet:
            about = argparse.SUPPRESS
        name = flag_name(field, prefix)
        if field.argument is not None:
            parser.add_argument(
                name, metavar=field.argument.metavar, help=about, **_argument(field)
            )
            continue
        owner = options if prefix else field.owner
        if owner not in groups:
            groups[owner] = parser.add_argument_group(_title(owner))
        groups[owner].add_argument(
            flag_of(name),
            *field.flag.also,
            dest=name,
            default=argparse.SUPPRESS,
            required=field.needed,
            help=about,
            **_kind(field),
        )


def add_stage_options(parser: argparse.ArgumentParser, stage: Stage) -> None:
    """Add the flags of all parts of a stage."""
    for part in stage.parts:
        add_part(parser, part)


def add_part(parser: argparse.ArgumentParser, part: Part) -> None:
    """Add the flags of one part of a stage."""
    add_options(parser, part.options, prefix=part.prefix, quiet=part.quiet, mini=part.mini)


def given_options(args: argparse.Namespace, options: type, *, prefix: str = "") -> dict[str, Any]:
    """What the user typed of the flags that `add_options` made, by field name."""
    names = {field.name: flag_name(field, prefix) for field in option_fields(options)}
    values = {name: getattr(args, flag) for name, flag in names.items() if hasattr(args, flag)}
    # argparse makes a list of several words, a frozen dataclass holds a tuple.
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }


def _title(options: type) -> str:
    return (inspect.getdoc(options) or options.__name__).splitlines()[0].rstrip(".")


def _default_note(field: OptionField, mini: Mapping[str, Any]) -> str:
    """The default in brackets; None and "on" say nothing to a user."""
    if field.name in mini:
        return f" ({mini[field.name]} for mini, {field.default} for published families)"
    if field.needed or field.default is None or isinstance(field.default, bool):
        return ""
    if isinstance(field.default, tuple):
        return f" ({' '.join(map(str, field.default))})" if field.default else ""
    return f" ({field.default})" if field.default != "" else ""


def _argument(field: OptionField) -> dict[str, Any]:
    """What argparse must know of what stands without a flag."""
    values: dict[str, Any] = {"type": field.kind, "default": argparse.SUPPRESS}
    if field.several:
        return values | {"nargs": "+" if field.needed else "*"}
    return values if field.needed else values | {"nargs": "?"}


def _kind(field: OptionField) -> dict[str, Any]:
    """What argparse must know of a field's type."""
    if field.kind is bool:
        return {"action": argparse.BooleanOptionalAction}
    if field.choices and not field.several:
        return {"choices": field.choices}
    metavar = {int: "N", float: "X", str: "TEXT", Path: "FILE"}[field.kind]
    values = {"type": field.kind, "metavar": field.flag.metavar or metavar}
    if field.several:
        return values | {"type": _several(field), "action": "extend"}
    return values | {"type": _or_none(field.kind)} if _is_number_or_none(field) else values


def _is_number_or_none(field: OptionField) -> bool:
    return field.optional and field.kind in (int, float)


def _or_none(kind: type) -> Callable[[str], Any]:
    """Read a number or the word none."""

    def read(text: str) -> Any:
        return None if text == "none" else kind(text)

    read.__name__ = kind.__name__  # what argparse calls it in "invalid int value"
    return read


def _several(field: OptionField) -> Callable[[str], list[Any]]:
    """Read one of several; words of a few may stand together, with commas between."""

    def read(text: str) -> list[Any]:
        return [word for word in text.split(",") if word] if field.choices else [field.kind(text)]

    read.__name__ = field.kind.__name__
    return read
