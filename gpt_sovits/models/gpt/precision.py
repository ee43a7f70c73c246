"""One-row matrix products in several precisions, and a probe that finds the fastest here.

Decoding one token reads every weight once, so its time is the time to read them: halving the bytes
of a weight nearly halves the time. How near depends on the processor and on the library below
torch, by factors of up to eight either way, so it is measured and not guessed from names.
Whatever the products do inside, what goes in and out of them stays float32.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.errors import ConfigError

Precision = Literal["float32", "float16", "bfloat16", "int8"]
"""How the weights of the linear layers are held while decoding."""

Product = Callable[[Tensor], Tensor]
"""A linear layer with packed weights: float32 [..., in] -> float32 [..., out]."""

Layer = Sequence[tuple[Tensor, Tensor]]
"""Weight [out, in] and bias [out] of the linear layers of one transformer layer."""

Pack = Callable[[Tensor, Tensor], Product]
"""Makes a product of a weight [out, in] and a bias [out]."""

COARSER_BELOW = 0.65
"""A coarser precision is taken where it needs less than this share of the finer one's time."""

_SAME_BELOW = 0.9  # another route of one precision costs nothing but must not be noise
_REPEATS = 8
_CACHE_BYTES = 64 * 2**20  # more than the last-level cache of most processors


@dataclass(frozen=True)
class Route:
    """One way to multiply."""

    name: str
    """Precision and library."""
    precision: Precision
    """How the weights are held."""
    pack: Pack
    """Prepares one linear layer."""


@dataclass(frozen=True)
class Probe:
    """What a probe found."""

    best: Route
    """The route to take."""
    milliseconds: dict[str, float]
    """Time of one layer's products by the name of the route; empty where only one was usable."""


@torch.no_grad()
def probe_precision(layer: Layer, precision: Precision | Literal["auto"] = "auto") -> Probe:
    """Time one layer's products in every usable route and choose.

    Takes about a fifth of a second. A coarser route has to be clearly faster to be chosen
    (`COARSER_BELOW`), so that noise does not change the choice from one start to the next.

    Args:
        layer: the linear layers of one transformer layer.
        precision: only routes of this precision, or "auto" for all of them.

    Raises:
        ConfigError: the precision is unknown, or cannot be had on this machine.
    """
    if precision not in ("auto", *get_args(Precision)):
        known = ", ".join(["auto", *get_args(Precision)])
        raise ConfigError(f"precision must be one of {known}, got {precision!r}")
    on_cpu = layer[0][0].device.type == "cpu"
    # A graphics card spends a token's time on starting kernels, and conversions are more of them.
    wanted = "float32" if precision == "auto" and not on_cpu else precision
    routes = [
        route
        for route in (_CPU_ROUTES if on_cpu else _DEVICE_ROUTES)
        if wanted in ("auto", route.precision) and (route.pack is _plain or _works(route, layer))
    ]
    if not routes:
        raise ConfigError(f"precision {precision} cannot be had here; choose auto or float32")
    if len(routes) == 1:
        return Probe(routes[0], {})
    times = _time_routes(routes, layer)
    best = routes[0]
    for route in routes[1:]:
        share = _SAME_BELOW if route.precision == best.precision else COARSER_BELOW
        if times[route.name] < share * times[best.name]:
            best = route
    return Probe(best, times)


def _works(route: Route, layer: Layer) -> bool:
    """Try a route on these very matrices: libraries differ by processor, system, build and size."""
    for weight, bias in layer:
        x = torch.linspace(-1, 1, weight.shape[1], device=weight.device).unsqueeze(0)
        expected = F.linear(x, weight, bias)
        try:
            difference = route.pack(weight, bias)(x) - expected
        except (RuntimeError, AttributeError):  # not in this build, or not on this processor
            return False
        if not difference.abs().max() <= 0.05 * expected.abs().max():
            return False
    return True


def _time_routes(routes: Sequence[Route], layer: Layer) -> dict[str, float]:
    """Least milliseconds of one layer's products, read from memory and not from a cache."""
    inputs = [weight.new_ones(1, weight.shape[1]) for weight, _ in layer]
    packed = {route.name: [route.pack(*linear) for linear in layer] for route in routes}
    times: dict[str, list[float]] = {route.name: [] for route in routes}
    other = torch.zeros(_CACHE_BYTES // 4)
    for _ in range(_REPEATS):
        for name, products in packed.items():
            other.add_(1)  # pushes the weights out of the caches
            start = time.perf_counter()
            for product, x in zip(products, inputs, strict=True):
                product(x)
            times[name].append((time.perf_counter() - start) * 1e3)
    return {name: min(values) for name, values in times.items()}


def _plain(weight: Tensor, bias: Tensor) -> Product:
    """Torch's own product."""
    return lambda x: F.linear(x, weight, bias)


def _plain_in(dtype: torch.dtype) -> Pack:
    """Torch's own product of weights in another type; activations are converted around it."""

    def pack(weight: Tensor, bias: Tensor) -> Product:
        small, small_bias = weight.to(dtype), bias.to(dtype)
        return lambda x: F.linear(x.to(dtype), small, small_bias).float()

    return pack


def _onednn_in(dtype: torch.dtype) -> Pack:
    """Weights laid out for oneDNN once; torch's own product does that at every call."""

    def pack(weight: Tensor, bias: Tensor) -> Product:
        multiply = torch.ops.mkldnn._linear_pointwise
        packed = torch.ops.mkldnn._reorder_linear_weight(weight.to(dtype).contiguous())
        small_bias = bias.to(dtype)
        return lambda x: multiply(x.to(dtype), packed, small_bias, "none", [], "").float()

    return pack


def _fbgemm_float16(weight: Tensor, bias: Tensor) -> Product:
    """FBGEMM with float16 weights and float32 everything else."""
    multiply = torch.ops.quantized.linear_dynamic_fp16
    packed = torch.ops.quantized.linear_prepack_fp16(weight.contiguous(), bias)
    return lambda x: multiply(x, packed)


def _int8_weights(weight: Tensor, bias: Tensor) -> Product:
    """Eight-bit weights with one scale for each output; activations in bfloat16."""
    scale = (weight.abs().amax(dim=1) / 127).clamp_min(1e-12).bfloat16()
    # Divided by the scale that is kept, so that its own rounding costs nothing.
    rounded = (weight / scale.float().unsqueeze(1)).round().clamp(-127, 127).to(torch.int8)

    def product(x: Tensor) -> Tensor:
        rows = x.reshape(-1, x.shape[-1]).bfloat16()
        y = torch._weight_int8pack_mm(rows, rounded, scale).float() + bias
        return y.view(*x.shape[:-1], -1)

    return product


PLAIN = Route("float32 torch", "float32", _plain)
"""Torch's own product. It is there on every machine and gives the same bits at every start, where a
probe may find another route the next time."""

_CPU_ROUTES = (
    PLAIN,
    Route("float32 oneDNN", "float32", _onednn_in(torch.float32)),
    Route("float16 FBGEMM", "float16", _fbgemm_float16),
    Route("bfloat16 oneDNN", "bfloat16", _onednn_in(torch.bfloat16)),
    Route("int8 weights", "int8", _int8_weights),
)
_DEVICE_ROUTES = (
    PLAIN,
    Route("float16 torch", "float16", _plain_in(torch.float16)),
    Route("bfloat16 torch", "bfloat16", _plain_in(torch.bfloat16)),
)
