"""Take over what a person brings for a project: recordings, films, folders, lists with their clips.

Everything is copied into input/NAME/, where a job finds it again whenever it goes on. What is there
is never replaced, and the same content is kept once.
"""

import filecmp
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PureWindowsPath

from gpt_sovits.audio.read import probe_audio
from gpt_sovits.data.annotations import (
    Annotation,
    clean_path,
    find_clip,
    read_annotations,
    read_lines,
    split_fields,
    write_annotations,
)
from gpt_sovits.data.subtitles import ENDINGS as SUBTITLES
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT, ProjectPaths, replacing
from gpt_sovits.pipeline.project import (
    ProjectFiles,
    VoiceProject,
    change_project,
    new_project,
    project_path,
)

LIST = ".list"
BESIDE = (".txt", ".lab", *SUBTITLES)
"""Texts that belong to the recording of their name."""

ROOM = 64 << 20
"""Bytes that stay free on the disk."""

_LONGEST_STEM = 60
"""Letters of a name that are kept: clips are called after it, and other systems are short."""

_UNFIT = re.compile(r'[<>:"/\\|?*]')


@dataclass(frozen=True)
class Added:
    """What became of what was brought."""

    project: VoiceProject
    """The project with it."""
    kept: list[Path] = field(default_factory=list)
    """Files in input/NAME/ that hold it."""
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """What cannot be used, each with its reason."""


def add_recordings(
    project: VoiceProject,
    sources: Sequence[Path],
    *,
    may_read: Callable[[Path], bool] = lambda path: True,
    paths: ProjectPaths = PROJECT,
) -> Added:
    """Copy recordings into a project.

    A folder stands for the files in it. Texts and subtitles come along with the recording of their
    name, a `.list` with the clips that it names, which may also be among the sources.

    Args:
        project: gets them.
        sources: files and folders.
        may_read: whether a clip that a `.list` names may be taken.
        paths: the project's folders.

    Raises:
        InputError: nothing can be used, there is no room, or it cannot be written.
    """
    files = [file for source in sources for file in _files_of(source)]
    if not files:
        raise InputError("there is no recording yet; give a file or a folder that holds some")
    folder = ProjectFiles(project.name, paths).input
    _check_room(files, folder)
    keeper = _Keeper(folder, {file.name: file for file in files}, may_read, paths)
    for file in sorted(files, key=lambda file: file.suffix.lower() in BESIDE):
        try:
            keeper.take(file)
        except InputError as error:
            keeper.skipped.append((file, str(error)))
        except OSError as error:
            raise InputError(f"{file}: cannot be copied to {folder} ({error.strerror})") from error
    if not keeper.kept:
        path, reason = keeper.skipped[-1]
        raise InputError(reason if str(path) in reason else f"{path.name}: {reason}")
    names = [paths.name_of(path) for path in keeper.kept if path.suffix.lower() not in BESIDE]

    def keep(now: VoiceProject) -> VoiceProject:
        if keeper.listed is not None:
            return now.model_copy(update={"list": paths.name_of(keeper.listed)})
        recordings = tuple(dict.fromkeys((*now.recordings, *names)))
        return now.model_copy(update={"recordings": recordings})

    return Added(change_project(project.name, keep, paths), keeper.kept, keeper.skipped)


