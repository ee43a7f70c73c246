"""What every tab is built with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.labelling import OpenLists
from gpt_sovits.workbench.places import Places
from gpt_sovits.workbench.settings import SettingsKeeper
from gpt_sovits.workbench.speak import VoiceKeeper

QUIET: dict[str, Any] = {"show_progress": "hidden"}
"""Of events that are over at once: nothing turns meanwhile."""


@dataclass(frozen=True)
class Bench:
    """The page's parts that tabs share."""

    paths: ProjectPaths
    places: Places
    """Which files may be reached; every path that is typed goes through it."""
    settings: SettingsKeeper
    """What the user chose for the page."""
    has_password: bool
    """Whether readers have logged in, and may log out."""
    program: Sequence[str]
    """What runs the jobs."""
    keeper: VoiceKeeper
    """Loads the voices that speak."""
    lists: OpenLists
    """What the label editor has open."""
    page: gr.Blocks
    tabs: gr.Tabs
    project: gr.Dropdown
    """Name of the project that is worked on, or None."""
    switched: gr.State
    """Changes when another project was chosen. The dropdown's own event does not do for that: it
    comes again and again where choices and value change while the page is still being filled."""
    voice: gr.State
    """Name of the voice that another tab asks for; the tab "Speak" takes it when it is opened."""

    def show(self, tab: str) -> Any:
        """An update of `tabs` that shows one of them: "home", "prepare", ..."""
        return gr.update(selected=tab)
