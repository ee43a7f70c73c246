from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from gpt_sovits.cli.main import build_parser
from gpt_sovits.errors import InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.stages import STAGES, stage_fields
from gpt_sovits.workbench.choices import trains_as_mini
from gpt_sovits.workbench.form import StageForm
from gpt_sovits.workbench.labelling import OpenLists
from gpt_sovits.workbench.page import build_page
from gpt_sovits.workbench.places import Places
from gpt_sovits.workbench.settings import SettingsKeeper
from gpt_sovits.workbench.speak import VoiceKeeper, load_parts
from tests.workbench.fakes import FAKE_CLONE, make_project, write_tone

OWN_FACE = {"say", "evaluate"}
"""Stages that a tab draws in its own way, or that only reports are made by."""

MINE = {
    *("separate", "denoise", "slice", "transcribe", "import", "check", "features"),
    *("train sovits", "train gpt", "clone", "score"),
}
"""Stages that have a form."""

OTHERWISE = {
    "score": {"experiment", "name", "out"},  # the voice that is chosen
    "voices add": {"more_reference"},
    "voices fuse": {"first"},  # the voice that is chosen
    "voices export": {"name", "out", "replace"},  # it is downloaded
    "voices import": {"source", "replace"},  # an upload; a name that is taken is asked about
}
"""Fields that the tab "Voices" asks for in another way than by a form."""


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    paths = make_project(tmp_path)
    write_tone(paths.input / "a.wav")
    return paths


@pytest.fixture
def drawn(paths: ProjectPaths) -> Iterator[set[str]]:
    """Addresses of all components of the page."""
    places, keeper = Places(paths), VoiceKeeper(paths, load_parts)
    lists = OpenLists(places, program=FAKE_CLONE)
    page = build_page(SettingsKeeper(paths), places, keeper, lists, program=FAKE_CLONE)
    yield {str(getattr(block, "elem_id", "")) for block in page.blocks.values()}
    lists.close()


def is_drawn(stage: str, drawn: set[str]) -> bool:
    return any(address(stage, name) in drawn for name, _ in stage_fields(STAGES[stage]))


def address(stage: str, name: str) -> str:
    return f"{stage}-{name}".replace(" ", "-").replace("_", "-")


def test_every_field_of_every_stage_is_on_the_page(drawn: set[str]) -> None:
    missing = []
    for stage in STAGES.values():
        names = {name for name, _ in stage_fields(stage)} - OTHERWISE.get(stage.name, set())
        own = {name for name in names if address(stage.name, name) in drawn}
        if stage.name not in OWN_FACE and own:
            missing += sorted(f"{stage.name} {name}" for name in names - own)
    assert {each.name for each in STAGES.values() if is_drawn(each.name, drawn)} >= MINE
    assert not missing, missing
    assert {"slice-min-s", "clone-sovits-epochs", "train-gpt-dpo"} <= drawn


def form_of(paths: ProjectPaths, name: str, **more: Any) -> StageForm:
    places = Places(paths)
    form = StageForm(name, first=(), find_path=places.source, new_path=places.new, **more)
    with gr.Blocks():
        form.draw()
    return form


def values_of(form: StageForm, **given: Any) -> list[Any]:
    """What the components hold, with some of it typed over."""
    held = {
        name: component.value for name, component in zip(form.names, form.components, strict=True)
    }
    return list((held | given).values())


@pytest.mark.parametrize("name", [name for name in STAGES if name not in OWN_FACE])
def test_a_form_that_was_not_touched_gives_no_option(paths: ProjectPaths, name: str) -> None:
    form = form_of(paths, name)
    needed = {
        flag: "input/a.wav" if field.kind is Path else "x"
        for flag, field in stage_fields(STAGES[name])
        if field.needed
    }
    if name.startswith("voices fuse"):
        needed |= {flag: f"x{n}" for n, flag in enumerate(needed)}
    given = form.read(*values_of(form, **needed))
    hanging = {flag for part in STAGES[name].parts for flag in part.mini}
    assert set(given) - set(needed) <= {
        flag for flag in form.names if any(flag.endswith(each) for each in hanging)
    }


