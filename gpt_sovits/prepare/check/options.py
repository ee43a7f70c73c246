"""Which clips a check calls bad."""

from dataclasses import dataclass

from gpt_sovits.data.limits import AudioLimits
from gpt_sovits.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class CheckOptions(AudioLimits):
    """For which training a data set is checked; limits are those of `features`."""

    family: str = "mini"
    """Name of the family that will be trained."""
    processes: int = 2
    """Processes that measure side by side."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.processes < 1:
            raise ConfigError(f"processes must be at least 1, got {self.processes}")
