"""Which clips of an experiment a training uses, and the batches made of them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gpt_sovits.data.batches import bucket_batches
from gpt_sovits.data.clips import Clip, ClipInfo
from gpt_sovits.data.experiment import Experiment
from gpt_sovits.data.limits import AudioLimits
from gpt_sovits.data.recordings import check_pace
from gpt_sovits.errors import InputError
from gpt_sovits.training.options import TrainingOptions

MAX_SECONDS = AudioLimits.max_s
"""Longest clip; a longer one takes more memory than it is worth."""
MIN_SECONDS = AudioLimits.min_s
"""Shortest clip for the synthesizer, which learns from slices of this length."""

Skipped = list[tuple[Path, str]]


def gpt_clips(experiment: Experiment) -> tuple[list[ClipInfo], Skipped]:
    """Clips whose text and length suit the text-to-semantic network, and those that do not."""
    return _split(experiment, _unfit_for_gpt)


def sovits_clips(experiment: Experiment) -> tuple[list[ClipInfo], Skipped]:
    """Clips whose length suits the synthesizer, and those that do not."""
    return _split(experiment, _unfit_for_sovits)


def _split(
    experiment: Experiment, unfit: Callable[[ClipInfo], str | None]
) -> tuple[list[ClipInfo], Skipped]:
    """Clips without a reason against them; the rest with theirs.

    Raises:
        InputError: none is left.
    """
    reasons = [(info, unfit(info)) for info in experiment.clips]
    good = [info for info, reason in reasons if reason is None]
    skipped = [(Path(info.name), reason) for info, reason in reasons if reason is not None]
    if not good:
        first = f" ({skipped[0][0]}: {skipped[0][1]})" if skipped else ""
        raise InputError(f"{experiment.folder}: no clip can be trained on{first}")
    return good, skipped


def _unfit_for_gpt(info: ClipInfo) -> str | None:
    if (too_long := _too_long(info)) is not None:
        return too_long
    try:
        check_pace(info.n_phones, info.seconds)
    except InputError as error:
        return str(error)
    return None


def _unfit_for_sovits(info: ClipInfo) -> str | None:
    if info.seconds < MIN_SECONDS:
        return f"is {info.seconds:.2f} s long, at least {MIN_SECONDS} s are needed"
    return _too_long(info)


def _too_long(info: ClipInfo) -> str | None:
    if info.seconds <= MAX_SECONDS:
        return None
    return f"is {info.seconds:.0f} s long, at most {MAX_SECONDS:g} s can be used; slice it"


class ClipBatches:
    """Batches of an experiment's clips, of similar length each.

    Args:
        experiment: loads the clips.
        clips: which of them.
        collate: puts clips into a batch.
        options: of the training.
    """

    def __init__(
        self,
        experiment: Experiment,
        clips: Sequence[ClipInfo],
        collate: Callable[[Sequence[Clip]], Any],
        options: TrainingOptions,
    ) -> None:
        self.experiment = experiment
        self.clips = list(clips)
        self.collate = collate
        self.passes = -(-options.clips_per_epoch // len(self.clips))
        self.options = options

    def epoch(self, number: int) -> list[list[int]]:
        """Clips of each batch of an epoch, as indices."""
        lengths = [info.n_tokens for info in self.clips]
        size, seed = self.options.batch_size, self.options.seed
        first = (number - 1) * self.passes
        return [
            batch
            for each in range(first, first + self.passes)
            for batch in bucket_batches(lengths, size, seed=seed, epoch=each)
        ]

    def load(self, batch: Sequence[int]) -> Any:
        """Load the clips of one batch and put them together."""
        return self.collate([self.experiment.load(self.clips[index].name) for index in batch])
