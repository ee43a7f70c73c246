"""The speaker network of the Pro families: who speaks, as one vector."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpt_sovits.errors import AudioError

SAMPLE_RATE = 16000
"""Rate of the audio that `kaldi_fbank` reads, Hz."""


@dataclass(frozen=True, kw_only=True)
class SpeakerSizes:
    """Sizes of the network; the defaults are those of the published weights."""

    n_mels: int = 80
    """Bands of the filter bank, divisible by 8."""
    channels: int = 64
    """Channels of the first stage; each later stage doubles them."""
    blocks: tuple[int, int, int, int] = (3, 4, 6, 3)
    """Residual blocks of each stage."""
    base_width: int = 24
    """Channels of one group of a block, for every 64 channels of its stage."""
    n_groups: int = 4
    """Groups of channels of a block, the scale of Res2Net."""
    expansion: int = 4
    """How many times more channels leave a stage than its own number."""
    n_embedding: int = 192
    """Size of the embedding that verification compares."""

    @property
    def speaker_width(self) -> int:
        """Size of the speaker vector, 20480 in the published families."""
        return 8 * self.channels * self.expansion * (self.n_mels // 8)


class AttentiveFusion(nn.Module):
    """Mix two maps in proportions that the network finds for every place.

    Source: Dai et al. 2021, "Attentional Feature Fusion", as in ERes2Net.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.local_att = nn.Sequential(
            nn.Conv2d(2 * channels, channels // 4, 1),
            nn.BatchNorm2d(channels // 4),
            nn.SiLU(),
            nn.Conv2d(channels // 4, channels, 1),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Mix two maps [B, C, F, T]."""
        tilt = torch.tanh(self.local_att(torch.cat((x, y), dim=1)))
        return x * (1 + tilt) + y * (1 - tilt)


class Res2Block(nn.Module):
    """A residual block in which each group of channels also sees the one before it.

    Source: Gao et al. 2019, "Res2Net".

    Args:
        n_in: channels that come in.
        channels: channels of the stage.
        stride: step in bands and frames.
        sizes: widths and groups.
        fuse: mix neighbouring groups by attention instead of adding them.
    """

    def __init__(
        self, n_in: int, channels: int, stride: int, sizes: SpeakerSizes, fuse: bool
    ) -> None:
        super().__init__()
        width = channels * sizes.base_width // 64
        n_groups, n_out = sizes.n_groups, channels * sizes.expansion
        self.conv1 = nn.Conv2d(n_in, width * n_groups, 1, stride=stride, bias=False)
        self.bn1 = nn.BatchNorm2d(width * n_groups)
        self.convs = nn.ModuleList(
            nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(n_groups)
        )
        self.bns = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(n_groups))
        self.fuse_models = nn.ModuleList(
            AttentiveFusion(width) for _ in range(n_groups - 1 if fuse else 0)
        )
        self.conv3 = nn.Conv2d(width * n_groups, n_out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(n_out)
        self.shortcut = nn.Sequential()
        if stride != 1 or n_in != n_out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(n_in, n_out, 1, stride=stride, bias=False), nn.BatchNorm2d(n_out)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Transform maps [B, C, F, T]."""
        groups = _clipped(self.bn1(self.conv1(x))).chunk(len(self.convs), dim=1)
        outs: list[Tensor] = []
        for index, (group, conv, norm) in enumerate(zip(groups, self.convs, self.bns, strict=True)):
            if outs and self.fuse_models:
                group = self.fuse_models[index - 1](outs[-1], group)
            elif outs:
                group = outs[-1] + group
            outs.append(_clipped(norm(conv(group))))
        return _clipped(self.bn3(self.conv3(torch.cat(outs, dim=1))) + self.shortcut(x))


class SpeakerEncoder(nn.Module):
    """ERes2NetV2: a residual network over filter banks, trained to verify speakers.

    Source: Chen et al. 2024, "ERes2NetV2: Boosting Short-Duration Speaker Verification Performance
    with Computational Efficiency". State-dict keys are those of 3D-Speaker's
    pretrained_eres2netv2w24s4ep4.ckpt.

    Args:
        sizes: widths and layers.
    """

    def __init__(self, sizes: SpeakerSizes | None = None) -> None:
        super().__init__()
        sizes = sizes or SpeakerSizes()
        widths = [sizes.channels * 2**stage for stage in range(4)]
        self.conv1 = nn.Conv2d(1, sizes.channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(sizes.channels)
        leaving = [sizes.channels, *(width * sizes.expansion for width in widths)]
        stages = [
            _stage(leaving[index], widths[index], sizes.blocks[index], sizes, index)
            for index in range(4)
        ]
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.layer3_ds = nn.Conv2d(leaving[3], leaving[4], 3, stride=2, padding=1, bias=False)
        self.fuse34 = AttentiveFusion(leaving[4])
        # Only verification reads the embedding: the synthesizer takes the map before it.
        self.seg_1 = nn.Linear(2 * sizes.speaker_width, sizes.n_embedding)

    def forward(self, fbank: Tensor) -> Tensor:
        """Turn clips of one length into speaker vectors.

        Args:
            fbank: log filter banks from `kaldi_fbank`, [B, T, n_mels], 100 frames/s. Clips of
                different lengths are encoded one by one: padding would count as speech.

        Returns:
            Speaker vectors [B, speaker_width].
        """
        return self.maps(fbank).mean(dim=2)

    def embed(self, fbank: Tensor) -> Tensor:
        """Embeddings [B, n_embedding] whose cosine says how alike two speakers are.

        Args:
            fbank: as in `forward`, with the mean of each band over time taken off; at least 9
                frames, as a spread needs two columns of the map.
        """
        maps = self.maps(fbank)
        spread = (maps.var(dim=2) + 1e-8).sqrt()
        return self.seg_1(torch.cat((maps.mean(dim=2), spread), dim=1))

    def maps(self, fbank: Tensor) -> Tensor:
        """Channels and bands over time, [B, speaker_width, T / 8]."""
        x = fbank.transpose(1, 2).unsqueeze(1)  # [B, 1, n_mels, T]
        x = self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x)))))
        third = self.layer3(x)
        return self.fuse34(self.layer4(third), self.layer3_ds(third)).flatten(1, 2)


def kaldi_fbank(audio: Tensor, n_mels: int = 80) -> Tensor:
    """Log filter banks as Kaldi computes them, without dither.

    Args:
        audio: mono waveform [L] in [-1, 1], 16 kHz.
        n_mels: bands.

    Returns:
        Log energies [T, n_mels], a frame of 25 ms every 10 ms.

    Raises:
        AudioError: the clip is shorter than one frame.
    """
    from kaldi_native_fbank import FbankOptions, OnlineFbank  # type: ignore[import-untyped]  # no stubs

    options = FbankOptions()
    options.frame_opts.samp_freq = SAMPLE_RATE
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = n_mels
    fbank = OnlineFbank(options)
    fbank.accept_waveform(SAMPLE_RATE, audio.float().cpu().numpy())
    fbank.input_finished()
    if fbank.num_frames_ready == 0:
        raise AudioError(
            f"a clip of {len(audio) / SAMPLE_RATE:.3f} s is too short to tell its speaker; "
            "give one of at least 3 s"
        )
    frames = [torch.from_numpy(fbank.get_frame(index)) for index in range(fbank.num_frames_ready)]
    return torch.stack(frames).to(audio.device)


def _stage(n_in: int, channels: int, n_blocks: int, sizes: SpeakerSizes, index: int) -> nn.Module:
    """Stage `index` of four: the first keeps the resolution, the last two mix by attention."""
    n_out = channels * sizes.expansion
    blocks = [
        Res2Block(
            n_in if block == 0 else n_out,
            channels,
            stride=2 if block == 0 and index > 0 else 1,
            sizes=sizes,
            fuse=index >= 2,
        )
        for block in range(n_blocks)
    ]
    return nn.Sequential(*blocks)


def _clipped(x: Tensor) -> Tensor:
    """The ReLU of this network, which ends at 20."""
    return F.hardtanh(x, 0.0, 20.0)
