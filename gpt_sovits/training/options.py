"""What can be chosen for a training. Imports nothing heavy: the command line makes flags of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from gpt_sovits.options import Argument, Family, Within, check_limits
from gpt_sovits.paths import check_name

if TYPE_CHECKING:
    from gpt_sovits.config import FamilyConfig

Accelerator = Literal["auto", "cpu", "cuda"]
Precision = Literal["32-true", "16-mixed", "bf16-mixed"]

ENDLESS = 1_000_000
"""Epochs of a training that `max_minutes` alone ends."""

Epochs = Annotated[int, Within(1, ENDLESS)]
Count = Annotated[int, Within(1)]
Rate = Annotated[float, Within(0, 1, open=True)]
AboveZero = Annotated[float | None, Within(0, open=True)]


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """What every training shares."""

    epochs: Epochs = 8
    """Rounds; each shows every clip as often as `clips_per_epoch` asks."""

    clips_per_epoch: Count = 100
    """A set of fewer clips is gone through several times in each epoch, until it comes to these."""

    batch_size: Count = 4
    """Clips that one network pass holds."""

    accumulate: Count = 1
    """Batches whose gradients are added up before a step; the rest of an epoch makes a step too."""

    save_every: Epochs = 4
    """Epochs between two weight files; the last epoch always gives one."""

    keep_every: bool = True
    """Keep every weight file, not only the newest."""

    gradient_clip: AboveZero = None
    """Longest gradient, as the norm over one optimizer's weights; none: no limit."""

    accelerator: Accelerator = "auto"
    """What computes; auto takes a CUDA device where there is one."""

    devices: Count = 1
    """How many of them; above 1 every device sees its share of each step (DDP)."""

    precision: Precision = "32-true"
    """Number format; 16-mixed needs a GPU. On a CPU float32 is the fastest."""

    workers: Annotated[int, Within(0)] = 0
    """Processes that load clips; 0 loads in the training process."""

    max_minutes: AboveZero = None
    """Stop after so many minutes of training, resumed ones included; left out: no limit."""

    checkpoint_seconds: Annotated[float, Within(0)] = 30.0
    """Shortest time between two checkpoints, which a stopped training goes on from."""

    seed: Annotated[int, Within(0, 2**63 - 1)] = 1234
    """Source of all chance: same seed and options, same weights."""

    resume: bool = True
    """Go on from the last checkpoint; without it the training begins anew."""

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, kw_only=True)
class SoVITSOptions(TrainingOptions):
    """Training of the synthesizer."""

    learning_rate: Rate = 1e-4
    """Step size of AdamW."""

    text_rate: Annotated[float, Within(0, 10)] = 0.4
    """Share of it for the layers that read the text (VITS families)."""


@dataclass(frozen=True, kw_only=True)
class GPTOptions(TrainingOptions):
    """Training of the network that reads phones and writes semantic tokens."""

    epochs: Epochs = 15
    """Rounds; each shows every clip as often as `clips_per_epoch` asks."""

    save_every: Epochs = 5
    """Epochs between two weight files; the last epoch always gives one."""

    gradient_clip: AboveZero = 1.0
    """Longest gradient, as the norm over one optimizer's weights; none: no limit."""

    learning_rate: Rate = 1e-4
    """Step size of AdamW."""

    warmup: Annotated[int, Within(0)] = 10
    """Steps over which the step size grows to its full size."""

    dpo: bool = False
    """Also teach that repeated and skipped spans are wrong (VITS families); twice the work."""


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
    """What is trained, and of what it becomes a part."""

    experiment: Annotated[str, Argument("EXPERIMENT")]
    """A folder of `features`, by its name in logs/ or its path."""
    family: Family = "mini"
    """Family of the networks."""
    name: str | None = None
    """Name of the voice; left out: the folder's."""
    start: Path | None = None
    """Weights to begin with; left out: the base."""
    replace: bool = False
    """Replace another voice of the same name."""
    samples: bool = True
    """Speak a few sentences into logs/NAME/samples whenever weights are saved."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.name is not None:
            check_name(self.name)


@dataclass(frozen=True, kw_only=True)
class SoVITSRequest(TrainRequest, SoVITSOptions):
    """Training of the synthesizer of a voice."""


@dataclass(frozen=True, kw_only=True)
class GPTRequest(TrainRequest, GPTOptions):
    """Training of the text-to-semantic network of a voice."""


# A minute of speech in 15 clips makes 392 and 224 steps of them, 2.5 minutes on two cores.
MINI_SOVITS = MappingProxyType({"epochs": 14, "save_every": 7, "learning_rate": 3e-4})
MINI_GPT = MappingProxyType({"epochs": 8, "save_every": 4, "learning_rate": 3e-4})


def sovits_options(family: "FamilyConfig", **given: Any) -> SoVITSOptions:
    """The family's own options for its synthesizer, with those that were `given` in their place.

    Raises:
        ConfigError: one of them is out of range.
    """
    return SoVITSOptions(**_family_defaults(family, MINI_SOVITS) | given)


def gpt_options(family: "FamilyConfig", **given: Any) -> GPTOptions:
    """The same for its text-to-semantic network."""
    return GPTOptions(**_family_defaults(family, MINI_GPT) | given)


def _family_defaults(family: "FamilyConfig", mel: Mapping[str, Any]) -> dict[str, Any]:
    from gpt_sovits.config import MelFamilyConfig

    return dict(mel) if isinstance(family, MelFamilyConfig) else {}


FREE = frozenset(
    {
        "epochs",
        "save_every",
        "keep_every",
        "accelerator",
        "workers",
        "max_minutes",
        "checkpoint_seconds",
        "resume",
    }
)
"""Options that may change while a training goes on: they do not change what a step does."""


def binding_options(options: TrainingOptions) -> dict[str, Any]:
    """The options that a resumed training has to share with the one it goes on from."""
    return {key: value for key, value in asdict(options).items() if key not in FREE}
