"""The part of the tab "Speak" that takes a reference: recorded, uploaded, or a clip of the data."""

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from gpt_sovits.audio.read import read_audio
from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.options import option_fields
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.option_texts import choices_of
from gpt_sovits.workbench.speak import BASE, family_of
from gpt_sovits.workbench.speak_reference import (
    GOOD_SECONDS,
    HeardText,
    OfferedClip,
    ReferenceCheck,
    check_reference,
    clips_of,
    hear_reference,
)
from gpt_sovits.workbench.texts import language_of, t, text


class ReferenceBox:
    """Draws the fields of a reference inside the current block.

    Args:
        bench: the page.
        voice: the field in which the voice is chosen.
    """

    def __init__(self, bench: Bench, voice: gr.Dropdown) -> None:
        self._bench = bench
        with gr.Accordion(t("speak.reference"), open=False, elem_id="speak-reference") as box:
            gr.Markdown(t("speak.reference_help"))
            offered = gr.Dropdown([], label=t("speak.offered"), info=t("speak.offered_help"))
            self._audio = gr.Audio(
                label=t("speak.clip"),
                type="filepath",
                sources=["upload", "microphone"],
                buttons=[],
                elem_id="speak-clip",
            )
            verdict = gr.HTML(visible=False)
            self._text = gr.Textbox(
                label=t("speak.clip_text"), placeholder=t("speak.clip_text_help"), lines=2
            )
            (modes,) = (f for f in option_fields(SpeakingOptions) if f.name == "language")
            self._language = gr.Dropdown(
                choices_of("say", "language", modes), value="auto", label=t("speak.clip_language")
            )
            self._more = gr.File(
                label=t("speak.more_clips"),
                file_count="multiple",
                file_types=["audio", "video"],
                height=160,
            )
            heard = gr.State()
        voice.change(self._open_for_base, voice, box, **QUIET)
        for event in (voice.change, bench.switched.change):
            event(self._offer, [voice, bench.project], offered, **QUIET)
        offered.input(
            self._take_offered,
            [offered, voice, bench.project],
            [self._audio, self._text, self._language, verdict],
        )
        self._audio.change(self._check, [self._audio, voice], verdict, **QUIET)
        for event in (self._audio.upload, self._audio.stop_recording):
            event(
                self._hear,
                [self._audio, self._language, self._text],
                heard,
                **QUIET,
            ).then(
                self._fill,
                [heard, self._text, self._language],
                [self._text, self._language],
                **QUIET,
            )

    @property
    def components(self) -> list[gr.components.Component]:
        """The fields that `read` takes."""
        return [self._audio, self._text, self._language, self._more]

    def read(
        self, audio: str | None, words: str | None, language: str, more: list[str] | None
    ) -> ReferenceClip | None:
        """The clip that was given; None takes the voice's own.

        Raises:
            InputError: further clips without a first one.
        """
        if not audio:
            if more:
                raise InputError("give a first clip too, not only further ones", field="reference")
            return None
        words = (words or "").strip()
        return ReferenceClip(Path(audio), words or None, language, tuple(map(Path, more or ())))

    def _open_for_base(self, choice: str | None) -> Any:
        """A base has no clip of its own."""
        return gr.update(open=bool(choice) and str(choice).startswith(BASE))

    def _offer(self, voice: str | None, project: str | None, request: gr.Request) -> Any:
        clips = self._clips(voice, project)
        language = language_of(request)
        choices = [(describe_clip(clip, language), str(clip.audio)) for clip in clips]
        return gr.update(choices=choices, value=None, visible=bool(choices))

    def _clips(self, voice: str | None, project: str | None) -> list[OfferedClip]:
        names = {name for name in (voice, project) if name and not name.startswith(BASE)}
        return clips_of(names, self._bench.paths)

    def _take_offered(
        self, chosen: str | None, voice: str | None, project: str | None
    ) -> tuple[Any, ...]:
        clip = next((c for c in self._clips(voice, project) if str(c.audio) == chosen), None)
        if clip is None:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        try:
            audio, rate = read_audio(clip.audio)
        except InputError as error:
            return gr.skip(), gr.skip(), gr.skip(), problem(error)
        sound = np.clip(np.rint(audio * 32768), -32768, 32767).astype(np.int16)
        return (rate, sound), clip.text, clip.language, gr.skip()

    def _check(self, audio: str | None, voice: str | None, request: gr.Request) -> Any:
        if not audio:
            return note()
        try:
            checked = check_reference(Path(audio), family_of(voice or "", self._bench.paths))
        except Exception as error:
            return problem(error)
        kind = "problem" if checked.faults else "remark"
        return note(describe_check(checked, language_of(request)), kind)

    def _hear(self, audio: str | None, language: str, words: str) -> HeardText | None:
        if not audio or words.strip():
            return None
        try:
            return hear_reference(Path(audio), language, self._bench.paths)
        except InputError:
            return None  # the text stays to be typed; what is wrong with the clip is told above it

    def _fill(self, heard: HeardText | None, words: str, language: str) -> tuple[Any, Any]:
        if heard is None or words.strip():  # it was typed meanwhile
            return gr.skip(), gr.skip()
        return heard.text, heard.language if language == "auto" else gr.skip()


def describe_clip(clip: OfferedClip, language: str) -> str:
    """A clip with its score, one line."""
    parts = [
        f"{clip.seconds:.1f} s",
        "" if clip.fit is None else text(language, "speak.fit", share=round(100 * clip.fit)),
        "" if clip.snr_db is None else f"{clip.snr_db:.0f} dB",
        clip.text,
    ]
    return " · ".join(filter(None, parts))


def describe_check(checked: ReferenceCheck, language: str) -> str:
    """What a clip is worth, in sentences."""
    sound = checked.sound
    shortest, longest = checked.usable_s if checked.faults else GOOD_SECONDS
    values = {
        "seconds": f"{sound.seconds:.1f}",
        "peak": f"{checked.peak_db:.0f}",
        "snr": "–" if sound.snr_db is None else f"{sound.snr_db:.0f}",
        "share": f"{100 * sound.flat:.2g}",
        "shortest": f"{shortest:g}",
        "longest": f"{longest:g}",
    }
    found = checked.faults or ["facts", *(checked.doubts or ["good"])]
    return " ".join(text(language, f"speak.clip_{each}", **values) for each in found)
