"""A form for one stage: every field of its options, named, explained and limited by them.

```python
form = StageForm("slice", first=("source",), find_path=places.source, new_path=places.new)
form.draw()
start.click(begin, form.components, message, validator=form.validate)

def begin(*values):
    arguments = form.arguments(*values)
```
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.options import OptionField
from gpt_sovits.stages import STAGES, check_values, command_words, stage_fields
from gpt_sovits.workbench.bench import QUIET
from gpt_sovits.workbench.option_texts import choices_of, info_key, label_key
from gpt_sovits.workbench.texts import label, language_of, t, text

FindPath = Callable[[str], Path]
"""Makes a path of what was typed, or raises `InputError`."""

FOR_PROGRAMS = ("--json", "--progress-json")
"""Flags of every job: the page reads along."""


class StageForm:
    """All fields of a stage.

    Args:
        name: of the stage, a key of `STAGES`.
        first: fields that stand first and open; the others are under "More options".
        hidden: fields that the page sets by itself, through `arguments(..., name=value)`.
        find_path: what a typed path of something that is there may be.
        new_path: the same of what is to be written, in fields called `out`.
        choices: words to choose from for a text field, as (label, value).
    """

    def __init__(
        self,
        name: str,
        *,
        first: Sequence[str],
        find_path: FindPath,
        new_path: FindPath | None = None,
        hidden: Sequence[str] = (),
        choices: Mapping[str, Sequence[tuple[Any, str]]] | None = None,
    ) -> None:
        self.stage = STAGES[name]
        self._find_path = find_path
        self._new_path = new_path or find_path
        self._choices = choices or {}
        known = dict(stage_fields(self.stage))
        unknown = {*first, *hidden} - set(known)
        assert not unknown, f"{name} has no {unknown}"
        order = [*first, *(flag for flag in known if flag not in first)]
        self._fields = {flag: known[flag] for flag in order if flag not in hidden}
        # For hidden fields, of which it is not known yet what they will hold.
        self._stand_ins = {flag: known[flag].kind("-") for flag in hidden if known[flag].needed}
        self._hanging = {
            flag: field.default
            for part in self.stage.parts
            for flag, field in part.names().items()
            if field.name in part.mini
        }
        """Fields with another default for mini, each with that of the published families."""
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

    def read(self, *values: Any, language: str = "en", whole: bool = False) -> dict[str, Any]:
        """What was filled in, by field name; fields that hold their default are left out.

        Args:
            values: of the components.
            language: of the sentences.
            whole: those that hold their default are given too, empty ones left out.

        Raises:
            InputError: with the field, which is empty, no number, or no path that may be taken.
        """
        given: dict[str, Any] = {}
        for (name, field), value in zip(self._fields.items(), values, strict=True):
            if isinstance(value, str):
                value = value.strip()
            if value in (None, "", []):
                if field.needed:
                    raise ConfigError(text(language, "form.needed"), field=name)
                nothing = None if field.optional else () if field.several else field.default
                if nothing != field.default:
                    given[name] = nothing
                continue
            # Another family has other defaults: there, what the page shows has to be said.
            wanted = whole or name in self._hanging
            if value == _shown(field.default) and not wanted:
                continue
            read = self._value(name, field, value, language)
            if read != field.default or wanted:
                given[name] = read
        return given

    def read_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The same for values that were never on screen, as `fill` takes them.

        Raises:
            InputError: as `read`.
        """
        return {
            name: self._value(name, self._fields[name], value, "en")
            for name, value in values.items()
            if value not in (None, "")
        }

    def arguments(self, *values: Any, **more: Any) -> list[str]:
        """Words for `start_job`: the stage's command with what was filled in.

        Args:
            values: of the components.
            more: of the hidden fields.

        Raises:
            InputError: with the field, as `read` and the stage's own options.
        """
        return self.command(self.read(*values) | more)

    def command(self, given: Mapping[str, Any]) -> list[str]:
        """The same for values by field name.

        Raises:
            InputError: with the field.
        """
        check_values(self.stage, given)
        return command_words(self.stage, given, extra=FOR_PROGRAMS)

    def validate(self, request: gr.Request, *values: Any) -> list[Any]:
        """What Gradio shows at each field: nothing, or why it cannot be used."""
        wrong: tuple[str | None, str] = (None, "")
        try:
            given = self.read(*values, language=language_of(request))
            check_values(self.stage, self._stand_ins | given)
        except InputError as error:
            wrong = (error.field, str(error))
        return [gr.validate(name != wrong[0], wrong[1]) for name in self._fields]

    def pick(self, names: Collection[str]) -> list[gr.components.Component]:
        """The components of some fields: what `fill` of the same names gives updates for.

        A browser takes long to update all of them, even where nothing changes.
        """
        fields = zip(self._fields, self.components, strict=True)
        return [component for name, component in fields if name in names]

    def fill(self, values: Mapping[str, Any], names: Collection[str]) -> list[Any]:
        """Updates that put values into some fields, and leave the others of them alone."""
        fields = zip(self._fields, self.components, strict=True)
        return [
            gr.update(value=_in(component, values[name])) if name in values else gr.skip()
            for name, component in fields
            if name in names
        ]

    def defaults(self, names: Collection[str]) -> dict[str, Any]:
        """What some fields hold before anybody touches them."""
        return {
            name: "" if field.default is None else field.default
            for name, field in self._fields.items()
            if name in names and not field.needed
        }

    def follow_family(self, is_mini: Callable[[str], bool]) -> None:
        """Put a family's own defaults in when it is chosen, where those of the others stand.

        Args:
            is_mini: tells of a family whether it has the defaults of mini.
        """
        hanging = self.pick(self._hanging)
        if not hanging or "family" not in self._fields:
            return
        (family,) = self.pick(["family"])

        def change(name: str | None, *values: Any) -> list[Any]:
            return self.family_defaults(is_mini(name or ""), *values)

        family.change(change, [family, *hanging], hanging, **QUIET)  # type: ignore[attr-defined]

    def family_defaults(self, is_mini: bool, *values: Any) -> list[Any]:
        """Updates for the fields that hang on the family; `values` are what they hold now."""
        names = [name for name in self._fields if name in self._hanging]
        updates = []
        for name, component, value in zip(names, self.pick(names), values, strict=True):
            mini, published = self._fields[name].default, self._hanging[name]
            before, after = (published, mini) if is_mini else (mini, published)
            stands = value == _in(component, before)
            updates.append(gr.update(value=_in(component, after)) if stands else gr.skip())
        return updates

    def _value(self, name: str, field: OptionField, value: Any, language: str) -> Any:
        if field.several:
            parts = value if isinstance(value, list) else value.splitlines()
            one = replace(field, several=False)
            return tuple(
                self._value(name, one, str(part).strip(), language)
                for part in parts
                if str(part).strip()
            )
        try:
            if field.kind is Path:
                return self._path(name, str(value))
            if field.kind is bool:
                return bool(value)
            if field.kind is int and float(value) % 1 == 0:
                return int(float(value))
            if field.kind is int:
                raise ConfigError(text(language, "form.whole"), field=name)
            return field.kind(value)
        except InputError as error:
            raise ConfigError(str(error), field=name) from error
        except (TypeError, ValueError, OverflowError) as error:
            raise ConfigError(text(language, "form.number"), field=name) from error

    def _path(self, name: str, typed: str) -> Path:
        """A path that is to be written, or one that is there."""
        return self._new_path(typed) if name == "out" else self._find_path(typed)

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
            empty = [(t("form.left_out"), "")] if field.optional and not field.several else []
            return gr.Dropdown(
                [*empty, *choices],
                value="" if empty and value is None else value,
                multiselect=field.several,
                allow_custom_value=typed,
                **about,
            )
        if field.kind in (int, float) and not (field.several or field.optional):
            # A number that may be left out stands as text below: an empty gr.Number sends 0.
            # Limits are not given to Gradio: it would answer with a pop-up instead of at the field.
            return gr.Number(value, **about)
        lines = 2 if field.several else 1
        if isinstance(value, list):
            value = "\n".join(map(str, value))
        elif isinstance(value, float):
            value = f"{value:g}"
        return gr.Textbox(value, lines=lines, max_lines=max(lines, 8), **about)


def _shown(value: Any) -> Any:
    """A value as a component holds it."""
    if isinstance(value, tuple):
        return [str(one) if isinstance(one, Path) else one for one in value]
    return str(value) if isinstance(value, Path) else value


def _in(component: gr.components.Component, value: Any) -> Any:
    """A value as this component holds it."""
    shown = _shown(value)
    is_lines = isinstance(shown, list) and isinstance(component, gr.Textbox)
    return "\n".join(map(str, shown)) if is_lines else shown
