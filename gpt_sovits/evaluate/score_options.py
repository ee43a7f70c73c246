"""How the checkpoints of a voice are heard and measured. Imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gpt_sovits.evaluate.clips import Group
from gpt_sovits.options import Argument, Device, Flag, Within, check_limits
from gpt_sovits.paths import check_name


@dataclass(frozen=True, kw_only=True)
class ScoreOptions:
    """What each pair of weights says, and how it is judged."""

    languages: Annotated[tuple[Group, ...], Flag("en,zh,ja,mixed")] = ()
    """Languages that are spoken: en, zh, ja, ko, yue, mixed; left out: those of the voice."""

    per_language: Annotated[int, Within(1, 20)] = 4
    """Sentences in each language."""

    sentences: Path | None = None
    """Other sentences than the bundled ones: a .txt with one a line, or a table (.tsv) of name,
    language and text; all of them are spoken."""

    seed: Annotated[int, Within(0, 2**31 - 1)] = 0
    """Source of all chance; every pair draws from the same."""

    recognisers: bool = False
    """Let the recognisers on this machine write down what they hear, too; takes long."""

    device: Device = "auto"
    """Where the voices speak: cpu, cuda, or auto."""

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, kw_only=True)
class ScoreRequest(ScoreOptions):
    """Which checkpoints are scored, and what becomes of the best."""

    experiment: Annotated[str, Argument("EXPERIMENT")]
    """Folder below logs/ that the voice was trained in; its scores/ keeps what is said."""

    name: str | None = None
    """Name of the voice; left out: the experiment's."""

    gpt: tuple[Path, ...] = ()
    """Further text-to-semantic weights that are tried beside the voice's own."""

    sovits: tuple[Path, ...] = ()
    """Further weights of synthesizers."""

    choose: bool = False
    """Write the best pair into the voice's file; the earlier file is kept as a dated copy."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name is not None:
            check_name(self.name)

    @property
    def voice(self) -> str:
        """Name of the voice."""
        return self.name or self.experiment
