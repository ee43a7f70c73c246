from pathlib import Path

import gradio as gr
import pytest

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.stages import STAGES, Stage, stage_fields
from gpt_sovits.workbench.form import StageForm
from gpt_sovits.workbench.places import Places

EACH_STAGE = pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.name)


def drawn(stage: Stage, root: Path) -> StageForm:
    """A form without the fields that have to be given."""
    needed = [name for name, field in stage_fields(stage) if field.needed]
    form = StageForm(Places(ProjectPaths(root)), stage.name, first=(), hidden=needed)
    with gr.Blocks():
        form.draw()
    return form


@EACH_STAGE
def test_an_untouched_form_asks_for_nothing(stage: Stage, tmp_path: Path) -> None:
    form = drawn(stage, tmp_path)
    given = form.read(*(component.value for component in form.components))
    defaults = {name: field.default for name, field in stage_fields(stage)}
    given.pop("out", None)  # where it lies in this project
    assert given == {name: defaults[name] for name in given}


def test_a_number_may_be_left_out(tmp_path: Path) -> None:
    """An empty gr.Number would send 0, which is a loudness, a limit, a count."""
    form = drawn(STAGES["train gpt"], tmp_path)
    components = dict(zip(form.names, form.components, strict=True))
    assert not isinstance(components["max_minutes"], gr.Number)
    values = {name: component.value for name, component in components.items()}
    assert values["gradient_clip"] == "1"
    given = form.read(*{**values, "max_minutes": " 2.5 ", "gradient_clip": ""}.values())
    assert given["max_minutes"] == 2.5
    assert given["gradient_clip"] is None
