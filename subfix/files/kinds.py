"""Which kind of file a file is."""

from pathlib import Path

from gpt_sovits.data.subtitles import ENDINGS, recording_beside
from gpt_sovits.data.tables import TABLE_ENDINGS, has_names
from gpt_sovits.errors import InputError
from subfix.files.annotation_list import AnnotationList
from subfix.files.ass import Dialogue
from subfix.files.cues import Cues
from subfix.files.format import Format, cut_end, split_lines
from subfix.files.json_lines import JsonLines
from subfix.files.ljspeech import LJSpeech
from subfix.files.table import Table


def choose_format(path: Path, text: str, audio: Path | None) -> tuple[Format, Path | None]:
    """The format of a file by its ending and first line, and the recording of subtitles.

    Raises:
        InputError: its kind is unknown, or no recording lies beside subtitles.
    """
    ending = path.suffix.lower()
    if ending == ".list":
        return AnnotationList(), None
    if ending in ENDINGS:
        recording = _recording_of(path, audio)
        if ending in (".ass", ".ssa"):
            return Dialogue.of(text, recording.name), recording
        return Cues(recording.name, ending.removeprefix(".")), recording
    if ending in TABLE_ENDINGS:
        return _table(path, text), None
    raise InputError(
        f"{path}: is none of the files that can be edited; name a .list, a table (.csv, .tsv,"
        " .jsonl) or subtitles (.srt, .vtt, .ass)"
    )


def _table(path: Path, text: str) -> Format:
    if path.suffix.lower() in (".jsonl", ".json"):
        if text.lstrip().startswith("["):
            raise InputError(f"{path}: is one JSON array; write one object on each line")
        return JsonLines()
    first = next(line for line in split_lines(text) if line.strip())
    if has_names(first):
        return Table.of(first)
    if _is_list(first):
        return AnnotationList()
    if "|" in first or "\t" in first:
        return LJSpeech("|" if "|" in first else "\t")
    raise InputError(
        f"{path}: is no table of clips; its first line must name columns (file_name,text) or be"
        " clip|text"
    )


def _is_list(line: str) -> bool:
    """Whether a line is one of an annotation list, which some programs call .txt."""
    fields = AnnotationList().read(cut_end(line)[0])
    return line.count("|") >= 3 and bool(fields.get("language")) and not fields["problem"]


def _recording_of(subtitles: Path, audio: Path | None) -> Path:
    if audio is not None and audio.is_dir():
        recording = recording_beside(audio / subtitles.name)
    else:
        recording = audio or recording_beside(subtitles)
    if recording is None:
        raise InputError(
            f"{subtitles}: no recording of its name lies beside it; put it there, or name it"
        )
    if not recording.is_file():
        raise InputError(f"{recording}: no such file; name the recording of {subtitles.name}")
    return recording
