"""What the buttons of the "Voices" tab do."""

from datetime import datetime
from itertools import count
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths


def choose_pair(name: str | None, gpt: str | None, sovits: str | None, paths: ProjectPaths) -> None:
    """Let a voice speak with a pair; one that has no file yet gets it.

    Raises:
        InputError: nothing is chosen, or the pair cannot be used.
    """
    from gpt_sovits.evaluate.score_options import ScoreRequest
    from gpt_sovits.evaluate.voice_in_training import find_voice

    if not (name and gpt and sovits):
        raise InputError("a voice and both of its halves are needed; choose them first")
    voice = find_voice(ScoreRequest(experiment=name), paths)
    voice.choose(paths.root / gpt, paths.root / sovits, paths)


def export_file(name: str, paths: ProjectPaths) -> Path:
    """Where the page puts a voice that is downloaded: a file that is not there yet."""
    stem = f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    folder = paths.output / "voices"
    numbered = (folder / f"{stem}{f'-{n}' if n else ''}.zip" for n in count())
    return next(path for path in numbered if not path.exists())
