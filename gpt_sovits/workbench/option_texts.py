"""What the page calls and explains an option, and its choices.

Labels and translations stand in locales/*.json below "option", by stage and field, or below
"option.any" for fields that many stages share. The English help is the sentence under the field.
"""

from collections.abc import Sequence
from typing import Any

from gpt_sovits.options import OptionField
from gpt_sovits.stages import STAGES, stage_fields
from gpt_sovits.workbench.texts import all_texts, label


def label_key(stage: str, name: str) -> str:
    """Key of a field's label."""
    return f"option.{stage}.{name}.label"


def info_key(stage: str, name: str) -> str:
    """Key of what stands below a field: its help, limits and name."""
    return f"option.{stage}.{name}.info"


def choices_of(stage: str, name: str, field: OptionField) -> list[tuple[Any, str]]:
    """The words that are possible, with a label where one says more; empty where any is."""
    shown = []
    for word in field.choices or field.words.offers:
        key = _key(stage, name, f"choices.{word}")
        shown.append((label(key) if key else word, word))
    return shown


def option_texts(language: str) -> dict[str, str]:
    """Label and info of every field of every stage."""
    found: dict[str, str] = {}
    for stage in STAGES.values():
        for name, field in stage_fields(stage):
            help_ = _find(language, stage.name, name, "help") or field.sentence
            parts = (help_, _limits(field), name)
            found[label_key(stage.name, name)] = _find(language, stage.name, name, "label") or name
            found[info_key(stage.name, name)] = " · ".join(filter(None, parts))
    return found


def _limits(field: OptionField) -> str:
    within = field.within
    if within is None:
        return ""
    lowest = "" if within.lowest is None else f"{within.lowest:g}"
    highest = "" if within.highest is None else f"{within.highest:g}"
    if not highest:
        return f"{'>' if within.open else '≥'} {lowest}"
    if not lowest:
        return f"≤ {highest}"
    return f"{lowest} – {highest}"


def _find(language: str, stage: str, name: str, what: str) -> str:
    texts = all_texts()[language]
    keys: Sequence[str] = (f"option.{stage}.{name}.{what}", f"option.any.{name}.{what}")
    return next((texts[key] for key in keys if key in texts), "")


def _key(stage: str, name: str, what: str) -> str:
    keys = (f"option.{stage}.{name}.{what}", f"option.any.{name}.{what}")
    return next((key for key in keys if key in all_texts()["en"]), "")
