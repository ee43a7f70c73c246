"""What a clone is asked for, its stages, and what it comes to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.pipeline.labels import LabelOptions, Labels
from gpt_sovits.pipeline.reference import ScoredClip
from gpt_sovits.training.options import GPTOptions, SoVITSOptions

if TYPE_CHECKING:
    from gpt_sovits.training.fit import TrainingReport

OnStage = Callable[[str], None]
"""Called with the name of each stage when it begins."""

LABELS, FEATURES, REFERENCE, SOVITS, GPT = STAGES = (
    "slice and label",
    "features",
    "reference",
    "train sovits",
    "train gpt",
)
"""The stages in their order."""


@dataclass(frozen=True, kw_only=True)
class CloneOptions:
    """What becomes of a recording."""

    name: str
    """Of the voice; also of its weights and of its folder in logs/."""
    family: str = "mini"
    """Family of the networks that are fine-tuned."""
    labels: LabelOptions = field(default_factory=LabelOptions)
    """How recordings are cut and labelled; a `.list` is taken as it is."""
    sovits: SoVITSOptions | None = None
    """Training of the synthesizer; None takes the family's own options."""
    gpt: GPTOptions | None = None
    """Training of the text-to-semantic network; the same."""
    device: str = "cpu"
    """Where features are extracted."""
    consent: str = ""
    """Who agreed that this voice is used, to what and when; left out: as an earlier run noted."""
    samples: bool = True
    """Speak a few sentences into logs/NAME/samples whenever weights are saved."""
    replace: bool = False
    """Take the place of a voice of this name that was made from something else, or edited."""
    mark: str = ""
    """Left on the voice by a program that may replace what bears its mark, such as the demo."""


@dataclass(frozen=True)
class CloneReport:
    """What a clone came to."""

    voice: Path
    """voices/NAME.yaml"""
    family: str
    labels: Labels
    n_clips: int
    """Clips that were trained on."""
    clip_seconds: float
    """Their length together."""
    sovits: "TrainingReport"
    gpt: "TrainingReport"
    reference: ScoredClip
    """The clip that the voice sounds like."""
    seconds: dict[str, float]
    """Time of each stage, earlier runs that were broken off included where they are known."""
    skipped: list[tuple[Path, str]]
    """Parts, clips and lines left out, each with its reason."""

    def to_json(self) -> dict[str, Any]:
        """The report as the command line prints it."""
        return {
            "voice": self.voice,
            "family": self.family,
            "list": self.labels.path,
            "labelled_by": self.labels.engines,
            "clips": self.n_clips,
            "clip_seconds": round(self.clip_seconds, 1),
            "stage_seconds": {stage: round(spent, 1) for stage, spent in self.seconds.items()},
            "losses": {half: _losses(getattr(self, half)) for half in ("sovits", "gpt")},
            "weights": {half: getattr(self, half).weights for half in ("sovits", "gpt")},
            "reference": {
                "audio": self.reference.item.audio,
                "text": self.reference.item.text,
                "phone_error_rate": round(self.reference.phone_error_rate, 3),
            },
            "warnings": self.labels.warnings,
            "skipped": self.skipped,
        }


def _losses(training: "TrainingReport") -> dict[str, dict[str, float]]:
    return {"before": training.first, "after": training.last}
