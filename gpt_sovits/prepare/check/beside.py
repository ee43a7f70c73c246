"""Write what was found beside the list, for the label editor."""

import json
import logging

from gpt_sovits.data.checked import CheckedFinding, CheckedLine, checked_path, to_json
from gpt_sovits.paths import replacing
from gpt_sovits.prepare.check.findings import KINDS
from gpt_sovits.prepare.check.report import CheckedClip, CheckReport

_log = logging.getLogger(__name__)


def write_checked(report: CheckReport) -> None:
    """Write a line a clip, all or nothing.

    A list that lies where nothing can be written has its report all the same.
    """
    path = checked_path(report.listed)
    lines = [json.dumps(to_json(_line(clip, report)), ensure_ascii=False) for clip in report.clips]
    try:
        with replacing(path) as part:
            part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        _log.warning(
            "%s: cannot be written (%s); the label editor will show nothing of this check",
            path,
            error.strerror,
        )


def _line(clip: CheckedClip, report: CheckReport) -> CheckedLine:
    measured = clip.measured
    item, sound = measured.item, measured.sound
    return CheckedLine(
        audio=item.name,
        speaker=item.speaker,
        language=item.language,
        text=item.text,
        light=clip.light,
        findings=tuple(
            CheckedFinding(
                each.kind,
                each.light,
                each.what,
                KINDS[each.kind].remedy_for(report.listed, item.audio.parent),
            )
            for each in clip.findings
        ),
        fit=measured.fit.share if measured.fit else None,
        snr_db=sound.snr_db if sound else None,
        clipped=sound.flat if sound else None,
        rate=measured.phones_per_second,
        confidence=clip.confidence,
        seconds=round(measured.seconds, 3),
        words=tuple(measured.words),
    )
