"""Which kind of file a file is."""

from pathlib import Path

from gpt_sovits.errors import InputError
from subfix.files.annotation_list import AnnotationList
from subfix.files.format import Format


def choose_format(path: Path, text: str, audio: Path | None) -> tuple[Format, Path | None]:
    """The format of a file by its ending and first lines, and the recording of subtitles.

    Raises:
        InputError: its kind is unknown, or no recording lies beside subtitles.
    """
    ending = path.suffix.lower()
    if ending == ".list":
        return AnnotationList(), None
    raise InputError(
        f"{path}: is none of the files that can be edited; name a .list, a table (.csv, .tsv,"
        " .jsonl) or subtitles (.srt, .vtt, .ass)"
    )
