"""voices/NAME.yaml: which weights and which clip make a voice, and who agreed to it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from gpt_sovits.config import Settings, parse_settings, read_yaml
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.paths import PROJECT, ProjectPaths, check_name, replacing


class Reference(Settings):
    """The clip that the voice sounds like, as it stands in the file."""

    audio: str
    """The recording; a relative path starts at the project's folder, as all paths here."""
    text: str | None = None
    """What is said in it."""
    language: str = "auto"
    """Language mode of the text."""


class VoiceFile(Settings):
    """One voice."""

    name: str
    """How it is called."""
    family: str
    """Family of its networks."""
    gpt: str
    """Weights of the text-to-semantic network."""
    sovits: str
    """Weights of the synthesizer."""
    reference: Reference
    more_references: tuple[str, ...] = ()
    """Further recordings; the timbre is the mean over all."""
    consent: str = ""
    """Who agreed that this voice is used, to what and when, in free words."""
    created: str = ""
    """When the voice was made, ISO 8601."""

    def parts(self, paths: ProjectPaths = PROJECT) -> "VoiceParts":
        """The files of the voice.

        Raises:
            InputError: one of them is not there; the message names it.
        """
        return VoiceParts(
            gpt=self._find("gpt", self.gpt, paths),
            sovits=self._find("sovits", self.sovits, paths),
            reference=self.reference_clip(paths),
        )

    def reference_clip(self, paths: ProjectPaths = PROJECT) -> ReferenceClip:
        """The clip that the voice sounds like, with the further ones.

        Raises:
            InputError: a recording is not there; the message names it.
        """
        return ReferenceClip(
            audio=self._find("reference.audio", self.reference.audio, paths),
            text=self.reference.text,
            language=self.reference.language,
            more=tuple(self._find("more_references", path, paths) for path in self.more_references),
        )

    def _find(self, key: str, path: str, paths: ProjectPaths) -> Path:
        found = paths.root / path  # an absolute path stays as it is
        if not found.is_file():
            raise InputError(
                f"voice {self.name!r}: {key} {found} is not here; bring the file back, or add"
                " the voice again"
            )
        return found


@dataclass(frozen=True)
class VoiceParts:
    """The files that a voice is loaded from."""

    gpt: Path
    sovits: Path
    reference: ReferenceClip


def make_voice_file(
    name: str,
    family: str,
    parts: VoiceParts,
    *,
    consent: str = "",
    paths: ProjectPaths = PROJECT,
) -> VoiceFile:
    """Describe a voice; what lies inside the project is named from there, so that it can move."""
    reference = parts.reference
    return VoiceFile(
        name=name,
        family=family,
        gpt=paths.name_of(parts.gpt),
        sovits=paths.name_of(parts.sovits),
        reference=Reference(
            audio=paths.name_of(reference.audio),
            text=reference.text,
            language=reference.language,
        ),
        more_references=tuple(paths.name_of(path) for path in reference.more),
        consent=consent,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def voice_path(name: str, paths: ProjectPaths = PROJECT) -> Path:
    """Where a voice's file lies, whether it is there or not.

    Raises:
        ConfigError: the name cannot be a file's.
    """
    if name.endswith(".yaml"):
        raise ConfigError(f"name {name!r} ends as a voice's file does; leave .yaml out")
    return paths.voices / f"{check_name(name)}.yaml"


def voice_names(paths: ProjectPaths = PROJECT) -> list[str]:
    """Names of the project's voices, sorted."""
    return sorted(path.stem for path in paths.voices.glob("*.yaml") if path.name[0] != ".")


def load_voice_file(name: str | Path, paths: ProjectPaths = PROJECT) -> VoiceFile:
    """Read a voice's file.

    Args:
        name: the voice's name; a path, or a text that ends in .yaml, is the file itself.
        paths: the project.

    Raises:
        ConfigError: no such voice, or its file has a mistake.
    """
    if isinstance(name, Path) or name.endswith(".yaml"):
        path = Path(name)
    else:
        path = voice_path(name, paths)
        if not path.is_file():
            known = ", ".join(voice_names(paths)) or "none yet; make one with `clone`"
            raise ConfigError(f"unknown voice {name!r}; known are {known}")
    return parse_settings(VoiceFile, read_yaml(path), str(path))


def save_voice_file(
    voice: VoiceFile, paths: ProjectPaths = PROJECT, *, replace: bool = False
) -> Path:
    """Write a voice's file, whole or not at all.

    Args:
        voice: what to write.
        paths: the project.
        replace: take the place of a voice of this name.

    Raises:
        ConfigError: the name cannot be a file's.
        InputError: a voice of this name is there, or the file cannot be written.
    """
    path = check_new(voice.name, paths, replace=replace)
    text = yaml.safe_dump(voice.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
    try:
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def check_new(name: str, paths: ProjectPaths = PROJECT, *, replace: bool = False) -> Path:
    """Where a new voice's file would lie.

    Raises:
        ConfigError: the name cannot be a file's.
        InputError: a voice of this name is there.
    """
    path = voice_path(name, paths)
    if path.exists() and not replace:
        raise InputError(f"{path}: this voice is there already; choose another name, or replace it")
    return path
