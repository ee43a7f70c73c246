"""What the tab "Home" does: begin a project, add recordings, take up older voices."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.pipeline.project import load_project
from gpt_sovits.pipeline.project_sources import Added, add_recordings, begin_project
from gpt_sovits.workbench.choices import require_base
from gpt_sovits.workbench.places import Places
from gpt_sovits.workbench.texts import text


@dataclass(frozen=True, kw_only=True)
class NewVoice:
    """What was filled in for a new project, or for more recordings of one."""

    name: str = ""
    uploads: Sequence[str] = ()
    """Files that the browser sent."""
    spoken: str | None = None
    """What was recorded in the browser."""
    path: str = ""
    """File or folder on the machine that the page runs on."""
    language: str = "auto"
    family: str = "mini"
    consent: str = ""


def name_of(form: NewVoice) -> str:
    """What was typed, or else the name of the first recording; empty where there is neither."""
    brought = (*form.uploads, *form.path.splitlines())
    return form.name.strip() or next((Path(each.strip()).stem for each in brought), "")


def sources_of(form: NewVoice, places: Places, language: str) -> list[Path]:
    """Files that were brought, wherever they come from.

    Raises:
        InputError: an upload is gone, or a path may not be reached.
    """
    uploads = [Path(each) for each in (*form.uploads, *([form.spoken] if form.spoken else []))]
    for upload in uploads:
        if not upload.is_file():
            raise InputError(text(language, "home.upload_gone"), field="uploads")
    typed = [line for line in form.path.splitlines() if line.strip()]
    try:
        return [*uploads, *map(places.source, typed)]
    except InputError as error:
        raise InputError(str(error), field="path") from error


def begin(form: NewVoice, places: Places, language: str) -> Added:
    """Begin a project; its recordings come along, or it does not begin.

    Raises:
        InputError: with the field that cannot be used.
    """
    name = name_of(form)
    if not name:
        raise InputError(text(language, "home.no_name"), field="name")
    require_base(form.family, places.paths)
    return begin_project(
        name,
        sources_of(form, places, language),
        language=form.language,
        family=form.family,
        consent=form.consent.strip(),
        may_read=places.holds,
        paths=places.paths,
    )


def add(form: NewVoice, project: str, places: Places, language: str) -> Added:
    """Add recordings to a project.

    Raises:
        InputError: nothing can be used.
    """
    sources = sources_of(form, places, language)
    known = load_project(project, places.paths)
    return add_recordings(known, sources, may_read=places.holds, paths=places.paths)
