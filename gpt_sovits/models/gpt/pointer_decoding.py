"""Speak with the pointer network: draw moves and tokens one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.models.gpt.pointer import (
    CausalLayer,
    PointerText2Semantic,
    stays_of,
)
from gpt_sovits.models.sampling import draw_tokens, penalize_repeats, token_probabilities
from gpt_sovits.models.sampling_options import SamplingOptions

LONGEST_STAY = 35
"""Tokens after which the pointer has to go on: 1.4 seconds on one phone or pause."""


@dataclass(frozen=True)
class PointedSentence:
    """What the network reads before it speaks one sentence."""

    phone_ids: Tensor
    """Phones of the reference and of the sentence, [N]."""
    n_prompt_phones: int = 0
    """How many of them are the reference's."""
    prompt: Tensor | None = None
    """Semantic tokens of the reference [T]; None speaks without a reference."""
    prompt_pointer: Tensor | None = None
    """Index of the phone that sounds at each of them, [T]."""


@dataclass(frozen=True)
class Spoken:
    """What was drawn for one sentence."""

    tokens: Tensor
    """Semantic tokens [T], 25 a second."""
    pointer: Tensor
    """Index of the sentence's phone that sounds at each, [T]; the reference is not counted."""


class PointerDecoder:
    """Draws tokens and moves, with keys and values kept.

    Several threads may decode with one decoder, each with its own generator.

    Args:
        model: the network in eval mode, on the device that decodes.
    """

    def __init__(self, model: PointerText2Semantic) -> None:
        self.model = model
        self.device = model.token_head.weight.device

    def decode(
        self, sentence: PointedSentence, options: SamplingOptions, generator: torch.Generator
    ) -> Spoken:
        """Speak a whole sentence; arguments as in `stream`."""
        steps = list(self.stream(sentence, options, generator))
        tokens, pointer = zip(*steps, strict=True)
        return Spoken(torch.tensor(tokens), torch.tensor(pointer))

    @torch.inference_mode()
    def stream(
        self, sentence: PointedSentence, options: SamplingOptions, generator: torch.Generator
    ) -> Iterator[tuple[int, int]]:
        """Speak one sentence and hand out each token as it comes.

        Moves and tokens are drawn with one temperature; top-k, top-p and the penalty are for tokens
        alone. The same seed gives the same sentence. It has at least one token and ends by itself:
        no phone is held longer than `LONGEST_STAY`.

        Args:
            sentence: phones and prompt.
            options: how tokens are drawn.
            generator: source of randomness, on the network's device.

        Yields:
            A token and the index of the sentence's phone that sounds there.
        """
        assert len(sentence.phone_ids) > sentence.n_prompt_phones, "a sentence needs phones"
        walk = _Walk(self.model, sentence, self.device)
        walk.read_prompt(sentence)
        said = False
        n_moves = self.model.config.max_advance + 1
        moving = SamplingOptions(top_k=n_moves, temperature=options.temperature)
        seen = torch.zeros(1, self.model.config.n_tokens - 1, dtype=torch.bool, device=self.device)
        if sentence.prompt is not None:
            seen[0, sentence.prompt.to(self.device)] = True
        while True:
            logits = walk.move_logits(may_end=said).unsqueeze(0)
            if walk.stay + 1 >= LONGEST_STAY or walk.place < sentence.n_prompt_phones:
                logits[:, 0] = -torch.inf
            walk.move(int(draw_tokens(token_probabilities(logits, moving), generator)))
            if walk.place >= walk.n_phones:
                return
            scores = penalize_repeats(walk.token_logits(), seen, options.repetition_penalty)
            token = draw_tokens(token_probabilities(scores, options), generator)
            seen[0, token] = True
            said = True
            yield int(token), walk.place - sentence.n_prompt_phones
            walk.advance(int(token))


class _Walk:
    """Where the pointer of one sentence stands, and what the layers remember."""

    def __init__(
        self, model: PointerText2Semantic, sentence: PointedSentence, device: torch.device
    ) -> None:
        self.model = model
        ids = sentence.phone_ids.to(device).unsqueeze(0)
        self.n_phones = ids.shape[1]
        self.phones = model.read_phones(ids, torch.tensor([self.n_phones], device=device))
        self.place = 0
        self.stay = 0
        self.length = 0
        self.memory: list[tuple[Tensor, Tensor]] = []
        self.hidden = self.phones

    def read_prompt(self, sentence: PointedSentence) -> None:
        """Read the start and the reference's tokens."""
        device = self.phones.device
        start = torch.tensor([[self.model.config.start]], device=device)
        before, where = start, torch.zeros_like(start)
        if sentence.prompt is not None and sentence.prompt_pointer is not None:
            before = torch.cat([start, sentence.prompt.to(device).unsqueeze(0)], dim=1)
            where = F.pad(sentence.prompt_pointer.to(device).unsqueeze(0), (1, 0))
        stays = stays_of(where)
        # A reference that was cut off is over all the same.
        self.place = max(int(where[0, -1]), sentence.n_prompt_phones - 1)
        self.stay = int(stays[0, -1])
        self._read(self.model.embed(before, self.phones, where, stays))

    def advance(self, token: int) -> None:
        """Read the token that was drawn at the place where the pointer stands."""
        device = self.phones.device
        before, where, stay = torch.tensor(
            [[[token]], [[self.place]], [[self.stay]]], device=device
        )
        self._read(self.model.embed(before, self.phones, where, stay))

    def move(self, by: int) -> None:
        """Go `by` phones forward."""
        self.stay = 0 if by else self.stay + 1
        self.place += by

    def move_logits(self, *, may_end: bool) -> Tensor:
        """Logits of the next move, [max_advance + 1]; the farthest goes behind the last phone."""
        logits = self.model.move_head(self.hidden[0, -1])
        logits[self.n_phones - self.place + may_end :] = -torch.inf
        return logits

    def token_logits(self) -> Tensor:
        """Logits of the token at the place where the pointer stands, [1, n_tokens - 1]."""
        where = torch.tensor([[self.place]], device=self.phones.device)
        return self.model.token_logits(self.hidden[:, -1:], self.phones, where)[:, 0]

    def _read(self, frames: Tensor) -> None:
        """Run new places [1, T, C] through the layers."""
        T = frames.shape[1]
        seen = torch.ones(T, T, dtype=torch.bool, device=frames.device).tril() if T > 1 else None
        for index, layer in enumerate(self.model.layers):
            assert isinstance(layer, CausalLayer)
            q, k, v = layer.attention.project(frames, self.length)
            if self.length:
                k = torch.cat([self.memory[index][0], k], dim=2)
                v = torch.cat([self.memory[index][1], v], dim=2)
                self.memory[index] = (k, v)
            else:
                self.memory.append((k, v))
            frames = layer.feed(layer.attention.mix(frames, q, k, v, seen))
        self.length += T
        self.hidden = self.model.norm(frames)
