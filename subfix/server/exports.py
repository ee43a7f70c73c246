"""Exports beside the list, under a name that leads nowhere else."""

from collections.abc import Callable

from gpt_sovits.errors import InputError
from gpt_sovits.paths import check_name
from subfix.clip import Clip
from subfix.exporting import ExportOptions, ExportReport, export_clips, normalise_text
from subfix.server.bodies import Export
from subfix.store import Store


def export(
    store: Store, wanted: Export, seconds_of: Callable[[Clip], float | None]
) -> ExportReport:
    """Write clips of a list into a file beside it, or into a folder together with the clips.

    Args:
        store: the list.
        wanted: which clips, how, and under which name.
        seconds_of: how long a clip is.

    Raises:
        InputError: the name is none or that of the list, something is there already, or the clips
            cannot be written so.
    """
    target = store.path.with_name(check_name(wanted.target))
    if target in (store.path, store.folder) or target.is_symlink():
        raise InputError(f"{target.name}: is the list's own or a link; choose another name")
    is_folder = wanted.format == "audiofolder"
    _, clips = store.snapshot()
    if wanted.ids is not None:
        chosen = set(wanted.ids)
        clips = [clip for clip in clips if clip.id in chosen]
    seconds = {}
    if wanted.format in ("srt", "ass", "audacity"):
        seconds = {clip.id: seconds_of(clip) for clip in clips}
    options = ExportOptions(
        normalise=normalise_text if wanted.normalised else None,
        copy_audio=is_folder or store.document.format.spans,
        replace=wanted.replace,
        seconds={id_: one for id_, one in seconds.items() if one is not None},
    )
    path = target / "metadata.csv" if is_folder else target
    return export_clips(store.document, clips, path, wanted.format, store.find_sound, options)
