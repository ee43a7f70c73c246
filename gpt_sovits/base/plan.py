"""What the training of each part is made of, and what the parts have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import nn

from gpt_sovits.base.cache import MelCache
from gpt_sovits.base.features import FeatureCache, build_features
from gpt_sovits.base.options import Part
from gpt_sovits.base.state import FILES, State
from gpt_sovits.config import MelFamilyConfig
from gpt_sovits.errors import MissingModelError, WeightsError
from gpt_sovits.features.content import Content, load_content
from gpt_sovits.report import Progress
from gpt_sovits.training.module import TrainingModule
from gpt_sovits.training.steps import BatchSource
from gpt_sovits.weights.load import load_into
from gpt_sovits.weights.read import read_weights


@dataclass(frozen=True, kw_only=True)
class PartPlan:
    """The training of one network."""

    network: nn.Module
    """With fresh weights."""
    inner: TrainingModule
    """Gives its losses; holds the same network."""
    source: BatchSource
    figures: Callable[[Any], dict[str, float]]
    """Measures a network of the same kind on the held-out clips."""
    learning_rate: float
    """Highest step size."""
    warmup: int = 300
    """Steps over which it grows."""
    upstream: tuple[Path, ...] = ()
    """Weights of other parts that its batches depend on."""
    leave: Callable[[Any, Path], None] = lambda network, folder: None
    """Writes what goes beside the trained network's weights into their folder."""


class Materials:
    """What the parts learn from; made when first asked for.

    Args:
        state: the pretraining.
        mels: the corpus.
        start: folder with weights of parts that this state has none of; None is none.
        device: where finished networks run.
        batch_scale: factor of every batch's size.
        seed: source of all chance.
        progress: told while features are made.
    """

    def __init__(
        self,
        state: State,
        mels: MelCache,
        start: Path | None,
        device: str,
        batch_scale: float,
        seed: int,
        progress: Progress,
    ) -> None:
        self.state = state
        self.mels = mels
        self.start = start
        self.device = device
        self.batch_scale = batch_scale
        self.seed = seed
        self.progress = progress

    @property
    def family(self) -> MelFamilyConfig:
        """Sizes of all networks."""
        return self.state.family

    def size(self, most: int) -> int:
        """A batch's size, scaled."""
        return max(1, round(most * self.batch_scale))

    def weights(self, part: Part) -> Path:
        """The newest weights of a part: those of the state, or those to start from.

        Raises:
            MissingModelError: there are none.
        """
        path = self._find(part)
        if path is not None:
            return path
        raise MissingModelError(
            f"{self.state.weights(part)} is not here and other parts need it; train the part"
            f" {part} first, or name a folder that has it with --start"
        )

    def has(self, part: Part) -> bool:
        """Whether a part has weights already."""
        return self._find(part) is not None

    def _find(self, part: Part) -> Path | None:
        for folder in (self.state.folder, *([self.start] if self.start else [])):
            if (folder / FILES[part]).is_file():
                return folder / FILES[part]
        return None

    @cached_property
    def content(self) -> Content:
        """The finished content network."""
        return load_content(self.weights("content"), device=self.device)

    @cached_property
    def features(self) -> FeatureCache:
        """What it makes of the corpus."""
        folder = self.state.features(self.weights("content"))
        return build_features(self.mels, self.content, folder, progress=self.progress)


def load_part(network: nn.Module, path: Path) -> nn.Module:
    """Put a part's weights into a network of its kind.

    Raises:
        WeightsError: the file holds another network or other sizes; names the file.
    """
    tensors = read_weights(path, dtype=torch.float32).tensors
    try:
        load_into(network, tensors)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from error
    return network
