"""The vector quantizer: content features to one token each, and back."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Quantized:
    """What the quantizer made of a batch."""

    codes: Tensor
    """Token of each frame, [K, B, T]; K is 1."""
    content: Tensor
    """The codebook entries in the frames' places, [B, C, T]. Gradients pass straight through to
    the quantizer's input."""
    commitment: Tensor
    """Mean squared distance of the input from its entries, a scalar; 0 outside training."""


class Codebook(nn.Module):
    """Entries that follow the mean of the frames they stand for.

    The first training batch starts them by k-means. Later each batch moves them by an exponential
    average, and an entry that is hardly used is put onto a frame of the batch.

    Source: van den Oord et al. 2017, "Neural Discrete Representation Learning", appendix A.1; start
    and revival as in Zeghidour et al. 2021, "SoundStream".

    Args:
        n_codes: entries.
        width: size of one entry, C.
        decay: share of the old average that a batch keeps.
        dead_below: an entry is dead when it stands for fewer frames a batch, averaged.
        kmeans_steps: iterations of the start.
    """

    inited: Tensor
    cluster_size: Tensor
    embed: Tensor
    embed_avg: Tensor

    def __init__(
        self,
        n_codes: int,
        width: int,
        decay: float = 0.99,
        dead_below: float = 2.0,
        kmeans_steps: int = 50,
    ) -> None:
        super().__init__()
        self.decay = decay
        self.dead_below = dead_below
        self.kmeans_steps = kmeans_steps
        self.register_buffer("inited", torch.zeros(1))
        self.register_buffer("cluster_size", torch.zeros(n_codes))
        self.register_buffer("embed", torch.zeros(n_codes, width))
        self.register_buffer("embed_avg", torch.zeros(n_codes, width))

    def nearest(self, frames: Tensor) -> Tensor:
        """Id of the entry nearest to each frame [M, C]: [M]."""
        # |x - e|^2 without |x|^2, which is the same for every entry.
        embed = self.embed.float()
        return (embed.square().sum(dim=1) - 2 * frames.float() @ embed.t()).argmin(dim=1)

    @torch.no_grad()
    def start(self, frames: Tensor, generator: torch.Generator | None) -> None:
        """Place the entries by k-means over frames [M, C]."""
        self.embed.copy_(_draw_frames(frames, len(self.embed), generator))
        for _ in range(self.kmeans_steps):
            counts, sums = self._gather(frames, self.nearest(frames))
            means = sums / counts.clamp_min(1)[:, None]
            self.embed.copy_(torch.where(counts[:, None] > 0, means, self.embed))
        counts, _ = self._gather(frames, self.nearest(frames))
        self.cluster_size.copy_(counts)
        self.embed_avg.copy_(self.embed * counts[:, None])
        self.inited.fill_(1)

    @torch.no_grad()
    def follow(self, frames: Tensor, ids: Tensor, generator: torch.Generator | None) -> None:
        """Move the entries towards the frames [M, C] that chose them, and revive dead ones.

        Under DDP the first process's buffers are sent to all, so its share of the batch decides.
        """
        counts, sums = self._gather(frames, ids)
        self.cluster_size.lerp_(counts, 1 - self.decay)
        self.embed_avg.lerp_(sums, 1 - self.decay)
        dead = self.cluster_size < self.dead_below
        fresh = _draw_frames(frames, len(self.embed), generator)
        self.cluster_size[dead] = self.dead_below
        self.embed_avg[dead] = self.dead_below * fresh[dead]
        self.embed.copy_(self.embed_avg / self.cluster_size[:, None])

    def _gather(self, frames: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Number and sum of the frames of each entry: [n_codes], [n_codes, C]."""
        counts = torch.bincount(ids, minlength=len(self.embed)).to(frames.dtype)
        return counts, torch.zeros_like(self.embed).index_add_(0, ids, frames)


class Quantizer(nn.Module):
    """One codebook over content features.

    Args:
        n_codes: entries of the codebook.
        width: channels of the content features, C.
    """

    def __init__(self, n_codes: int, width: int) -> None:
        super().__init__()
        # Published files have room for a stack of codebooks, of which they use one.
        layer = nn.ModuleDict({"_codebook": Codebook(n_codes, width)})
        self.vq = nn.ModuleDict({"layers": nn.ModuleList([layer])})

    @property
    def codebook(self) -> Codebook:
        """The only codebook."""
        return self.vq["layers"][0]["_codebook"]  # type: ignore[index]  # torch types no nesting

    def encode(self, features: Tensor) -> Tensor:
        """Tokens [K, B, T] of features [B, C, T]."""
        B, _, T = features.shape
        return self.codebook.nearest(features.transpose(1, 2).flatten(0, 1)).view(1, B, T)

    def decode(self, codes: Tensor) -> Tensor:
        """Content [B, C, T] of tokens [K, B, T]."""
        return F.embedding(codes[0], self.codebook.embed).transpose(1, 2)

    def forward(
        self, features: Tensor, mask: Tensor, generator: torch.Generator | None = None
    ) -> Quantized:
        """Quantize a batch; while training, also learn from it.

        Args:
            features: content features [B, C, T].
            mask: 1.0 where a frame is real, [B, 1, T]; the codebook learns from these alone.
            generator: source of chance for the start and for revivals.
        """
        if not self.training:
            codes = self.encode(features)
            return Quantized(codes, self.decode(codes), features.new_zeros(()))
        real = features.detach().transpose(1, 2)[mask[:, 0] > 0].float()  # [M, C]
        if self.codebook.inited == 0:
            self.codebook.start(real, generator)
        codes = self.encode(features)
        content = self.decode(codes)
        self.codebook.follow(real, codes[0][mask[:, 0] > 0], generator)
        squares = (features - content).square() * mask
        commitment = squares.sum() / (mask.sum() * features.shape[1]).clamp_min(1)
        return Quantized(codes, features + (content - features).detach(), commitment)


def _draw_frames(frames: Tensor, n: int, generator: torch.Generator | None) -> Tensor:
    """Draw `n` of the frames [M, C], each at most once where there are enough."""
    device = frames.device if generator is None else generator.device
    if len(frames) >= n:
        chosen = torch.randperm(len(frames), generator=generator, device=device)[:n]
    else:
        chosen = torch.randint(len(frames), (n,), generator=generator, device=device)
    return frames[chosen.to(frames.device)]
