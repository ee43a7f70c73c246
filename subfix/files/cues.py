"""SRT and WebVTT: cues of a long recording, each with its number, its times and lines of text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gpt_sovits.data.subtitles import TIMES, VOICE, find_cues, seconds_of
from gpt_sovits.errors import InputError
from subfix.clip import Clip
from subfix.files.format import Fields, Format, Parts, cut_end, one_line, refuse, split_lines

_NO_CUE = re.compile(r"(NOTE|STYLE|REGION)(\s|\Z)")
_NUMBER = re.compile(r"\s*([0-9]{1,9})(?=[ \t]*(?:\r\n|\n|\r)[^\r\n]*-->)")
_VOICE_END = re.compile(r"</v>\s*\Z")
_NO_CUE_PROBLEM = (
    "is no cue; write one line such as 00:00:01,000 --> 00:00:02,500, and its text below it"
    " without an empty line"
)


@dataclass(frozen=True)
class Cues(Format):
    """Cues between empty lines; a cue's own line breaks stay in its text."""

    audio: str
    """Name of the recording."""
    name: str = "srt"
    """Or vtt."""

    spans = True

    def divide(self, text: str) -> Parts:
        """Between cues notes and empty lines stay; other lines there are a cue that is broken."""
        lines = split_lines(text)
        n_head = 0
        if lines[0].lstrip("\ufeff").startswith("WEBVTT"):
            while n_head < len(lines) and lines[n_head].strip() and "-->" not in lines[n_head]:
                n_head += 1
        head, lines = "".join(lines[:n_head]), lines[n_head:]
        records: list[tuple[str, str]] = []
        lead, position = "", 0
        blocks = [(cue.first, cue.end) for cue in find_cues(lines)]
        for first, end in [*blocks, (len(lines), len(lines))]:
            while position < first:
                stop = position
                while stop < first and lines[stop].strip():
                    stop += 1
                if stop == position or _NO_CUE.match(lines[position]):
                    stop = max(stop, position + 1)
                    lead += "".join(lines[position:stop])
                else:
                    stop = _with_empty_line(lines, stop)
                    records.append((lead, "".join(lines[position:stop])))
                    lead = ""
                position = stop
            if first < end:
                position = _with_empty_line(lines, end)
                records.append((lead, "".join(lines[first:position])))
                lead = ""
        return head, records, lead

    def read(self, line: str) -> Fields:
        """What a cue tells."""
        lines = [cut_end(each)[0] for each in split_lines(line)]
        cues = list(find_cues(lines))
        if len(cues) != 1 or cues[0].first > 0 or cues[0].end < len(lines):
            return {"audio": self.audio, "text": line.strip(), "problem": _NO_CUE_PROBLEM}
        times = TIMES.match(lines[cues[0].times])
        assert times is not None
        _, speaker, text, _ = _voiced("\n".join(lines[cues[0].times + 1 :]))
        start_s, end_s = seconds_of(times.groups()[:4]), seconds_of(times.groups()[4:])
        return {
            "audio": self.audio,
            "speaker": speaker,
            "text": text,
            "start_s": start_s,
            "end_s": end_s,
            "problem": "" if start_s < end_s else "ends before it begins; set its times",
        }

    def write(self, clip: Clip, line: str, newline: str) -> str:
        """The cue with the times, the speaker or the text that changed."""
        if clip.start_s is None or clip.end_s is None:
            raise InputError("a cue has no times; set where it begins and ends")
        before = self.read(line)
        if "start_s" in before:
            lines = split_lines(line)
            at = next(find_cues(lines)).times
        else:
            number = [f"0{newline}"] if self.name == "srt" else []
            lines, at = [*number, ""], len(number)
        times, end = cut_end(lines[at])
        if any(_differ(getattr(clip, name), before.get(name)) for name in ("start_s", "end_s")):
            told = TIMES.match(times)
            mark = "." if self.name == "vtt" else ","
            rest = times[told.end() :] if told else ""
            times = f"{clock(clip.start_s, mark)} --> {clock(clip.end_s, mark)}{rest}"
        said = "".join(lines[at + 1 :])
        if (clip.speaker, clip.text) != (before.get("speaker"), before.get("text")):
            said = (end or newline).join(self._said(clip, said))
        return "".join(lines[:at]) + times + ((end or newline) + said if said else "")

    def _said(self, clip: Clip, before: str) -> list[str]:
        """The lines of a cue's text; SRT has no place for a speaker that it did not name."""
        start, _, _, end = _voiced(before)
        text = clip.text
        if clip.speaker and (start or self.name == "vtt"):
            refuse([clip.speaker], ">", "a cue")
            classes = start[2:] if start else ""
            text = f"<v{classes} {clip.speaker}>{text}{end}"
        lines = [each for each in re.split(r"[\r\n]+", text) if each.strip()]
        if any(TIMES.match(each) for each in lines):
            raise InputError(f"{clip.text[:40]!r} holds the times of a cue; leave them out")
        return lines

    def mended(self, line: str, number: int, before: str | None, newline: str) -> Clip:
        """The clip of the lines that a person wrote in place of others."""
        end = 2 * newline if before is None else cut_end(before)[1]
        lines = (cut_end(each)[0] for each in split_lines(line.strip("\r\n")))
        return self.clip_of(newline.join(lines) + end, number)

    def ended(self, line: str, newline: str) -> str:
        """A cue with the empty line behind it."""
        missing = 2 - len(split_lines(cut_end(line)[1]))
        return line + newline * max(missing, 0)

    def numbered(self, lines: list[str], before: Sequence[str]) -> list[str]:
        """Cues that were counted are counted anew; other numbers stay."""
        numbers = [int(found[1]) for line in before if (found := _NUMBER.match(line))]
        if not numbers or any(other != number + 1 for number, other in pairwise(numbers)):
            return lines
        result = []
        number = numbers[0]
        for line in lines:
            if found := _NUMBER.match(line):
                if int(found[1]) != number:
                    line = f"{line[: found.start(1)]}{number}{line[found.end(1) :]}"
                number += 1
            result.append(line)
        return result


def clock(seconds: float, mark: str) -> str:
    """A time to a thousandth of a second, as 00:00:01,500."""
    whole, thousandths = divmod(round(max(seconds, 0.0) * 1000), 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{mark}{thousandths:03d}"


def _voiced(said: str) -> tuple[str, str, str, str]:
    """The opening of a tag that names the speaker, the speaker, the text, and the closing tag."""
    voice = VOICE.match(said)
    if voice is None:
        return "", "", said.strip(), ""
    text = said[voice.end() :]
    end = _VOICE_END.search(text) if text.count("<v") == 0 else None
    inside = text[: end.start()] if end else text
    return f"<v{voice['classes']}", one_line(voice["speaker"]), inside.strip(), "</v>" * bool(end)


def _differ(seconds: float | None, before: float | None) -> bool:
    if seconds is None or before is None:
        return seconds is not before
    return round(seconds * 1000) != round(before * 1000)


def _with_empty_line(lines: Sequence[str], end: int) -> int:
    return end + (end < len(lines) and not lines[end].strip("\r\n"))
