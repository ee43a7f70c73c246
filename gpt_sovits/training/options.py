"""What can be chosen for a training. Imports nothing heavy: the command line makes flags of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal

from gpt_sovits.config import FamilyConfig, MelFamilyConfig
from gpt_sovits.errors import ConfigError

Accelerator = Literal["auto", "cpu", "cuda"]
Precision = Literal["32-true", "16-mixed", "bf16-mixed"]

ENDLESS = 1_000_000
"""Epochs of a training that `max_minutes` alone ends."""

_COUNTS = ("epochs", "clips_per_epoch", "batch_size", "accumulate", "save_every", "devices")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """What every training shares."""

    epochs: int = 8
    """Rounds; each shows every clip as often as `clips_per_epoch` asks."""

    clips_per_epoch: int = 100
    """A set of fewer clips is gone through several times in each epoch, until it comes to these."""

    batch_size: int = 4
    """Clips that one network pass holds."""

    accumulate: int = 1
    """Batches whose gradients are added up before a step; the rest of an epoch makes a step too."""

    save_every: int = 4
    """Epochs between two weight files; the last epoch always gives one."""

    keep_every: bool = True
    """Keep every weight file, not only the newest."""

    gradient_clip: float | None = None
    """Longest gradient, as the norm over one optimizer's weights; left out: no limit."""

    accelerator: Accelerator = "auto"
    """What computes; auto takes a CUDA device where there is one."""

    devices: int = 1
    """How many of them; above 1 every device sees its share of each step (DDP)."""

    precision: Precision = "32-true"
    """Number format; 16-mixed needs a GPU. On a CPU float32 is the fastest."""

    workers: int = 0
    """Processes that load clips; 0 loads in the training process."""

    max_minutes: float | None = None
    """Stop after so many minutes of training, resumed ones included; left out: no limit."""

    checkpoint_seconds: float = 30.0
    """Shortest time between two checkpoints, which a stopped training goes on from."""

    seed: int = 1234
    """Source of all chance: same seed and options, same weights."""

    resume: bool = True
    """Go on from the last checkpoint; without it the training begins anew."""

    def __post_init__(self) -> None:
        for name in _COUNTS:
            _check(name, getattr(self, name), getattr(self, name) >= 1, "at least 1")
        for name in ("gradient_clip", "max_minutes"):
            value = getattr(self, name)
            _check(name, value, value is None or value > 0, "above 0")
        for name in ("workers", "seed", "checkpoint_seconds"):
            _check(name, getattr(self, name), getattr(self, name) >= 0, "at least 0")


@dataclass(frozen=True, kw_only=True)
class SoVITSOptions(TrainingOptions):
    """Training of the synthesizer."""

    learning_rate: float = 1e-4
    """Step size of AdamW."""

    text_rate: float = 0.4
    """Share of it for the layers that read the text (VITS families)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("learning_rate", self.learning_rate, self.learning_rate > 0, "above 0")
        _check("text_rate", self.text_rate, self.text_rate >= 0, "at least 0")


@dataclass(frozen=True, kw_only=True)
class GPTOptions(TrainingOptions):
    """Training of the network that reads phones and writes semantic tokens."""

    epochs: int = 15
    """Rounds; each shows every clip as often as `clips_per_epoch` asks."""

    save_every: int = 5
    """Epochs between two weight files; the last epoch always gives one."""

    gradient_clip: float | None = 1.0
    """Longest gradient, as the norm over one optimizer's weights; left out: no limit."""

    learning_rate: float = 1e-4
    """Step size of AdamW."""

    warmup: int = 10
    """Steps over which the step size grows to its full size."""

    dpo: bool = False
    """Also teach that repeated and skipped spans are wrong (VITS families); twice the work."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("learning_rate", self.learning_rate, self.learning_rate > 0, "above 0")
        _check("warmup", self.warmup, self.warmup >= 0, "at least 0")


# A minute of speech in 15 clips makes 392 and 224 steps of them, 2.5 minutes on two cores.
MINI_SOVITS = MappingProxyType({"epochs": 14, "save_every": 7, "learning_rate": 3e-4})
MINI_GPT = MappingProxyType({"epochs": 8, "save_every": 4, "learning_rate": 3e-4})


def sovits_options(family: FamilyConfig, **given: Any) -> SoVITSOptions:
    """The family's own options for its synthesizer, with those that were `given` in their place.

    Raises:
        ConfigError: one of them is out of range.
    """
    return SoVITSOptions(**_family_defaults(family, MINI_SOVITS) | given)


def gpt_options(family: FamilyConfig, **given: Any) -> GPTOptions:
    """The same for its text-to-semantic network."""
    return GPTOptions(**_family_defaults(family, MINI_GPT) | given)


def _family_defaults(family: FamilyConfig, mel: Mapping[str, Any]) -> dict[str, Any]:
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


def _check(name: str, value: object, good: bool, needed: str) -> None:
    if not good:
        raise ConfigError(f"{name} must be {needed}, got {value}")
