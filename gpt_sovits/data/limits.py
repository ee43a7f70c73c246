"""Which clips are good enough to train on; imports nothing heavy, as flags are made of it."""

from dataclasses import dataclass

from gpt_sovits.errors import ConfigError

PHONES_PER_SECOND = (3.0, 25.0)
"""Slower or faster speech has a text that does not fit its clip."""


@dataclass(frozen=True, kw_only=True)
class AudioLimits:
    """Which recordings are good enough to train on."""

    min_s: float = 0.6
    """Shortest clip, seconds."""
    max_s: float = 54.0
    """Longest clip, seconds; a longer one takes more memory than it is worth."""
    min_peak_db: float = -50.0
    """A clip that stays below is silent, dBFS."""
    max_peak: float = 2.2
    """Highest sample of a float recording; 1 is full scale."""
    max_clipped: float = 0.01
    """Largest share of samples in clipped peaks."""

    def __post_init__(self) -> None:
        if not 0 < self.min_s <= self.max_s:
            raise ConfigError(f"min_s {self.min_s} must be above 0 and at most max_s {self.max_s}")
