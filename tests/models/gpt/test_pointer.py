"""The pointer network: what it may see, what padding may not do, and its losses."""

import torch
from torch import Tensor

from gpt_sovits.models.gpt.network import IGNORED
from gpt_sovits.models.gpt.pointer import (
    PointerLogits,
    PointerText2Semantic,
    move_targets,
    pointer_loss,
    stays_of,
)
from gpt_sovits.models.mel.pointer import pointer_of
from tests.tiny_mini import tiny_family

CONFIG = tiny_family().gpt
LENGTHS = torch.tensor([12, 8])
PHONE_LENGTHS = torch.tensor([6, 4])


def tiny_pointer() -> PointerText2Semantic:
    """A seeded network whose answers depend clearly on what it reads."""
    torch.manual_seed(0)
    model = PointerText2Semantic(CONFIG).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight.normal_(std=weight.shape[1] ** -0.5 * 1.5)
    return model


def batch() -> tuple[Tensor, Tensor, Tensor]:
    """Phones [2, 6], tokens and pointer [2, 12]; the second row is shorter, with junk behind."""
    noise = torch.Generator().manual_seed(1)
    phone_ids = torch.randint(CONFIG.n_phones, (2, 6), generator=noise)
    semantic = torch.randint(CONFIG.n_tokens - 1, (2, 12), generator=noise)
    pointer = torch.stack([pointer_of(torch.full((6,), 4)), pointer_of(torch.full((6,), 4))])
    return phone_ids, semantic, pointer


@torch.no_grad()
def run(model: PointerText2Semantic, rows: slice = slice(0, 2)) -> PointerLogits:
    phone_ids, semantic, pointer = batch()
    n, t = int(PHONE_LENGTHS[rows].max()), int(LENGTHS[rows].max())
    return model(
        phone_ids[rows, :n],
        PHONE_LENGTHS[rows],
        semantic[rows, :t],
        pointer[rows, :t],
        LENGTHS[rows],
    )


def test_padding_has_no_influence_on_a_row() -> None:
    model = tiny_pointer()
    together = run(model)
    for row in range(2):
        alone = run(model, slice(row, row + 1))
        T = int(LENGTHS[row])
        torch.testing.assert_close(together.tokens[row, :T], alone.tokens[0, :T])
        torch.testing.assert_close(together.moves[row, : T + 1], alone.moves[0, : T + 1])


@torch.no_grad()
def test_a_token_is_known_only_to_what_comes_after_it() -> None:
    model = tiny_pointer()
    phone_ids, semantic, pointer = batch()
    before = run(model)
    semantic[0, 5] = (semantic[0, 5] + 1) % (CONFIG.n_tokens - 1)
    after = model(phone_ids, PHONE_LENGTHS, semantic, pointer, LENGTHS)
    torch.testing.assert_close(after.tokens[0, :6], before.tokens[0, :6])
    torch.testing.assert_close(after.moves[0, :6], before.moves[0, :6])
    assert not torch.allclose(after.tokens[0, 6], before.tokens[0, 6])
    assert not torch.allclose(after.moves[0, 6], before.moves[0, 6])


def test_stays_count_from_where_a_phone_began() -> None:
    pointer = torch.tensor([[0, 0, 0, 1, 3, 3], [2, 2, 3, 3, 3, 4]])
    assert stays_of(pointer).tolist() == [[0, 1, 2, 0, 0, 1], [0, 1, 0, 1, 2, 0]]


def test_moves_lead_behind_the_last_phone_and_end_there() -> None:
    pointer = torch.tensor([[1, 1, 2, 4, 5], [0, 2, 3, 3, 3]])
    moves = move_targets(pointer, torch.tensor([5, 3]), torch.tensor([6, 4]))
    assert moves.tolist() == [[1, 0, 1, 2, 1, 1], [0, 2, 1, 1, IGNORED, IGNORED]]


def test_the_loss_is_that_of_the_real_places_alone() -> None:
    _, semantic, pointer = batch()
    real = torch.arange(12) < LENGTHS[:, None]
    logits = run(tiny_pointer())
    moves = move_targets(pointer, LENGTHS, torch.tensor([6, 5]))
    tokens_loss, moves_loss = pointer_loss(logits, semantic.masked_fill(~real, IGNORED), moves)
    by_hand = [torch.tensor(0.0), torch.tensor(0.0)]
    for row in range(2):
        T = int(LENGTHS[row])
        for t in range(T):
            by_hand[0] = by_hand[0] - logits.tokens[row, t].log_softmax(0)[semantic[row, t]]
        for t in range(T + 1):
            by_hand[1] = by_hand[1] - logits.moves[row, t].log_softmax(0)[moves[row, t]]
    torch.testing.assert_close(tokens_loss, by_hand[0])
    torch.testing.assert_close(moves_loss, by_hand[1])


def test_a_training_step_reaches_every_weight() -> None:
    model = tiny_pointer().train()
    phone_ids, semantic, pointer = batch()
    logits = model(phone_ids, PHONE_LENGTHS, semantic, pointer, LENGTHS)
    moves = move_targets(pointer, LENGTHS, torch.tensor([6, 5]))
    sum(pointer_loss(logits, semantic, moves)).backward()  # type: ignore[union-attr]  # never 0
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name
