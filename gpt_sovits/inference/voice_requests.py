"""What can be asked of voices as a whole: fuse two, put one into a file, take one out of a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gpt_sovits.options import Argument, Flag, Within, check_limits

Parts = Literal["both", "gpt", "sovits"]
Origin = Literal["first", "second"]


@dataclass(frozen=True, kw_only=True)
class FuseRequest:
    """Which voices are mixed, and how much of each."""

    first: Annotated[str, Argument("A")]
    """A voice."""

    second: Annotated[str, Argument("B")]
    """Another voice of the same family."""

    name: str
    """Name of the new voice."""

    share: Annotated[float, Within(0, 1)] = 0.5
    """Share of B in the mixture; 0 is A alone."""

    parts: Parts = "both"
    """Which half is mixed: the GPT carries the way of speaking, the SoVITS the sound; the other
    half is the one of A."""

    reference: Origin | None = None
    """Whose clip the new voice sounds like; left out: of the voice with the larger share."""

    without_consent: bool = False
    """Mix even where a voice has no note of consent; the new voice's note says so."""

    def __post_init__(self) -> None:
        check_limits(self)

    @property
    def origin(self) -> Origin:
        """Whose clip is taken."""
        return self.reference or ("second" if self.share > 0.5 else "first")


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """Which voice is put into one file."""

    name: Annotated[str, Argument("NAME")]
    """The voice."""

    out: Annotated[Path, Flag("FILE.zip")]
    """The file, which ends in .zip."""

    licence: str = ""
    """What whoever gets the file may do with it, in free words; kept beside the consent."""

    without_consent: bool = False
    """Export even where no consent is noted."""

    replace: bool = False
    """Replace a file of this name."""

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """Which file a voice is taken out of."""

    source: Annotated[Path, Argument("FILE")]
    """What `voices export` wrote."""

    name: str | None = None
    """Name of the voice; left out: its own, with a number behind it where that is taken."""

    replace: bool = False
    """Replace a voice of this name; its earlier file is kept as a dated copy, weights stay."""

    def __post_init__(self) -> None:
        check_limits(self)
