"""Separate recordings by a chain of models."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from gpt_sovits.audio.windows import in_windows
from gpt_sovits.audio.write import Subtype, open_writer
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.separate.config import settings_places
from gpt_sovits.prepare.separate.models import FoundModel, Stems, find_chain, model_folders
from gpt_sovits.prepare.separate.options import SeparateOptions
from gpt_sovits.prepare.separate.part import Separator
from gpt_sovits.prepare.stage import StageRun, Tell, run_stage
from gpt_sovits.prepare.streams import Stream
from gpt_sovits.report import Progress, StageReport, no_progress
from gpt_sovits.weights.file import sha256_of

if TYPE_CHECKING:
    import torch

VERSION = 1
"""Raised when the same options make something else of a recording."""

WEAKER = (
    "no model for vocals was used: the embedded spectral method is clearly weaker than any;"
    " `separate --list` shows how to get one"
)


@dataclass(frozen=True)
class SeparateReport:
    """What became of the recordings."""

    stage: StageReport
    models: list[str]
    """Names of the models, in the order in which they worked."""
    note: str
    """What a person should know of the result; empty where there is nothing."""


def separate_recordings(
    source: Path,
    out: Path,
    options: SeparateOptions,
    *,
    replace: bool = False,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> SeparateReport:
    """Separate one recording, or all in a folder.

    Of `song.mp3` come `song_vocals.wav` and `song_accompaniment.wav`; a chain leaves the last voice
    and one file for each thing that was taken out (`song_reverb.wav`, `song_echo.wav`). All have
    the recording's own rate and length, mono or stereo as it is.

    Args:
        source: the recording or folder.
        out: folder for the results.
        options: how.
        replace: replace what was made in another way.
        paths: the project, which holds models.
        progress: told in hundredths of a recording.

    Raises:
        ConfigError: a model or device is unknown, or settings of a network cannot be used.
        MissingModelError: a model is not on this machine.
        WeightsError: a model's file is damaged or hostile.
        InputError: there is nothing at `source`, or `out` cannot be used.
    """
    found = find_chain(options.models, model_folders(options.folder, paths))
    about = {
        "stage": "separate",
        "version": VERSION,
        "models": [each.model.name for each in found],
        "weights": [_identity(each.path) for each in found],
        "options": {
            key: value
            for key, value in asdict(options).items()
            if key in ("format", "overlap", "aggression")
        },
    }
    run = StageRun(about=about, replace=replace)
    with Chain(found, options) as chain:
        try:
            report = run_stage(source, out, chain.separate_file, run, progress=progress)
        except _ModelError as carried:
            raise carried.error from carried
    is_weaker = any(each.model.kind == "spectral" for each in found)
    return SeparateReport(report, [each.model.name for each in found], WEAKER if is_weaker else "")


class _ModelError(Exception):
    """Carries what is wrong with a model out of the stage: no recording is to blame for it."""

    def __init__(self, error: InputError) -> None:
        super().__init__(str(error))
        self.error = error


def _identity(path: Path | None) -> list[str]:
    """Hashes of a model's file and of the settings beside it."""
    if path is None:
        return []
    settings = (place for place in settings_places(path) if place.is_file())
    return [sha256_of(file) for file in (path, *settings)]


