"""What a user can choose of denoising; apart from the work, so that `--help` imports nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Argument, Flag, Within, check_limits


@dataclass(frozen=True, kw_only=True)
class DenoiseOptions:
    """What is taken out of a recording."""

    engine: Literal["rnnoise", "noisereduce", "none"] = "rnnoise"
    """rnnoise is a small network made for speech, noisereduce a gate on every frequency that also
    suits other sounds; none leaves the noise, to change the level only."""
    strength: Annotated[float, Within(0, 1)] = 0.8
    """Share of the noise that is taken out, 0 to 1; 1 can take something of the voice along."""
    target_lufs: Annotated[float | None, Within(-70, 0)] = None
    """Loudness that the result is brought to, LUFS by EBU R128 (its own figure is -23), as far as
    the true peak allows."""
    peak_db: Annotated[float | None, Within(-100, 0)] = None
    """True peak that the result does not exceed, dBTP; guides ask for -9 to -6. Reached where no
    loudness is asked for; EBU R128's -1 where only that is. One gain does it: nothing is limited
    or compressed."""
    format: Literal["wav", "flac"] = "wav"
    """File format of the result, 16 bits."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.engine == "none" and not self.is_levelled:
            raise ConfigError(
                "engine none changes nothing by itself; give target_lufs or peak_db, or take"
                " another engine",
                field="engine",
            )

    @property
    def is_levelled(self) -> bool:
        """Whether the level is changed."""
        return self.target_lufs is not None or self.peak_db is not None


@dataclass(frozen=True, kw_only=True)
class DenoiseRequest(DenoiseOptions):
    """What is denoised, and where to."""

    source: Annotated[Path, Argument("SOURCE")]
    """An audio or video file, or a folder of them."""
    out: Annotated[Path, Flag("FOLDER")] = Path("output/denoised")
    """Folder for the results."""
    replace: bool = False
    """Replace what this stage made there before with other options."""
