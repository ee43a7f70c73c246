"""Which clips are good enough to train on; imports nothing heavy, as flags are made of it."""

from dataclasses import dataclass
from typing import Annotated

from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Within, check_limits

PHONES_PER_SECOND = (3.0, 25.0)
"""Slower or faster speech has a text that does not fit its clip."""


@dataclass(frozen=True, kw_only=True)
class AudioLimits:
    """Which recordings are good enough to train on."""

    min_s: Annotated[float, Within(0, 3600, open=True)] = 0.6
    """Shortest clip, seconds."""
    max_s: Annotated[float, Within(0, 3600, open=True)] = 54.0
    """Longest clip, seconds; a longer one takes more memory than it is worth."""
    min_peak_db: Annotated[float, Within(-200, 0)] = -50.0
    """A clip that stays below is silent, dBFS."""
    max_peak: Annotated[float, Within(0, 100, open=True)] = 2.2
    """Highest sample of a float recording; 1 is full scale."""
    max_clipped: Annotated[float, Within(0, 1)] = 0.01
    """Largest share of samples in clipped peaks."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.min_s > self.max_s:
            raise ConfigError(
                f"min_s must be at most max_s, got {self.min_s} and {self.max_s}", field="min_s"
            )
