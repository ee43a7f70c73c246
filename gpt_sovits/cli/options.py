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
import ast
import inspect
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def add_options(
    parser: argparse.ArgumentParser,
    options: type,
    *,
    prefix: str = "",
    leave_out: Collection[str] = (),
    mini: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Add a flag for every field of an options dataclass.

    Fields may be `int`, `float`, `str`, `bool` (a flag and its `--no-` twin), `Path`, a `Literal`
    of words, a `tuple` of one of these (a flag that takes several), and any of them or None.

    Args:
        parser: gets the flags in one group, titled by the class's first sentence.
        options: the dataclass.
        prefix: stands before every flag's name.
        leave_out: fields without a flag.
        mini: defaults that differ for the embedded base.
    """
    title = (inspect.getdoc(options) or options.__name__).splitlines()[0].rstrip(".")
    group = parser.add_argument_group(title)
    hints, sentences = get_type_hints(options), field_sentences(options)
    for field in fields(options):
        if field.name in leave_out:
            continue
        about = sentences.get(field.name, "") + _default_note(field, mini)
        group.add_argument(
            f"--{_name(field, prefix).replace('_', '-')}",
            dest=_name(field, prefix),
            default=argparse.SUPPRESS,
            help=about.replace("%", "%%"),
            **_kind(hints[field.name]),
        )


def given_options(args: argparse.Namespace, options: type, *, prefix: str = "") -> dict[str, Any]:
    """What the user typed of the flags that `add_options` made, by field name."""
    names = {field.name: _name(field, prefix) for field in fields(options)}
    values = {name: getattr(args, flag) for name, flag in names.items() if hasattr(args, flag)}
    # argparse makes a list of several words, a frozen dataclass holds a tuple.
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }


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


def _name(field: "Field[Any]", prefix: str) -> str:
    return f"{prefix}_{field.name}" if prefix else field.name


def _default_note(field: "Field[Any]", mini: Mapping[str, Any]) -> str:
    """The default in brackets; None and "on" say nothing to a user."""
    if field.name in mini:
        return f" ({mini[field.name]} for mini, {field.default} for published families)"
    if field.default is MISSING or field.default is None or isinstance(field.default, bool):
        return ""
    if isinstance(field.default, tuple):
        return f" ({' '.join(map(str, field.default))})" if field.default else ""
    return f" ({field.default})" if field.default != "" else ""


def _kind(hint: Any) -> dict[str, Any]:
    """What argparse must know of a field's type."""
    if get_origin(hint) in (UnionType, Union):
        (hint,) = (part for part in get_args(hint) if part is not NoneType)
    if get_origin(hint) is tuple:
        return {"nargs": "*", "type": get_args(hint)[0], "metavar": _metavar(get_args(hint)[0])}
    if get_origin(hint) is Literal:
        return {"choices": get_args(hint)}
    if hint is bool:
        return {"action": argparse.BooleanOptionalAction}
    assert hint in (int, float, str, Path), f"no flag can be made of {hint}"
    return {"type": hint, "metavar": _metavar(hint)}


def _metavar(kind: type) -> str:
    return {int: "N", float: "X", str: "TEXT"}.get(kind, "FILE")
