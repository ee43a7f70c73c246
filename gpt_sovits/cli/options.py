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
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gpt_sovits.options import OptionField, option_fields


def add_options(
    parser: argparse.ArgumentParser,
    options: type,
    *,
    prefix: str = "",
    leave_out: Collection[str] = (),
    mini: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Add a flag for every field of an options dataclass; see `gpt_sovits.options`.

    A `bool` makes a flag and its `--no-` twin, a `tuple` a flag that takes several, and what is
    marked as an `Argument` stands without a flag.

    Args:
        parser: gets the flags in one group, titled by the class's first sentence.
        options: the dataclass.
        prefix: stands before every flag's name.
        leave_out: fields without a flag.
        mini: defaults that differ for the embedded base.
    """
    title = (inspect.getdoc(options) or options.__name__).splitlines()[0].rstrip(".")
    group = parser.add_argument_group(title)
    for field in option_fields(options):
        if field.name in leave_out:
            continue
        about = (field.sentence + _default_note(field, mini)).replace("%", "%%")
        name = _name(field, prefix)
        if field.argument is not None:
            parser.add_argument(
                name, metavar=field.argument.metavar, help=about, **_argument(field)
            )
            continue
        group.add_argument(
            f"--{name.replace('_', '-')}",
            dest=name,
            default=argparse.SUPPRESS,
            required=field.needed,
            help=about,
            **_kind(field),
        )


def given_options(args: argparse.Namespace, options: type, *, prefix: str = "") -> dict[str, Any]:
    """What the user typed of the flags that `add_options` made, by field name."""
    names = {field.name: _name(field, prefix) for field in option_fields(options)}
    values = {name: getattr(args, flag) for name, flag in names.items() if hasattr(args, flag)}
    # argparse makes a list of several words, a frozen dataclass holds a tuple.
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }


def _name(field: OptionField, prefix: str) -> str:
    return f"{prefix}_{field.name}" if prefix else field.name


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
    if field.choices and not field.several:
        return {"choices": field.choices}
    if field.kind is bool:
        return {"action": argparse.BooleanOptionalAction}
    metavar = {int: "N", float: "X", str: "TEXT", Path: "FILE"}[field.kind]
    several = {"nargs": "*"} if field.several else {}
    return {"type": field.kind, "metavar": metavar, **several}
