"""The part of the tab "Speak" that shows a take: its state, its sentences, what they join to."""

from html import escape
from typing import Any
from urllib.parse import quote

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.inference.take import Take, load_take, take_folder
from gpt_sovits.inference.take_history import delete_take, list_takes, newest_take
from gpt_sovits.inference.take_joining import ENDINGS, join_take
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.speak_acts import do_act, read_words
from gpt_sovits.workbench.speak_service import SpeakingService, SpeakingState
from gpt_sovits.workbench.speak_table import sentence_table
from gpt_sovits.workbench.speak_view import (
    NO_TAKE,
    history_choices,
    tell_history,
    view_nothing,
    view_take,
)
from gpt_sovits.workbench.texts import language_of, t, text

_PLAY_ALL = "() => document.querySelector('#take .take').dispatchEvent(new Event('play-all'))"
_DOWNLOAD = "() => document.querySelector('#joined a')?.click()"


class TakeBox:
    """Draws a take inside the current block.

    Args:
        bench: the page.
        service: speaks.
    """

    def __init__(self, bench: Bench, service: SpeakingService) -> None:
        self._paths = bench.paths
        self._service = service
        with gr.Row(elem_classes="beside"):
            self._name = gr.Dropdown(
                [], label=t("speak.take"), info=t("speak.take_help"), scale=4, elem_id="speak-take"
            )
            delete = gr.Button(t("speak.delete"), scale=0, min_width=90, size="sm")
        with gr.Row(visible=False) as asking:
            gr.Markdown(t("speak.delete_sure"))
            really = gr.Button(t("speak.delete_yes"), variant="stop", size="sm")
            keep = gr.Button(t("speak.delete_no"), size="sm")
        self._message = gr.HTML(visible=False)
        with gr.Row():
            play = gr.Button(t("speak.play_all"), size="sm", min_width=100)
            self._go_on = gr.Button(t("speak.go_on"), size="sm", min_width=100, visible=False)
            self._stop = gr.Button(t("speak.stop"), size="sm", min_width=100, visible=False)

        self._table = sentence_table(lambda values: read_words(values, service), self._view)
        with gr.Row(elem_classes="beside"):
            ending = gr.Radio(list(ENDINGS), value="wav", label=t("speak.join"), scale=4)
            join = gr.Button(t("speak.join_start"), scale=0, min_width=140, size="sm")
        joined = gr.HTML(elem_id="joined")

        bench.page.load(self._open, None, self.outputs, **QUIET)
        self._name.input(self._look, self._name, self.outputs, **QUIET)
        # Both belong to another take.
        self._name.change(lambda: ("", gr.update(visible=False)), None, [joined, asking], **QUIET)
        self._table.ended(self._ended, self._name, self.outputs, **QUIET)
        self._table.act(
            self._act,
            self._name,
            [joined, *self.outputs],
            trigger_mode="multiple",
            **QUIET,
        )
        self._go_on.click(self._speak, self._name, self.outputs, **QUIET)
        self._stop.click(self._halt, self._name, self.outputs, **QUIET)
        play.click(None, js=_PLAY_ALL)
        join.click(self._join, [self._name, ending], [joined, self._message]).then(
            None, js=_DOWNLOAD
        )
        delete.click(lambda: gr.update(visible=True), None, asking, **QUIET)
        keep.click(lambda: gr.update(visible=False), None, asking, **QUIET)
        really.click(self._delete, self._name, [asking, *self.outputs], **QUIET)

    @property
    def outputs(self) -> list[gr.components.Component]:
        """What `show` and `keep` give values for."""
        return [
            self._name,
            self._message,
            self._table,
            self._go_on,
            self._stop,
        ]

    def keep(self) -> tuple[Any, ...]:
        """Leave everything as it is."""
        return tuple(gr.skip() for _ in self.outputs)

    def show(
        self, name: str | None, language: str, *, error: Exception | None = None
    ) -> tuple[Any, ...]:
        """Show a take, chosen in the history; None shows none."""
        history = list_takes(self._paths)
        choices = history_choices(history, language)
        told, *rest = self._parts(name, language, error)
        if error is None and (missing := tell_history(history, language)):
            told = note(missing)
        return gr.update(choices=choices, value=name), told, *rest

    def _parts(
        self, name: str | None, language: str, error: Exception | None = None
    ) -> tuple[Any, ...]:
        told = problem(error) if error else note()
        try:
            folder = take_folder(name, self._paths) if name else None
            take = load_take(folder) if folder else None
        except InputError as damaged:
            return problem(damaged), NO_TAKE, *_buttons(None, None)
        if take is None or folder is None or name is None:
            return told, view_nothing(language), *_buttons(None, None)
        state = self._service.state(name)
        if error is None and (ended := self._service.problem(name)):
            told = note(ended, "problem")
        return told, view_take(name, take, folder, state, language), *_buttons(take, state)

    def _view(self, name: str, language: str) -> dict[str, Any]:
        """What the table asks for by itself while the take is being spoken."""
        _, view, *_ = self._parts(name, language)
        found: dict[str, Any] = view
        return found

    # --- events ---------------------------------------------------------------------------------

    def _open(self, request: gr.Request) -> tuple[Any, ...]:
        """What a page shows that is opened: what is being spoken, or the newest take."""
        newest = newest_take(self._paths)
        return self.show(self._service.current or newest, language_of(request))

    def _look(self, name: str | None, request: gr.Request) -> tuple[Any, ...]:
        return gr.skip(), *self._parts(name, language_of(request))

    def _ended(self, name: str | None, request: gr.Request) -> tuple[Any, ...]:
        """All is spoken, or can go on: what was told of a mistake stays."""
        told, *rest = self._parts(name, language_of(request))
        return gr.skip(), told if told["visible"] else gr.skip(), *rest

    def _act(self, name: str | None, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        # What was joined before does not have the change.
        return "", *self._try(lambda: do_act(event._data, self._service), name, request)

    def _speak(self, name: str | None, request: gr.Request) -> tuple[Any, ...]:
        return self._try(lambda: self._service.speak(name or ""), name, request)

    def _halt(self, name: str | None, request: gr.Request) -> tuple[Any, ...]:
        return self._try(lambda: self._service.stop(name or ""), name, request)

    def _try(self, do: Any, name: str | None, request: gr.Request) -> tuple[Any, ...]:
        error = None
        try:
            do()
        except Exception as caught:
            error = caught
        return gr.skip(), *self._parts(name, language_of(request), error)

    def _join(self, name: str | None, ending: str, request: gr.Request) -> tuple[Any, Any]:
        try:
            path = join_take(take_folder(name or "", self._paths), ending)
        except Exception as error:
            return "", problem(error)
        address = escape(f"gradio_api/file={quote(path.resolve().as_posix())}")
        where = escape(text(language_of(request), "speak.joined", path=self._paths.name_of(path)))
        player = "" if ending == "srt" else f'<audio controls src="{address}"></audio>'
        link = f'<a href="{address}" download="{escape(path.name)}">{escape(path.name)}</a>'
        return (
            f'<div class="remark">{where} {link}{"" if ending == "srt" else player}</div>',
            note(),
        )

    def _delete(self, name: str | None, request: gr.Request) -> tuple[Any, ...]:
        try:
            self._service.stop(name or "")
            delete_take(name or "", self._paths)
        except Exception as error:
            return gr.update(visible=False), *self.show(name, language_of(request), error=error)
        return gr.update(visible=False), *self._open(request)


def _buttons(take: Take | None, state: SpeakingState | None) -> tuple[Any, Any]:
    """The buttons to go on and to stop."""
    is_missing = take is not None and any(each.missing for each in take.sentences)
    return (
        gr.update(visible=is_missing and state is None),
        gr.update(visible=state is not None and not state.stops),
    )
