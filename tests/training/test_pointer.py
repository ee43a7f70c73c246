import pytest
import torch

from gpt_sovits.data.batches import PointerBatch, collate_pointer
from gpt_sovits.models.gpt.pointer import PointerText2Semantic
from gpt_sovits.training.module import Objective
from gpt_sovits.training.options import GPTOptions
from gpt_sovits.training.pointer import PointerModule
from tests.tiny_mini import tiny_family
from tests.training.tiny import tiny_clip

CLIPS = [tiny_clip("short", 8, seed=1), tiny_clip("long", 30, seed=2)]


def tiny_module() -> PointerModule:
    torch.manual_seed(0)
    return PointerModule(PointerText2Semantic(tiny_family().gpt), GPTOptions())


def objective_of(module: PointerModule, batch: PointerBatch) -> Objective:
    (objective,) = module.objectives(batch, torch.Generator())
    return objective


def test_each_clip_of_an_unequal_batch_has_the_loss_it_has_alone() -> None:
    module = tiny_module()
    alone = [objective_of(module, collate_pointer([clip])).loss.item() for clip in CLIPS]
    together = objective_of(module, collate_pointer(CLIPS)).loss.item()
    assert together == pytest.approx((8 * alone[0] + 30 * alone[1]) / 38, rel=1e-5)


def test_the_loss_is_that_of_tokens_and_moves() -> None:
    objective = objective_of(tiny_module(), collate_pointer(CLIPS))
    figures = objective.figures
    assert objective.loss.item() == pytest.approx((figures["tokens"] + figures["moves"]).item())
    assert set(figures) == {"tokens", "moves", "token_accuracy", "move_accuracy"}


def test_tokens_and_moves_can_be_learned() -> None:
    module = tiny_module()
    batch = collate_pointer(CLIPS)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-2)
    for _ in range(80):
        optimizer.zero_grad()
        torch.autograd.backward(objective_of(module, batch).loss)
        optimizer.step()
    figures = objective_of(module, batch).figures
    assert figures["token_accuracy"] > 0.95
    assert figures["move_accuracy"] > 0.95
