"""Cut recordings into clips of one to three sentences, at pauses."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from gpt_sovits.prepare.slicing.cuts import find_cuts
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.slicing.split import Speakers, SplitReport, split_folder
from gpt_sovits.prepare.slicing.write import write_clips
from gpt_sovits.prepare.stage import StageRun, Tell, run_stage
from gpt_sovits.report import Progress, StageReport, no_progress

VERSION = 1
"""Goes up when the same recording would be cut otherwise."""

_LISTENING = 0.8
"""Share of the work on a recording that is done when its cuts are known."""


def slice_folder(
    source: Path,
    out: Path,
    options: SliceOptions | None = None,
    *,
    replace: bool = False,
    processes: int = 1,
    progress: Progress = no_progress,
) -> StageReport:
    """Cut one recording, or every file right inside a folder, into clips in `out`.

    A file that cannot be used is skipped and named in the report.

    Args:
        source: the recording or folder.
        out: folder for the clips.
        options: how they are cut.
        replace: replace clips that were cut in another way before.
        processes: recordings in work at a time.
        progress: told in hundredths of a recording.

    Raises:
        InputError: there is nothing at `source`, or another run works in `out`.
    """
    options = options or SliceOptions()
    run = StageRun(about=_about(options), replace=replace, processes=processes)
    return run_stage(source, out, partial(_slice, options=options), run, progress=progress)


def slice_by_voice(
    source: Path,
    out: Path,
    speakers: Speakers,
    options: SliceOptions | None = None,
    *,
    replace: bool = False,
    processes: int = 1,
    progress: Progress = no_progress,
    on_stage: Callable[[str], None] = lambda name: None,
) -> SplitReport:
    """The same, with the clips sorted by who speaks; see `split_folder`."""
    options = options or SliceOptions()
    return split_folder(
        source,
        out,
        options,
        speakers,
        _about(options),
        replace=replace,
        processes=processes,
        progress=progress,
        on_stage=on_stage,
    )


def slice_file(
    path: Path,
    target: Path,
    options: SliceOptions | None = None,
    *,
    tell: Tell = lambda share: None,
) -> StageReport:
    """Cut one recording of any length into clips in `target`, in bounded memory.

    Raises:
        AudioError: the recording cannot be read, or is silent.
        NoSpeechError: nobody is heard speaking in it.
        MissingModelError: the network that hears whether someone speaks is not here.
    """
    options = options or SliceOptions()
    cuts = find_cuts(path, options, lambda share: tell(_LISTENING * share))
    report = write_clips(path, cuts.clips, target, options)
    report.skipped.extend((path, reason) for reason in cuts.left_out)
    return report


def _slice(path: Path, target: Path, tell: Tell, options: SliceOptions) -> StageReport:
    return slice_file(path, target, options, tell=tell)


def _about(options: SliceOptions) -> dict[str, Any]:
    return {"stage": "slice", "version": VERSION, **asdict(options)}
