"""Speaking with the pointer network: order of the phones, the cache, seeds, limits."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch.nn import functional as F

from gpt_sovits.models.gpt.pointer import PointerText2Semantic
from gpt_sovits.models.gpt.pointer_decoding import (
    LONGEST_STAY,
    PointedSentence,
    PointerDecoder,
    Spoken,
)
from gpt_sovits.models.mel.pointer import frames_of, pointer_of
from gpt_sovits.models.sampling_options import SamplingOptions
from tests.models.gpt.test_pointer import CONFIG, tiny_pointer

LIVELY = SamplingOptions(top_k=20, temperature=1.0, repetition_penalty=1.0)
STEADY = SamplingOptions(top_k=1, temperature=0.0, repetition_penalty=1.0)


def sentence(n_phones: int, n_prompt_phones: int = 0, *, cut_off: bool = False) -> PointedSentence:
    noise = torch.Generator().manual_seed(n_phones)
    ids = torch.randint(CONFIG.n_phones, (n_prompt_phones + n_phones,), generator=noise)
    if not n_prompt_phones:
        return PointedSentence(ids)
    pointer = pointer_of(torch.full((n_prompt_phones,), 4))
    if cut_off:
        pointer = pointer[:-3]
    prompt = torch.randint(CONFIG.n_tokens - 1, (len(pointer),), generator=noise)
    return PointedSentence(ids, n_prompt_phones, prompt, pointer)


MIXED = [sentence(8), sentence(5, 6), sentence(12, 3, cut_off=True), sentence(3)]
NAMES = ["no prompt", "prompt", "prompt cut off", "shortest"]


def speak(what: PointedSentence, options: SamplingOptions, seed: int = 0) -> Spoken:
    return PointerDecoder(tiny_pointer()).decode(what, options, torch.Generator().manual_seed(seed))


def biased_moves(by: int) -> PointerText2Semantic:
    """A network that always wants to move so far."""
    model = tiny_pointer()
    with torch.no_grad():
        model.move_head.weight.zero_()
        model.move_head.bias.copy_(torch.arange(3).eq(by) * 50.0)
    return model


@pytest.mark.parametrize("what", MIXED, ids=NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_every_phone_is_reached_once_and_in_order(what: PointedSentence, seed: int) -> None:
    spoken = speak(what, LIVELY, seed)
    n_phones = len(what.phone_ids) - what.n_prompt_phones
    frames = frames_of(spoken.pointer.unsqueeze(0))[0].tolist()
    path = [phone for phone, _ in itertools.groupby(frames)]
    # The first and the last phone of a text are pauses, which a walk may step over.
    assert path in [list(range(a, b)) for a in (0, 1) for b in (n_phones - 1, n_phones)]
    assert len(spoken.tokens) == len(spoken.pointer)
    assert spoken.tokens.max() < CONFIG.n_tokens - 1


@pytest.mark.parametrize("what", MIXED[:2], ids=NAMES[:2])
@torch.no_grad()
def test_cached_decoding_equals_the_whole_read_at_once(what: PointedSentence) -> None:
    spoken = speak(what, STEADY)
    model = tiny_pointer()
    pointer = spoken.pointer + what.n_prompt_phones
    tokens = spoken.tokens
    if what.prompt is not None and what.prompt_pointer is not None:
        tokens = torch.cat([what.prompt, tokens])
        pointer = torch.cat([what.prompt_pointer, pointer])
    n_prompt = len(tokens) - len(spoken.tokens)
    logits = model(
        what.phone_ids.unsqueeze(0),
        torch.tensor([len(what.phone_ids)]),
        tokens.unsqueeze(0),
        pointer.unsqueeze(0),
        torch.tensor([len(tokens)]),
    )
    assert torch.equal(logits.tokens[0, n_prompt:].argmax(dim=1), spoken.tokens)
    moves = F.pad(pointer, (1, 0)).diff()
    wanted = logits.moves[0, :-1].argmax(dim=1)
    # Where a limit forbids what the network wants it does something else.
    free = wanted == moves
    assert free[n_prompt:].float().mean() > 0.5
    stays = (moves == 0) & ~free
    assert not stays[n_prompt:].any(), "it stayed where it wanted to go on"


@pytest.mark.parametrize("what", MIXED, ids=NAMES)
def test_a_network_that_never_moves_on_is_made_to(what: PointedSentence) -> None:
    spoken = PointerDecoder(biased_moves(0)).decode(what, LIVELY, torch.Generator())
    n_phones = len(what.phone_ids) - what.n_prompt_phones
    assert len(spoken.tokens) <= n_phones * LONGEST_STAY
    assert spoken.pointer.bincount().max() <= LONGEST_STAY


@pytest.mark.parametrize("n_phones", [1, 2, 3])
def test_a_network_in_a_hurry_says_at_least_one_token(n_phones: int) -> None:
    decoder = PointerDecoder(biased_moves(2))
    spoken = decoder.decode(sentence(n_phones), LIVELY, torch.Generator().manual_seed(0))
    assert len(spoken.tokens) >= 1


def test_the_same_seed_gives_the_same_sentence() -> None:
    first, second, third = (speak(MIXED[1], LIVELY, seed) for seed in (1, 1, 2))
    assert first.tokens.tolist() == second.tokens.tolist()
    assert first.pointer.tolist() == second.pointer.tolist()
    assert first.tokens.tolist() != third.tokens.tolist()


def test_what_was_said_before_counts_when_repeats_are_penalized() -> None:
    never_twice = SamplingOptions(top_k=1, repetition_penalty=100.0, temperature=0.5)
    model = tiny_pointer()
    with torch.no_grad():
        model.token_head.bias.add_(100.0)  # positive scores, which the penalty divides
    what = sentence(6, 3)
    assert what.prompt is not None
    spoken = PointerDecoder(model).decode(what, never_twice, torch.Generator().manual_seed(0))
    fresh = CONFIG.n_tokens - 1 - len(set(what.prompt.tolist()))
    first = spoken.tokens[:fresh].tolist()
    assert len(set(first)) == len(first)
    assert not set(first) & set(what.prompt.tolist())


def test_threads_can_share_one_decoder() -> None:
    decoder = PointerDecoder(tiny_pointer())

    def tokens(seed: int) -> list[int]:
        generator = torch.Generator().manual_seed(seed)
        return decoder.decode(MIXED[1], LIVELY, generator).tokens.tolist()

    one_by_one = [tokens(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(tokens, range(4))) == one_by_one


def test_a_sentence_without_phones_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="phones"):
        speak(PointedSentence(torch.tensor([1, 2]), 2), LIVELY)
