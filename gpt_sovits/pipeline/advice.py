"""Values that fit this machine and this much speech, each with its reason.

The page fills them into its forms and says why; the command line keeps its own defaults, so that
the same words do the same everywhere.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from functools import cache
from pathlib import Path
from typing import Any

CLIP_S = 5.0
"""Usual length of a clip."""

MUCH_MINUTES = 10.0
"""From here on fewer epochs show a network as much speech as many do of a minute."""

SMALL = frozenset({"mini"})
"""Families that fit everywhere; float32 and their own batches are what they were measured with."""

_GIB = 1 << 30


@dataclass(frozen=True)
class MachineFacts:
    """What decides how fast and how large a network can be trained here."""

    cores: int
    memory_gb: float
    gpu: str = ""
    """Name of the first CUDA device; empty where there is none."""
    gpu_memory_gb: float = 0.0
    gpu_generation: float = 0.0
    """Compute capability, such as 8.6."""


@dataclass(frozen=True)
class Advice:
    """A value for one field of a stage."""

    field: str
    value: Any
    reason: str
    """Key of the sentence that explains it, below "advice" in the page's texts."""
    values: Mapping[str, Any] = made_by(default_factory=dict)
    """Numbers and names in the sentence."""


@cache
def machine_facts() -> MachineFacts:
    """Look at the machine, once; no network library is loaded for it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return MachineFacts(cores or 1, round(_memory_bytes() / _GIB, 1), *_gpu())


def advise(
    stage: str, facts: MachineFacts, minutes: float, *, family: str = "mini"
) -> tuple[Advice, ...]:
    """Values for a stage's fields that differ from what fits everywhere, or are worth explaining.

    Args:
        stage: its name.
        facts: of the machine.
        minutes: of speech that there are; 0 where it is not known.
        family: of the networks that are trained.
    """
    if stage == "clone":
        halves = (("sovits", "train sovits"), ("gpt", "train gpt"))
        trained = [
            Advice(f"{prefix}_{each.field}", each.value, each.reason, each.values)
            for prefix, half in halves
            for each in _training(half, facts, minutes, family)
        ]
        return (*_device(facts), *trained)
    if stage.startswith("train"):
        return tuple(_training(stage, facts, minutes, family))
    if stage == "transcribe":
        return (*_device(facts), *_recogniser(facts))
    return tuple(_device(facts)) if stage in ("separate", "features") else ()


def device_of(stage: str, values: Mapping[str, Any], facts: MachineFacts) -> str:
    """The device that a job works on: the queue gives each to one heavy job at a time."""
    asked = str(values.get("accelerator") or values.get("device") or "")
    if stage in ("slice", "denoise", "import", "check") or not facts.gpu:
        return "cpu"
    if stage == "clone":
        trained = values.get("sovits_accelerator", "auto")
        return "cpu" if trained == "cpu" and not asked.startswith("cuda") else "cuda"
    if not asked:
        asked = "cpu" if stage == "features" else "auto"
    return asked if asked.startswith("cuda") else "cuda" if asked == "auto" else "cpu"


def _device(facts: MachineFacts) -> Iterator[Advice]:
    if facts.gpu:
        yield Advice("device", "cuda", "gpu", {"gpu": facts.gpu})
    else:
        yield Advice("device", "cpu", "no_gpu", {"cores": facts.cores})


def _training(half: str, facts: MachineFacts, minutes: float, family: str) -> Iterator[Advice]:
    if facts.gpu:
        yield Advice("accelerator", "cuda", "gpu", {"gpu": facts.gpu})
        if facts.cores > 2:
            workers = min(4, facts.cores - 1)
            yield Advice("workers", workers, "workers", {"cores": facts.cores})
    else:
        yield Advice("accelerator", "cpu", "no_gpu", {"cores": facts.cores})
    if family not in SMALL:
        yield from _large(facts, minutes)
    if minutes >= MUCH_MINUTES:
        epochs = {"train sovits": 8, "train gpt": 6 if family in SMALL else 10}[half]
        yield Advice("epochs", epochs, "much", {"minutes": round(minutes)})
    elif minutes:
        yield Advice("max_minutes", None, "minute", {"minutes": minutes})


def _large(facts: MachineFacts, minutes: float) -> Iterator[Advice]:
    """What a published family needs: number format and batch by the memory there is."""
    if facts.gpu_generation >= 7.0 and "GTX 16" not in facts.gpu:
        precision = "bf16-mixed" if facts.gpu_generation >= 8.0 else "16-mixed"
        yield Advice("precision", precision, "half", {"gpu": facts.gpu})
    memory = facts.gpu_memory_gb if facts.gpu else facts.memory_gb / 2
    n_clips = max(1, round(60 * minutes / CLIP_S)) if minutes else 16
    batch = max(1, min(int(memory // 2), 16, n_clips))
    yield Advice("batch_size", batch, "batch", {"memory": round(memory)})


def _recogniser(facts: MachineFacts) -> Iterator[Advice]:
    """Which recogniser `auto` takes, and its number format."""
    from gpt_sovits.paths import PROJECT
    from gpt_sovits.prepare.engines import TranscribeOptions, pick_engine

    choice = pick_engine(TranscribeOptions(), PROJECT)
    if choice is None:
        english = pick_engine(TranscribeOptions(language="en"), PROJECT)
        if english is None:
            yield Advice("engine", "auto", "no_engine")
        else:
            yield Advice("engine", "auto", "english", {"engine": english.engine.name})
        return
    yield Advice("engine", "auto", "engine", {"engine": choice.engine.name})
    if choice.engine.name == "faster-whisper" and not facts.gpu:
        yield Advice("precision", "int8", "int8", {"cores": facts.cores})


def _memory_bytes() -> int:
    """Memory of the machine, or what the container may use of it."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        whole = 8 * _GIB
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return whole
    return min(whole, limit)


def _gpu() -> tuple[str, float, float]:
    """Name, memory and generation of the first CUDA device."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return "", 0.0, 0.0
    asked = [program, "--query-gpu=name,memory.total,compute_cap", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=False)
        name, memory_mb, generation = done.stdout.splitlines()[0].rsplit(",", 2)
        return name.strip(), round(float(memory_mb) / 1024, 1), float(generation)
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return "", 0.0, 0.0
