"""What a user can choose of denoising; apart from the work, so that `--help` imports nothing."""

from dataclasses import dataclass
from typing import Literal

from gpt_sovits.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class DenoiseOptions:
    """What is taken out of a recording."""

    engine: Literal["rnnoise", "noisereduce", "none"] = "rnnoise"
    """rnnoise is a small network made for speech, noisereduce a gate on every frequency that also
    suits other sounds; none leaves the noise, to change the level only."""
    strength: float = 0.8
    """Share of the noise that is taken out, 0 to 1; 1 can take something of the voice along."""
    target_lufs: float | None = None
    """Loudness that the result is brought to, LUFS by EBU R128 (its own figure is -23), as far as
    the true peak allows."""
    peak_db: float | None = None
    """True peak that the result does not exceed, dBTP; guides ask for -9 to -6. Reached where no
    loudness is asked for; EBU R128's -1 where only that is. One gain does it: nothing is limited
    or compressed."""
    format: Literal["wav", "flac"] = "wav"
    """File format of the result, 16 bits."""

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ConfigError(f"strength must be 0 to 1, got {self.strength}")
        if self.target_lufs is not None and not -70 <= self.target_lufs <= 0:
            raise ConfigError(f"target_lufs must be -70 to 0 LUFS, got {self.target_lufs}")
        if self.peak_db is not None and not -100 <= self.peak_db <= 0:
            raise ConfigError(f"peak_db must be -100 to 0 dBTP, got {self.peak_db}")
        if self.engine == "none" and not self.is_levelled:
            raise ConfigError(
                "engine none changes nothing by itself; give target_lufs or peak_db, or take"
                " another engine"
            )

    @property
    def is_levelled(self) -> bool:
        """Whether the level is changed."""
        return self.target_lufs is not None or self.peak_db is not None
