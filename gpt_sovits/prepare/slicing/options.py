"""How recordings are cut into clips."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Argument, Flag, Within, check_limits

Method = Literal["vad", "level", "classic"]
Speakers = Literal["main", "all"]


@dataclass(frozen=True, kw_only=True)
class SliceOptions:
    """How recordings are cut."""

    method: Method = "vad"
    """vad: a network hears where someone speaks, and the level finds the place to cut; level: the
    level alone, for what the network does not take for speech; classic: the slicer with a fixed
    threshold."""
    min_s: Annotated[float, Within(0, 30, open=True)] = 2.0
    """Shortest clip in seconds; what cannot be joined to a neighbour is left out."""
    max_s: Annotated[float, Within(0, 60, open=True)] = 10.0
    """Longest clip, its margins included; speech without a pause is cut where it is quietest."""
    pause_s: Annotated[float, Within(0, 60, open=True)] = 0.25
    """vad, level: shortest silence that counts as a pause."""
    longest_pause_s: Annotated[float, Within(0, 60, open=True)] = 0.5
    """vad, level: a longer pause ends a clip; a shorter one only if the clip would become too long,
    and one a little longer is kept if the clip would become too short."""
    margin_s: Annotated[float, Within(0, 30)] = 0.1
    """vad, level: silence kept at both ends of a clip, as far as there is some."""
    certainty: Annotated[float, Within(0.01, 0.99)] = 0.5
    """vad: how sure the network must be that someone speaks, 0 to 1."""
    threshold_db: Annotated[float, Within(-90, -0.1)] = -34.0
    """classic: what is quieter is silence, dBFS."""
    min_length_ms: Annotated[int, Within(1, 600_000)] = 4000
    """classic: a clip is ended at the first silence behind this length."""
    min_interval_ms: Annotated[int, Within(1, 600_000)] = 300
    """classic: shortest silence that ends a clip."""
    hop_size_ms: Annotated[int, Within(1, 1000)] = 10
    """classic: step of the level; its window is four steps."""
    max_sil_kept_ms: Annotated[int, Within(1, 60_000)] = 500
    """classic: silence kept at both ends of a clip, at most."""
    peak: Annotated[float, Within(0, 1, open=True)] = 0.9
    """classic: each clip is mixed with itself scaled to this peak, 1 is full scale."""
    alpha: Annotated[float, Within(0, 1)] = 0.25
    """classic: share of the scaled one in that mixture; 0 leaves the loudness as it is."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.min_s > self.max_s / 2 - self.margin_s:
            raise ConfigError(
                "min_s must be at most half of max_s less margin_s, got"
                f" {self.min_s}, {self.max_s} and {self.margin_s}",
                field="min_s",
            )
        if self.pause_s > self.longest_pause_s:
            raise ConfigError(
                "pause_s must be at most longest_pause_s, got"
                f" {self.pause_s} and {self.longest_pause_s}",
                field="pause_s",
            )
        for shorter, longer in (
            ("hop_size_ms", "min_interval_ms"),
            ("min_interval_ms", "min_length_ms"),
            ("hop_size_ms", "max_sil_kept_ms"),
        ):
            length, limit = getattr(self, shorter), getattr(self, longer)
            if length > limit:
                raise ConfigError(
                    f"{longer} must be at least {shorter}, got {limit} and {length}", field=longer
                )


@dataclass(frozen=True, kw_only=True)
class SliceRequest(SliceOptions):
    """What is cut, and where to."""

    source: Annotated[Path, Argument("SOURCE")]
    """An audio or video file, or a folder of them."""
    out: Annotated[Path, Flag("FOLDER")] = Path("output/sliced")
    """Folder for the clips."""
    speakers: Literal["off", "main", "all"] = "off"
    """main: keep the clips of who speaks longest, those of others go to FOLDER/others; all: a
    folder for each voice; off: nobody tells voices apart."""
    processes: Annotated[int | None, Within(1, 1024)] = None
    """Recordings in work at a time; left out: as many as processor cores."""
    replace: bool = False
    """Replace what this stage made there before with other options."""
