"""A take as the page shows it: rows for the table, sentences about its state."""

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gpt_sovits.inference.take import Rendering, Take, TakeSentence
from gpt_sovits.inference.take_history import History
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.choices import Choices
from gpt_sovits.workbench.speak import BASE, speaking_voices
from gpt_sovits.workbench.speak_service import SpeakingState
from gpt_sovits.workbench.texts import all_texts, text

NO_TAKE: dict[str, Any] = {"take": "", "told": "", "speaking": False, "rows": []}
"""The table before it is known what it shows."""

_LETTERS_A_SECOND = 3
"""Too few spoken to tell how long the rest takes, as a multiple of seconds spent."""

_SHOWN_TEXT = 24


def view_take(
    name: str, take: Take, folder: Path, state: SpeakingState | None, language: str
) -> Any:
    """What the table is drawn from; plain values, as they go to the browser."""
    now = _spoken_now(take, state)
    return {
        "take": name,
        # Below the page's own address, whatever a proxy puts before it.
        "files": f"gradio_api/file={quote(folder.resolve().as_posix())}/",
        "told": _state_html(take, state, language),
        "speaking": state is not None,
        "pause_s": take.options.pause_s,
        "rows": [_row(take, index, state, now) for index in range(take.n_sentences)],
        "texts": table_texts(language),
    }


def view_nothing(language: str) -> dict[str, Any]:
    """The same where no take is chosen."""
    empty = f'<div class="empty">{escape(text(language, "speak.empty"))}</div>'
    return NO_TAKE | {"told": empty}


def table_texts(language: str) -> dict[str, str]:
    """Words that the table puts on the screen, by the last part of their key."""
    prefix = "speak.table."
    texts = all_texts()[language]
    return {key.removeprefix(prefix): each for key, each in texts.items() if key.startswith(prefix)}


def _state_html(take: Take, state: SpeakingState | None, language: str) -> str:
    told = f'<div class="remark" role="status">{escape(tell_state(take, state, language))}</div>'
    bar = f'<progress max="1" value="{share_done(take):.3f}"></progress>' if state else ""
    left_out = "".join(
        f"<li><b>{escape(part)}</b>: {escape(why)}</li>" for part, why in take.skipped
    )
    skipped = (
        f'<div class="left-out">{escape(text(language, "speak.left_out"))}<ul>{left_out}</ul></div>'
        if left_out
        else ""
    )
    return told + bar + skipped


def _spoken_now(take: Take, state: SpeakingState | None) -> int:
    """Place of the sentence that is being spoken; -1 where none is."""
    if state is None or state.waits_for or state.loads:
        return -1
    if state.again is not None:
        return state.again
    todo = (n for n, each in enumerate(take.sentences) if each.missing and not each.problem)
    return next(todo, -1)


def _row(take: Take, index: int, state: SpeakingState | None, now: int) -> dict[str, Any]:
    sentence = take.sentences[index]
    rendering = sentence.rendering
    return {
        "text": sentence.text,
        "state": _state(sentence, index, state, now),
        "file": rendering.file if rendering else "",
        "seconds": round(rendering.seconds, 1) if rendering else 0,
        "chosen": sentence.chosen,
        "renderings": [_label(each) for each in sentence.renderings],
        "pause_s": sentence.pause_s,
        "readings": [f"{each.word} = {each.reading}" for each in sentence.readings],
        "problem": sentence.problem,
        "remarks": list(rendering.remarks) if rendering else [],
    }


def _label(rendering: Rendering) -> str:
    return f"{rendering.seconds:.1f} s · {rendering.text[:_SHOWN_TEXT]}"


def _state(sentence: TakeSentence, index: int, state: SpeakingState | None, now: int) -> str:
    if not sentence.text:
        return "out"
    if index == now:
        return "now"
    if state is not None and (index in state.asked or (state.whole and sentence.missing)):
        return "failed" if sentence.problem else "waits"
    if sentence.problem:
        return "failed"
    return "missing" if sentence.missing else "spoken"


def tell_state(take: Take, state: SpeakingState | None, language: str) -> str:
    """How far a take is, one sentence."""
    wanted = [each for each in take.sentences if each.text]
    n_done = sum(each.chosen is not None for each in wanted)
    done = text(language, "speak.done", done=n_done, all=len(wanted), length=clock(take.seconds))
    if state is None:
        n_failed = sum(bool(each.problem) for each in wanted)
        failed = text(language, "speak.failed", n=n_failed) if n_failed else ""
        return " ".join(filter(None, (done, failed)))
    if state.stops:
        return text(language, "speak.stopping", done=done)
    if state.waits_for:
        return text(language, "speak.waits", n=state.waits_for)
    if state.loads:
        return text(language, "speak.loading", done=done)
    left_s = _left_s(wanted, state)
    if left_s is None:
        return text(language, "speak.speaking", done=done)
    return text(language, "speak.speaking_left", done=done, left=clock(left_s))


def _left_s(wanted: list[TakeSentence], state: SpeakingState) -> float | None:
    if state.n_spoken < _LETTERS_A_SECOND or not state.whole:
        return None
    letters = sum(len(each.text) for each in wanted if each.missing and not each.problem)
    return letters * state.spends_s / state.n_spoken


def share_done(take: Take) -> float:
    """Share of the letters that are spoken, 0 to 1."""
    spoken = sum(len(each.text) for each in take.sentences if each.chosen is not None)
    return spoken / max(1, sum(len(each.text) for each in take.sentences))


def history_choices(history: History, language: str) -> Choices:
    """The takes to choose from."""
    return [(_about(name, take, language), name) for name, take in history.takes]


def tell_history(history: History, language: str) -> str:
    """What cannot be chosen from; empty where all can."""
    told = []
    if history.damaged:
        names = ", ".join(name for name, _ in history.damaged)
        told.append(text(language, "speak.damaged", names=names))
    if history.n_older:
        told.append(text(language, "speak.older", n=history.n_older))
    return " ".join(told)


def _about(name: str, take: Take, language: str) -> str:
    when = take.created[:19].replace("T", " ")
    words = " ".join(take.text.split())
    shown = words if len(words) <= _SHOWN_TEXT else words[:_SHOWN_TEXT] + "…"
    return f"{when} · {voice_label(take.voice.name, language)} · {shown}"


def voice_label(choice: str, language: str) -> str:
    """How a voice or base is called."""
    if choice.startswith(BASE):
        return text(language, "speak.base", family=choice.removeprefix(BASE))
    return choice


def clock(seconds: float) -> str:
    """A length such as 1:03."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def view_voices(paths: ProjectPaths, language: str) -> tuple[Choices, str]:
    """The voices to choose from, and what to tell where there is none."""
    names = speaking_voices(paths)
    choices = [(voice_label(name, language), name) for name in names]
    if any(not name.startswith(BASE) for name in names):
        return choices, ""
    return choices, text(language, "speak.only_base" if names else "speak.no_voice")
