"""What a user can choose of a separation."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Argument, Device, Flag, Within, check_limits


@dataclass(frozen=True, kw_only=True)
class SeparateOptions:
    """How a recording is separated."""

    models: str = "auto"
    """Model, preset, or several models with commas between, each working on what the one before
    wanted; see --list. auto takes the best model for vocals that is here, and without any the
    embedded spectral method, which is clearly weaker."""
    folder: Annotated[Path | None, Flag("FOLDER")] = None
    """Another folder of models, such as the reference's uvr5_weights; looked into first."""
    format: Literal["wav", "flac"] = "wav"
    """File format of the results, 16 bits."""
    device: Device = "auto"
    """Where networks run: cpu, cuda, cuda:1, mps; auto takes a GPU where there is one."""
    overlap: Annotated[float, Within(0, 0.5)] = 0.25
    """Share of a window that it has in common with the one before, 0 to 0.5; more is smoother and
    takes longer."""
    aggression: Annotated[int, Within(0, 20)] = 10
    """VR models: how firmly they decide what is in doubt, 0 to 20 as in the reference."""

    def __post_init__(self) -> None:
        check_limits(self)
        if not self.models.strip(" ,"):
            raise ConfigError(
                "models must name a model or a preset; see separate --list", field="models"
            )


@dataclass(frozen=True, kw_only=True)
class SeparateRequest(SeparateOptions):
    """What is separated, and where to."""

    source: Annotated[Path, Argument("SOURCE")]
    """An audio or video file, or a folder of them."""
    out: Annotated[Path, Flag("FOLDER")] = Path("output/separated")
    """Folder for the results."""
    replace: bool = False
    """Replace what this stage made there before with other options."""
