"""The embedded base's text-to-semantic network: it walks along the phones while it speaks."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpt_sovits.config import PointerConfig
from gpt_sovits.models.blocks import ConvNeXtBlock, RotaryAttention
from gpt_sovits.models.gpt.network import IGNORED
from gpt_sovits.models.sovits.masks import length_mask

MAX_STAY = 50
"""Tokens on one phone after which the network sees no difference: two seconds."""


@dataclass(frozen=True)
class PointerLogits:
    """What the network expects at each place of a batch."""

    tokens: Tensor
    """Logits of the token there, given the phone there, [B, T, n_tokens - 1]."""
    moves: Tensor
    """Logits of how far the pointer goes before that token, [B, T + 1, max_advance + 1]; the last
    real one goes behind the last phone."""


class PointerText2Semantic(nn.Module):
    """Predict semantic tokens and the phone that sounds at each.

    Every phone is reached in its order and none twice, so no word can be skipped or repeated. First
    the pointer's move is drawn, then the token that sounds there.

    Source: monotonic attention (Raffel et al. 2017) with the alignment given instead of learned.

    Args:
        config: sizes.
    """

    def __init__(self, config: PointerConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.phone_embedding = nn.Embedding(config.n_phones, width)
        self.phone_blocks = nn.ModuleList(
            ConvNeXtBlock(width, config.ff_width, config.kernel_size)
            for _ in range(config.n_phone_blocks)
        )
        self.phone_attentions = nn.ModuleList(
            RotaryAttention(width, config.n_heads) for _ in range(config.n_phone_blocks)
        )
        self.phone_norm = nn.LayerNorm(width)
        self.token_embedding = nn.Embedding(config.n_tokens, width)
        self.stay_embedding = nn.Embedding(MAX_STAY, width)
        self.here = nn.Linear(2 * width, width)
        self.layers = nn.ModuleList(CausalLayer(config) for _ in range(config.n_layers))
        self.norm = nn.LayerNorm(width)
        self.move_head = nn.Linear(width, config.max_advance + 1)
        self.token_hidden = nn.Linear(2 * width, width)
        self.token_head = nn.Linear(width, config.n_tokens - 1)

    def read_phones(self, phone_ids: Tensor, phone_lengths: Tensor) -> Tensor:
        """Vectors of phones [B, N] that know the whole text, [B, N + 1, C].

        What stands behind a row's last phone is zero.
        """
        mask = length_mask(phone_lengths, phone_ids.shape[1])
        seen = mask.unsqueeze(1) > 0
        phones = self.phone_embedding(phone_ids)
        for block, attention in zip(self.phone_blocks, self.phone_attentions, strict=True):
            phones = attention(block(phones, mask), seen)
            phones = F.dropout(phones, self.config.dropout, self.training)
        return F.pad(self.phone_norm(phones) * mask.transpose(1, 2), (0, 0, 0, 1))

    def embed(self, tokens: Tensor, phones: Tensor, pointer: Tensor, stay: Tensor) -> Tensor:
        """What each place knows before it moves.

        Args:
            tokens: the token before, [B, T].
            phones: from `read_phones`, [B, N + 1, C].
            pointer: the phone that sounded before, [B, T].
            stay: tokens for which it has sounded, [B, T].

        Returns:
            Vectors [B, T, C].
        """
        near = torch.cat([_at(phones, pointer), _at(phones, pointer + 1)], dim=2)
        told = self.token_embedding(tokens) + self.stay_embedding(stay.clamp_max(MAX_STAY - 1))
        return told + self.here(near)

    def token_logits(self, hidden: Tensor, phones: Tensor, pointer: Tensor) -> Tensor:
        """Logits [B, T, n_tokens - 1] of the tokens at phones `pointer` [B, T]."""
        both = torch.cat([hidden, _at(phones, pointer)], dim=2)
        return self.token_head(F.gelu(self.token_hidden(both)))

    def forward(
        self,
        phone_ids: Tensor,
        phone_lengths: Tensor,
        semantic: Tensor,
        pointer: Tensor,
        semantic_lengths: Tensor,
    ) -> PointerLogits:
        """Predict every token and move of a batch from what comes before them.

        Args:
            phone_ids: ids of the phones [B, N].
            phone_lengths: phones of each row [B], at least 1.
            semantic: tokens [B, T], 25 a second.
            pointer: index of the phone that sounds at each token, [B, T].
            semantic_lengths: tokens of each row [B].
        """
        phones = self.read_phones(phone_ids, phone_lengths)
        T = semantic.shape[1]
        real = length_mask(semantic_lengths, T)[:, 0] > 0
        before = F.pad(semantic.masked_fill(~real, 0), (1, 0), value=self.config.start)
        where = F.pad(pointer.masked_fill(~real, 0), (1, 0))  # [B, T + 1], the phone before
        hidden = self.embed(before, phones, where, stays_of(where))
        hidden = F.dropout(hidden, self.config.dropout, self.training)
        earlier = torch.ones(T + 1, T + 1, dtype=torch.bool, device=hidden.device).tril()
        for layer in self.layers:
            hidden = layer(hidden, earlier)
        hidden = self.norm(hidden)
        tokens = self.token_logits(hidden[:, :-1], phones, where[:, 1:])
        return PointerLogits(tokens, self.move_head(hidden))


class CausalLayer(nn.Module):
    """Attention to what came before and a feed-forward network, each after a norm.

    Args:
        config: sizes.
    """

    def __init__(self, config: PointerConfig) -> None:
        super().__init__()
        self.attention = RotaryAttention(config.width, config.n_heads)
        self.norm = nn.LayerNorm(config.width)
        self.up = nn.Linear(config.width, config.ff_width)
        self.down = nn.Linear(config.ff_width, config.width)
        self.dropout = config.dropout

    def forward(self, frames: Tensor, seen: Tensor) -> Tensor:
        """Refine places [B, T, C]; `seen` is True where a query sees a key, [T, T]."""
        return self.feed(self.attention(frames, seen))

    def feed(self, frames: Tensor) -> Tensor:
        """The feed-forward half, at each place of [B, T, C]."""
        inner = F.dropout(F.gelu(self.up(self.norm(frames))), self.dropout, self.training)
        return frames + self.down(inner)


def stays_of(pointer: Tensor) -> Tensor:
    """For how many places the pointer [B, T] has stood where it stands, itself not counted."""
    step = torch.arange(pointer.shape[1], device=pointer.device)
    moved = F.pad(pointer[:, 1:] != pointer[:, :-1], (1, 0), value=True)
    return step - torch.where(moved, step, 0).cummax(dim=1).values


def move_targets(pointer: Tensor, semantic_lengths: Tensor, phone_lengths: Tensor) -> Tensor:
    """How far the pointer goes before each token.

    Args:
        pointer: index of the phone that sounds at each token, [B, T].
        semantic_lengths: tokens of each row [B].
        phone_lengths: phones of each row [B].

    Returns:
        Moves, then the one behind the last phone, then `IGNORED`, [B, T + 1].
    """
    place = torch.arange(pointer.shape[1] + 1, device=pointer.device)
    end = semantic_lengths.unsqueeze(1)
    after = F.pad(pointer, (0, 1)).where(place < end, phone_lengths.unsqueeze(1))
    moves = after - F.pad(pointer, (1, 0))
    return moves.masked_fill(place > end, IGNORED)


def pointer_loss(logits: PointerLogits, semantic: Tensor, moves: Tensor) -> tuple[Tensor, Tensor]:
    """Cross entropy of tokens and of moves, each summed over all real places.

    Args:
        logits: from `PointerText2Semantic`.
        semantic: tokens, `IGNORED` where padding is, [B, T].
        moves: from `move_targets`, [B, T + 1].
    """
    tokens = F.cross_entropy(
        logits.tokens.flatten(0, 1), semantic.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    walked = F.cross_entropy(
        logits.moves.flatten(0, 1), moves.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return tokens, walked


def _at(phones: Tensor, pointer: Tensor) -> Tensor:
    """Vectors [B, T, C] of the phones that `pointer` [B, T] names, of [B, N, C]."""
    index = pointer.clamp_max(phones.shape[1] - 1).unsqueeze(2)
    return phones.gather(1, index.expand(-1, -1, phones.shape[2]))
