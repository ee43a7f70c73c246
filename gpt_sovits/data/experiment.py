"""An experiment folder: the clips of one voice with all their features."""

from collections.abc import Callable, Sequence
from pathlib import Path

from gpt_sovits.config import FamilyConfig
from gpt_sovits.data.clips import Clip, ClipInfo, check_clip, info_of, read_clip, row_of
from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing
from gpt_sovits.text.symbols import symbol_table

CLIPS = "clips.jsonl"
"""The file that names an experiment's clips, one a line."""

Skipped = list[tuple[Path, str]]


class Experiment:
    """The clips of one voice for one family.

    Args:
        folder: logs/<name>/; training writes into it too.
        family: whose features these are.
        clips: what can be loaded.
        read: makes a clip of what is known of it.
        skipped: entries that cannot be used, each with its reason.
    """

    def __init__(
        self,
        folder: Path,
        family: FamilyConfig,
        clips: Sequence[ClipInfo],
        read: Callable[[ClipInfo], Clip],
        skipped: Sequence[tuple[Path, str]] = (),
    ) -> None:
        self.folder = folder
        self.family = family
        self.clips = list(clips)
        self.skipped = list(skipped)
        self._by_name = {info.name: info for info in self.clips}
        self._read = read

    @classmethod
    def from_clips(cls, folder: Path, family: FamilyConfig, clips: Sequence[Clip]) -> "Experiment":
        """An experiment of clips that are in memory."""
        by_name = {clip.name: clip for clip in clips}
        infos = [_info_of_clip(clip, family) for clip in clips]
        return cls(folder, family, infos, lambda info: by_name[info.name])

    def load(self, name: str) -> Clip:
        """The clip called `name`.

        Raises:
            InputError: there is none, or its file is damaged or of another family.
        """
        if name not in self._by_name:
            raise InputError(f"{self.folder}: has no clip {name!r}; run `features` again")
        clip = self._read(self._by_name[name])
        check_clip(clip, self.family)
        return clip


def _info_of_clip(clip: Clip, family: FamilyConfig) -> ClipInfo:
    table = symbol_table(family.symbols)
    return ClipInfo(
        name=clip.name,
        text="",
        language="",
        norm_text="",
        phones=[table[index] for index in clip.phone_ids.tolist()],
        seconds=len(clip.audio) / family.spectrogram.sample_rate,
        n_phones=len(clip.phone_ids),
        n_tokens=len(clip.semantic),
        key="",
    )


def feature_path(folder: Path, key: str) -> Path:
    """Where an experiment keeps the features of content `key`."""
    return folder / "features" / f"{key}.safetensors"


def write_clips(folder: Path, family: FamilyConfig, clips: Sequence[ClipInfo]) -> Path:
    """Write clips.jsonl whole or not at all, and give its path."""
    path = folder / CLIPS
    with replacing(path) as part:
        part.write_text("".join(row_of(info, family) + "\n" for info in clips), encoding="utf-8")
    return path


def open_experiment(folder: Path, family: FamilyConfig) -> Experiment:
    """Open what `features` wrote, or a folder in the published layout.

    Clips whose features are missing stand in `skipped`.

    Raises:
        InputError: the folder holds neither, nothing in it can be used, or it was made for another
            family.
    """
    if (folder / CLIPS).is_file():
        experiment = _open_own(folder, family)
    else:
        from gpt_sovits.data.published import is_published, open_published

        if not is_published(folder):
            raise InputError(
                f"{folder}: holds no features; make them with: python -m gpt_sovits features LIST"
                f" --name {folder.name} --family {family.name}"
            )
        experiment = open_published(folder, family)
    if not experiment.clips:
        raise InputError(f"{folder}: no clip in it can be used ({_reasons(experiment.skipped)})")
    return experiment


def _open_own(folder: Path, family: FamilyConfig) -> Experiment:
    path = folder / CLIPS
    clips: list[ClipInfo] = []
    skipped: Skipped = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); run `features` again") from error
    for number, line in enumerate(lines, 1):
        try:
            info, of = info_of(line)
        except ValueError as error:
            raise InputError(
                f"{path}: line {number} is damaged ({error}); run `features` again"
            ) from error
        if of != family.name:
            raise InputError(
                f"{path}: holds features of {of}; run `features --family {family.name}` to use"
                f" {family.name}"
            )
        if feature_path(folder, info.key).is_file():
            clips.append(info)
        else:
            skipped.append((Path(info.name), "its features are gone; run `features` again"))

    def read(info: ClipInfo) -> Clip:
        return read_clip(feature_path(folder, info.key), info.name)

    return Experiment(folder, family, clips, read, skipped)


def _reasons(skipped: Sequence[tuple[Path, str]], shown: int = 3) -> str:
    """The first reasons in one line."""
    told = [f"{path}: {reason}" for path, reason in skipped[:shown]]
    rest = len(skipped) - shown
    return "; ".join([*told, f"and {rest} more"] if rest > 0 else told) or "it names none"
