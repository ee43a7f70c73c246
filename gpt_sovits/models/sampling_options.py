"""How freely tokens are drawn; apart from the drawing, so that `--help` imports nothing heavy."""

from dataclasses import dataclass
from typing import Annotated

from gpt_sovits.options import Within, check_limits

TopK = Annotated[int, Within(1, 100_000)]
TopP = Annotated[float, Within(0, 1, open=True)]
Temperature = Annotated[float, Within(0, 100)]
RepetitionPenalty = Annotated[float, Within(0, 100, open=True)]


@dataclass(frozen=True, kw_only=True)
class SamplingOptions:
    """How freely tokens are drawn."""

    top_k: TopK = 15
    """Only this many of the most likely tokens can be drawn; 1 always takes the best."""

    top_p: TopP = 1.0
    """Only the most likely tokens that together reach this probability can be drawn; 1 is all."""

    temperature: Temperature = 1.0
    """Above 1 livelier, below 1 steadier; 0 always takes the best."""

    repetition_penalty: RepetitionPenalty = 1.35
    """Above 1 makes tokens that were already said less likely; 1 leaves them alone."""

    def __post_init__(self) -> None:
        check_limits(self)


GREEDY = SamplingOptions(top_k=1)
"""Always take the best token."""
