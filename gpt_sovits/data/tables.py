"""Tables of clips as other programs write them: names of columns, and where the clips lie."""

from pathlib import Path, PureWindowsPath

from gpt_sovits.errors import InputError

AUDIO_ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".mp4", ".mkv", ".webm")
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".json")

AUDIO_KEYS = (
    *("file_name", "audio_file", "audio_filepath", "wav_path", "filename", "file", "path"),
    *("audio", "wav", "id"),
)
TEXT_KEYS = ("text", "transcription", "transcript", "sentence", "normalized_text", "raw_text")
SPEAKER_KEYS = ("speaker", "speaker_name", "speaker_id", "client_id")
LANGUAGE_KEYS = ("language", "lang", "locale")

_FOLDERS = (".", "wavs", "wav", "clips", "audio", "data")


def has_names(line: str) -> bool:
    """Whether a table's first line names its columns."""
    names = {name.strip().strip('"').lower() for name in line.split(separator_of(line))}
    return bool(names & set(AUDIO_KEYS)) and bool(names & set(TEXT_KEYS))


def separator_of(line: str) -> str:
    """What is between the columns of a line."""
    return max(",\t;|", key=line.count)


def find_named_clip(name: str, folder: Path) -> Path:
    """The clip that a table means: with or without an ending, in the folders that are usual.

    Raises:
        InputError: it is nowhere.
    """
    turned = PureWindowsPath(name).as_posix()
    places = [folder / part / turned for part in _FOLDERS]
    if Path(turned).is_absolute():
        places.append(folder / Path(turned).name)
    for place in places:
        for ending in ("", *AUDIO_ENDINGS):
            clip = place.parent / f"{place.name}{ending}"
            try:
                if clip.is_file():
                    return clip
            except OSError:  # the name is too long
                break
    raise InputError(f"{places[0]}: no such file; check the path, or name the folder of the clips")
