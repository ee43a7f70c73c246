"""What can be chosen for a pretraining; nothing heavy, as the command line makes flags of it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from gpt_sovits.errors import ConfigError
from gpt_sovits.options import Flag, Within, check_limits
from gpt_sovits.training.options import Accelerator, Precision

Part = Literal["content", "mel", "gpt", "vocoder"]
"""The four networks of the embedded base, in the order in which they are trained."""

SHARES: dict[Part, float] = {"content": 0.4, "mel": 0.3, "gpt": 0.15, "vocoder": 0.15}
"""How the minutes are split; parts that are not asked for leave theirs to the others."""


@dataclass(frozen=True, kw_only=True)
class BaseOptions:
    """What can be chosen for a pretraining."""

    minutes: Annotated[float, Within(0, open=True)]
    """Training of all parts together, what was trained before in the same state included."""

    parts: Annotated[tuple[Part, ...], Flag("PART,PART")] = ("content", "mel", "gpt", "vocoder")
    """Which networks; each needs the ones before it, from here or from an earlier training."""

    accelerator: Accelerator = "auto"
    """What computes; auto takes a CUDA device where there is one."""

    precision: Precision = "32-true"
    """Number format; on a CPU float32 is the fastest."""

    batch_scale: Annotated[float, Within(0, open=True)] = 1.0
    """Factor of the size of every batch; a GPU likes more."""

    workers: Annotated[int, Within(0)] = 0
    """Processes that load clips."""

    watch_minutes: Annotated[float, Within(0, open=True)] = 10.0
    """Training between two looks at the held-out clips."""

    checkpoint_seconds: Annotated[float, Within(0)] = 60.0
    """Shortest time between two checkpoints, which a stopped training goes on from."""

    seed: Annotated[int, Within(0)] = 0
    """Source of all chance."""

    resume: bool = True
    """Go on from the checkpoints; without it each part begins anew with its last weights."""

    def __post_init__(self) -> None:
        check_limits(self)
        if not self.parts:
            raise ConfigError(f"no part is named; the parts are {', '.join(SHARES)}", field="parts")

    def minutes_of(self, part: Part) -> float:
        """A part's share of the minutes."""
        return self.minutes * SHARES[part] / sum(SHARES[each] for each in set(self.parts))
