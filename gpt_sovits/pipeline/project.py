"""A project: one voice in the making.

Its file says only what a person chose. How far the voice is stands in what the stages leave on the
disk, so it is right after a command at the terminal as well; see `project_state`.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from gpt_sovits.config import Settings, parse_settings, read_yaml
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.inference.voice_file import load_voice_file, voice_names
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name, replacing
from gpt_sovits.prepare.label_options import spoken_language
from gpt_sovits.state import read_state

ENDING = ".yaml"


class VoiceProject(Settings):
    """What a person chose for one voice."""

    name: str
    """Of the project, and of the voice that comes of it."""
    recordings: tuple[str, ...] = ()
    """What was added, each from the project's root; all of it is kept in input/NAME/."""
    language: str = "auto"
    """Language mode of what is said."""
    family: str = "mini"
    """Family of the networks that are fine-tuned."""
    speaker: str = ""
    """Who speaks, as lists of clips call it; empty: the project's name."""
    list: str = ""
    """Annotation list in use; empty: the newest that a stage made for the project."""
    consent: str = ""
    """Who agreed that this voice is made, to what and when."""
    created: str = ""
    """When the project began, ISO 8601."""


@dataclass(frozen=True)
class ProjectFiles:
    """Where what belongs to a project lies, whether it is there or not."""

    name: str
    paths: ProjectPaths

    @property
    def input(self) -> Path:
        """Its recordings."""
        return self.paths.input / self.name

    @property
    def separated(self) -> Path:
        """Voices, and what was taken from them."""
        return self.paths.output / "separated" / self.name

    @property
    def denoised(self) -> Path:
        """Recordings without their noise."""
        return self.paths.output / "denoised" / self.name

    @property
    def sliced(self) -> Path:
        """Clips."""
        return self.paths.output / "sliced" / self.name

    @property
    def transcribed(self) -> Path:
        """The list that `transcribe` writes."""
        return self.paths.output / "transcribed" / f"{self.name}.list"

    @property
    def imported(self) -> Path:
        """The list that `import` writes."""
        return self.paths.output / "imported" / f"{self.name}.list"

    @property
    def experiment(self) -> Path:
        """Features, trainings and samples."""
        return self.paths.logs / self.name

    @property
    def cloned(self) -> Path:
        """The list that `clone` writes."""
        return self.experiment / f"{self.name}.list"

    @property
    def voice(self) -> Path:
        """The voice that comes of it."""
        return self.paths.voices / f"{self.name}.yaml"


def projects_folder(paths: ProjectPaths = PROJECT) -> Path:
    """Where the projects lie, one file each."""
    return paths.output / "projects"


def project_path(name: str, paths: ProjectPaths = PROJECT) -> Path:
    """Where a project's file lies, whether it is there or not.

    Raises:
        ConfigError: the name cannot be a file's.
    """
    return projects_folder(paths) / f"{check_name(name)}{ENDING}"


def new_project(
    name: str,
    *,
    language: str = "auto",
    family: str = "mini",
    speaker: str = "",
    consent: str = "",
    paths: ProjectPaths = PROJECT,
) -> VoiceProject:
    """Begin a project.

    Raises:
        ConfigError: the name cannot be a file's, or is no voice's; the language is unknown.
        InputError: a project or a voice of this name is there.
    """
    path = _check_new(name, paths)
    spoken_language(language)
    if ProjectFiles(name, paths).voice.exists():
        raise InputError(
            f"{name!r} is a voice already; choose another name, or take it up as a project",
            field="name",
        )
    project = VoiceProject(
        name=name,
        language=language,
        family=family,
        speaker=speaker,
        consent=consent,
        created=_now(),
    )
    _write(project, path)
    return project


def project_names(paths: ProjectPaths = PROJECT) -> list[str]:
    """Names of all projects, the one that was changed last first."""
    files = [path for path in projects_folder(paths).glob(f"*{ENDING}") if path.name[0] != "."]
    files.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [path.stem for path in files]


def list_projects(paths: ProjectPaths = PROJECT) -> list[VoiceProject]:
    """All projects that can be read, the one that was changed last first."""
    found = []
    for name in project_names(paths):
        try:
            found.append(load_project(name, paths))
        except InputError:
            continue
    return found


