"""The fields of the tab "Speak" that say how a text is spoken: some of those of the stage `say`."""

from pathlib import Path
from typing import Any

from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.options import option_fields
from gpt_sovits.stages import STAGES, stage_fields
from gpt_sovits.workbench.form import StageForm

FIRST = ("language", "cut", "speed", "pause_s")
"""Fields that everybody sees."""


class SpeakingForm(StageForm):
    """A form of `SpeakingOptions` alone: the tab has other fields for voice and text."""

    def __init__(self) -> None:
        own = {field.name for field in option_fields(SpeakingOptions)}
        others = [name for name, _ in stage_fields(STAGES["say"]) if name not in own]
        super().__init__("say", first=FIRST, hidden=others, find_path=Path)

    def options(self, *values: Any, language: str = "en") -> SpeakingOptions:
        """What was filled in; an empty field is its default.

        Raises:
            InputError: with the field that is out of range or no number.
        """
        return SpeakingOptions(**self.read(*values, language=language))
