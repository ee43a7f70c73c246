"""Measure a step of fine-tuning on this machine's CPU: networks, losses and optimizers.

python benchmarks/train.py [--families v2 mini] [--threads 2] [--steps 5] [--batch 4]

The synthesizers see clips of 4 s, the text-to-semantic networks 80 phones and 150 tokens a clip;
everything is float32. The machine's own unit, a product of two matrices of 1024 x 1024, is timed
before every step, so that a busy machine slows both; the table holds medians. `products` is the
time of a step in that unit, which compares better between machines than seconds do. The last figure
is how fast the step computes, as a share of the unit: what the networks cost beside the arithmetic
of their products and convolutions is the rest.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch.utils.flop_counter import FlopCounterMode

from gpt_sovits.audio.spectrogram import linear_spectrogram
from gpt_sovits.config import FamilyConfig, MelFamilyConfig, VitsFamilyConfig, load_family
from gpt_sovits.data.batches import GPTBatch, MelBatch, PointerBatch, VitsBatch
from gpt_sovits.models.gpt.network import Text2Semantic
from gpt_sovits.models.gpt.pointer import PointerText2Semantic
from gpt_sovits.models.mel.synthesizer import MelSynthesizer
from gpt_sovits.models.sovits.synthesizer import Synthesizer
from gpt_sovits.training.gpt import GPTModule
from gpt_sovits.training.mel import MelModule
from gpt_sovits.training.module import TrainingModule
from gpt_sovits.training.options import gpt_options, sovits_options
from gpt_sovits.training.pointer import PointerModule
from gpt_sovits.training.sovits import SoVITSModule
from gpt_sovits.weights.networks import build_discriminators, build_gpt, build_synthesizer

CLIP_FRAMES = 200
"""Content frames of a synthesizer's clip, 50 a second."""

N_PHONES, N_TOKENS = 80, 150
"""Phones and tokens of a text-to-semantic network's clip."""

PRODUCT_SIDE = 1024


def synthesizer_step(family: FamilyConfig, n_clips: int) -> Callable[[], None]:
    """A step of the family's synthesizer on random clips."""
    network = build_synthesizer(family)
    network.quantizer.codebook.embed.normal_()
    options = sovits_options(family)
    if isinstance(network, MelSynthesizer):
        assert isinstance(family, MelFamilyConfig)
        return _step(MelModule(network, options), mel_batch(family, n_clips))
    assert isinstance(network, Synthesizer)
    assert isinstance(family, VitsFamilyConfig)
    module = SoVITSModule(network, build_discriminators(family), family, options)
    return _step(module, vits_batch(family, n_clips))


def gpt_step(family: FamilyConfig, n_clips: int) -> Callable[[], None]:
    """A step of the family's text-to-semantic network on random clips."""
    network = build_gpt(family)
    options = gpt_options(family)
    n_tokens = family.gpt.n_tokens - 1
    shared: dict[str, Any] = {
        **_phones(family.gpt.n_phones, n_clips),
        "semantic": torch.randint(n_tokens, (n_clips, N_TOKENS)),
        "semantic_lengths": torch.full((n_clips,), N_TOKENS),
    }
    if isinstance(network, PointerText2Semantic):
        pointer = _pointer(n_clips, N_TOKENS)
        return _step(PointerModule(network, options), PointerBatch(**shared, pointer=pointer))
    assert isinstance(network, Text2Semantic)
    bert = torch.randn(n_clips, network.config.bert_width, N_PHONES)
    return _step(GPTModule(network, options), GPTBatch(**shared, bert=bert))


