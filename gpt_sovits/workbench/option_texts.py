"""What the page calls and explains an option, and its choices.

Labels and translations stand in locales/*.json below "option", by stage and field, or below
"option.any" for fields that many stages share. The English help is the sentence under the field.
"""

from typing import Any

from gpt_sovits.options import OptionField, spelled
from gpt_sovits.stages import STAGES, Part, stage_fields
from gpt_sovits.workbench.texts import all_texts, label

_HALVES = {"sovits": "SoVITS", "gpt": "GPT"}
"""What stands before the labels of a part; names, which are the same in all languages."""


def label_key(stage: str, name: str) -> str:
    """Key of a field's label."""
    return f"option.{stage}.{name}.label"


def info_key(stage: str, name: str) -> str:
    """Key of what stands below a field: its help, limits and name."""
    return f"option.{stage}.{name}.info"


def choices_of(stage: str, name: str, field: OptionField) -> list[tuple[Any, str]]:
    """The words that are possible, or worth offering, with a label where one says more."""
    shown = []
    for word in field.choices or field.words.offers:
        key = _key("en", stage, name, f"choices.{word}")
        shown.append((label(key) if key else word, word))
    return shown


def option_texts(language: str) -> dict[str, str]:
    """Label and info of every field of every stage."""
    found: dict[str, str] = {}
    for stage in STAGES.values():
        for name, field in stage_fields(stage):
            help_ = _find(language, stage.name, name, "help") or field.sentence
            parts = (help_, _limits(field), name)
            found[label_key(stage.name, name)] = _label(language, stage.name, name)
            found[info_key(stage.name, name)] = " · ".join(filter(None, parts))
    return found


def _label(language: str, stage: str, name: str) -> str:
    part, _ = _place(stage, name)
    found = _find(language, stage, name, "label") or name
    return f"{_HALVES[part.prefix]}: {found}" if part.prefix else found


def _limits(field: OptionField) -> str:
    within = field.within
    if within is None:
        return ""
    lowest, highest = map(spelled, (within.lowest, within.highest))
    above = f"{'>' if within.open else '≥'} {lowest}"
    if within.highest is None:
        return above
    if within.lowest is None:
        return f"≤ {highest}"
    return f"{above}, ≤ {highest}" if within.open else f"{lowest} – {highest}"


def _find(language: str, stage: str, name: str, what: str) -> str:
    key = _key(language, stage, name, what)
    return all_texts()[language][key] if key else ""


def _key(language: str, stage: str, name: str, what: str) -> str:
    """Key of a text: the stage's own, of the stage that it shares the field with, or of all."""
    part, field = _place(stage, name)
    keys = (f"option.{place}.{field}.{what}" for place in (part.like or stage, "any"))
    return next((key for key in keys if key in all_texts()[language]), "")


def _place(stage: str, name: str) -> tuple[Part, str]:
    """The part of a stage that a field belongs to, and its name there."""
    return next(
        (part, fields[name].name)
        for part in STAGES[stage].parts
        if name in (fields := part.names())
    )
