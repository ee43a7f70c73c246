"""The smaller boxes of the "Voices" tab: consent, mixing, export and import."""

from pathlib import Path
from typing import Any

import gradio as gr

from gpt_sovits.errors import InputError
from gpt_sovits.inference.voice_requests import ExportRequest, FuseRequest, ImportRequest
from gpt_sovits.workbench.bench import QUIET, Bench
from gpt_sovits.workbench.messages import note, problem
from gpt_sovits.workbench.option_texts import choices_of, info_key, label_key
from gpt_sovits.workbench.texts import label, language_of, t, text
from gpt_sovits.workbench.voices_acts import export_file


def draw_consent(bench: Bench, voice: gr.Dropdown) -> gr.Textbox:
    """The note of who agreed; the text box is filled with the chosen voice's."""
    with gr.Accordion(t("voices.consent.title"), open=False):
        note_ = gr.Textbox(
            label=t("voices.consent.label"),
            info=t("voices.consent.help"),
            lines=3,
            max_lines=8,
            elem_id="voices-consent",
        )
        save = gr.Button(t("voices.consent.save"))
        message = gr.HTML(visible=False)

    def write(name: str | None, words: str, request: gr.Request) -> Any:
        from gpt_sovits.inference.voice_changes import note_consent

        try:
            note_consent(_need(name, request), words, paths=bench.paths)
        except Exception as error:
            return problem(error)
        return note(text(language_of(request), "voices.consent.saved"))

    save.click(write, [voice, note_], message, **QUIET)
    return note_


def draw_fusion(bench: Bench, voice: gr.Dropdown) -> tuple[gr.Dropdown, gr.State]:
    """Mix the chosen voice with another one.

    Returns:
        The choice of the other voice, and the name of a voice that was just made.
    """
    stage = "voices fuse"

    def about(name: str) -> dict[str, Any]:
        return {
            "label": label(label_key(stage, name)),
            "info": label(info_key(stage, name)),
            "elem_id": f"voices-fuse-{name.replace('_', '-')}",
        }

    made = gr.State()
    with gr.Accordion(t("voices.fuse.title"), open=False):
        other = gr.Dropdown([], **about("second"))
        share = gr.Slider(0, 1, value=0.5, step=0.05, **about("share"))
        name = gr.Textbox(max_lines=1, **about("name"))
        parts = gr.Radio(_words("parts"), value="both", **about("parts"))
        origin = gr.Radio(
            [(t("form.left_out"), ""), *_words("reference")], value="", **about("reference")
        )
        without = gr.Checkbox(False, **about("without_consent"))
        start = gr.Button(t("voices.fuse.start"))
        message = gr.HTML(visible=False)

    def fuse(
        first: str | None,
        second: str | None,
        share: float,
        name: str,
        parts: Any,
        origin: Any,
        without: bool,
        request: gr.Request,
    ) -> tuple[Any, Any]:
        from gpt_sovits.inference.voice_fusion import fuse_voices

        try:
            asked = FuseRequest(
                first=_need(first, request),
                second=_need(second, request),
                name=name.strip(),
                share=share,
                parts=parts,
                reference=origin or None,
                without_consent=without,
            )
            report = fuse_voices(asked, paths=bench.paths)
        except Exception as error:
            return gr.skip(), problem(error)
        made = report.voice.name
        return made, note(text(language_of(request), "voices.fuse.made", name=made))

    fields = [voice, other, share, name, parts, origin, without]
    start.click(fuse, fields, [made, message], concurrency_id="voices")
    return other, made


def draw_export(bench: Bench, voice: gr.Dropdown) -> None:
    """Put the chosen voice into one file and download it."""
    with gr.Accordion(t("voices.export.title"), open=False):
        licence = gr.Textbox(
            label=label(label_key("voices export", "licence")),
            info=label(info_key("voices export", "licence")),
            elem_id="voices-export-licence",
        )
        without = gr.Checkbox(
            False,
            label=label(label_key("voices export", "without_consent")),
            info=label(info_key("voices export", "without_consent")),
            elem_id="voices-export-without-consent",
        )
        start = gr.Button(t("voices.export.start"))
        message = gr.HTML(visible=False)
        file = gr.File(label=t("voices.export.file"), interactive=False, visible=False)

    def export(
        name: str | None, licence: str, without: bool, request: gr.Request
    ) -> tuple[Any, Any]:
        from gpt_sovits.inference.voice_archive import export_voice

        try:
            chosen = _need(name, request)
            asked = ExportRequest(
                name=chosen,
                out=export_file(chosen, bench.paths),
                licence=licence,
                without_consent=without,
            )
            path = export_voice(asked, paths=bench.paths)
        except Exception as error:
            return gr.update(visible=False), problem(error)
        kept = text(language_of(request), "voices.export.kept", path=bench.paths.name_of(path))
        return gr.update(value=str(path), visible=True), note(kept)

    start.click(export, [voice, licence, without], [file, message], concurrency_id="voices")
    voice.change(
        lambda: (gr.update(value=None, visible=False), note()), None, [file, message], **QUIET
    )


def draw_import(bench: Bench) -> gr.State:
    """Take a voice out of a file; gives the name of one that was just taken over."""
    added = gr.State()
    with gr.Accordion(t("voices.import.title"), open=False):
        file = gr.File(label=t("voices.import.file"), file_types=[".zip"], height=120)
        name = gr.Textbox(
            label=label(label_key("voices import", "name")),
            info=label(info_key("voices import", "name")),
            max_lines=1,
            elem_id="voices-import-name",
        )
        replace = gr.Checkbox(
            False,
            label=label(label_key("voices import", "replace")),
            info=label(info_key("voices import", "replace")),
        )
        start = gr.Button(t("voices.import.start"))
        message = gr.HTML(visible=False)

    def take(path: str | None, name: str, replace: bool, request: gr.Request) -> tuple[Any, Any]:
        from gpt_sovits.inference.voice_import import import_voice

        language = language_of(request)
        try:
            if not path:
                raise InputError(text(language, "voices.import.no_file"))
            asked = ImportRequest(source=Path(path), name=name.strip() or None, replace=replace)
            report = import_voice(asked, paths=bench.paths)
        except Exception as error:
            return gr.skip(), problem(error)
        consent = report.voice.consent or text(language, "voices.no_consent")
        told = text(language, "voices.import.made", name=report.voice.name, consent=consent)
        return report.voice.name, note(told)

    start.click(take, [file, name, replace], [added, message], concurrency_id="voices")
    return added


def _need(name: str | None, request: gr.Request) -> str:
    if not name:
        raise InputError(text(language_of(request), "voices.choose_first"))
    return name


def _words(field: str) -> list[tuple[Any, str]]:
    from gpt_sovits.options import option_fields

    found = next(each for each in option_fields(FuseRequest) if each.name == field)
    return choices_of("voices fuse", field, found)
