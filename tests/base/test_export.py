import json
from pathlib import Path

import pytest
import torch

from gpt_sovits.base.card import BEGIN, END, update_card
from gpt_sovits.base.export import export_base
from gpt_sovits.base.options import Part
from gpt_sovits.base.plan import load_part
from gpt_sovits.base.state import FILES, KINDS, State, network_config, open_state
from gpt_sovits.errors import InputError, WeightsError
from gpt_sovits.models.content import ContentEncoder
from gpt_sovits.models.mel.vocoder import Vocoder
from gpt_sovits.weights.networks import load_synthesizer
from gpt_sovits.weights.read import read_weights
from gpt_sovits.weights.write import provenance_of, write_safetensors
from tests.tiny_mini import tiny_family, write_tiny_gpt, write_tiny_sovits

FAMILY = tiny_family()
GOOD = {
    "mel_l1_vocoder": 0.1,
    "mel_l1_griffin_lim": 0.2,
    "per_vocoder": 0.3,
    "per_griffin_lim": 0.3,
}


def write_part(state: State, part: Part, tensors: dict[str, torch.Tensor]) -> None:
    write_safetensors(
        state.weights(part),
        tensors,
        kind=KINDS[part],
        family=FAMILY.name,
        config=network_config(part, FAMILY),
        provenance=provenance_of(training={"part": part, "minutes": 3.5, "steps": 7}),
    )


def trained_state(folder: Path) -> State:
    torch.manual_seed(0)
    state = open_state(folder, FAMILY)
    write_part(state, "content", ContentEncoder(FAMILY.content).state_dict())
    write_part(state, "vocoder", Vocoder(FAMILY.vocoder, FAMILY.spectrogram).state_dict())
    write_tiny_sovits(state.weights("mel"))
    state.add_figures("content", 3.5, 7, {"per_en": 0.25, "per_zh": 0.5})
    return state


def test_weights_are_halved_and_keep_their_history(tmp_path: Path) -> None:
    state, out = trained_state(tmp_path / "state"), tmp_path / "out"
    report = export_base(state.folder, out)
    assert [path.name for path in report.written] == [
        "content.safetensors",
        "sovits.safetensors",
        "MODEL_CARD.md",
    ]
    file = read_weights(out / "content.safetensors")
    assert {tensor.dtype for tensor in file.tensors.values()} == {torch.float16}
    training = file.provenance["training"]
    assert (training["minutes"], training["steps"]) == (3.5, 7)
    assert training["figures"] == {"per_en": 0.25, "per_zh": 0.5}
    assert file.provenance["sources"][0]["name"] == "content.safetensors"
    assert load_synthesizer(out / "sovits.safetensors").family == FAMILY


def test_a_part_that_was_not_trained_stays(tmp_path: Path) -> None:
    state, out = trained_state(tmp_path / "state"), tmp_path / "out"
    gpt = write_tiny_gpt(out / "gpt.safetensors").read_bytes()
    export_base(state.folder, out)
    assert (out / "gpt.safetensors").read_bytes() == gpt


@pytest.mark.parametrize(
    ("figures", "says"),
    [(None, "not compared"), ({**GOOD, "mel_l1_vocoder": 0.3}, "does not beat Griffin-Lim")],
)
def test_a_vocoder_that_does_not_win_is_left_out(
    tmp_path: Path, figures: dict[str, float] | None, says: str
) -> None:
    state, out = trained_state(tmp_path / "state"), tmp_path / "out"
    if figures is not None:
        state.add_figures("vocoder", 1, 1, figures)
    [(path, reason)] = export_base(state.folder, out).skipped
    assert path == state.weights("vocoder")
    assert says in reason
    assert not (out / "vocoder.safetensors").exists()


def test_a_vocoder_that_wins_speaks(tmp_path: Path) -> None:
    state, out = trained_state(tmp_path / "state"), tmp_path / "out"
    state.add_figures("vocoder", 1, 1, GOOD)
    export_base(state.folder, out)
    load_part(Vocoder(FAMILY.vocoder, FAMILY.spectrogram), out / "vocoder.safetensors")
    config = read_weights(out / "sovits.safetensors").config
    assert config["speaks_with"] == "vocoder"


