"""Which clips a check calls bad."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gpt_sovits.data.limits import AudioLimits
from gpt_sovits.options import Argument, Family, Flag, Within


@dataclass(frozen=True, kw_only=True)
class CheckOptions(AudioLimits):
    """For which training a data set is checked; limits are those of `features`."""

    family: Family = "mini"
    """Name of the family that will be trained."""
    processes: Annotated[int, Within(1, 1024)] = 2
    """Processes that measure side by side."""


@dataclass(frozen=True, kw_only=True)
class CheckRequest(CheckOptions):
    """What is checked, and where to."""

    source: Annotated[Path, Argument("LIST")]
    """Annotation list: wav_path|speaker|language|text."""
    audio_folder: Annotated[Path | None, Flag("FOLDER")] = None
    """Where the clips lie, whatever folder the list names."""
    fix: bool = False
    """Write NAME-checked.list without the red lines, and these into NAME-left-out.list; NAME.list
    stays as it is."""
    out: Annotated[Path | None, Flag("FOLDER")] = None
    """Folder for summary and page; left out: output/check/NAME."""
