"""What the "Fine-tune" tab does: check the form, take over the recording, start `clone`."""

import filecmp
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from gpt_sovits.audio.read import probe_audio
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import InputError
from gpt_sovits.inference.voice_file import check_new
from gpt_sovits.jobs.job import Job
from gpt_sovits.jobs.runner import PROGRAM, start_job
from gpt_sovits.paths import ProjectPaths, check_name, replacing
from gpt_sovits.workbench.choices import require_base
from gpt_sovits.workbench.places import Places


@dataclass(frozen=True, kw_only=True)
class FineTuneForm:
    """What the user filled in."""

    upload: str | None = None
    """File that the browser sent."""
    path: str = ""
    """File on the machine that the page runs on."""
    name: str = ""
    """How the voice will be called."""
    language: str = "auto"
    transcript: str = ""
    """What is said in the recording; empty has it found out."""
    family: str = "mini"


def start_fine_tuning(
    form: FineTuneForm,
    places: Places,
    *,
    program: Sequence[str] = PROGRAM,
) -> Job:
    """Check a form and start the job that makes the voice.

    Args:
        form: what the user filled in.
        places: which files may be reached.
        program: what runs `clone`.

    Raises:
        InputError: the form cannot be used, or the job cannot be started.
    """
    name = form.name.strip()
    if not name:
        raise InputError("The voice has no name yet: type one, such as the speaker's.")
    check_name(name)
    paths = places.paths
    source = _typed_source(form, places) or _uploaded_source(form)
    _check_source(source, form, places)
    check_new(name, paths)
    require_base(form.family, paths)
    if form.upload:
        source = _keep_upload(source, paths)
    arguments = clone_arguments(source, name, form)
    title = f"Fine-tune {name}"
    return start_job(arguments, title=title, paths=paths, program=program, kind="clone")


def clone_arguments(source: Path, name: str, form: FineTuneForm) -> list[str]:
    """The command line of the job."""
    arguments = [
        "clone",
        str(source),
        f"--name={name}",
        f"--family={form.family}",
        f"--language={form.language}",
    ]
    if form.transcript.strip():
        arguments.append(f"--text={form.transcript.strip()}")
    return [*arguments, "--json", "--progress-json"]


def voice_of(job: Job) -> str | None:
    """Name of the voice that a job makes; None where it makes none."""
    flags = [word for word in job.command if word.startswith("--name=")]
    return flags[0].removeprefix("--name=") if flags and "clone" in job.command else None


def _typed_source(form: FineTuneForm, places: Places) -> Path | None:
    """The file that was typed; None where none was."""
    if not form.path.strip():
        return None
    if form.upload:
        raise InputError(
            "There are two recordings, an upload and a path: remove the upload or empty the path."
        )
    return places.file(form.path)


def _uploaded_source(form: FineTuneForm) -> Path:
    if not form.upload:
        raise InputError("There is no recording yet: upload one, or type the path of one.")
    path = Path(form.upload)
    if not path.is_file():
        raise InputError("The upload is not there any more: upload it again.")
    return path


def _check_source(source: Path, form: FineTuneForm, places: Places) -> None:
    """Refuse at once what the job would refuse after its start."""
    if source.suffix.lower() != ".list":
        probe_audio(source)
        return
    if form.transcript.strip():
        raise InputError("A .list holds its own texts: empty the transcript.")
    annotations = read_annotations(source)
    if not annotations.items:
        line, reason = annotations.skipped[0]
        raise InputError(f"{source}: no line can be used; {line.name} {reason}")
    for item in annotations.items:
        if not places.holds(item.audio):
            raise InputError(
                f"{source}: names {item.audio}, which lies outside of the project; copy it into"
                " input/, or allow its folder in Settings"
            )


def _keep_upload(upload: Path, paths: ProjectPaths) -> Path:
    """Copy an upload into input/, where it stays: a job that is resumed needs it again."""
    for number in count():
        target = paths.input / f"{upload.stem}{f'-{number}' if number else ''}{upload.suffix}"
        try:
            if target.is_file() and filecmp.cmp(upload, target, shallow=False):
                return target
            if not target.exists():
                with replacing(target) as part:
                    shutil.copyfile(upload, part)
                return target
        except OSError as error:
            raise InputError(f"{target}: cannot be written ({error.strerror})") from error
    raise AssertionError("unreachable: one of the names is free")