def test_parts_exported_one_by_one_end_as_those_exported_together(tmp_path: Path) -> None:
    state, together, alone = trained_state(tmp_path / "state"), tmp_path / "one", tmp_path / "two"
    state.add_figures("vocoder", 1, 1, GOOD)
    vocoder = state.weights("vocoder")
    vocoder.rename(tmp_path / "kept.safetensors")
    export_base(state.folder, alone)
    assert read_weights(alone / "sovits.safetensors").config["speaks_with"] == "griffin_lim"
    others = [state.weights(part) for part in ("content", "mel")]
    for path in others:
        path.rename(path.with_suffix(".kept"))
    (tmp_path / "kept.safetensors").rename(vocoder)
    export_base(state.folder, alone)
    for path in others:
        path.with_suffix(".kept").rename(path)
    export_base(state.folder, together)
    assert read_weights(alone / "sovits.safetensors").config["speaks_with"] == "vocoder"
    cards = [(folder / "MODEL_CARD.md").read_text(encoding="utf-8") for folder in (alone, together)]
    assert cards[0] == cards[1]
    vocoder.unlink()
    export_base(state.folder, alone)
    assert read_weights(alone / "sovits.safetensors").config["speaks_with"] == "vocoder"


def test_more_than_may_be_committed_is_refused_and_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, out = trained_state(tmp_path / "state"), tmp_path / "out"
    monkeypatch.setattr("gpt_sovits.base.export.MOST_BYTES", 1000)
    with pytest.raises(InputError, match="may be committed"):
        export_base(state.folder, out)
    assert not out.exists()


def test_what_does_not_fit_into_half_precision_is_refused(tmp_path: Path) -> None:
    state, out = trained_state(tmp_path / "state"), tmp_path / "out"
    tensors = ContentEncoder(FAMILY.content).state_dict()
    tensors["head.bias"][0] = 1e6
    write_part(state, "content", tensors)
    with pytest.raises(WeightsError, match=r"head\.bias does not fit into float16"):
        export_base(state.folder, out)
    assert not out.exists()


def test_an_empty_state_and_no_state_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no pretraining"):
        export_base(tmp_path / "none", tmp_path / "out")
    open_state(tmp_path / "state", FAMILY)
    with pytest.raises(InputError, match="no weights to export"):
        export_base(tmp_path / "state", tmp_path / "out")


def test_a_new_card_names_the_licence_and_the_figures(tmp_path: Path) -> None:
    state, out = trained_state(tmp_path / "state"), tmp_path / "out"
    export_base(state.folder, out)
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in card
    assert "| content.safetensors | content | 3.5 | 7 |" in card
    assert "phone error rate en 25.0%; phone error rate zh 50.0%" in card


def test_only_the_figures_of_a_card_are_replaced(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text(f"# before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    for minutes in (1, 2):
        update_card(card, {"a.safetensors": {"minutes": minutes}})
    text = card.read_text(encoding="utf-8")
    assert text.startswith("# before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert text.count("a.safetensors") == 1


def test_a_card_without_marks_gets_a_section(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text("# mine\n", encoding="utf-8")
    update_card(card, {})
    assert card.read_text(encoding="utf-8").startswith("# mine\n\n## Figures of the training")


def test_a_card_with_half_of_the_marks_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text(f"# mine\n{BEGIN}\n", encoding="utf-8")
    with pytest.raises(InputError, match="one of the two lines"):
        update_card(card, {})


def test_figures_survive_a_torn_line(tmp_path: Path) -> None:
    state = open_state(tmp_path, FAMILY)
    state.add_figures("gpt", 1, 10, {"tokens_en": 3.0})
    with (tmp_path / "figures.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"part": "gpt"})[:8])
    assert state.last_figures()["gpt"]["figures"] == {"tokens_en": 3.0}


def test_every_part_has_a_file_and_a_kind() -> None:
    assert FILES.keys() == KINDS.keys()
