"""What a page may ask for; anything else is refused."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from subfix.exporting import Kind
from subfix.sounds import MAX_GAP_S, MergeMode

MAX_TEXT = 100_000
MAX_CLIPS = 100_000

Engine = Literal["auto", "faster-whisper", "funasr", "pocketsphinx"]
"""Recognisers that `transcribe` knows."""

Id = Annotated[int, Field(ge=1, le=2**53)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=MAX_CLIPS)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Word = Annotated[str, Field(max_length=1000)]
Sample = Annotated[int, Field(ge=0, le=2**53)]


class Body(BaseModel):
    """Every request; `key` and `by` may stand in each of them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key: Annotated[str, Field(max_length=100)] = ""
    """Asked twice with the same one, it is done once."""
    by: Annotated[str, Field(max_length=100)] = ""
    """The page that asks."""

    @property
    def asked(self) -> dict[str, str]:
        """Key and page, as the store takes them."""
        return {"key": self.key, "by": self.by}


class Fields(BaseModel):
    """Fields of a clip that are written by a person."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Text = ""
    speaker: Word = ""
    language: Word = ""
    done: bool = False
    flag: Word = ""

    @property
    def given(self) -> dict[str, Any]:
        """Those that were sent."""
        return self.model_dump(exclude_unset=True)


class ClipEdit(BaseModel):
    """New values of one clip."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Id
    expected: Fields = Fields()
    """As the page saw them last."""
    values: Fields


class Edit(Body):
    """One operation on the fields of clips."""

    changes: Annotated[list[ClipEdit], Field(min_length=1, max_length=MAX_CLIPS)]
    label: Word = "edit"
    group: Annotated[str, Field(max_length=100)] = ""


class Clips(Body):
    """Some clips."""

    ids: Ids


class Split(Body):
    """Cut a clip in two."""

    id: Id
    at: Sample
    texts: Annotated[list[Text], Field(min_length=2, max_length=2)]
    expected: Fields = Fields()


class Trim(Body):
    """Keep a stretch of a clip."""

    id: Id
    start: Sample
    end: Sample


class Merge(Body):
    """Make one clip of neighbours."""

    ids: Ids
    mode: MergeMode = "keep"
    gap_s: Annotated[float, Field(ge=0, le=MAX_GAP_S, allow_inf_nan=False, strict=False)] = 0.0
    text: Text | None = None
    expected: dict[Annotated[int, Field(strict=False)], Fields] = {}
    """By clip: a text that was put together of others must not undo what was changed meanwhile."""


class Repair(Body):
    """Another line for one that cannot be used."""

    id: Id
    line: Text


class OutsideChoice(Body):
    """Whether another program's version is taken."""

    take: bool


class Transcribe(Body):
    """Have clips written down."""

    ids: Ids
    engine: Engine = "auto"
    language: Word = "auto"


class Export(Body):
    """Write the clips into another file."""

    format: Kind
    target: Annotated[str, Field(min_length=1, max_length=200)]
    normalised: bool = False
    ids: Ids | None = None
    replace: bool = False
