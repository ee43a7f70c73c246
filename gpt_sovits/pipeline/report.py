"""The demo's page: one file that shows and plays everything, and asks no network for anything."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gpt_sovits.pages.html import write_html
from gpt_sovits.pages.pictures import curve_path, epoch_means, mel_url, waveform_path
from gpt_sovits.paths import PROJECT, ProjectPaths

if TYPE_CHECKING:
    from gpt_sovits.config import FamilyConfig
    from gpt_sovits.features.content import TimedPhone
    from gpt_sovits.pipeline.demo import DemoReport
    from gpt_sovits.training.fit import TrainingReport

CHART_HEIGHT = 150

_LOSSES = {
    "mel": "distance of the spectrograms",
    "shape": "distance of their slopes",
    "tokens": "surprise at the next token",
    "moves": "surprise at the next step along the phones",
}
"""Losses by what they say to a reader; those that are not here stand by their own name."""


@dataclass(frozen=True)
class Player:
    """A sound with its pictures."""

    audio: str
    """`data:` address of the sound."""
    seconds: float
    wave: str
    """SVG path."""
    mel: str
    """`data:` address of the picture."""
    phones: list[tuple[str, float, float]]
    """Each with its beginning and width in percent of the whole."""


@dataclass(frozen=True)
class Chart:
    """A loss over the epochs."""

    title: str
    about: str
    path: str
    first: float
    last: float
    n_epochs: int


def write_page(
    path: Path, report: "DemoReport", recording: Path, *, paths: ProjectPaths = PROJECT
) -> None:
    """Write the page whole or not at all."""
    from gpt_sovits.config import load_family

    family = load_family(report.clone.family, paths.configs)
    write_html(path, "gpt_sovits.pipeline", page_values(report, recording, family, paths))


def page_values(
    report: "DemoReport", recording: Path, family: "FamilyConfig", paths: ProjectPaths
) -> dict[str, Any]:
    """What the template shows."""
    clone = report.clone
    total = sum(clone.seconds.values())
    return {
        "name": clone.voice.stem,
        "family": clone.family,
        "made": f"{datetime.now().astimezone():%d %B %Y, %H:%M}",
        "recording": recording.name,
        "clips": clone.n_clips,
        "clip_seconds": clone.clip_seconds,
        "total": _clock(total),
        "sentences": [
            {
                "text": said.text,
                "file": said.path.name,
                "errors": said.phone_error_rate,
                "seconds": said.speech.seconds,
                "spent": said.seconds,
                "player": player_of(
                    said.speech.audio,
                    said.speech.sample_rate,
                    family,
                    [each for s in said.speech.sentences for each in s.phone_times or ()],
                ),
                "skipped": said.speech.skipped,
            }
            for said in report.spoken
        ],
        "reference": {
            "text": clone.reference.item.text,
            "errors": clone.reference.phone_error_rate,
            "player": _player_of_file(clone.reference.item.audio, family),
        },
        "halves": [
            ("SoVITS", "how the voice sounds", clone.sovits, charts_of(clone.sovits)),
            ("GPT", "how the voice speaks", clone.gpt, charts_of(clone.gpt)),
        ],
        "stages": [
            (stage, _clock(spent), 100 * spent / max(clone.seconds.values()))
            for stage, spent in clone.seconds.items()
        ],
        "labels": [(item.audio.name, item.text) for item in clone.labels.annotations.items],
        "engines": clone.labels.engines,
        "warnings": clone.labels.warnings,
        "skipped": [(where.name, why) for where, why in clone.skipped],
        "files": [
            _shown(path, paths)
            for path in (clone.voice, *clone.sovits.weights[-1:], *clone.gpt.weights[-1:])
        ],
        "chart_height": CHART_HEIGHT,
    }


def player_of(
    audio: np.ndarray,
    sample_rate: int,
    family: "FamilyConfig",
    phones: Sequence["TimedPhone"] = (),
) -> Player:
    """A waveform [L] with its pictures."""
    import soundfile  # type: ignore[import-untyped]  # has no stubs
    import torch

    from gpt_sovits.audio.resample import resample
    from gpt_sovits.audio.spectrogram import mel_spectrogram

    wav = io.BytesIO()
    soundfile.write(wav, audio, sample_rate, format="WAV", subtype="PCM_16")
    at_rate = resample(audio, sample_rate, family.spectrogram.sample_rate)
    mel = mel_spectrogram(torch.from_numpy(at_rate.copy()), family.spectrogram)[0].numpy()
    seconds = len(audio) / sample_rate
    return Player(
        audio=f"data:audio/wav;base64,{base64.b64encode(wav.getvalue()).decode()}",
        seconds=seconds,
        wave=waveform_path(audio),
        mel=mel_url(mel),
        phones=[
            (each.phone, 100 * each.start_s / seconds, 100 * (each.end_s - each.start_s) / seconds)
            for each in phones
        ],
    )


def _player_of_file(path: Path, family: "FamilyConfig") -> Player:
    from gpt_sovits.audio.read import read_audio

    audio, sample_rate = read_audio(path, sample_rate=family.spectrogram.sample_rate)
    return player_of(audio, sample_rate, family)


def charts_of(training: "TrainingReport") -> list[Chart]:
    """One chart for each figure of a training, means over epochs."""
    from gpt_sovits.training.losses_log import read_losses

    rows = [(row.epoch, row.losses) for row in read_losses(training.losses_csv)]
    charts = []
    for name, values in epoch_means(rows).items():
        bounds = (min(values), max(values))
        charts.append(
            Chart(
                title=name.replace("_", " "),
                about=_LOSSES.get(name, ""),
                path=curve_path(values, CHART_HEIGHT, bounds),
                first=values[0],
                last=values[-1],
                n_epochs=len(values),
            )
        )
    return charts


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes:
        return f"{minutes} min {rest:02d} s"
    return f"{rest} s" if seconds >= 9.5 else f"{seconds:.1f} s"


def _shown(path: Path, paths: ProjectPaths) -> str:
    return str(path.relative_to(paths.root) if path.is_relative_to(paths.root) else path)
