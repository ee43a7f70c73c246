"""Measure token decoding against the limit that memory sets, and what reduced precision costs.

python benchmarks/decode.py [--family v2] [--threads 2] [--phones 80] [--prompt 100]

The limit is the time of all linear layers of one token, alone, in float32, as torch multiplies
them. Limit and decoders take turns, chunk by chunk, so that a busy machine slows both; the table
holds medians. The share is limit / time of a token with everything in it, sampling too.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple, get_args

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.config import GPTConfig, load_vits_family
from gpt_sovits.errors import ConfigError
from gpt_sovits.models.gpt.decoding import Sentence, TokenDecoder
from gpt_sovits.models.gpt.network import Text2Semantic
from gpt_sovits.models.gpt.precision import Precision, probe_precision
from gpt_sovits.models.sampling import token_probabilities
from gpt_sovits.models.sampling_options import GREEDY, SamplingOptions
from tests.parity.fill import fill

N_TOKENS = 300
CHUNK = 5


def random_model(config: GPTConfig, seed: int) -> Text2Semantic:
    """A network with the weights of the parity checks, that never ends by itself."""
    model = Text2Semantic(config).eval()
    values = fill({key: tuple(v.shape) for key, v in model.state_dict().items()}, seed)
    values["ar_predict_layer.weight"][config.eos] = 0
    model.load_state_dict({key: torch.from_numpy(value) for key, value in values.items()})
    return model


def random_sentence(config: GPTConfig, n_phones: int, n_prompt: int, seed: int) -> Sentence:
    """Phones, text features and prompt of typical lengths."""
    noise = torch.Generator().manual_seed(seed)
    bert = torch.randn(config.bert_width, n_phones, generator=noise) if config.bert_width else None
    return Sentence(
        phone_ids=torch.randint(config.n_phones, (n_phones,), generator=noise),
        bert=bert,
        prompt=torch.randint(config.eos, (n_prompt,), generator=noise),
    )


def seeded() -> torch.Generator:
    """The same randomness each time."""
    return torch.Generator().manual_seed(0)


def linear_layers(model: Text2Semantic) -> Callable[[], None]:
    """All linear layers of one token, nothing else."""
    layers = [linear for layer in model.h.linears() for linear in layer]
    inputs = [torch.randn(1, weight.shape[1]) for weight, _ in layers]

    @torch.inference_mode()
    def run() -> None:
        for (weight, bias), x in zip(layers, inputs, strict=True):
            F.linear(x, weight, bias)

    return run


def seconds(run: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def time_decoders(
    model: Text2Semantic, decoders: dict[Precision, TokenDecoder], sentence: Sentence
) -> tuple[list[float], dict[Precision, list[float]]]:
    """Milliseconds of the limit and of a token in each precision, taking turns."""
    limit_run = linear_layers(model)
    streams: dict[Precision, Iterator[list[Tensor]]] = {
        name: decoder.stream(
            [sentence],
            SamplingOptions(),
            seeded(),
            max_tokens=N_TOKENS,
            chunk_tokens=CHUNK,
        )
        for name, decoder in decoders.items()
    }
    for stream in streams.values():
        next(stream)  # reads phones and prompt
    limit: list[float] = []
    times: dict[Precision, list[float]] = {name: [] for name in streams}
    for _ in range(N_TOKENS // CHUNK - 1):
        limit.extend(seconds(limit_run) * 1e3 for _ in range(5))
        for name, stream in streams.items():
            times[name].append(seconds(partial(next, stream)) * 1e3 / CHUNK)
    return limit, times


class Agreement(NamedTuple):
    """How close another precision is to float32; each a share from 0 to 1."""

    greedy: float
    """Greedy tokens before the first difference."""
    best: float
    """Equal best next tokens after the same drawn tokens."""
    drawn: float
    """Probability that both sampling distributions share: 1 less their total variation."""


def agreement(exact: TokenDecoder, other: TokenDecoder, sentence: Sentence) -> Agreement:
    """Compare greedy decoding, and each next token after the same drawn tokens.

    The best token of a network with random weights hardly depends on what it reads, so the first
    two can fall from all to none by one close pair; the third is the one to compare by.
    """
    options = SamplingOptions()
    drawn = exact.decode([sentence], options, seeded(), N_TOKENS)[0]
    greedy = [
        decoder.decode([sentence], GREEDY, seeded(), N_TOKENS)[0] for decoder in (exact, other)
    ]
    forced = replace(sentence, prompt=drawn)
    logits = [decoder.logits(forced) for decoder in (exact, other)]
    probabilities = [token_probabilities(rows, options) for rows in logits]
    return Agreement(
        greedy=float((greedy[0] == greedy[1]).float().cumprod(dim=0).mean()),
        best=float((logits[0].argmax(dim=1) == logits[1].argmax(dim=1)).float().mean()),
        drawn=float(torch.minimum(*probabilities).sum(dim=1).mean()),
    )


def usable_decoders(model: Text2Semantic) -> dict[Precision, TokenDecoder]:
    """One decoder for each precision that can be had here."""
    decoders: dict[Precision, TokenDecoder] = {}
    for precision in get_args(Precision):
        try:
            decoders[precision] = TokenDecoder(model, precision)
        except ConfigError as error:
            print(error)
    return decoders


def print_probe(model: Text2Semantic) -> None:
    """What the probe at load finds, and how long it takes."""
    start = time.perf_counter()
    probe = probe_precision(model.h.linears()[0])
    print(f"probe: {time.perf_counter() - start:.2f} s, auto takes {probe.best.name}")
    for name, milliseconds in probe.milliseconds.items():
        print(f"  {name:16} {milliseconds:6.3f} ms for the products of one layer")


def print_times(
    model: Text2Semantic, decoders: dict[Precision, TokenDecoder], sentence: Sentence
) -> None:
    """The limit, and each precision as a share of it."""
    limit, times = time_decoders(model, decoders, sentence)
    print(f"limit: {median(limit):.2f} ms, least {min(limit):.2f} ms")
    for precision, decoder in decoders.items():
        token, least = median(times[precision]), min(times[precision])
        print(
            f"  {decoder.route.name:16} {token:6.2f} ms a token, {1e3 / token:4.0f} tokens/s,"
            f" share {median(limit) / token:.2f}; least {least:.2f} ms,"
            f" share {min(limit) / least:.2f}"
        )


def print_agreement(decoders: dict[Precision, TokenDecoder], sentences: list[Sentence]) -> None:
    """How many tokens of each reduced precision are those of float32."""
    print(f"tokens equal to float32, {len(sentences)} sentences of {N_TOKENS}, random weights:")
    for precision, decoder in decoders.items():
        if precision != "float32":
            rows = [agreement(decoders["float32"], decoder, what) for what in sentences]
            greedy, best, drawn = (fmean(shares) for shares in zip(*rows, strict=True))
            print(
                f"  {decoder.route.name:16} greedy until the first difference {greedy:6.1%},"
                f" best next token {best:6.1%}, drawn next token {drawn:6.1%}"
            )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--family", default="v2", help="whose sizes (default v2)")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch (default 2)")
    parser.add_argument("--phones", type=int, default=80, help="phones of a sentence (default 80)")
    parser.add_argument("--prompt", type=int, default=100, help="prompt tokens (default 100)")
    parser.add_argument(
        "--sentences", type=int, default=3, help="sentences to compare, 0 for none (default 3)"
    )
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = random_model(load_vits_family(args.family).gpt, seed=0)
    print_probe(model)
    decoders = usable_decoders(model)
    print_times(model, decoders, random_sentence(model.config, args.phones, args.prompt, seed=0))
    sentences = [
        random_sentence(model.config, args.phones, args.prompt, seed)
        for seed in range(args.sentences)
    ]
    if sentences:
        print_agreement(decoders, sentences)


if __name__ == "__main__":
    main()
