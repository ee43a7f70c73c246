"""What a person does to a sentence in the table, as functions of takes."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from gpt_sovits.errors import InputError
from gpt_sovits.inference.take import take_folder
from gpt_sovits.inference.take_changes import choose_rendering, edit_text, set_pause
from gpt_sovits.inference.take_speaking import set_reading, words_of
from gpt_sovits.text.reading import Language, UserWord
from gpt_sovits.workbench.speak_service import SpeakingService

ACTS = ("again", "text", "choose", "pause", "reading")
"""Kinds of them."""


def do_act(values: Mapping[str, Any], service: SpeakingService) -> None:
    """Do what the table asks for.

    Args:
        values: from the browser; nothing in them is trusted.
        service: speaks, and knows the project.

    Raises:
        InputError: it cannot be done; nothing is changed then.
    """
    name = _name(values)
    kind = values.get("kind")
    folder, index = take_folder(name, service.paths), _index(values)
    if kind == "again":
        service.speak_again(name, index)
    elif kind == "text":
        edit_text(folder, index, _get(values, "text", str))
    elif kind == "choose":
        choose_rendering(folder, index, _get(values, "number", int))
    elif kind == "pause":
        pause_s = values.get("pause_s")
        set_pause(folder, index, None if pause_s is None else float(_get(values, "pause_s", float)))
    elif kind == "reading":
        _set_reading(folder, index, values, service)
    else:
        raise InputError(f"nothing is called {kind!r}; known are {', '.join(ACTS)}")


def read_words(values: Mapping[str, Any], service: SpeakingService) -> dict[str, Any]:
    """How the words of a sentence are read, or why that cannot be told, for the browser."""
    try:
        folder = take_folder(_name(values), service.paths)
        words = words_of(folder, _index(values), service.paths)
    except InputError as error:
        return {"problem": str(error), "words": []}
    return {"problem": "", "words": [asdict(word) for word in words]}


def _set_reading(
    folder: Path, index: int, values: Mapping[str, Any], service: SpeakingService
) -> None:
    language = _get(values, "language", str)
    if language not in get_args(Language):
        raise InputError(f"no words of {language!r} have readings")
    word = UserWord(_get(values, "word", str), language, _get(values, "reading", str))
    everywhere = values.get("everywhere") is True
    set_reading(folder, index, word, service.paths, everywhere=everywhere)


def _name(values: Mapping[str, Any]) -> str:
    name: str = _get(values, "take", str)
    return name


def _index(values: Mapping[str, Any]) -> int:
    index: int = _get(values, "index", int)
    return index


def _get(values: Mapping[str, Any], key: str, kind: type) -> Any:
    value = values.get(key) if isinstance(values, Mapping) else None
    if kind is float and isinstance(value, int) and abs(value) < 1e9:
        value = float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InputError(f"{key} is missing; reload the page")
    return value
