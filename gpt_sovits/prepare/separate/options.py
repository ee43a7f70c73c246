"""What a user can choose of a separation."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gpt_sovits.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class SeparateOptions:
    """How a recording is separated."""

    models: str = "auto"
    """Model, preset, or several models with commas between, each working on what the one before
    wanted; see --list. auto takes the best model for vocals that is here, and without any the
    embedded spectral method, which is clearly weaker."""
    folder: Path | None = None
    """Another folder of models, such as the reference's uvr5_weights; looked into first."""
    format: Literal["wav", "flac"] = "wav"
    """File format of the results, 16 bits."""
    device: str = "auto"
    """Where networks run: cpu, cuda, cuda:1, mps; auto takes a GPU where there is one."""
    overlap: float = 0.25
    """Share of a window that it has in common with the one before, 0 to 0.5; more is smoother and
    takes longer."""
    aggression: int = 10
    """VR models: how firmly they decide what is in doubt, 0 to 20 as in the reference."""

    def __post_init__(self) -> None:
        if not 0 <= self.overlap <= 0.5:
            raise ConfigError(f"overlap must be 0 to 0.5, got {self.overlap}")
        if not 0 <= self.aggression <= 20:
            raise ConfigError(f"aggression must be 0 to 20, got {self.aggression}")
        if not self.models.strip(" ,"):
            raise ConfigError("models must name a model or a preset; see separate --list")