def vits_batch(family: VitsFamilyConfig, n_clips: int) -> VitsBatch:
    """Noise instead of clips."""
    width = family.synthesizer.speaker_width
    audio = 0.1 * torch.randn(n_clips, CLIP_FRAMES * family.spectrogram.hop_length)
    return VitsBatch(
        **_phones(family.synthesizer.n_phones, n_clips),
        ssl=torch.randn(n_clips, family.synthesizer.ssl_width, CLIP_FRAMES),
        spec=linear_spectrogram(audio, family.spectrogram),
        spec_lengths=torch.full((n_clips,), CLIP_FRAMES),
        audio=audio.unsqueeze(1),
        speaker=None if width is None else torch.randn(n_clips, width),
    )


def mel_batch(family: MelFamilyConfig, n_clips: int) -> MelBatch:
    """Noise instead of clips."""
    n_tokens = CLIP_FRAMES // 2
    lengths = torch.full((n_clips,), n_tokens)
    return MelBatch(
        **_phones(family.synthesizer.n_phones, n_clips),
        ssl=torch.randn(n_clips, family.synthesizer.ssl_width, CLIP_FRAMES),
        pointer=_pointer(n_clips, n_tokens),
        semantic=torch.randint(family.synthesizer.n_codes, (n_clips, n_tokens)),
        token_lengths=lengths,
        mel=torch.randn(n_clips, family.spectrogram.n_mels, 4 * n_tokens) - 5,
        mel_lengths=4 * lengths,
    )


def _phones(n_phones: int, n_clips: int) -> dict[str, Any]:
    return {
        "names": [str(clip) for clip in range(n_clips)],
        "phone_ids": torch.randint(n_phones, (n_clips, N_PHONES)),
        "phone_lengths": torch.full((n_clips,), N_PHONES),
    }


def _pointer(n_clips: int, n_tokens: int) -> torch.Tensor:
    return (torch.arange(n_tokens) * N_PHONES // n_tokens).expand(n_clips, -1)


def _step(module: TrainingModule, batch: Any) -> Callable[[], None]:
    """The part of `TrainingModule.training_step` that takes time."""
    optimizers = module.train().configure_optimizers()
    assert isinstance(optimizers, list)
    generator = torch.Generator().manual_seed(0)

    def step() -> None:
        for optimizer, objective in zip(
            optimizers, module.objectives(batch, generator), strict=True
        ):
            objective.loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimizer.step()
            optimizer.zero_grad()
        module.after_step()

    return step


def time_product(side: int = PRODUCT_SIDE, repeats: int = 10) -> float:
    """Seconds of one product of two square matrices."""
    a, b = torch.randn(side, side), torch.randn(side, side)
    a @ b
    start = time.perf_counter()
    for _ in range(repeats):
        a @ b
    return (time.perf_counter() - start) / repeats


def print_row(name: str, step: Callable[[], None], n_steps: int) -> None:
    """Time some steps after one whose floating point operations are counted."""
    with FlopCounterMode(display=False) as counter:  # also warms up
        step()
    flops = counter.get_total_flops()
    seconds, cpu_seconds, products = [], [], []
    for _ in range(n_steps):
        products.append(time_product())
        start, cpu_start = time.perf_counter(), time.process_time()
        step()
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    product, taken = median(products), median(seconds)
    unit = 2 * PRODUCT_SIDE**3 / product / 1e9
    print(
        f"{name:16} {taken:8.3f} s a step, least {min(seconds):.3f} s, on the processors"
        f" {median(cpu_seconds):.3f} s; {unit:.0f} GFLOP/s, {taken / product:.0f} products;"
        f" {flops / 1e12:.3f} TFLOP at {flops / taken / 1e9 / unit:.0%}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--families", nargs="+", default=["v2", "mini"], metavar="NAME")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch (default 2)")
    parser.add_argument("--steps", type=int, default=5, help="timed steps of each (default 5)")
    parser.add_argument("--batch", type=int, default=4, help="clips a step (default 4)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, batch {args.batch}")
    for name in args.families:
        family = load_family(name)
        print_row(f"{name} sovits", synthesizer_step(family, args.batch), args.steps)
        print_row(f"{name} gpt", gpt_step(family, args.batch), args.steps)


if __name__ == "__main__":
    main()
