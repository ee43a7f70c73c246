"""The "Home" tab: a recording in, a voice out."""

from typing import Any

import gradio as gr

from gpt_sovits.jobs.runner import find_job
from gpt_sovits.workbench.bench import Bench
from gpt_sovits.workbench.fine_tune import voice_of
from gpt_sovits.workbench.fine_tune_tab import build_fine_tune_tab


def build_home_tab(bench: Bench, tab: gr.Tab) -> None:
    """Draw the tab inside the current one."""
    tuning = build_fine_tune_tab(bench.places, program=bench.program)

    def speak_with(number: str | None) -> tuple[Any, str | None]:
        job = find_job(number, bench.paths) if number else None
        return bench.show("speak"), None if job is None else voice_of(job)

    tuning.speak.click(speak_with, tuning.job, [bench.tabs, bench.voice], show_progress="hidden")