class _Keeper:
    """Copies files into one folder."""

    def __init__(
        self,
        folder: Path,
        brought: Mapping[str, Path],
        may_read: Callable[[Path], bool],
        paths: ProjectPaths,
    ) -> None:
        self.folder = folder
        self.brought = brought
        self.may_read = may_read
        self.paths = paths
        self.kept: list[Path] = []
        self.skipped: list[tuple[Path, str]] = []
        self.listed: Path | None = None
        self._names: dict[str, str] = {}
        """Stems of recordings by the ones that they came with: texts beside them follow."""

    def take(self, file: Path) -> None:
        """Keep one file.

        Raises:
            InputError: it is of no use.
        """
        ending = file.suffix.lower()
        if ending == LIST:
            self._take_list(file)
        elif ending in BESIDE:
            stem = self._names.get(file.stem)
            if stem is None:
                raise InputError("a text without a recording of its name; add that as well")
            self.kept.append(keep_file(file, self.folder, f"{stem}{ending}"))
        elif file not in self.kept:
            probe_audio(file)
            kept = keep_file(file, self.folder)
            self._names[file.stem] = kept.stem
            self.kept.append(kept)

    def _take_list(self, listed: Path) -> None:
        """Keep a list with its clips; lines that cannot be used are told.

        One that lies in the project is used where it is.
        """
        whole = listed.resolve()
        stays = not whole.is_relative_to(self.paths.uploads.resolve())
        if stays and whole.is_relative_to(self.paths.root.resolve()):
            read_annotations(listed, root=self.paths.root)
            self.kept.append(listed)
            self.listed = listed
            return
        items = []
        for number, line in enumerate(read_lines(listed), 1):
            if not line.strip():
                continue
            try:
                items.append(self._item(line, listed, number))
            except InputError as error:
                self.skipped.append((Path(f"{listed.name}:{number}"), str(error)))
        if not items:
            reason = f" ({self.skipped[-1][1]})" if self.skipped else ""
            raise InputError(f"{listed.name}: no line can be used{reason}")
        target = _free(self.folder / _fit(listed.name))
        write_annotations(target, items)
        self.kept.append(target)
        self.listed = target

    def _item(self, line: str, listed: Path, number: int) -> Annotation:
        name, speaker, language, text = split_fields(line)
        brought = self.brought.get(PureWindowsPath(clean_path(name)).name)
        audio = brought or find_clip(name, listed, None, self.paths.root)
        if brought is None and not self.may_read(audio):
            raise InputError(f"{audio.name}: lies outside of the project; upload it as well")
        probe_audio(audio)
        clip = keep_file(audio, self.folder / "clips")
        shown = Path(self.paths.name_of(clip))
        return Annotation(shown, speaker.strip(), language.strip(), text, number)


def keep_file(source: Path, folder: Path, name: str = "") -> Path:
    """Copy a file into a folder under a name that is free; the same content is kept once.

    Returns:
        Where it is now.

    Raises:
        OSError: it cannot be copied.
    """
    target = folder / _fit(name or source.name)
    if source.resolve().is_relative_to(folder.resolve()):
        return source
    size = source.stat().st_size
    for each in sorted(folder.glob(f"*{target.suffix}")):
        if each.stat().st_size == size and filecmp.cmp(source, each, shallow=False):
            return each
    target = _free(target)
    with replacing(target) as part:
        shutil.copyfile(source, part)
    return target


def _files_of(source: Path) -> Iterator[Path]:
    """The file, or what lies right inside the folder."""
    if source.is_dir():
        inside = sorted(path for path in source.iterdir() if path.name[0] != ".")
        yield from (path for path in inside if path.is_file())
    elif source.is_file():
        yield source
    else:
        raise InputError(f"{source}: no such file or folder; check the path")


def _check_room(files: Sequence[Path], folder: Path) -> None:
    """Refuse what would fill the disk.

    Raises:
        InputError: says how much is missing.
    """
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    needed = sum(file.stat().st_size for file in files) + ROOM
    free = shutil.disk_usage(there).free
    if needed > free:
        raise InputError(
            f"{there}: {(needed - free) / 1e6:.0f} MB are missing on its disk; make room first"
        )


def _free(target: Path) -> Path:
    """The path itself, or one with a number that nothing has yet."""
    numbered = (target.with_name(f"{target.stem}-{n}{target.suffix}") for n in count(1))
    return target if not target.exists() else next(path for path in numbered if not path.exists())


def _fit(name: str) -> str:
    """A file's name as every system, and a line of a list, can hold it."""
    path = PureWindowsPath(_UNFIT.sub("_", name))
    stem = "".join(letter if letter.isprintable() else "_" for letter in path.stem)
    return f"{stem[:_LONGEST_STEM].strip(' .-') or 'recording'}{path.suffix.lower()}"


def begin_project(
    name: str,
    sources: Sequence[Path],
    *,
    language: str = "auto",
    family: str = "mini",
    speaker: str = "",
    consent: str = "",
    may_read: Callable[[Path], bool] = lambda path: True,
    paths: ProjectPaths = PROJECT,
) -> Added:
    """Begin a project with its recordings, or not at all.

    Raises:
        InputError: as `new_project` and `add_recordings`.
    """
    project = new_project(
        name, language=language, family=family, speaker=speaker, consent=consent, paths=paths
    )
    if not sources:
        return Added(project)
    try:
        return add_recordings(project, sources, may_read=may_read, paths=paths)
    except BaseException:
        project_path(name, paths).unlink(missing_ok=True)
        raise