def test_what_is_filled_in_is_what_the_command_reads(paths: ProjectPaths) -> None:
    form = form_of(paths, "slice")
    words = form.arguments(
        *values_of(form, source=' "input/a.wav" ', out="output/x", min_s=2.5, replace=True)
    )
    args = build_parser().parse_args(words)
    assert Path(args.source) == paths.input / "a.wav"
    assert Path(args.out) == paths.output / "x"
    assert (args.min_s, args.replace, args.json, args.progress_json) == (2.5, True, True, True)
    assert not hasattr(args, "max_s")


def test_another_family_trains_as_the_page_shows_it(paths: ProjectPaths) -> None:
    form = form_of(paths, "train sovits")
    words = form.arguments(*values_of(form, experiment="Anna", family="v2"))
    assert "--epochs=14" in words, "the page shows the epochs of mini, v2 has others"


def test_defaults_follow_the_family_and_what_was_typed_stays(paths: ProjectPaths) -> None:
    form = form_of(paths, "train sovits")
    published = form.family_defaults(False, 14, 5, 3e-4)
    assert [update.get("value") for update in published] == [8, None, 1e-4]
    mini = form.family_defaults(True, 8, 5, 1e-4)
    assert [update.get("value") for update in mini] == [14, None, 3e-4]
    assert (trains_as_mini("mini", PROJECT), trains_as_mini("v2Pro", PROJECT)) == (True, False)
    assert not trains_as_mini("no such family", PROJECT)


def test_a_limit_can_be_taken_away(paths: ProjectPaths) -> None:
    form = form_of(paths, "train gpt")
    assert form.read(*values_of(form, experiment="a", gradient_clip=None))["gradient_clip"] is None


WRONG = [
    ("min_s", "x"),
    ("min_s", -1),
    ("min_s", 99),
    ("processes", 1.5),
    ("processes", 0),
    ("source", ""),
    ("source", "input/none.wav"),
    ("source", "../../etc/passwd"),
    ("source", "/etc/passwd"),
    ("source", "a\0b"),
    ("source", "\\\\server\\share"),
    ("source", "a" * 4000),
    ("source", "$(touch x); `id`"),
    ("out", "../x"),
    ("out", "configs/x"),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_mistake_is_said_at_its_field(paths: ProjectPaths, field: str, value: Any) -> None:
    form = form_of(paths, "slice")
    values = values_of(form, **({"source": "input/a.wav"} | {field: value}))
    with pytest.raises(InputError) as caught:
        form.arguments(*values)
    assert caught.value.field == field
    checks = form.validate(gr.Request(headers={}), *values)
    wrong = [name for name, check in zip(form.names, checks, strict=True) if not check["is_valid"]]
    assert wrong == [field]


def test_hidden_fields_are_still_to_come(paths: ProjectPaths) -> None:
    form = form_of(paths, "features", hidden=("source", "name"))
    checks = form.validate(gr.Request(headers={}), *values_of(form))
    assert all(check["is_valid"] for check in checks)
    words = form.arguments(*values_of(form), source=paths.input / "a.list", name="x y")
    args = build_parser().parse_args(words)
    assert (args.name, args.source.name) == ("x y", "a.list")


def test_filling_leaves_other_fields_alone(paths: ProjectPaths) -> None:
    form = form_of(paths, "slice")
    filled = form.fill({"source": Path("input"), "min_s": 3}, form.names)
    updates = dict(zip(form.names, filled, strict=True))
    assert updates["source"]["value"] == "input"
    assert updates["min_s"]["value"] == 3
    assert updates["max_s"] == gr.skip()
    few = {"max_s", "source"}
    assert len(form.fill({}, few)) == len(form.pick(few)) == 2


def test_a_number_may_be_left_out(paths: ProjectPaths) -> None:
    """An empty gr.Number would send 0, which is a loudness, a limit, a count."""
    form = form_of(paths, "train gpt")
    components = dict(zip(form.names, form.components, strict=True))
    assert not isinstance(components["max_minutes"], gr.Number)
    typed = values_of(form, experiment="a", max_minutes=" 2.5 ", gradient_clip="")
    given = form.read(*typed)
    assert (given["max_minutes"], given["gradient_clip"]) == (2.5, None)
