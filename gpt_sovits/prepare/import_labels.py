"""Bring labels that people already have: an annotation list of them, and clips where none are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from gpt_sovits.audio.read import probe_audio
from gpt_sovits.data.annotations import Annotation, check_listable
from gpt_sovits.data.limits import AudioLimits
from gpt_sovits.data.recordings import AudioFacts, check_facts
from gpt_sovits.data.subtitles import ENDINGS, recording_beside
from gpt_sovits.data.tables import AUDIO_ENDINGS
from gpt_sovits.data.text_files import read_text_file
from gpt_sovits.errors import AudioError, InputError
from gpt_sovits.features.content import content_path, load_content
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.known_text import cut_with_text
from gpt_sovits.prepare.label_files import Label, read_labels
from gpt_sovits.prepare.label_options import ImportOptions
from gpt_sovits.prepare.own_list import ListReport, OwnList, alone_with
from gpt_sovits.prepare.slicing.grouping import with_margins
from gpt_sovits.prepare.slicing.levels import FRAME, FRAMES_PER_S, Span, recording_levels
from gpt_sovits.prepare.slicing.options import SliceOptions
from gpt_sovits.prepare.slicing.write import clip_name, write_clips
from gpt_sovits.prepare.stage import StageRun, Tell, run_stage
from gpt_sovits.prepare.subtitles import Cue, fit_cues, join_cues, parse_subtitles
from gpt_sovits.prepare.transcribe import language_of
from gpt_sovits.report import Progress, StageReport, no_progress
from gpt_sovits.state import hash_of

VERSION = 1
"""Goes up when the same subtitles would be cut otherwise."""


@dataclass(frozen=True)
class ImportReport:
    """What was brought in."""

    listed: ListReport
    kind: str
    """What the labels were taken for."""
    coding: str
    """How their letters were coded."""
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    """Lines, cues and clips that were left out, each with its reason."""


def import_labels(
    source: Path,
    out: Path,
    options: ImportOptions | None = None,
    *,
    audio: Path | None = None,
    replace: bool = False,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> ImportReport:
    """Make an annotation list of labels in another form.

    Lines of a list at `out` that a person changed stay. Clips that have files stay where they
    are; subtitles are cut into clips in the folder of the list's name.

    Args:
        source: a `.list`, a table, subtitles, or a folder of recordings with texts beside them.
        out: the annotation list.
        options: how.
        audio: the recording of subtitles, or the folder of the clips of a list or table.
        replace: replace clips that were cut from the same recording before.
        paths: the project.
        progress: told after each clip.

    Raises:
        InputError: the labels cannot be read, or none of them can be used.
    """
    options = options or ImportOptions()
    subtitles = _subtitles_of(source)
    with alone_with(out):
        if subtitles is not None:
            recording = _recording_of(subtitles, source, audio)
            kind = f"subtitles of {recording.name}"
            labels, skipped, coding = _cut(
                subtitles, recording, out.with_suffix(""), options, replace, paths
            )
        else:
            found = read_labels(source, options.encoding, audio, paths)
            labels, skipped, kind, coding = found.labels, found.skipped, found.kind, found.coding
        items = _items(labels, skipped, options, source, paths, progress)
        if not items:
            reason = f" ({skipped[0][0]}: {skipped[0][1]})" if skipped else ""
            raise InputError(f"{source}: no label can be used{reason}")
        return ImportReport(OwnList(out, paths).write(items), kind, coding, skipped)


def _items(
    labels: Sequence[Label],
    skipped: list[tuple[Path, str]],
    options: ImportOptions,
    source: Path,
    paths: ProjectPaths,
    progress: Progress,
) -> list[Annotation]:
    """Lines of the labels whose clips can be trained on."""
    items: dict[Path, Annotation] = {}
    name = options.speaker or source.resolve().stem.replace("|", " ")
    for number, label in enumerate(labels):
        progress(number, len(labels), label.audio.name)
        clip = label.audio.resolve()
        try:
            check_listable(paths.name_of(label.audio))
            if not label.text:
                raise InputError("has no text; write what is said in the clip")
            if clip in items:
                raise InputError(f"names {label.audio.name} again; delete one of the lines")
            told = probe_audio(label.audio).duration_s
            if told is not None:
                check_facts(AudioFacts(told, 1.0, 0.0), AudioLimits())
            # The labels' own word on the language counts before the user's word on all of them.
            language = language_of(label.text, label.language or options.language)
        except InputError as error:
            skipped.append((label.where, str(error)))
            continue
        shown = Path(paths.name_of(label.audio))
        items[clip] = Annotation(shown, label.speaker or name, language, label.text, number + 1)
    progress(len(labels), len(labels), "")
    return list(items.values())


# --- subtitles ----------------------------------------------------------------------------------


def _subtitles_of(source: Path) -> Path | None:
    """The subtitles, where the source is such a file or a recording that has one beside it."""
    if source.suffix.lower() in ENDINGS:
        return source
    if source.suffix.lower() in AUDIO_ENDINGS and source.is_file():
        beside = (source.with_suffix(ending) for ending in ENDINGS)
        return next((path for path in beside if path.is_file()), None)
    return None


def _recording_of(subtitles: Path, source: Path, audio: Path | None) -> Path:
    if audio is not None or source != subtitles:
        return audio or source
    found = recording_beside(subtitles)
    if found is None:
        raise InputError(f"{subtitles}: no recording of its name lies beside it; name it: --audio")
    return found


def _cut(
    subtitles: Path,
    recording: Path,
    folder: Path,
    options: ImportOptions,
    replace_clips: bool,
    paths: ProjectPaths,
) -> tuple[list[Label], list[tuple[Path, str]], str]:
    """Cut a recording by its subtitles; gives the labels of the clips and what was left out."""
    text, coding = read_text_file(subtitles, options.encoding)
    cues, left_out = parse_subtitles(text, subtitles.suffix.lower())
    if not cues:
        raise InputError(f"{subtitles}: holds no subtitle with words; check the file")
    slicing = SliceOptions(min_s=options.min_s, max_s=options.max_s)
    levels = recording_levels(recording)
    cues, beyond = fit_cues(cues, len(levels) / FRAMES_PER_S)
    clips, unfit = join_cues(cues, slicing)
    parts, short = _split_long(unfit, recording, options.language, slicing, paths)
    clips = sorted([*clips, *parts], key=lambda cue: cue.start_s)
    spans = with_margins([clip.span for clip in clips], levels, slicing)
    skipped = [(subtitles, reason) for reason in (*left_out, *beyond, *short)]
    about = {"stage": "import", "version": VERSION, "spans": hash_of([asdict(s) for s in spans])}
    run = StageRun(about=about, replace=replace_clips)
    made = run_stage(recording, folder, partial(_write, spans=spans), run)
    skipped += made.skipped
    here = {path.name for path in (*made.written, *made.kept)}
    if not here and made.skipped:
        raise InputError(made.skipped[0][1])
    named = [
        (folder / clip_name(recording, span.start * FRAME, span.end * FRAME), clip)
        for span, clip in zip(spans, clips, strict=True)
    ]
    labels = [
        Label(path, clip.speaker, "", clip.text, subtitles)
        for path, clip in named
        if path.name in here
    ]
    return labels, skipped, coding


def _write(recording: Path, folder: Path, tell: Tell, spans: Sequence[Span]) -> StageReport:
    return write_clips(recording, spans, folder)


def _split_long(
    unfit: Sequence[Cue], recording: Path, language: str, slicing: SliceOptions, paths: ProjectPaths
) -> tuple[list[Cue], list[str]]:
    """Cut long cues between words, where their text is heard; others are left out."""
    parts: list[Cue] = []
    left_out: list[str] = []
    content = None
    for cue in unfit:
        place = f"{cue.start_s:.1f} s to {cue.end_s:.1f} s"
        if cue.end_s - cue.start_s < slicing.min_s:
            left_out.append(f"{place}: is shorter than {slicing.min_s:g} s")
            continue
        content = content or load_content(content_path(paths.pretrained_models))
        with TemporaryDirectory() as scratch:
            try:
                (piece,) = write_clips(recording, [cue.span], Path(scratch)).written
                mode = language_of(cue.text, language)
                found, reasons = cut_with_text(piece, cue.text, mode, content, slicing)
            except (AudioError, InputError, ValueError) as error:
                left_out.append(f"{place}: is too long and cannot be cut ({error})")
                continue
        left_out += [f"{place}: of it {reason}" for reason in reasons]
        for clip in found:
            start_s = cue.start_s + clip.span.start / FRAMES_PER_S
            text = " ".join(clip.text.split())
            parts.append(
                replace(cue, start_s=start_s, end_s=start_s + clip.span.seconds, text=text)
            )
    return parts, left_out
