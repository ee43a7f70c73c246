"""The page: its tabs, put together."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from gpt_sovits.jobs.runner import PROGRAM, find_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.fine_tune import voice_of
from gpt_sovits.workbench.fine_tune_tab import build_fine_tune_tab
from gpt_sovits.workbench.label_tab import build_label_tab
from gpt_sovits.workbench.labelling import OpenLists
from gpt_sovits.workbench.speak import VoiceKeeper
from gpt_sovits.workbench.speak_tab import build_speak_tab, refresh_voices

TITLE = "GPT-SoVITS voice workbench"
LABEL, FINE_TUNE, SPEAK = "label", "fine-tune", "speak"


def build_page(
    paths: ProjectPaths,
    keeper: VoiceKeeper,
    lists: OpenLists,
    *,
    any_path: bool = True,
    program: Sequence[str] = PROGRAM,
) -> gr.Blocks:
    """Draw the page.

    Args:
        paths: the project.
        keeper: loads the voices that speak.
        lists: what the label editor has open.
        any_path: take files of the whole machine; False only those below the project.
        program: what runs `clone`.
    """
    day_s = 24 * 3600
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(day_s, day_s)) as page:
        gr.Markdown(f"# {TITLE}\nOne minute of speech in, a voice out.", elem_classes="title")
        with gr.Tabs() as tabs:
            with gr.Tab("Fine-tune", id=FINE_TUNE):
                tuning = build_fine_tune_tab(paths, any_path=any_path, program=program)
            with gr.Tab("Label", id=LABEL) as label_tab:
                build_label_tab(paths, lists, label_tab, page)
            with gr.Tab("Speak", id=SPEAK) as speak_tab:
                speaking = build_speak_tab(paths, keeper)

        def refresh(chosen: str | None) -> tuple[Any, Any]:
            return refresh_voices(paths, chosen)

        def speak_with(number: str | None) -> tuple[Any, Any, Any]:
            job = find_job(number, paths) if number else None
            name = None if job is None else voice_of(job)
            return gr.update(selected=SPEAK), *refresh_voices(paths, name)

        voices = [speaking.voice, speaking.hint]
        page.load(lambda: refresh(None), None, voices, show_progress="hidden")
        speak_tab.select(refresh, speaking.voice, voices, show_progress="hidden")
        tuning.speak.click(speak_with, tuning.job, [tabs, *voices], show_progress="hidden")
    return page