def load_project(name: str, paths: ProjectPaths = PROJECT) -> VoiceProject:
    """Read a project.

    Raises:
        ConfigError: there is none of this name, or its file has a mistake.
    """
    path = project_path(name, paths)
    if not path.is_file():
        known = ", ".join(project_names(paths)) or "none yet"
        raise ConfigError(
            f"unknown project {name!r}; known are {known}; make one with: project new {name}"
        )
    project = parse_settings(VoiceProject, read_yaml(path), str(path))
    if project.name != name:
        raise ConfigError(f"{path}: is named {project.name!r} inside; give both the same name")
    return project


def change_project(
    name: str, change: Callable[[VoiceProject], VoiceProject], paths: ProjectPaths = PROJECT
) -> VoiceProject:
    """Change what stands in a project's file now, one process and window after the other.

    Raises:
        ConfigError: there is none of this name, or its file has a mistake.
        InputError: it cannot be written, or another program holds it for long.
    """
    from filelock import FileLock, Timeout

    path = project_path(name, paths)
    load_project(name, paths)  # there may not even be a folder for the lock
    try:
        with FileLock(path.with_name(".change.lock"), timeout=60):
            project = change(load_project(name, paths))
            _write(project, path)
    except Timeout as error:
        raise InputError(f"{path}: another program changes it; try again") from error
    return project


def adoptable(paths: ProjectPaths = PROJECT) -> list[str]:
    """Voices and experiments that are no project yet, sorted."""
    experiments = [
        folder.name
        for folder in paths.logs.glob("*")
        if any((folder / each).is_file() for each in ("clips.jsonl", "clone.json"))
    ]
    names = {*experiments, *voice_names(paths)} - set(project_names(paths))
    return sorted(name for name in names if _is_name(name))


def adopt_project(name: str, paths: ProjectPaths = PROJECT) -> VoiceProject:
    """Make a project of a voice or an experiment that is there; nothing of it is touched.

    Raises:
        ConfigError: there is none of this name.
        InputError: it is a project already.
    """
    path = _check_new(name, paths)
    if name not in adoptable(paths):
        raise ConfigError(f"{name!r} is neither a voice nor an experiment; see `project list`")
    files = ProjectFiles(name, paths)
    source = str(read_state(files.experiment / "clone.json").get("source", ""))
    is_list = source.lower().endswith(".list")
    family, consent = "mini", ""
    if files.voice.is_file():
        voice = load_voice_file(name, paths)
        family, consent = voice.family, voice.consent
    project = VoiceProject(
        name=name,
        recordings=(source,) if source and not is_list else (),
        family=family,
        list=source if is_list else "",
        consent=consent,
        created=_now(),
    )
    _write(project, path)
    return project


def list_of(project: VoiceProject, paths: ProjectPaths = PROJECT) -> Path | None:
    """The annotation list in use: the chosen one, or else the newest; None where there is none."""
    if project.list:
        return paths.root / project.list
    files = ProjectFiles(project.name, paths)
    made = [files.transcribed, files.imported, files.cloned]
    return max((path for path in made if path.is_file()), key=_changed, default=None)


def recordings_of(project: VoiceProject, paths: ProjectPaths = PROJECT) -> list[Path]:
    """Its recordings: all of input/NAME/, and what it names elsewhere."""
    from gpt_sovits.prepare.stage import recordings_in

    found: dict[Path, None] = {}
    named = [paths.root / name for name in project.recordings]
    for place in (ProjectFiles(project.name, paths).input, *named):
        with suppress(InputError):  # nothing is there (any more)
            found |= dict.fromkeys(recordings_in(place))
    return list(found)


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns


def _check_new(name: str, paths: ProjectPaths) -> Path:
    try:
        path = project_path(name, paths)
    except ConfigError as error:
        raise ConfigError(str(error), field="name") from error
    if name.endswith(ENDING):
        raise ConfigError(f"name {name!r} ends as a file does; leave {ENDING} out", field="name")
    if path.exists():
        raise InputError(f"{name!r} is a project already; choose it, or another name", field="name")
    return path


def _is_name(name: str) -> bool:
    try:
        check_name(name)
    except ConfigError:
        return False
    return True


def _write(project: VoiceProject, path: Path) -> None:
    text = yaml.safe_dump(project.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
    try:
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
