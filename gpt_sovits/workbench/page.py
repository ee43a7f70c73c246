"""The page: its tabs, put together."""

from collections.abc import Callable, Sequence

import gradio as gr

from gpt_sovits.jobs.runner import PROGRAM
from gpt_sovits.workbench.bench import Bench
from gpt_sovits.workbench.home_tab import build_home_tab
from gpt_sovits.workbench.jobs_tab import build_jobs_tab
from gpt_sovits.workbench.label_tab import build_label_tab
from gpt_sovits.workbench.labelling import OpenLists
from gpt_sovits.workbench.models_tab import build_models_tab
from gpt_sovits.workbench.places import Places
from gpt_sovits.workbench.prepare_tab import build_prepare_tab
from gpt_sovits.workbench.settings import SettingsKeeper
from gpt_sovits.workbench.settings_tab import build_settings_tab
from gpt_sovits.workbench.speak import VoiceKeeper
from gpt_sovits.workbench.speak_tab import build_speak_tab
from gpt_sovits.workbench.texts import all_texts, t
from gpt_sovits.workbench.train_tab import build_train_tab
from gpt_sovits.workbench.voices_tab import build_voices_tab

TITLE = all_texts()["en"]["page.title"]

TABS: dict[str, Callable[[Bench, gr.Tab], None]] = {
    "home": build_home_tab,
    "prepare": build_prepare_tab,
    "label": build_label_tab,
    "train": build_train_tab,
    "voices": build_voices_tab,
    "speak": build_speak_tab,
    "models": build_models_tab,
    "jobs": build_jobs_tab,
    "settings": build_settings_tab,
}
"""What draws each tab, from left to right."""


def build_page(
    settings: SettingsKeeper,
    places: Places,
    keeper: VoiceKeeper,
    lists: OpenLists,
    *,
    has_password: bool = False,
    program: Sequence[str] = PROGRAM,
) -> gr.Blocks:
    """Draw the page.

    Args:
        settings: what the user chose.
        places: which files may be reached.
        keeper: loads the voices that speak.
        lists: what the label editor has open.
        has_password: readers have logged in.
        program: what runs the jobs.
    """
    day_s = 24 * 3600
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(day_s, day_s)) as page:
        with gr.Row(elem_classes="top"):
            gr.Markdown(t("page.heading"), elem_classes="title")
            project = gr.Dropdown(
                [], label=t("page.project"), info=t("page.project_help"), elem_id="project"
            )
        switched, voice = gr.State(), gr.State()
        with gr.Tabs() as tabs:
            bench = Bench(
                paths=places.paths,
                places=places,
                settings=settings,
                has_password=has_password,
                program=program,
                keeper=keeper,
                lists=lists,
                page=page,
                tabs=tabs,
                project=project,
                switched=switched,
                voice=voice,
            )
            for name, build in TABS.items():
                with gr.Tab(t(f"tab.{name}"), id=name) as tab:
                    build(bench, tab)

    return page
