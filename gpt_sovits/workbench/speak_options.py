"""The fields of the tab "Speak" that say how a text is spoken, drawn from their options."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.options import OptionField, option_fields
from gpt_sovits.text.cuts import CUTS
from gpt_sovits.workbench.choices import LANGUAGES
from gpt_sovits.workbench.texts import t

FIRST = ("language", "cut", "speed", "pause_s")
"""Fields that everybody sees."""

NAMES = (*FIRST, *(each.name for each in option_fields(SpeakingOptions) if each.name not in FIRST))
"""All of them, as they are drawn."""


def draw_options() -> list[gr.components.Component]:
    """Draw the fields inside the current block, in the order of `NAMES`."""
    fields = {each.name: each for each in option_fields(SpeakingOptions)}
    drawn = []
    for pair in (FIRST[:2], FIRST[2:]):
        with gr.Row():
            drawn += [_draw(fields[name]) for name in pair]
    with gr.Accordion(t("form.more"), open=False):
        rest = NAMES[len(FIRST) :]
        for start in range(0, len(rest), 2):
            with gr.Row():
                drawn += [_draw(fields[name]) for name in rest[start : start + 2]]
    return drawn


def _draw(field: OptionField) -> gr.components.Component:
    about: dict[str, Any] = {
        "label": t(f"speak.option.{field.name}.label"),
        "info": t(f"speak.option.{field.name}.help"),
        "elem_id": f"say-{field.name}".replace("_", "-"),
        "min_width": 140,
    }
    words: dict[str, Sequence[str]] = {
        "language": [mode for _, mode in LANGUAGES],
        "cut": list(CUTS),
    }
    if field.name in words:
        choices = [(t(f"speak.{field.name}.{word}"), word) for word in words[field.name]]
        return gr.Dropdown(choices, value=field.default, **about)
    precision = 0 if field.kind is int else None
    return gr.Number(field.default, precision=precision, **about)


def read_options(values: Sequence[Any]) -> SpeakingOptions:
    """What was filled in; an empty field is its default.

    Raises:
        ConfigError: with the field that is out of range.
    """
    given = {
        name: value for name, value in zip(NAMES, values, strict=True) if value not in (None, "")
    }
    return SpeakingOptions(**given)


def wrong_field(values: Sequence[Any]) -> tuple[str | None, str]:
    """Name of a field that cannot be used, and why; None and nothing where all can."""
    try:
        read_options(values)
    except InputError as error:
        field = error.field or next((name for name in NAMES if str(error).startswith(name)), None)
        return field, str(error)
    except (TypeError, ValueError) as error:
        raise ConfigError(str(error)) from error
    return None, ""
