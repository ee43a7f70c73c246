"""What a check found: each clip with its light, totals, and the light of the whole set."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from gpt_sovits import __version__
from gpt_sovits.prepare.check.findings import KINDS, LIGHTS, Finding, Kind, Light, worst
from gpt_sovits.prepare.check.measuring import Measured

SUMMARY, PAGE = "summary.json", "report.html"

N_BARS = 24

ENOUGH_S, LITTLE_S = 60.0, 20.0
"""Seconds of usable speech that a voice needs, and below which training is of no use."""

MANY = 0.2
"""Share of bad clips that makes a set bad."""


@dataclass(frozen=True)
class CheckedClip:
    """One clip with what is wrong with it."""

    measured: Measured
    findings: list[Finding]
    confidence: float | None = None
    """Of the recogniser that wrote the text."""

    @property
    def light(self) -> Light:
        """Of its worst finding."""
        return worst(self.findings)


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Histogram:
    """How one measure is spread over the set."""

    key: str
    label: str
    unit: str
    bars: list[Bar]


@dataclass(frozen=True)
class CheckReport:
    """What a check found."""

    listed: Path
    folder: Path
    family: str
    clips: list[CheckedClip]
    skipped: list[tuple[Path, str]]
    """Lines that cannot be used, each with the reason."""
    notes: list[tuple[Light, str]]
    """What is to be said of the set as a whole."""

    @property
    def page(self) -> Path:
        """The page with players."""
        return self.folder / PAGE

    @property
    def summary(self) -> Path:
        """Everything as JSON."""
        return self.folder / SUMMARY

    @property
    def clips_folder(self) -> Path:
        """Where most of the clips lie."""
        folders = Counter(clip.measured.item.audio.parent for clip in self.clips)
        return folders.most_common(1)[0][0]

    @property
    def light(self) -> Light:
        """Of the whole set."""
        lights: Counter[Light] = Counter(clip.light for clip in self.clips)
        lights["red"] += len(self.skipped)
        n_lines = len(self.clips) + len(self.skipped)
        if lights["red"] > MANY * n_lines or any(light == "red" for light, _ in self.notes):
            return "red"
        if lights["red"] or lights["yellow"] > MANY * n_lines or self.notes:
            return "yellow"
        return "green"

    def seconds(self, *lights: Light) -> float:
        """Length of the clips with these lights, or of all."""
        return sum(clip.measured.seconds for clip in self.clips if clip.light in (lights or LIGHTS))

    def by_kind(self) -> list[tuple[Kind, Light, int]]:
        """How many clips have each kind of finding in each light, the worst first."""
        counts: Counter[tuple[str, Light]] = Counter()
        for clip in self.clips:
            for key in {finding.kind for finding in clip.findings}:
                counts[key, worst([each for each in clip.findings if each.kind == key])] += 1
        if self.skipped:
            counts["line", "red"] = len(self.skipped)
        rows = [(KINDS[key], light, count) for (key, light), count in counts.items()]
        return sorted(rows, key=lambda row: (-LIGHTS.index(row[1]), -row[2], row[0].key))

    def to_json(self) -> dict[str, Any]:
        """The report as the command line prints it; summary.json has every clip as well."""
        return {
            "list": self.listed,
            "family": self.family,
            "light": self.light,
            "clips": len(self.clips),
            "seconds": round(self.seconds(), 2),
            "usable_clips": sum(clip.light != "red" for clip in self.clips),
            "usable_seconds": round(self.seconds("green", "yellow"), 2),
            "speakers": self._shares(lambda clip: clip.item.speaker),
            "languages": self._shares(lambda clip: clip.item.language),
            "findings": [
                {
                    "kind": kind.key,
                    "label": kind.label,
                    "light": light,
                    "clips": count,
                    "remedy": kind.remedy_for(self.listed, self.clips_folder),
                }
                for kind, light, count in self.by_kind()
            ],
            "notes": self.notes,
            "skipped": self.skipped,
            "summary": self.summary,
            "report": self.page,
        }

    def summary_json(self) -> dict[str, Any]:
        """What summary.json holds."""
        return {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "version": __version__,
            **self.to_json(),
            "histograms": [asdict(histogram) for histogram in self.histograms()],
            "lines": [_clip_json(clip, self.listed) for clip in self.clips],
        }

    def histograms(self) -> list[Histogram]:
        """How the measures that matter are spread."""
        clips = [clip.measured for clip in self.clips if clip.measured.sound is not None]
        made = [
            Histogram(key, label, unit, bars_of([value for clip in clips for value in read(clip)]))
            for key, label, unit, read in _SPREAD
        ]
        return [histogram for histogram in made if histogram.bars]

    def _shares(self, name: Callable[[Measured], str]) -> dict[str, float]:
        """Seconds by what `name` reads of a clip, most first."""
        seconds: dict[str, float] = defaultdict(float)
        for clip in self.clips:
            seconds[name(clip.measured)] += clip.measured.seconds
        most_first = sorted(seconds, key=seconds.__getitem__, reverse=True)
        return {key: round(seconds[key], 2) for key in most_first}


_Values = list[float]


def _length(clip: Measured) -> _Values:
    return [clip.seconds]


def _loudness(clip: Measured) -> _Values:
    return [clip.sound.lufs] if clip.sound and clip.sound.lufs is not None else []


def _noise(clip: Measured) -> _Values:
    return [clip.sound.snr_db] if clip.sound and clip.sound.snr_db is not None else []


def _band(clip: Measured) -> _Values:
    return [clip.sound.bandwidth_hz / 1000] if clip.sound and clip.sound.peak > 0 else []


def _pace(clip: Measured) -> _Values:
    return [clip.text.n_phones / clip.seconds] if clip.text.n_phones and clip.seconds else []


def _fit(clip: Measured) -> _Values:
    return [100 * max(clip.fit.share, 0.0)] if clip.fit else []


_SPREAD: tuple[tuple[str, str, str, Callable[[Measured], _Values]], ...] = (
    ("seconds", "length", "s", _length),
    ("fit", "how well the text fits", "%", _fit),
    ("pace", "phones a second", "", _pace),
    ("loudness", "loudness", "LUFS", _loudness),
    ("snr", "speech above noise", "dB", _noise),
    ("bandwidth", "bandwidth", "kHz", _band),
)


def bars_of(values: Sequence[float]) -> list[Bar]:
    """A histogram of values; empty for none."""
    if not values:
        return []
    low, high = min(values), max(values)
    margin = max(0.02 * abs(high), 0.05) if high - low < 1e-6 else 0.0
    counts, edges = np.histogram(values, bins=N_BARS, range=(low - margin, high + margin))
    return [
        Bar(round(float(start), 3), round(float(end), 3), int(count))
        for start, end, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def _clip_json(clip: CheckedClip, listed: Path) -> dict[str, Any]:
    measured = clip.measured
    text, fit = measured.text, measured.fit
    return {
        "line": measured.item.line,
        "audio": measured.item.audio,
        "speaker": measured.item.speaker,
        "language": measured.item.language,
        "text": measured.item.text,
        "light": clip.light,
        "findings": [
            {
                **asdict(finding),
                "remedy": KINDS[finding.kind].remedy_for(listed, measured.item.audio.parent),
            }
            for finding in clip.findings
        ],
        "sound": measured.sound and asdict(measured.sound),
        "characters": text.n_characters,
        "phones": text.n_phones,
        "characters_per_second": _rate(text.n_characters, measured.seconds),
        "phones_per_second": measured.phones_per_second,
        "written_in": text.written_in,
        "fit": fit and fit.share,
        "phone_error_rate": fit and fit.error_rate,
        "heard": fit and " ".join(fit.heard),
        "confidence": clip.confidence,
    }


def _rate(count: int, seconds: float) -> float | None:
    return round(count / seconds, 2) if seconds else None
