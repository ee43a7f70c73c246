"""Check a labelled data set before any training."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gpt_sovits.data.annotations import AnnotationList, read_annotations
from gpt_sovits.errors import InputError
from gpt_sovits.features.content import content_path
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.check.beside import write_checked
from gpt_sovits.prepare.check.comparing import WRONG, judge_together, usual_fits
from gpt_sovits.prepare.check.confidence import UNSURE, read_confidences
from gpt_sovits.prepare.check.findings import Finding, Light, judge_alone
from gpt_sovits.prepare.check.fit import HEARD_LANGUAGES
from gpt_sovits.prepare.check.measuring import RECORD, Measured, content_of, measure_list
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.page import write_page
from gpt_sovits.prepare.check.report import ENOUGH_S, LITTLE_S, CheckedClip, CheckReport
from gpt_sovits.prepare.check.swapped import AT_MOST, whose_texts
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import Entries, hash_of, write_state
from gpt_sovits.weights.file import sha256_of

OnStage = Callable[[str], None]
"""Called with the name of each stage when it begins."""

MOSTLY = 0.5
"""Share of wrong texts from which on the list and not its lines is to blame."""


def check_list(
    source: Path,
    out: Path,
    options: CheckOptions,
    *,
    audio_folder: Path | None = None,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: OnStage = lambda stage: None,
) -> CheckReport:
    """Measure every clip of an annotation list, judge it, and write what is found.

    Summary and page go into `out`, a line a clip for the label editor beside the list. It may be
    stopped at any moment and run again: what was measured is kept in `out`.

    Args:
        source: the list; it is only read.
        out: where summary, page and measures are written.
        options: for which training.
        audio_folder: where all clips lie, whatever folder the lines name.
        paths: the project.
        progress: told after each clip.
        on_stage: told the name of each stage.

    Raises:
        InputError: the list cannot be read, no line of it can be used, or the folder cannot be
            written or is in use.
        ConfigError: the family is unknown.
        MissingModelError: the embedded content network is not here.
    """
    annotations = read_annotations(source, audio_folder, root=paths.root)
    if not annotations.items:
        where, reason = annotations.skipped[0]
        raise InputError(f"no line can be used: {where}: {reason}")
    with _alone_in(out):
        on_stage("measuring")
        clips = measure_list(annotations.items, out, options, paths=paths, progress=progress)
        on_stage("comparing")
        together = judge_together(clips)
        findings = [
            [*judge_alone(clip, options), *other]
            for clip, other in zip(clips, together, strict=True)
        ]
        findings = _name_owners(clips, findings, Entries(out / RECORD), paths, progress)
        report = _report(source, out, options, annotations, clips, findings)
        on_stage("writing")
        write_state(report.summary, report.summary_json())
        write_page(report.page, report)
        write_checked(report)
    return report


def _report(
    listed: Path,
    folder: Path,
    options: CheckOptions,
    annotations: AnnotationList,
    clips: Sequence[Measured],
    findings: Sequence[list[Finding]],
) -> CheckReport:
    checked = []
    confidences = read_confidences(listed, annotations.items)
    for clip, found, confidence in zip(clips, findings, confidences, strict=True):
        if confidence is not None and confidence < UNSURE:
            what = f"the recogniser gave its text {100 * confidence:.0f} %"
            found = [*found, Finding("confidence", "yellow", what)]
        checked.append(CheckedClip(clip, found, confidence))
    report = CheckReport(listed, folder, options.family, checked, annotations.skipped, [])
    report.notes.extend(_notes(report))
    return report


# --- whose text ---------------------------------------------------------------------------------


def _name_owners(
    clips: Sequence[Measured],
    findings: Sequence[list[Finding]],
    entries: Entries,
    paths: ProjectPaths,
    progress: Progress,
) -> list[list[Finding]]:
    """Add to each wrong text in which clip it is said, and what is said in its own."""
    wrong = [
        number
        for number, found in enumerate(findings)
        if any(each.kind == "text" and each.light == "red" for each in found)
    ]
    if not 2 <= len(wrong) <= AT_MOST:
        return list(findings)
    network = sha256_of(content_path(paths.pretrained_models))
    key = hash_of(["owners", network, *(clips[number].key for number in wrong)])
    if key not in entries.found:
        suspects = [clips[number] for number in wrong]
        right_from = WRONG * min(usual_fits(clips).values())
        owners = whose_texts(content_of(paths), suspects, right_from, progress=progress)
        entries.note(key, {"owners": [[one, other] for one, other in owners.items()]})
    named = list(findings)
    for place, owner in entries.found[key]["owners"]:
        said = clips[wrong[owner]].item
        named[wrong[place]] = [
            _with_owner(each, f"; line {said.line} ({said.audio.name}) has what is said here")
            for each in named[wrong[place]]
        ]
    return named


def _with_owner(finding: Finding, owner: str) -> Finding:
    if finding.kind != "text":
        return finding
    return Finding(finding.kind, finding.light, finding.what + owner)


# --- the set as a whole -------------------------------------------------------------------------


def _notes(report: CheckReport) -> Iterator[tuple[Light, str]]:
    usable = report.seconds("green", "yellow")
    if usable < ENOUGH_S:
        light: Light = "red" if usable < LITTLE_S else "yellow"
        yield light, f"{usable:.0f} s can be used; a voice needs a minute, and five are better"
    speakers = Counter(clip.measured.item.speaker for clip in report.clips)
    if len(speakers) > 1:
        yield (
            "yellow",
            f"{len(speakers)} speakers are in the list; a voice is trained on one: make a list of"
            " each",
        )
    judged = [clip for clip in report.clips if clip.measured.fit is not None]
    wrong = sum(_is_wrong(clip) for clip in judged)
    if len(judged) > 3 and wrong > MOSTLY * len(judged):
        yield (
            "red",
            f"{wrong} of {len(judged)} texts are not what is said; look whether lines and clips"
            " have slipped against each other",
        )
    yield from _unheard(report)


def _is_wrong(clip: CheckedClip) -> bool:
    return any(finding.kind == "text" and finding.light == "red" for finding in clip.findings)


def _unheard(report: CheckReport) -> Iterator[tuple[Light, str]]:
    languages = {
        language for clip in report.clips for language in clip.measured.text.languages
    } - HEARD_LANGUAGES
    if languages:
        yield (
            "yellow",
            f"the texts in {', '.join(sorted(languages))} were not compared with the sound: the"
            " embedded network hears zh, en and ja",
        )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Make the folder of a check and keep other runs out of it."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".check.lock", timeout=0):
            yield
    except Timeout as error:
        raise InputError(
            f"{folder}: another check is at work in it; wait, or choose another --out"
        ) from error
    except OSError as error:
        raise InputError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); choose another"
            " --out, or free the disk"
        ) from error
