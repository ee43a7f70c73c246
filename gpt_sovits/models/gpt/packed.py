"""The transformer as decoding runs it: packed weights, and keys and values that are kept."""

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.config import GPTConfig
from gpt_sovits.models.gpt.network import Transformer, TransformerLayer, split_qkv
from gpt_sovits.models.gpt.precision import Route

_GROWTH = 256  # positions, about ten seconds; a sentence rarely grows the cache twice


class KeyValueCache:
    """Keys and values of every layer for the positions that were read so far.

    It grows in steps instead of holding the longest speech from the start, which for a batch of
    twenty would be 3 GB. Only the filled part is ever attended to.

    Args:
        config: sizes of the family.
        batch_size: rows, B.
        device: where the network is.
    """

    def __init__(self, config: GPTConfig, batch_size: int, device: torch.device) -> None:
        self.length = 0
        head_width = config.width // config.n_heads
        # Each head's positions lie side by side: measured, reading them takes half the time.
        self.store = torch.empty(
            config.n_layers, 2, batch_size, config.n_heads, 0, head_width, device=device
        )

    def extend(self, n_positions: int) -> list[tuple[Tensor, Tensor]]:
        """Make room behind the filled part.

        Returns:
            For each layer the new room [2, B, H, n_positions, D], to be written, and everything
            up to its end [2, B, H, length, D]; first keys, then values.
        """
        start, self.length = self.length, self.length + n_positions
        if self.length > self.store.shape[4]:
            old, shape = self.store, list(self.store.shape)
            shape[4] = self.length + _GROWTH
            self.store = old.new_empty(shape)
            self.store[..., :start, :] = old[..., :start, :]
        filled = self.store[..., : self.length, :]
        return list(zip(filled[..., start:, :].unbind(), filled.unbind(), strict=True))


class PackedTransformer:
    """All layers of a network, with products of one precision.

    Args:
        transformer: the layers; their norms are shared, their matrices packed.
        route: how the matrices are held and multiplied.
    """

    def __init__(self, transformer: Transformer, route: Route) -> None:
        self.layers = [
            _PackedLayer(layer, route)
            for layer in transformer.layers
            if isinstance(layer, TransformerLayer)
        ]

    def __call__(self, x: Tensor, cache: KeyValueCache, mask: Tensor | None) -> Tensor:
        """Read the next positions.

        Args:
            x: their vectors [B, S, C].
            cache: what was read before; the new positions are added.
            mask: True where a query sees a key, [B, 1, S, length]; None shows all.

        Returns:
            Refined vectors [B, S, C].
        """
        for layer, (room, filled) in zip(self.layers, cache.extend(x.shape[1]), strict=True):
            x = layer(x, room, filled, mask)
        return x


class _PackedLayer:
    """One `TransformerLayer` in evaluation; the two are tested to agree."""

    def __init__(self, layer: TransformerLayer, route: Route) -> None:
        self.n_heads = layer.self_attn.n_heads
        self.qkv, self.out, self.up, self.down = (
            route.pack(weight, bias) for weight, bias in layer.linears()
        )
        self.norm1, self.norm2 = layer.norm1, layer.norm2

    def __call__(self, x: Tensor, room: Tensor, filled: Tensor, mask: Tensor | None) -> Tensor:
        qkv = split_qkv(self.qkv(x), self.n_heads)
        room.copy_(qkv[1:])
        heads = F.scaled_dot_product_attention(qkv[0], filled[0], filled[1], mask)
        x = self.norm1(x + self.out(heads.transpose(1, 2).reshape(x.shape)))
        return self.norm2(x + self.down(self.up(x).relu_()))
