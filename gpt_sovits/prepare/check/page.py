"""The page of a check: lights, what to do, how the set is spread, and the worst clips to hear."""

import base64
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError
from gpt_sovits.features.content import PAUSE, spoken_phones
from gpt_sovits.pages.html import write_html
from gpt_sovits.pages.pictures import waveform_path
from gpt_sovits.prepare.check.findings import KINDS, LIGHTS
from gpt_sovits.prepare.check.report import CheckedClip, CheckReport, Histogram

MOST_PLAYERS = 40
"""Clips that can be heard on the page; each takes some 40 kB."""
PLAYED_S = 20.0
PLAYED_RATE = 24000

MOST_ROWS = 2000
"""Lines of the table; summary.json has them all."""

BARS_HEIGHT = 90
BAR_WIDTH = 10

MEANING = {
    "green": "Nothing speaks against training on it.",
    "yellow": "It can be trained on; look at what is yellow and red first.",
    "red": "Mend what is red first, or let --fix leave it out.",
}


@dataclass(frozen=True)
class Card:
    """One of the worst clips."""

    clip: CheckedClip
    audio: str
    """`data:` address of the sound; empty where it cannot be read."""
    wave: str
    """SVG path."""
    findings: list[tuple[str, str, str, str]]
    """Light, label, what is wrong, and the remedy of each."""
    heard: str
    written: str
    """Phones, where they matter."""


def write_page(path: Path, report: CheckReport) -> None:
    """Write the page whole or not at all; it needs no other file."""
    write_html(path, "gpt_sovits.prepare.check", page_values(report))


def page_values(report: CheckReport) -> dict[str, Any]:
    """What the template shows."""
    bad = [clip for clip in report.clips if clip.light != "green"]
    bad.sort(key=lambda clip: (-LIGHTS.index(clip.light), -len(clip.findings)))
    about = report.to_json()
    return {
        "title": report.listed.name,
        "listed": report.listed,
        "made": f"{datetime.now().astimezone():%d %B %Y, %H:%M}",
        "family": report.family,
        "light": report.light,
        "meaning": MEANING[report.light],
        "facts": [
            (f"{about['seconds'] / 60:.1f} min", f"{about['clips']} clips"),
            (
                f"{about['usable_seconds'] / 60:.1f} min",
                f"{about['usable_clips']} clips can be used",
            ),
            (str(len(about["speakers"])), "speakers" if len(about["speakers"]) > 1 else "speaker"),
            (", ".join(about["languages"]), "language"),
        ],
        "notes": report.notes,
        "kinds": [
            (light, kind.label, count, kind.remedy_for(report.listed, report.clips_folder))
            for kind, light, count in report.by_kind()
        ],
        "histograms": [(each, bar_paths(each)) for each in report.histograms()],
        "bars_height": BARS_HEIGHT,
        "cards": [_card(clip, report.listed) for clip in bad[:MOST_PLAYERS]],
        "n_bad": len(bad),
        "clips": report.clips[:MOST_ROWS],
        "n_more": max(len(report.clips) - MOST_ROWS, 0),
        "kind_labels": {key: kind.label for key, kind in KINDS.items()},
        "skipped": report.skipped,
    }


def _card(clip: CheckedClip, listed: Path) -> Card:
    measured = clip.measured
    audio, wave = "", ""
    if not measured.fault:
        audio, wave = _sound_of(measured.item.audio)
    shows_phones = measured.fit is not None and any(
        finding.kind == "text" for finding in clip.findings
    )
    written = [phone for phone in spoken_phones(measured.text.phones) if phone != PAUSE]
    return Card(
        clip,
        audio,
        wave,
        [
            (each.light, kind.label, each.what, kind.remedy_for(listed, measured.item.audio.parent))
            for each in sorted(clip.findings, key=lambda each: -LIGHTS.index(each.light))
            for kind in [KINDS[each.kind]]
        ],
        heard=" ".join(measured.fit.heard) if measured.fit and shows_phones else "",
        written=" ".join(written) if shows_phones else "",
    )


def _sound_of(path: Path) -> tuple[str, str]:
    """The beginning of a recording as a `data:` address, and its outline."""
    try:
        audio, rate = read_audio(path, sample_rate=PLAYED_RATE)
        audio = audio[: round(PLAYED_S * rate)]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "clip.opus"
            write_audio(file, audio.clip(-1, 1), rate)
            content = base64.b64encode(file.read_bytes()).decode()
    except InputError:  # it changed since it was measured
        return "", ""
    return f"data:audio/ogg;base64,{content}", waveform_path(audio)


def bar_paths(histogram: Histogram) -> str:
    """All bars as one SVG path, `BAR_WIDTH` each and `BARS_HEIGHT` high."""
    highest = max(bar.count for bar in histogram.bars)
    return "".join(
        f"M{number * BAR_WIDTH + 1},{BARS_HEIGHT}v-{max(BARS_HEIGHT * bar.count / highest, 2):.1f}"
        f"h{BAR_WIDTH - 2}V{BARS_HEIGHT}Z"
        for number, bar in enumerate(histogram.bars)
        if bar.count
    )
