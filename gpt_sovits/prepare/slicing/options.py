"""How recordings are cut into clips."""

from dataclasses import dataclass
from typing import Literal

from gpt_sovits.errors import ConfigError

Method = Literal["vad", "level", "classic"]


@dataclass(frozen=True, kw_only=True)
class SliceOptions:
    """How recordings are cut."""

    method: Method = "vad"
    """vad: a network hears where someone speaks, and the level finds the place to cut; level: the
    level alone, for what the network does not take for speech; classic: the slicer with a fixed
    threshold."""
    min_s: float = 2.0
    """Shortest clip in seconds; what cannot be joined to a neighbour is left out."""
    max_s: float = 10.0
    """Longest clip, its margins included; speech without a pause is cut where it is quietest."""
    pause_s: float = 0.25
    """vad, level: shortest silence that counts as a pause."""
    longest_pause_s: float = 0.5
    """vad, level: a longer pause ends a clip; a shorter one only if the clip would become too long,
    and one a little longer is kept if the clip would become too short."""
    margin_s: float = 0.1
    """vad, level: silence kept at both ends of a clip, as far as there is some."""
    certainty: float = 0.5
    """vad: how sure the network must be that someone speaks, 0 to 1."""
    threshold_db: float = -34.0
    """classic: what is quieter is silence, dBFS."""
    min_length_ms: int = 4000
    """classic: a clip is ended at the first silence behind this length."""
    min_interval_ms: int = 300
    """classic: shortest silence that ends a clip."""
    hop_size_ms: int = 10
    """classic: step of the level; its window is four steps."""
    max_sil_kept_ms: int = 500
    """classic: silence kept at both ends of a clip, at most."""
    peak: float = 0.9
    """classic: each clip is mixed with itself scaled to this peak, 1 is full scale."""
    alpha: float = 0.25
    """classic: share of the scaled one in that mixture; 0 leaves the loudness as it is."""

    def __post_init__(self) -> None:
        if not 0 < self.min_s <= self.max_s / 2 - self.margin_s:
            raise ConfigError(
                "min_s must be above 0 and at most half of max_s less margin_s, got"
                f" {self.min_s} and {self.max_s}"
            )
        if self.max_s > 60:
            raise ConfigError(f"max_s must be at most 60, got {self.max_s}")
        if not 0 < self.pause_s <= self.longest_pause_s:
            raise ConfigError(
                "pause_s must be above 0 and at most longest_pause_s, got "
                f"{self.pause_s} and {self.longest_pause_s}"
            )
        if not self.margin_s >= 0:
            raise ConfigError(f"margin_s must be at least 0, got {self.margin_s}")
        if not 0 < self.certainty < 1:
            raise ConfigError(f"certainty must be between 0 and 1, got {self.certainty}")
        if not -90 <= self.threshold_db < 0:
            raise ConfigError(f"threshold_db must be -90 to below 0, got {self.threshold_db}")
        if not 1 <= self.hop_size_ms <= self.min_interval_ms <= self.min_length_ms:
            raise ConfigError(
                "hop_size_ms must be at least 1, min_interval_ms at least that, and min_length_ms"
                f" at least that, got {self.hop_size_ms}, {self.min_interval_ms} and"
                f" {self.min_length_ms}"
            )
        if self.max_sil_kept_ms < self.hop_size_ms:
            raise ConfigError(
                f"max_sil_kept_ms must be at least hop_size_ms, got {self.max_sil_kept_ms}"
            )
        if not (0 < self.peak <= 1 and 0 <= self.alpha <= 1):
            raise ConfigError(
                f"peak must be above 0, alpha at least 0, both at most 1, got {self.peak} and"
                f" {self.alpha}"
            )
