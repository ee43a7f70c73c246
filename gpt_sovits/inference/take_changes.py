"""What a person changes in a take while it may be spoken."""

import threading
from collections.abc import Callable
from pathlib import Path

from gpt_sovits.errors import ConfigError, InputError, TextError
from gpt_sovits.inference.options import LONGEST_PAUSE_S
from gpt_sovits.inference.take import Take, TakeSentence, load_take, save_take, writable
from gpt_sovits.text.cuts import MAX_PIECE
from gpt_sovits.text.dictionary import Entry

changing = threading.Lock()
"""A sentence may be edited while another one is spoken: each change is made to the newest state."""


def change_take(folder: Path, change: Callable[[Take], Take]) -> Take:
    """Read a take, change it and write it, with no other change between.

    Raises:
        InputError: it cannot be read or written, or `change` refuses; nothing is changed then.
    """
    with changing:
        take = load_take(folder)
        changed = change(take)
        if changed != take:
            save_take(folder, changed)
        return changed


def change_sentence(
    folder: Path, index: int, change: Callable[[TakeSentence], TakeSentence]
) -> Take:
    """Change one sentence of a take; as `change_take`."""
    return change_take(folder, lambda take: take.with_sentence(index, change(take.sentence(index))))


def edit_text(folder: Path, index: int, text: str) -> Take:
    """Give a sentence another text; an empty one takes it out.

    Raises:
        TextError: it is longer than what can be spoken in one piece.
    """
    words = " ".join(writable(text).split())
    if len(words) > MAX_PIECE:
        raise TextError(
            f"a sentence has at most {MAX_PIECE} characters, this one has {len(words)}; speak it as"
            " a text of its own, which is cut"
        )
    return change_sentence(folder, index, lambda sentence: _wanting(sentence, text=words))


def set_readings(folder: Path, index: int, readings: tuple[Entry, ...]) -> Take:
    """Give words of a sentence readings of their own; other sentences keep theirs."""
    return change_sentence(folder, index, lambda sentence: _wanting(sentence, readings=readings))


def _wanting(sentence: TakeSentence, **wanted: object) -> TakeSentence:
    """A sentence that is to be said otherwise; what says it already counts at once."""
    changed = sentence.model_copy(update=wanted)
    if (changed.text, changed.readings) == (sentence.text, sentence.readings):
        return sentence
    return changed.model_copy(update={"chosen": changed.matching(), "problem": ""})


def choose_rendering(folder: Path, index: int, number: int) -> Take:
    """Let an earlier rendering count; the sentence is then again what that one says."""

    def choose(sentence: TakeSentence) -> TakeSentence:
        if not 0 <= number < len(sentence.renderings):
            raise InputError(f"sentence {index + 1} has no rendering {number + 1}")
        said = sentence.renderings[number]
        return sentence.model_copy(
            update={"chosen": number, "text": said.text, "readings": said.readings, "problem": ""}
        )

    return change_sentence(folder, index, choose)


def set_pause(folder: Path, index: int, pause_s: float | None) -> Take:
    """Say how long the silence after a sentence is; None is the take's own.

    Raises:
        ConfigError: it is out of range.
    """
    if pause_s is not None and not 0 <= pause_s <= LONGEST_PAUSE_S:
        raise ConfigError(
            f"the pause must be 0 to {LONGEST_PAUSE_S:g} s, got {pause_s:g}", field="pause_s"
        )
    return change_sentence(
        folder, index, lambda sentence: sentence.model_copy(update={"pause_s": pause_s})
    )
