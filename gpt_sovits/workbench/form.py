"""A form for one stage: every field of its options, named, explained and limited by them.

```python
form = StageForm("slice", first=("source", "method"))
form.draw()
start.click(begin, form.components, message, validator=form.validate)

def begin(*values):
    arguments = form.arguments(*values)
```
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.options import OptionField
from gpt_sovits.stages import STAGES, check_values, command_words, stage_fields
from gpt_sovits.workbench.option_texts import choices_of, info_key, label_key
from gpt_sovits.workbench.texts import label, t, text

FindPath = Callable[[str], Path]
"""Makes a path of what was typed, or raises `InputError`."""


class StageForm:
    """All fields of a stage.

    Args:
        name: of the stage, a key of `STAGES`.
        first: fields that stand first and open; the others are under "More options".
        hidden: fields that the page sets by itself, through `arguments(..., name=value)`.
        find_path: what a typed path may be.
        choices: words to choose from for a text field, as (label, value).
    """

    def __init__(
        self,
        name: str,
        *,
        first: Sequence[str],
        hidden: Sequence[str] = (),
        find_path: FindPath = Path,
        choices: Mapping[str, Sequence[tuple[Any, str]]] | None = None,
    ) -> None:
        self.stage = STAGES[name]
        self._find_path = find_path
        self._choices = choices or {}
        known = dict(stage_fields(self.stage))
        unknown = {*first, *hidden} - set(known)
        assert not unknown, f"{name} has no {unknown}"
        order = [*first, *(flag for flag in known if flag not in first)]
        self._fields = {flag: known[flag] for flag in order if flag not in hidden}
        self._n_first = len(first)
        self.components: list[gr.components.Component] = []

    @property
    def names(self) -> list[str]:
        """Names of the fields, as `components` stand."""
        return list(self._fields)

    def draw(self) -> None:
        """Draw the fields inside the current block; `components` are there afterwards."""
        names = self.names
        with gr.Group():
            self._draw(names[: self._n_first])
        if names[self._n_first :]:
            with gr.Accordion(t("form.more"), open=False):
                self._draw(names[self._n_first :])

    def _draw(self, names: Sequence[str]) -> None:
        for name in names:
            self.components.append(self._component(name, self._fields[name]))

    def read(self, *values: Any) -> dict[str, Any]:
        """What was filled in, by field name; fields that hold their default are left out.

        Raises:
            InputError: with the field, which is empty, no number, or no path that may be taken.
        """
        given: dict[str, Any] = {}
        for (name, field), value in zip(self._fields.items(), values, strict=True):
            if isinstance(value, str):
                value = value.strip()
            if value in (None, "", []):
                if field.needed:
                    raise ConfigError(text("en", "form.needed", label=name), field=name)
                if field.optional and field.default is not None:
                    given[name] = None
                continue
            read = self._value(name, field, value)
            if read != field.default:
                given[name] = read
        return given

    def arguments(self, *values: Any, **more: Any) -> list[str]:
        """Words for `start_job`: the stage's command with what was filled in.

        Args:
            values: of the components.
            more: of the hidden fields.

        Raises:
            InputError: with the field, as `read` and the stage's own options.
        """
        given = self.read(*values) | more
        self._check(given)
        return command_words(self.stage, given, extra=("--json", "--progress-json"))

    def validate(self, *values: Any) -> list[Any]:
        """What Gradio shows at each field: nothing, or why it cannot be used."""
        wrong: tuple[str | None, str] = (None, "")
        try:
            self._check(self.read(*values))
        except InputError as error:
            wrong = (error.field, str(error))
        return [gr.validate(name != wrong[0], wrong[1]) for name in self._fields]

    def fill(self, values: Mapping[str, Any]) -> list[Any]:
        """Updates of `components` that put values into fields, and leave the others alone."""
        return [
            gr.update(value=_shown(values[name])) if name in values else gr.skip()
            for name in self._fields
        ]

    def _check(self, given: Mapping[str, Any]) -> None:
        """Try the options; a field that is still to come is no mistake here.

        Raises:
            InputError: with the name that the field has in the form.
        """
        to_come = {name: "x" for name, field in stage_fields(self.stage) if field.needed}
        check_values(self.stage, {**to_come, **given})

    def _value(self, name: str, field: OptionField, value: Any) -> Any:
        if field.several:
            parts = value if isinstance(value, list) else value.splitlines()
            one = replace(field, several=False)
            return tuple(self._value(name, one, part.strip()) for part in parts if part.strip())
        try:
            if field.kind is Path:
                return self._find_path(str(value))
            if field.kind is int and float(value) % 1 == 0:
                return int(value)
            if field.kind is int:
                raise ConfigError(text("en", "form.whole", label=name), field=name)
            return field.kind(value)
        except InputError as error:
            raise ConfigError(str(error), field=name) from error
        except (TypeError, ValueError) as error:
            raise ConfigError(text("en", "form.number", label=name), field=name) from error

    def _component(self, name: str, field: OptionField) -> gr.components.Component:
        about = {
            "label": label(label_key(self.stage.name, name)),
            "info": label(info_key(self.stage.name, name)),
            "elem_id": f"{self.stage.name}-{name}".replace(" ", "-").replace("_", "-"),
        }
        value = None if field.needed else _shown(field.default)
        if field.kind is bool:
            return gr.Checkbox(value=bool(value), **about)
        choices = self._choices.get(name) or choices_of(self.stage.name, name, field)
        if choices:
            typed = not field.choices
            return gr.Dropdown(
                list(choices),
                value=value,
                multiselect=field.several,
                allow_custom_value=typed,
                **about,
            )
        if field.kind in (int, float) and not field.several:
            # Limits are not given to Gradio: it would answer with a pop-up instead of at the field.
            return gr.Number(value, precision=0 if field.kind is int else None, **about)
        lines = 2 if field.several else 1
        return gr.Textbox(value, lines=lines, max_lines=max(lines, 8), **about)


def _shown(value: Any) -> Any:
    """A value as a component holds it."""
    if isinstance(value, tuple):
        return [str(one) if isinstance(one, Path) else one for one in value]
    return str(value) if isinstance(value, Path) else value
