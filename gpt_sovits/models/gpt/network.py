"""The network that reads phones and says which semantic token comes next."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpt_sovits.config import GPTConfig

IGNORED = -100
"""Target of a position that is only padding; cross entropy leaves it out."""


class Text2Semantic(nn.Module):
    """Predict semantic tokens from phones, one after the other.

    One sequence holds the phones and then the tokens. Phones see all phones; a token sees all
    phones and the tokens up to itself. The last phone predicts the first token.

    Source: RVC-Boss/GPT-SoVITS, whose weight files fit; the arrangement follows Borsos et al.
    2023, "AudioLM", with the post-norm layers of Vaswani et al. 2017.

    Args:
        config: sizes of the family.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.bert_proj = nn.Linear(config.bert_width, config.width) if config.bert_width else None
        self.ar_text_embedding = Embedding(config.n_phones, config.width)
        self.ar_text_position = SinePosition(config.width)
        self.ar_audio_embedding = Embedding(config.n_tokens, config.width)
        self.ar_audio_position = SinePosition(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.h = Transformer(config)
        self.ar_predict_layer = nn.Linear(config.width, config.n_tokens, bias=False)

    def embed_phones(self, phone_ids: Tensor, bert: Tensor | None) -> Tensor:
        """Give every phone its vector.

        Args:
            phone_ids: ids of the phones [B, N].
            bert: text features [B, bert_width, N]; None stands for zeros.

        Returns:
            Vectors with their positions, [B, N, C].
        """
        phones = self.ar_text_embedding(phone_ids)
        if self.bert_proj is not None:
            phones = phones + (
                self.bert_proj.bias if bert is None else self.bert_proj(bert.transpose(1, 2))
            )
        else:
            assert bert is None, "this family has no text features (bert_width is 0)"
        return self.ar_text_position(phones)

    def embed_tokens(self, tokens: Tensor) -> Tensor:
        """Give every token its vector with its position: ids [B, T] -> [B, T, C]."""
        return self.ar_audio_position(self.ar_audio_embedding(tokens))

    def forward(
        self,
        phone_ids: Tensor,
        phone_lengths: Tensor,
        bert: Tensor | None,
        semantic: Tensor,
        semantic_lengths: Tensor,
    ) -> Tensor:
        """Predict every token of a batch from the ones before it.

        What stands in the padding has no influence on a real position.

        Args:
            phone_ids: ids of the phones [B, N].
            phone_lengths: phones of each row [B], at least 1.
            bert: text features [B, bert_width, N]; None stands for zeros.
            semantic: tokens [B, T], 25 a second, without an end.
            semantic_lengths: tokens of each row [B].

        Returns:
            Logits [B, T + 1, n_tokens]; position t predicts token t, the one after a row's last
            token predicts the end of speech.
        """
        N = phone_ids.shape[1]
        is_phone = real_positions(phone_lengths, N)
        is_token = real_positions(semantic_lengths, semantic.shape[1])
        tokens = semantic.masked_fill(~is_token, self.config.eos)
        x = torch.cat([self.embed_phones(phone_ids, bert), self.embed_tokens(tokens)], dim=1)
        mask = attention_mask(
            F.pad(is_phone, (0, is_token.shape[1])),
            F.pad(is_token, (N, 0)),
        )
        hidden = self.h(self.dropout(x), mask)  # [B, N + T, C]
        rows = torch.arange(len(hidden), device=hidden.device)
        last_phone = hidden[rows, phone_lengths - 1].unsqueeze(1)
        return self.ar_predict_layer(torch.cat([last_phone, hidden[:, N:]], dim=1))


class Transformer(nn.Module):
    """A stack of equal layers.

    Args:
        config: sizes of the family.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(TransformerLayer(config) for _ in range(config.n_layers))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Run a sequence [B, S, C] through all layers; `mask` is True where a key is seen."""
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def linears(self) -> list[list[tuple[Tensor, Tensor]]]:
        """Weight [out, in] and bias [out] of every linear layer, in the order of their use."""
        return [layer.linears() for layer in self.layers if isinstance(layer, TransformerLayer)]


class TransformerLayer(nn.Module):
    """Attention and a feed-forward network, each followed by a norm.

    Source: Vaswani et al. 2017, "Attention is all you need".

    Args:
        config: sizes of the family.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.self_attn = SelfAttention(config)
        self.linear1 = nn.Linear(config.width, config.ff_width)
        self.linear2 = nn.Linear(config.ff_width, config.width)
        self.norm1 = nn.LayerNorm(config.width)
        self.norm2 = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Refine a sequence [B, S, C]; `mask` is True where a key is seen."""
        x = self.norm1(x + self.dropout(self.self_attn(x, mask)))
        inner = self.dropout(F.relu(self.linear1(x)))
        return self.norm2(x + self.dropout(self.linear2(inner)))

    def linears(self) -> list[tuple[Tensor, Tensor]]:
        """Weight [out, in] and bias [out] of its four linear layers, in the order of their use."""
        attention = self.self_attn
        return [
            (attention.in_proj_weight, attention.in_proj_bias),
            (attention.out_proj.weight, attention.out_proj.bias),
            (self.linear1.weight, self.linear1.bias),
            (self.linear2.weight, self.linear2.bias),
        ]


class SelfAttention(nn.Module):
    """Multi-head attention whose three projections are one matrix.

    Args:
        config: sizes of the family.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.n_heads = config.n_heads
        self.dropout = config.dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * config.width, config.width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * config.width))
        self.out_proj = nn.Linear(config.width, config.width)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Let every position of [B, S, C] gather from those that `mask` [B, 1, S, S] shows it."""
        q, k, v = split_qkv(F.linear(x, self.in_proj_weight, self.in_proj_bias), self.n_heads)
        dropout = self.dropout if self.training else 0.0
        heads = F.scaled_dot_product_attention(q, k, v, mask, dropout)
        return self.out_proj(heads.transpose(1, 2).flatten(2))


class Embedding(nn.Module):
    """A table of vectors, named as in the published weights.

    Args:
        n_entries: rows of the table.
        width: size of one vector, C.
    """

    def __init__(self, n_entries: int, width: int) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(n_entries, width)

    def forward(self, ids: Tensor) -> Tensor:
        """Look up ids [...] -> vectors [..., C]."""
        return self.word_embeddings(ids)


class SinePosition(nn.Module):
    """Add sines and cosines of the position, times a learned factor.

    Source: Vaswani et al. 2017; the factor from Li et al. 2019, "Neural speech synthesis with
    transformer network".

    Args:
        width: size of one vector, C.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.alpha = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        """Add positions 0, 1, ... to vectors [B, S, C]."""
        return x + self.table(x.shape[1])

    def table(self, n_positions: int) -> Tensor:
        """The vectors that are added at the first positions, [n_positions, C]."""
        position = torch.arange(n_positions, device=self.alpha.device).unsqueeze(1)
        even = torch.arange(0, self.width, 2, device=self.alpha.device)
        angle = position * torch.exp(even * (-math.log(10000.0) / self.width))
        waves = torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)
        return self.alpha * waves[:, : self.width]


def split_qkv(qkv: Tensor, n_heads: int) -> Tensor:
    """Cut joint projections [B, S, 3 C] into queries, keys and values, [3, B, H, S, C / H]."""
    B, S, C3 = qkv.shape
    return qkv.view(B, S, 3, n_heads, C3 // (3 * n_heads)).permute(2, 0, 3, 1, 4)


def real_positions(lengths: Tensor, size: int) -> Tensor:
    """True at the real positions of each row: lengths [B] -> [B, size]."""
    return torch.arange(size, device=lengths.device) < lengths.unsqueeze(1)


def attention_mask(is_phone: Tensor, is_token: Tensor) -> Tensor:
    """Say which position sees which: phones are seen by all, tokens from themselves on.

    A position that is neither is padding and seen by none. It may itself look around, so that no
    row of the attention is empty.

    Args:
        is_phone: True where the sequence holds a phone, [B, S].
        is_token: True where it holds a token, [B, S]; every token comes after the row's phones.

    Returns:
        True where the query (third axis) sees the key (last axis), [B, 1, S, S].
    """
    S = is_phone.shape[1]
    earlier = torch.ones(S, S, dtype=torch.bool, device=is_phone.device).tril()
    return (is_phone[:, None] | (is_token[:, None] & earlier)).unsqueeze(1)


def next_token_targets(semantic: Tensor, semantic_lengths: Tensor, eos: int) -> Tensor:
    """What each position of the logits should predict.

    Args:
        semantic: tokens [B, T].
        semantic_lengths: tokens of each row [B].
        eos: id of the end of speech.

    Returns:
        The tokens, then one `eos`, then `IGNORED`, [B, T + 1].
    """
    position = torch.arange(semantic.shape[1] + 1, device=semantic.device)
    end = semantic_lengths.unsqueeze(1)
    targets = F.pad(semantic, (0, 1)).masked_fill(position == end, eos)
    return targets.masked_fill(position > end, IGNORED)


def token_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy summed over all real positions of a batch.

    Args:
        logits: from `Text2Semantic`, [B, T + 1, n_tokens].
        targets: from `next_token_targets`, [B, T + 1].
    """
    return F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
