"""Join the sentences of a take: one recording, its subtitles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.audio.write import BLOCK, SUBTYPES, open_writer
from gpt_sovits.errors import InputError
from gpt_sovits.inference.plan import pause_samples
from gpt_sovits.inference.speech import SpokenSentence, write_timings
from gpt_sovits.inference.take import Joined, Take, load_take
from gpt_sovits.inference.take_changes import change_take
from gpt_sovits.state import hash_of

ENDINGS = ("wav", "flac", "mp3", "ogg", "srt")
"""What a take can be joined to."""


@dataclass(frozen=True)
class _Piece:
    """One sentence that is spoken, and the silence behind it."""

    text: str
    path: Path
    phones: Sequence[str]
    silence: int
    """Samples."""


def join_take(folder: Path, ending: str) -> Path:
    """Join what is spoken of a take to one new file in its folder.

    Sentences that are not spoken are left out. What was joined before stays; a take that did not
    change since gets the same file again.

    Args:
        folder: the take.
        ending: one of `ENDINGS`; `srt` tells when each sentence sounds.

    Raises:
        InputError: another ending, nothing is spoken yet, or a recording is gone.
    """
    if ending not in ENDINGS:
        raise InputError(f"{ending!r} cannot be written; use one of {', '.join(ENDINGS)}")
    take = load_take(folder)
    spoken = [(each.rendering.file, each.pause_s) for each in take.sentences if each.rendering]
    key = hash_of([ending, take.options.pause_s, spoken])
    for earlier in take.joined:
        if earlier.key == key and (folder / earlier.file).is_file():
            return folder / earlier.file
    if not spoken:
        raise InputError("nothing is spoken yet; speak the text first")
    numbered = (f"{folder.name}{f'-{n}' if n > 1 else ''}.{ending}" for n in count(1))
    path = next(folder / name for name in numbered if not (folder / name).exists())
    rate = probe_audio(folder / spoken[0][0]).sample_rate
    pieces = list(_pieces(folder, take, rate))
    if ending == "srt":
        write_timings(path, _timed(pieces, rate))
    else:
        _write(path, pieces, rate)
    joined = Joined(file=path.name, key=key)
    change_take(folder, lambda take: take.model_copy(update={"joined": (*take.joined, joined)}))
    return path


def _pieces(folder: Path, take: Take, rate: int) -> Iterator[_Piece]:
    spoken = [(each, each.rendering) for each in take.sentences if each.rendering]
    for number, (sentence, rendering) in enumerate(spoken, 1):
        # The whole ends with a silence only where one was asked for behind its last sentence.
        own = take.options.pause_s if number < len(spoken) else 0.0
        pause_s = own if sentence.pause_s is None else sentence.pause_s
        path = folder / rendering.file
        yield _Piece(rendering.text, path, rendering.phones, pause_samples(pause_s, rate))


def _timed(pieces: Sequence[_Piece], rate: int) -> list[SpokenSentence]:
    """When each sentence sounds in the whole."""
    timed = []
    start = 0
    for piece in pieces:
        end = start + len(read_audio(piece.path, sample_rate=rate)[0])
        timed.append(SpokenSentence(piece.text, list(piece.phones), start / rate, end / rate))
        start = end + piece.silence
    return timed


def _write(path: Path, pieces: Sequence[_Piece], rate: int) -> None:
    assert path.suffix in SUBTYPES, f"{path.suffix} is no recording"
    with open_writer(path, rate, 1) as write:
        for piece in pieces:
            # Weights that were trained anew may have another rate than the first sentence.
            audio, _ = read_audio(piece.path, sample_rate=rate)
            whole = np.concatenate([audio, np.zeros(piece.silence, np.float32)])
            for start in range(0, len(whole), BLOCK):
                write(whole[start : start + BLOCK])
