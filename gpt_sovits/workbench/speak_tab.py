"""The "Speak" tab: a voice, a text, and the speech to play and keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.inference.plan import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.bench import Bench
from gpt_sovits.workbench.choices import LANGUAGES, cut_choices
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.speak import BASE, Spoken, parts_of, speak, voice_choices

NO_VOICE = "There is no voice yet: fine-tune one"
WITH_BASE = f"{NO_VOICE}, or let the base speak like a clip of yours."
NO_SENTENCES = '<div class="empty">The sentences and their times appear here.</div>'

EXAMPLE = "大家好, today we talk about GPT-4, そして音声合成です。"


@dataclass(frozen=True)
class SpeakTab:
    """What the page connects with the other tab."""

    voice: gr.Dropdown
    hint: gr.HTML
    """Tells that there is no voice."""


def build_speak_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    paths, keeper = bench.paths, bench.keeper
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            choice, clip = _voice()
            text = gr.Textbox(
                label="Text", placeholder=EXAMPLE, lines=5, max_lines=20, elem_classes="text"
            )
            options = _options()
            with gr.Row():
                start = gr.Button("Speak", variant="primary")
                stop = gr.Button("Stop", visible=False, scale=0, min_width=140)
        with gr.Column(min_width=320):
            message = gr.HTML(visible=False)
            audio = gr.Audio(
                label="Speech", type="filepath", interactive=False, buttons=["download"]
            )
            sentences = gr.HTML(NO_SENTENCES)

    def say(voice: str | None, text: str, *values: Any) -> Iterator[list[Any]]:
        n_clip = len(clip)
        try:
            parts = parts_of(voice, _read_clip(*values[:n_clip]), paths)
            wanted = _read_options(*values[n_clip:])
            yield [note("Loading the voice …"), None, NO_SENTENCES]
            loaded = keeper.voice(parts)
            yield [note("Speaking …"), None, NO_SENTENCES]
            for spoken in speak(loaded, voice or "", text, wanted, paths):
                yield _show(spoken, paths)
        except Exception as error:
            yield [problem(error), gr.skip(), gr.skip()]

    shown = [message, audio, sentences]
    pressed = start.click(lambda: _buttons(True), None, [start, stop], show_progress="hidden")
    speaking = pressed.then(
        say, [choice.voice, text, *clip, *options], shown, show_progress="hidden"
    )
    speaking.then(lambda: _buttons(False), None, [start, stop], show_progress="hidden")
    stop.click(None, cancels=speaking).then(
        lambda: (*_buttons(False), note("Stopped.")),
        None,
        [start, stop, message],
        show_progress="hidden",
    )

    def refresh(chosen: str | None, wanted: str | None) -> tuple[Any, Any, None]:
        return *refresh_voices(paths, wanted or chosen), None

    # A voice that another tab asked for is taken once.
    asked = ([choice.voice, bench.voice], [choice.voice, choice.hint, bench.voice])
    bench.page.load(refresh, *asked, show_progress="hidden")
    tab.select(refresh, *asked, show_progress="hidden")


def refresh_voices(paths: ProjectPaths, chosen: str | None) -> tuple[Any, Any]:
    """Update the list of voices; one that is gone gives way to the first."""
    choices = voice_choices(paths)
    values = [value for _, value in choices]
    if chosen not in values:
        chosen = values[0] if values else None
    has_voice = any(not value.startswith(BASE) for value in values)
    hint = "" if has_voice else WITH_BASE if values else f"{NO_VOICE}."
    return gr.update(choices=choices, value=chosen), note(hint)


def _voice() -> tuple[SpeakTab, list[gr.components.Component]]:
    hint = gr.HTML(visible=False)
    voice = gr.Dropdown([], label="Voice")  # filled when the page is opened
    with gr.Accordion("Reference clip", open=False) as box:
        gr.Markdown("A voice speaks like its own clip, or like the one that you give here.")
        audio = gr.Audio(label="Clip of 3 to 10 s", type="filepath", sources=["upload"], buttons=[])
        text = gr.Textbox(label="What is said in it", placeholder="Word by word; may be empty")
        language = gr.Dropdown(LANGUAGES, value="auto", label="Language of the clip")
    voice.change(_open_for_base, voice, box, show_progress="hidden")
    return SpeakTab(voice, hint), [audio, text, language]


def _open_for_base(choice: str | None) -> Any:
    """A base has no clip of its own."""
    return gr.update(open=bool(choice) and str(choice).startswith(BASE))


def _options() -> list[gr.components.Component]:
    language = gr.Dropdown(LANGUAGES, value="auto", label="Language")
    with gr.Row():
        speed = gr.Slider(
            0.5, 2.0, value=1.0, step=0.05, label="Speed", info="Above 1 is faster", min_width=140
        )
        pause = gr.Slider(
            0.0,
            2.0,
            value=0.3,
            step=0.05,
            label="Pause (s)",
            info="Between sentences",
            min_width=140,
        )
    with gr.Accordion("More", open=False):
        cut = gr.Dropdown(cut_choices(), value="cut1", label="Cut the text")
        seed = gr.Number(0, precision=0, label="Seed", info="-1 takes another one each time")
        gr.Markdown("Empty fields take what is best for the voice.")
        with gr.Row():
            temperature = gr.Number(None, label="Temperature", min_width=140)
            top_k = gr.Number(None, precision=0, label="Top k", min_width=140)
        with gr.Row():
            top_p = gr.Number(None, label="Top p", min_width=140)
            penalty = gr.Number(None, label="Repetition penalty", min_width=140)
    return [language, speed, pause, cut, seed, temperature, top_k, top_p, penalty]


def _read_clip(audio: str | None, text: str, language: str) -> ReferenceClip | None:
    return ReferenceClip(Path(audio), text.strip() or None, language) if audio else None


def _read_options(
    language: str,
    speed: float,
    pause: float,
    cut: str,
    seed: int | None,
    temperature: float | None,
    top_k: int | None,
    top_p: float | None,
    penalty: float | None,
) -> SpeakingOptions:
    return SpeakingOptions(
        language=language,
        speed=speed,
        pause_s=pause,
        cut=cut,
        seed=0 if seed is None else seed,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        repetition_penalty=penalty,
    )


def _buttons(speaking: bool) -> tuple[Any, Any]:
    return gr.update(interactive=not speaking), gr.update(visible=speaking)


def _show(spoken: Spoken, paths: ProjectPaths) -> list[Any]:
    length = f"{len(spoken.sentences)} sentences, {spoken.seconds:.1f} s"
    if len(spoken.sentences) == 1:
        length = f"1 sentence, {spoken.seconds:.1f} s"
    if spoken.path is None:
        return [note(f"Speaking: {length} so far …"), None, sentence_table(spoken)]
    where = spoken.path.relative_to(paths.root).as_posix()
    return [note(f"{length}, kept as {where}"), str(spoken.path), sentence_table(spoken)]


def sentence_table(spoken: Spoken) -> str:
    """The sentences with their times, and what was left out."""
    rows = "".join(
        f"<tr><td>{_clock(each.start_s)}</td><td>{_clock(each.end_s)}</td>"
        f"<td>{escape(each.text)}</td></tr>"
        for each in spoken.sentences
    )
    left_out = "".join(
        f"<li><b>{escape(part)}</b>: {escape(reason)}</li>" for part, reason in spoken.skipped
    )
    return (
        '<table class="sentences"><thead><tr><th>Start</th><th>End</th><th>Sentence</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
        + (f'<div class="left-out">Left out<ul>{left_out}</ul></div>' if left_out else "")
    )


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{seconds % 60:05.2f}"
