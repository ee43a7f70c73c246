"""What the "Models" tab does: download and take over published models, look into a weights file."""

from collections.abc import Sequence
from html import escape
from typing import Any

from gpt_sovits.errors import InputError
from gpt_sovits.jobs.job import Job
from gpt_sovits.jobs.runner import PROGRAM, start_job
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.stages import STAGES, check_values, command_words
from gpt_sovits.weights.groups import ModelGroup, known_bytes, list_groups
from gpt_sovits.workbench.places import Places
from gpt_sovits.workbench.settings import SettingsKeeper
from gpt_sovits.workbench.texts import text

DOWNLOAD, IMPORT = "models download", "models import"
TALK = ("--json", "--progress-json")


def start_download(
    name: str | None, settings: SettingsKeeper, *, program: Sequence[str] = PROGRAM
) -> Job:
    """Bring a group of models, from where the settings say.

    Raises:
        InputError: none is chosen, it is here or lies on no hub, or it is being brought.
    """
    groups = {group.name: group for group in list_groups(settings.paths)}
    group = groups.get(name or "")
    if group is None:
        raise InputError("Nothing is chosen: choose what is to be downloaded.", field="name")
    if not group.missing:
        raise InputError(f"{group.name} is here already.", field="name")
    chosen = settings.current
    source = chosen.source
    if any(one.file.huggingface is None and one.file.modelscope for one in group.missing):
        source = "modelscope"  # the only hub that has it
    elif any(one.file.modelscope is None and one.file.huggingface for one in group.missing):
        source = "huggingface"
    values: dict[str, Any] = {"name": (group.name,), "source": source}
    if chosen.endpoint and source == chosen.source:
        values["endpoint"] = chosen.endpoint
    return start_job(
        command_words(STAGES[DOWNLOAD], values, extra=TALK),
        title=f"Download {group.name}",
        paths=settings.paths,
        program=program,
        kind=DOWNLOAD,
        heavy=False,
    )


def start_import(typed: str, name: str, places: Places, *, program: Sequence[str] = PROGRAM) -> Job:
    """Take over a voice's file, or every published model of a folder.

    Raises:
        InputError: the path cannot be used, or the same is being imported.
    """
    source = places.source(typed)
    values: dict[str, Any] = {"source": source}
    if name.strip() and source.is_file():
        values["name"] = name.strip()
    check_values(STAGES[IMPORT], values)
    return start_job(
        command_words(STAGES[IMPORT], values, extra=TALK),
        title=f"Import {places.paths.name_of(source)}",
        paths=places.paths,
        program=program,
        kind=IMPORT,
        heavy=False,
    )


def download_choices(paths: ProjectPaths, language: str) -> list[tuple[str, str]]:
    """Groups of which something is missing, with the size of that."""
    return [
        (f"{group.name} ({_size(group, language)})", group.name)
        for group in list_groups(paths)
        if group.missing and not group.by_hand
    ]


def groups_html(paths: ProjectPaths, language: str) -> str:
    """The table of all groups: state, size, use, licence."""

    def words(key: str, **values: object) -> str:
        return escape(text(language, f"models.{key}", **values))

    heads = "".join(f"<th>{words(key)}</th>" for key in ("model", "state", "size", "licence"))
    first = _row("mini", words("use.mini"), words("here"), "31 MB", "MIT", "here")
    rows = "".join(_group_row(group, language) for group in list_groups(paths))
    return (
        f'<table class="models"><thead><tr>{heads}</tr></thead><tbody>{first}{rows}</tbody></table>'
    )


def _group_row(group: ModelGroup, language: str) -> str:
    n_missing, n_all = len(group.missing), len(group.models)
    state = "here" if not n_missing else "missing" if n_missing == n_all else "partly"
    told = text(language, f"models.{state}", n=n_all - n_missing, total=n_all)
    use = escape(text(language, f"models.use.{group.use}"))
    if group.by_hand:
        by_hand = escape(text(language, "models.by_hand"))
        use += f"<details><summary>{by_hand}</summary>{escape(group.by_hand)}</details>"
    size = _size(group, language, whole=True)
    licence = group.licence or text(language, "models.no_licence")
    return _row(group.name, use, escape(told), escape(size), escape(licence), state)


def _row(name: str, use: str, told: str, size: str, licence: str, state: str) -> str:
    return (
        f'<tr class="{state}"><td><b>{escape(name)}</b><small>{use}</small></td>'
        f"<td>{told}</td><td>{size}</td><td>{licence}</td></tr>"
    )


def _size(group: ModelGroup, language: str, *, whole: bool = False) -> str:
    size, is_known = known_bytes(group.models if whole else group.missing)
    if not size:
        return text(language, "models.size_unknown")
    told = f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
    return told if is_known else text(language, "models.size_at_least", size=told)


def weights_html(typed: str, places: Places, language: str) -> str:
    """What a weights file holds.

    Raises:
        InputError: the file cannot be reached, or is no weights file.
    """
    from gpt_sovits.weights.describe import describe_weights

    about = describe_weights(places.file(typed))
    told = {
        "kind": about["kind"],
        "family": about["family"],
        "parameters": f"{about['n_parameters']:,}",
        "size": f"{about['bytes'] / 1e6:,.1f} MB",
        "formats": ", ".join(about["dtypes"]),
        "remark": about["info"],
        "sha256": about["sha256"],
    }
    rows = "".join(
        f"<dt>{escape(text(language, f'models.{key}'))}</dt><dd>{escape(str(value))}</dd>"
        for key, value in told.items()
        if value
    )
    return f'<div class="facts"><dl>{rows}</dl></div>'
