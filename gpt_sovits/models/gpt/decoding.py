"""Speak: draw semantic tokens one after the other, many sentences side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from gpt_sovits.models.gpt.network import Text2Semantic, attention_mask
from gpt_sovits.models.gpt.packed import KeyValueCache, PackedTransformer
from gpt_sovits.models.gpt.precision import Precision, Route, probe_precision
from gpt_sovits.models.sampling import draw_tokens, penalize_repeats, token_probabilities
from gpt_sovits.models.sampling_options import SamplingOptions

MAX_TOKENS = 1500
"""Longest speech: 60 seconds at 25 tokens a second."""

MIN_TOKENS = 11
"""Speech cannot end before this many tokens, 0.44 seconds."""

CHUNK_TOKENS = 25
"""How many tokens are handed out at a time: one second."""


@dataclass(frozen=True)
class Sentence:
    """What the network reads before it speaks one sentence."""

    phone_ids: Tensor
    """Phones of the reference and of the sentence, [N], at least one."""
    bert: Tensor | None = None
    """Their text features [bert_width, N]; None stands for zeros."""
    prompt: Tensor | None = None
    """Semantic tokens of the reference [T]; None speaks without a reference."""


class TokenDecoder:
    """Draws tokens from a network whose weights were packed once.

    Training may not reach the packed weights: build a new decoder after it. Several threads may
    decode with one decoder, each with its own generator.

    Args:
        model: the network, in float32, on the device that decodes.
        precision: how the weights of its layers are held; "auto" is the fastest here, and a
            `Route` is taken without a probe.

    Raises:
        ConfigError: the precision is unknown or cannot be had on this machine.
    """

    @torch.no_grad()
    def __init__(
        self, model: Text2Semantic, precision: Precision | Literal["auto"] | Route = "float32"
    ) -> None:
        self.model = model
        self.device = model.ar_predict_layer.weight.device
        if isinstance(precision, Route):
            self.route = precision
        else:
            self.route = probe_precision(model.h.linears()[0], precision).best
        self.transformer = PackedTransformer(model.h, self.route)

    def decode(
        self,
        sentences: Sequence[Sentence],
        options: SamplingOptions,
        generator: torch.Generator,
        max_tokens: int = MAX_TOKENS,
    ) -> list[Tensor]:
        """Speak whole sentences; arguments as in `stream`.

        Returns:
            New tokens of each sentence [T], without prompt and end.
        """
        chunks = list(self.stream(sentences, options, generator, max_tokens))
        return [torch.cat(parts) for parts in zip(*chunks, strict=True)]

    @torch.inference_mode()
    def stream(
        self,
        sentences: Sequence[Sentence],
        options: SamplingOptions,
        generator: torch.Generator,
        max_tokens: int = MAX_TOKENS,
        chunk_tokens: int = CHUNK_TOKENS,
    ) -> Iterator[list[Tensor]]:
        """Speak sentences side by side and hand out their tokens as they come.

        To cancel, stop iterating. The same seed gives the same tokens on one machine as long as
        the probe takes the same `route`; where the best token is always taken, a sentence gets the
        tokens that it gets alone.

        Args:
            sentences: one or more; they may differ in length.
            options: how tokens are drawn.
            generator: source of randomness, on the network's device.
            max_tokens: most tokens that a sentence can get.
            chunk_tokens: most tokens that are handed out at a time.

        Yields:
            The next tokens of each sentence [0..chunk_tokens]; none of one that has ended. They
            are inference tensors: clone them before training on them.
        """
        speech = self._read(sentences, max_tokens)
        given = 0
        for step in range(max_tokens):
            if step:
                self._advance(speech, step)
            self._draw(speech, step, options, generator)
            # On a graphics card, asking whether all have ended waits for it: once a chunk there.
            done = self.device.type == "cpu" and bool(speech.ended.all())
            if done or step + 1 in (given + chunk_tokens, max_tokens):
                chunk = speech.tokens[:, given : step + 1]
                given = step + 1
                yield [row[row != self.model.config.eos] for row in chunk]
                if speech.ended.all():
                    return

    @torch.no_grad()
    def logits(self, sentence: Sentence) -> Tensor:
        """Predict each token of a sentence's prompt from the ones before it.

        Returns:
            Logits [T + 1, n_tokens]; the last row predicts what follows the prompt.
        """
        x, is_phone, is_token = (part.unsqueeze(0) for part in self._embed(sentence))
        cache = KeyValueCache(self.model.config, 1, self.device)
        hidden = self.transformer(x, cache, attention_mask(is_phone, is_token))[0]
        return self.model.ar_predict_layer(hidden[len(sentence.phone_ids) - 1 :])

    def _read(self, sentences: Sequence[Sentence], max_tokens: int) -> "_Speech":
        """Read phones and prompts, padded in front so that all rows go on in the same column."""
        rows = [self._embed(sentence) for sentence in sentences]
        x, is_phone, is_token = (
            pad_sequence(list(parts), batch_first=True, padding_side="left")
            for parts in zip(*rows, strict=True)
        )
        cache = KeyValueCache(self.model.config, len(rows), self.device)
        hidden = self.transformer(x, cache, attention_mask(is_phone, is_token))
        real = is_phone | is_token
        n_prompt = is_token.sum(dim=1)
        positions = self.model.ar_audio_position.table(is_token.shape[1] + max_tokens)
        B, n_tokens = len(rows), self.model.config.n_tokens
        seen = torch.zeros(B, n_tokens, dtype=torch.bool, device=self.device)
        for row, sentence in enumerate(sentences):
            if sentence.prompt is not None:
                seen[row, sentence.prompt] = True
        return _Speech(
            hidden=hidden[:, -1],
            cache=cache,
            visible=None if len(rows) == 1 else F.pad(real, (0, max_tokens), value=True),
            positions=positions,
            n_prompt=n_prompt,
            seen=seen,
            tokens=torch.full((B, max_tokens), n_tokens - 1, device=self.device),
            ended=torch.zeros(B, dtype=torch.bool, device=self.device),
        )

    def _embed(self, sentence: Sentence) -> tuple[Tensor, Tensor, Tensor]:
        """Vectors of phones and prompt [S, C], and which of them are phones and tokens [S]."""
        phone_ids = sentence.phone_ids.to(self.device)
        assert len(phone_ids), "a sentence needs at least one phone"
        bert = None if sentence.bert is None else sentence.bert.to(self.device).unsqueeze(0)
        prompt = phone_ids[:0] if sentence.prompt is None else sentence.prompt.to(self.device)
        phones = self.model.embed_phones(phone_ids.unsqueeze(0), bert)
        x = torch.cat([phones, self.model.embed_tokens(prompt.unsqueeze(0))], dim=1)[0]
        is_phone = torch.arange(len(x), device=self.device) < len(phone_ids)
        return x, is_phone, ~is_phone

    def _draw(
        self, speech: "_Speech", step: int, options: SamplingOptions, generator: torch.Generator
    ) -> None:
        """Draw token number `step` of every sentence and note which sentences it ends."""
        eos = self.model.config.eos
        logits = self.model.ar_predict_layer(speech.hidden)
        if step < MIN_TOKENS:
            logits[:, eos] = -torch.inf
        scores = penalize_repeats(logits, speech.seen, options.repetition_penalty)
        drawn = draw_tokens(token_probabilities(scores, options), generator)
        # An end that is likeliest ends the sentence even where another token was drawn.
        speech.ended |= (drawn == eos) | (scores.argmax(dim=1) == eos)
        speech.tokens[:, step] = drawn.masked_fill(speech.ended, eos)
        speech.seen.scatter_(1, speech.tokens[:, step : step + 1], True)

    def _advance(self, speech: "_Speech", step: int) -> None:
        """Read the token before number `step`."""
        x = self.model.ar_audio_embedding(speech.tokens[:, step - 1])
        x = x + speech.positions[speech.n_prompt + (step - 1)]
        visible = speech.visible
        if visible is not None:
            visible = visible[:, None, None, : speech.cache.length + 1]
        speech.hidden = self.transformer(x.unsqueeze(1), speech.cache, visible)[:, 0]


@dataclass
class _Speech:
    """What grows while a batch of sentences is spoken."""

    hidden: Tensor
    """Output for the newest position [B, C]."""
    cache: KeyValueCache
    visible: Tensor | None
    """False where a row is padded in front [B, S]; None where none is."""
    positions: Tensor
    """What the place of a token adds to its vector [S, C]."""
    n_prompt: Tensor
    """Tokens of each row's prompt [B]."""
    seen: Tensor
    """True for the tokens that a row has had, its prompt's too [B, n_tokens]."""
    tokens: Tensor
    """What was drawn, `eos` from a row's end on [B, max_tokens]."""
    ended: Tensor
    """True for the rows that are done [B]."""
