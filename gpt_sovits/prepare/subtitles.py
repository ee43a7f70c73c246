"""Subtitles (SRT, VTT, ASS) as texts with times, and clips of legal length made of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gpt_sovits.data.subtitles import (
    ASS_TIME,
    DRAWING,
    TIMES,
    VOICE,
    find_cues,
    join_words,
    seconds_of,
    spoken_words,
)
from gpt_sovits.prepare.slicing.grouping import group_pieces, pause_gains
from gpt_sovits.prepare.slicing.levels import FRAMES_PER_S, Span
from gpt_sovits.prepare.slicing.options import SliceOptions

_SENTENCE_ENDS = "。！？.!?…"
_MARK_GAIN_S = 0.5
"""A cut behind the end of a sentence is worth this much of a pause."""

_TOUCH_S = 0.3
"""Neighbours that overlap by less are parted in the middle."""


@dataclass(frozen=True)
class Cue:
    """What is said in a stretch of a recording."""

    start_s: float
    end_s: float
    text: str
    speaker: str = ""

    @property
    def span(self) -> Span:
        """Its place in frames of 10 ms."""
        return Span(round(self.start_s * FRAMES_PER_S), round(self.end_s * FRAMES_PER_S))


def parse_subtitles(text: str, ending: str) -> tuple[list[Cue], list[str]]:
    """Read subtitles; cues without speech or with impossible times are left out.

    Args:
        text: the file's content.
        ending: `.srt`, `.vtt`, `.ass` or `.ssa`.

    Returns:
        Cues in order of their starts, and why others were left out.
    """
    found = _parse_ass(text) if ending in (".ass", ".ssa") else _parse_srt(text)
    cues: list[Cue] = []
    left_out: list[str] = []
    for cue in found:
        if cue.end_s <= cue.start_s:
            left_out.append(f"{_place(cue)}: ends before it begins")
            continue
        plain = spoken_words(cue.text)
        if not plain:
            left_out.append(f"{_place(cue)}: says nothing ({' '.join(cue.text.split())[:40]!r})")
            continue
        cues.append(replace(cue, text=plain))
    return sorted(cues, key=lambda cue: (cue.start_s, cue.end_s)), left_out


def _parse_srt(text: str) -> Iterator[Cue]:
    lines = text.split("\n")
    for cue in find_cues(lines):
        times = TIMES.match(lines[cue.times])
        assert times is not None
        said = lines[cue.times + 1 : cue.end]
        voice = VOICE.match(said[0]) if said else None
        speaker = voice["speaker"].strip() if voice else ""
        start, end = seconds_of(times.groups()[:4]), seconds_of(times.groups()[4:])
        yield Cue(start, end, "\n".join(said), speaker)


def _parse_ass(text: str) -> Iterator[Cue]:
    fields = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect"]
    fields.append("text")
    for line in text.split("\n"):
        kind, _, rest = line.partition(":")
        if kind.strip().lower() == "format" and "text" in rest.lower():
            fields = [name.strip().lower() for name in rest.split(",")]
        if kind.strip().lower() != "dialogue":
            continue
        values = dict(zip(fields, rest.split(",", len(fields) - 1), strict=False))
        start, end = (ASS_TIME.match(values.get(key, "")) for key in ("start", "end"))
        if start is None or end is None:
            continue
        said = values.get("text", "")
        if DRAWING.search(said):
            said = ""
        said = re.sub(r"\\[Nnh]", "\n", said)
        name = values.get("name", "").strip()
        yield Cue(seconds_of(start.groups()), seconds_of(end.groups()), said, name)


def _place(cue: Cue) -> str:
    return f"{cue.start_s:.1f} s to {cue.end_s:.1f} s"


def fit_cues(cues: Sequence[Cue], seconds: float) -> tuple[list[Cue], list[str]]:
    """Keep cues inside a recording and apart from each other.

    Returns:
        Cues that do not overlap, in order, and why others were left out.
    """
    inside: list[Cue] = []
    left_out: list[str] = []
    for cue in cues:
        if cue.start_s >= seconds or (cue.start_s + cue.end_s) / 2 > seconds:
            end = f"the end of the recording ({seconds:.1f} s)"
            left_out.append(f"{_place(cue)}: lies beyond {end}")
        elif inside and (cue.text, cue.start_s) == (inside[-1].text, inside[-1].start_s):
            left_out.append(f"{_place(cue)}: is there twice")
        else:
            inside.append(replace(cue, end_s=min(cue.end_s, seconds)))
    spoiled: set[int] = set()
    latest = 0
    for number, cue in enumerate(inside[1:], 1):
        earlier = inside[latest]
        overlap = earlier.end_s - cue.start_s
        if 0 < overlap <= _TOUCH_S and cue.end_s > earlier.end_s:
            middle = (earlier.end_s + cue.start_s) / 2
            inside[latest] = replace(earlier, end_s=middle)
            inside[number] = replace(cue, start_s=middle)
        elif overlap > 0:
            spoiled |= {latest, number}
        if inside[number].end_s >= inside[latest].end_s:
            latest = number
    left_out += [f"{_place(inside[n])}: another text overlaps it" for n in sorted(spoiled)]
    return [cue for number, cue in enumerate(inside) if number not in spoiled], left_out


def join_cues(cues: Sequence[Cue], options: SliceOptions) -> tuple[list[Cue], list[Cue]]:
    """Join neighbours to clips of legal length, where a sentence goes on or a cue is short.

    Returns:
        The clips, and cues that are too short or too long for one.
    """
    clips: list[Cue] = []
    unfit: list[Cue] = []
    for row in _rows_of_one_speaker(cues):
        spans = [cue.span for cue in row]
        gains = [
            gain + _MARK_GAIN_S * (cue.text.rstrip("\"'”」』）)")[-1:] in _SENTENCE_ENDS)
            for gain, cue in zip(pause_gains(spans, options), row, strict=False)
        ]
        fitting, others = group_pieces(spans, gains, options)
        clips += [_join(row, span) for span in fitting]
        unfit += [_join(row, span) for span in others]
    return clips, unfit


def _rows_of_one_speaker(cues: Sequence[Cue]) -> Iterator[list[Cue]]:
    row = list(cues[:1])
    for earlier, cue in pairwise(cues):
        if cue.speaker != earlier.speaker:
            yield row
            row = []
        row.append(cue)
    if row:
        yield row


def _join(cues: Sequence[Cue], span: Span) -> Cue:
    inside = [cue for cue in cues if span.start <= cue.span.start and cue.span.end <= span.end]
    text = join_words([cue.text for cue in inside])
    return Cue(inside[0].start_s, inside[-1].end_s, text, inside[0].speaker)
