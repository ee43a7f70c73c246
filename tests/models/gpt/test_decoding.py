"""Decoding against a slow plain version, its ends and limits, batches, seeds and precisions."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor

from gpt_sovits.models.gpt.decoding import MIN_TOKENS, Sentence, TokenDecoder
from gpt_sovits.models.gpt.network import Text2Semantic
from gpt_sovits.models.sampling_options import GREEDY, SamplingOptions
from tests.models.gpt.tiny import TINY, tiny_model

LIVELY = SamplingOptions(temperature=1.5)


def sentence(n_phones: int, n_prompt: int | None, seed: int = 0) -> Sentence:
    noise = torch.Generator().manual_seed(seed)
    return Sentence(
        phone_ids=torch.randint(TINY.n_phones, (n_phones,), generator=noise),
        bert=torch.randn(TINY.bert_width, n_phones, generator=noise),
        prompt=None if n_prompt is None else torch.randint(TINY.eos, (n_prompt,), generator=noise),
    )


MIXED = [sentence(5, 7), sentence(1, None, 1), sentence(12, 2, 2), sentence(3, 0, 3)]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@torch.no_grad()
def plain_greedy(model: Text2Semantic, what: Sentence, penalty: float, n: int) -> list[int]:
    """Read everything anew for each token, one row, no cache."""
    eos = TINY.eos
    prompt = [] if what.prompt is None else what.prompt.tolist()
    spoken: list[int] = []
    phone_lengths = torch.tensor([len(what.phone_ids)])
    bert = None if what.bert is None else what.bert[None]
    for step in range(n):
        tokens = torch.tensor([prompt + spoken], dtype=torch.long)
        lengths = torch.tensor([tokens.shape[1]])
        scores = model(what.phone_ids[None], phone_lengths, bert, tokens, lengths)[0, -1]
        for token in {*prompt, *spoken}:
            scores[token] *= penalty if scores[token] < 0 else 1 / penalty
        if step < MIN_TOKENS:
            scores = scores[:eos]
        best = int(scores.argmax())
        if best == eos:
            break
        spoken.append(best)
    return spoken


def with_certain_end(model: Text2Semantic) -> Text2Semantic:
    """Make the end of speech the best token everywhere."""
    with torch.no_grad():
        dict(model.named_parameters())["h.layers.1.norm2.bias"].fill_(3.0)
        model.ar_predict_layer.weight[TINY.eos] = 1.0
    return model


@pytest.mark.parametrize("penalty", [1.0, 1.35])
@pytest.mark.parametrize("what", MIXED, ids=["both", "no prompt", "long", "empty prompt"])
def test_cached_decoding_equals_reading_everything_anew(what: Sentence, penalty: float) -> None:
    model = tiny_model()
    options = SamplingOptions(top_k=1, repetition_penalty=penalty)
    (tokens,) = TokenDecoder(model).decode([what], options, seeded(), max_tokens=30)
    assert tokens.tolist() == plain_greedy(model, what, penalty, 30)


def test_the_cache_may_grow_while_it_is_used() -> None:
    model = tiny_model()
    with torch.no_grad():
        model.ar_predict_layer.weight[TINY.eos] = 0
    (tokens,) = TokenDecoder(model).decode([MIXED[0]], GREEDY, seeded(), max_tokens=300)
    assert len(tokens) == 300
    assert tokens[-30:].tolist() == plain_greedy(model, MIXED[0], 1.35, 300)[-30:]


def test_each_row_of_a_batch_gets_what_it_gets_alone() -> None:
    decoder = TokenDecoder(tiny_model())
    together = decoder.decode(MIXED, GREEDY, seeded(), max_tokens=60)
    for what, ours in zip(MIXED, together, strict=True):
        (alone,) = decoder.decode([what], GREEDY, seeded(), max_tokens=60)
        assert ours.tolist() == alone.tolist()
    assert len({len(row) for row in together}) > 1, "no row ended before another"


def test_the_same_seed_gives_the_same_tokens() -> None:
    decoder = TokenDecoder(tiny_model())
    first, second, third = (
        decoder.decode([MIXED[0]], LIVELY, seeded(seed), max_tokens=20)[0].tolist()
        for seed in (1, 1, 2)
    )
    assert first == second != third


def test_threads_can_share_one_decoder() -> None:
    decoder = TokenDecoder(tiny_model())

    def speak(seed: int) -> list[int]:
        return decoder.decode([MIXED[0]], LIVELY, seeded(seed), max_tokens=40)[0].tolist()

    one_by_one = [speak(seed) for seed in range(6)]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(speak, range(6))) == one_by_one


def test_speech_cannot_end_before_its_shortest_length() -> None:
    decoder = TokenDecoder(with_certain_end(tiny_model()))
    for row in decoder.decode(MIXED, LIVELY, seeded()):
        assert len(row) == MIN_TOKENS


def test_a_likeliest_end_counts_even_where_another_token_is_drawn() -> None:
    decoder = TokenDecoder(with_certain_end(tiny_model()))
    options = SamplingOptions(top_k=33, temperature=100.0)
    (tokens,) = decoder.decode([MIXED[0]], options, seeded())
    assert len(tokens) == MIN_TOKENS


def test_no_row_is_longer_than_asked_and_none_holds_the_end() -> None:
    rows = TokenDecoder(tiny_model()).decode(MIXED, LIVELY, seeded(), max_tokens=17)
    assert all(len(row) <= 17 and TINY.eos not in row for row in rows)
    assert any(len(row) == 17 for row in rows)


def test_streamed_chunks_are_the_whole() -> None:
    decoder = TokenDecoder(tiny_model())
    whole = decoder.decode(MIXED, LIVELY, seeded(), max_tokens=50)
    chunks = list(decoder.stream(MIXED, LIVELY, seeded(), max_tokens=50, chunk_tokens=7))
    assert all(len(part) <= 7 for chunk in chunks for part in chunk)
    for row, parts in zip(whole, zip(*chunks, strict=True), strict=True):
        assert torch.equal(torch.cat(parts), row)


def test_a_stream_stops_computing_when_nobody_asks() -> None:
    model = tiny_model()
    decoder = TokenDecoder(model)
    read: list[Tensor] = []
    model.ar_predict_layer.register_forward_hook(lambda *call: read.append(call[2]))
    stream = decoder.stream([MIXED[0]], GREEDY, seeded(), chunk_tokens=5)
    list(itertools.islice(stream, 2))
    assert len(read) == 10


def test_the_caller_can_train_between_chunks_and_on_decoded_tokens() -> None:
    model = tiny_model()
    decoder = TokenDecoder(model)
    next(decoder.stream([MIXED[0]], GREEDY, seeded(), chunk_tokens=2))
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    (tokens,) = decoder.decode([MIXED[0]], GREEDY, seeded(), max_tokens=5)
    table = model.ar_audio_embedding.word_embeddings.weight
    assert torch.autograd.grad(model.embed_tokens(tokens[None]).sum(), table)[0].any()


def test_logits_are_those_of_the_network() -> None:
    model = tiny_model()
    what = MIXED[0]
    assert what.bert is not None
    assert what.prompt is not None
    lengths = torch.tensor([len(what.phone_ids)]), torch.tensor([len(what.prompt)])
    with torch.no_grad():
        (theirs,) = model(
            what.phone_ids[None], lengths[0], what.bert[None], what.prompt[None], lengths[1]
        )
    torch.testing.assert_close(TokenDecoder(model).logits(what), theirs, atol=1e-5, rtol=1e-4)


def test_a_sentence_without_phones_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="phone"):
        TokenDecoder(tiny_model()).decode([Sentence(torch.tensor([]).long())], GREEDY, seeded())