class Chain(AbstractContextManager["Chain"]):
    """Models that work one after another; their memory is given back when the block is left.

    Each is loaded when the first recording comes to it, and stays for the next one.
    """

    def __init__(self, found: Sequence[FoundModel], options: SeparateOptions) -> None:
        self._found = found
        self._options = options
        self._device = pick_device(options.device)
        self._loaded: dict[int, tuple[Separator, Stems]] = {}

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loaded.clear()
        if self._device.type == "cuda":
            import gc

            import torch

            gc.collect()  # networks hold themselves by their hooks
            torch.cuda.empty_cache()

    def separate_file(self, path: Path, folder: Path, tell: Tell) -> StageReport:
        """Separate one recording into `folder`.

        Raises:
            AudioError: it cannot be read.
            InputError: a model cannot be used, or the result cannot be written.
        """
        made: list[Path] = []
        voice, label = path, ""
        for index in range(len(self._found)):
            separator, stems = self._separator(index)
            is_last = index == len(self._found) - 1
            label = label if label == "vocals" else stems.wanted
            rest = _free(folder, f"{path.stem}_{stems.rest}", self._options.format)
            wanted = folder / (
                f"{path.stem}_{label}.{self._options.format}" if is_last else f"voice-{index}.wav"
            )

            def told(share: float, index: int = index) -> None:
                tell((index + share) / len(self._found))

            self._split(separator, Stream(voice, told), wanted, rest, whole=not is_last)
            if voice != path:
                voice.unlink()
            voice = wanted
            made.append(rest)
        return StageReport([voice, *made])

    def _split(
        self, separator: Separator, stream: Stream, wanted: Path, rest: Path, *, whole: bool
    ) -> None:
        """Write both parts of a recording; `whole` keeps the wanted one from being rounded."""
        rate, channels = separator.sample_rate, stream.channels
        parts = in_windows(
            (piece.repeat(3 - len(piece), axis=0) for piece in stream.read(rate)),
            separator,
            length=separator.window,
            overlap=round(self._options.overlap * separator.window),
        )
        # [2, 2, L] -> [2 * C, L]; both channels of a mono recording hold the same, so one is kept.
        pieces = (part[:, :channels].reshape(2 * channels, -1) for part in parts)
        subtype: Subtype | None = "FLOAT" if whole else None
        with ExitStack() as files:
            write_wanted, write_rest = (
                files.enter_context(open_writer(file, stream.sample_rate, channels, subtype=coding))
                for file, coding in zip((wanted, rest), (subtype, None), strict=True)
            )
            for piece in stream.restore(pieces, rate):
                write_wanted(piece[:channels])
                write_rest(piece[channels:])

    def _separator(self, index: int) -> tuple[Separator, Stems]:
        if index not in self._loaded:
            try:
                loaded = load_separator(self._found[index], self._options, self._device)
            except InputError as error:
                raise _ModelError(error) from error
            self._loaded[index] = loaded
        return self._loaded[index]


def _free(folder: Path, stem: str, ending: str) -> Path:
    """A name that no earlier model of the chain has taken: two may take reverb out."""
    names = [folder / f"{stem}{number or ''}.{ending}" for number in (0, *range(2, 100))]
    return next(name for name in names if not name.exists())


def load_separator(
    found: FoundModel, options: SeparateOptions, device: "torch.device"
) -> tuple[Separator, Stems]:
    """Load a model and say what its two parts are.

    Raises:
        ConfigError: its settings cannot be used.
        WeightsError: its file is damaged or hostile.
    """
    model, path = found.model, found.path
    if path is None:
        from gpt_sovits.prepare.separate.spectral import Spectral

        return Spectral(), model.stems
    if model.kind == "vr":
        from gpt_sovits.prepare.separate.vr import load_vr

        return load_vr(
            path, model.bands, model.gives, device=device, aggression=options.aggression
        ), model.stems
    if model.kind == "mdx":
        from gpt_sovits.prepare.separate.mdx import load_mdx

        return load_mdx(
            path, model.n_fft, model.gives, compensate=model.compensate, device=device.type
        ), model.stems
    from gpt_sovits.prepare.separate.networks import load_demucs, load_yaml_network

    if model.kind == "demucs":
        return load_demucs(path, device), model.stems
    return load_yaml_network(path, device)


def pick_device(name: str) -> "torch.device":
    """The device of a name; `auto` is a GPU where there is one.

    Raises:
        ConfigError: torch has no such device here.
    """
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:  # a wrong name; a torch built without it
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"device {name!r} cannot be used here ({reason}); choose cpu") from error
