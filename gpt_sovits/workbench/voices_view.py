"""The voices of the project as the page shows them: a list, and the checkpoints of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from gpt_sovits.data.experiment import CLIPS
from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.score_report import (
    LABELS,
    Figures,
    ScoredClip,
    ScoredPair,
    ScoreReport,
    is_close,
    leading_figures,
    read_scores,
    show_figure,
)
from gpt_sovits.inference.voice_file import VoiceFile, load_voice_file, voice_names
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.file import Kind
from gpt_sovits.weights.saved import saved_weights, weights_folder
from gpt_sovits.workbench.choices import Choices
from gpt_sovits.workbench.texts import text

ENDINGS = {"gpt": (".safetensors", ".ckpt"), "sovits": (".safetensors", ".pth")}


@dataclass(frozen=True)
class ShownVoice:
    """A voice, or one that was trained and has no file yet."""

    name: str
    file: VoiceFile | None
    n_clips: int
    """That it learned from; 0 where nothing is known of its training."""
    problem: str = ""
    """Why its file cannot be read."""


def list_voices(paths: ProjectPaths) -> list[ShownVoice]:
    """Voices with a file, and what was trained in logs/ but never became one, by name."""
    trained = {
        folder.name
        for folder in paths.logs.glob("*")
        if folder.is_dir()
        and saved_weights(folder.name, "gpt", paths)
        and saved_weights(folder.name, "sovits", paths)
    }
    return [_voice(name, paths) for name in sorted(trained | set(voice_names(paths)))]


def _voice(name: str, paths: ProjectPaths) -> ShownVoice:
    file, problem = None, ""
    if name in voice_names(paths):
        try:
            file = load_voice_file(name, paths)
        except InputError as error:
            problem = str(error)
    try:
        clips = (paths.logs / name / CLIPS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        clips = ""
    return ShownVoice(name, file, len(clips.splitlines()), problem)


def voice_list(voices: Sequence[ShownVoice], chosen: str | None, language: str) -> str:
    """All voices as a table."""
    if not voices:
        return f'<div class="empty">{escape(text(language, "voices.none"))}</div>'
    head = "".join(
        f"<th>{escape(text(language, f'voices.list.{key}'))}</th>"
        for key in ("name", "family", "clips", "made", "consent")
    )
    rows = "".join(_row(voice, voice.name == chosen, language) for voice in voices)
    return (
        f'<div class="scroll"><table class="plain"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(voice: ShownVoice, is_chosen: bool, language: str) -> str:
    file = voice.file
    consent = voice.problem or text(language, "voices.in_training")
    if file is not None:
        consent = file.consent or text(language, "voices.no_consent")
    cells = (
        f"<b>{escape(voice.name)}</b>",
        escape(file.family if file else ""),
        str(voice.n_clips or "–"),
        f'<span class="date">{escape(file.created[:10] if file else "–")}</span>',
        f'<span class="note" title="{escape(consent)}">{escape(consent)}</span>',
    )
    mark = ' class="chosen"' if is_chosen else ""
    return f"<tr{mark}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def weights_choices(name: str, kind: Kind, paths: ProjectPaths) -> Choices:
    """Weights of one half by name: the voice's own, newest first, then all others in the folder."""
    folder = weights_folder(kind, paths)
    own = [saved.path for saved in reversed(saved_weights(name, kind, paths))]
    stems = {path.stem for path in own}
    others = [
        path
        for path in sorted(folder.glob("*"))
        if path.suffix in ENDINGS[kind] and path.stem not in stems and path.name[0] != "."
    ]
    return [(path.name, paths.name_of(path)) for path in (*own, *others)]


def scores_key(name: str, paths: ProjectPaths) -> tuple[object, ...]:
    """Changes when what `scores_view` shows may have changed; first its name and its file's age."""
    folder = paths.logs / name
    files = (
        paths.voices / f"{name}.yaml",
        folder / "scores.json",
        folder / "samples",
        paths.gpt_weights,
        paths.sovits_weights,
    )
    return (name, *map(_changed, files))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


def scores_view(name: str, paths: ProjectPaths, language: str) -> str:
    """The measured pairs of a voice side by side, with the best one and why it is."""
    report = read_scores(paths.logs / name)
    if report is None:
        return f'<div class="empty">{escape(text(language, "voices.not_measured"))}</div>'
    try:
        file = load_voice_file(name, paths)
        in_use = (file.gpt, file.sovits)
    except InputError:
        in_use = ("", "")
    keys = [key for key in LABELS if any(key in pair.figures for pair in report.pairs)]
    head = "".join(
        [
            f"<th>{escape(text(language, 'voices.pair'))}</th>",
            *(f'<th class="number">{_figure_name(key, language)}</th>' for key in keys),
            *(_sentence_head(sentence) for sentence in report.sentences),
        ]
    )
    rows = "".join(_pair_row(pair, report, keys, in_use, paths, language) for pair in report.pairs)
    own = _reference_row(report, keys, language)
    return (
        f'<div class="remark why">{escape(why(report, language))}</div>'
        f'<div class="scroll"><table class="plain scores"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}{own}</tbody></table></div>"
        f'<p class="small">{escape(text(language, "voices.search"))}</p>'
    )


def why(report: ScoreReport, language: str) -> str:
    """Why the best pair is the best, in the reader's language."""
    best = report.best
    leading = [text(language, f"voices.figure.{key}") for key in leading_figures(report)]
    n = len(report.pairs)
    if n == 1:
        sentence = text(language, "voices.why.only", pair=best.label)
    elif leading:
        names = text(language, "voices.and").join(leading)
        sentence = text(language, "voices.why.leads", pair=best.label, figures=names, n=n)
    else:
        sentence = text(language, "voices.why.balance", pair=best.label, n=n)
    if is_close(report):
        next_one = report.pairs[1].label
        sentence += " " + text(language, "voices.why.close", pair=next_one)
    if not report.complete:
        sentence += " " + text(language, "voices.why.partial")
    return sentence


def _figure_name(key: str, language: str) -> str:
    about = escape(text(language, f"voices.figure_help.{key}"))
    return f'<span title="{about}">{escape(text(language, f"voices.figure.{key}"))}</span>'


def _sentence_head(sentence: dict[str, str]) -> str:
    said = escape(sentence["text"])
    return (
        f'<th class="sentence"><span title="{said}">{said}</span>'
        f"<small>{escape(sentence['language'])}</small></th>"
    )


def _pair_row(
    pair: ScoredPair,
    report: ScoreReport,
    keys: Sequence[str],
    in_use: tuple[str, str],
    paths: ProjectPaths,
    language: str,
) -> str:
    marks = []
    if pair is report.best:
        marks.append(f'<em class="best">★ {escape(text(language, "voices.best"))}</em>')
    if (pair.gpt, pair.sovits) == in_use:
        marks.append(f"<em>{escape(text(language, 'voices.in_use'))}</em>")
    files = f"{Path(pair.sovits).name} · {Path(pair.gpt).name}"
    name = f'<b title="{escape(files)}">{escape(pair.label)}</b> {" ".join(marks)}'
    said = "".join(_said(clip, paths, language) for clip in pair.clips)
    kind = ' class="chosen"' if pair is report.best else ""
    return f"<tr{kind}><td>{name}</td>{_numbers(pair.figures, keys)}{said}</tr>"


def _reference_row(report: ScoreReport, keys: Sequence[str], language: str) -> str:
    if not report.reference:
        return ""
    name = escape(text(language, "voices.reference"))
    empty = "<td></td>" * len(report.sentences)
    return f'<tr class="quiet"><td>{name}</td>{_numbers(report.reference, keys)}{empty}</tr>'


def _numbers(figures: Figures, keys: Sequence[str]) -> str:
    shown = (show_figure(key, figures[key]) if key in figures else "–" for key in keys)
    return "".join(f'<td class="number">{cell}</td>' for cell in shown)


def _said(clip: ScoredClip, paths: ProjectPaths, language: str) -> str:
    if not clip.audio:
        reason = clip.problem or text(language, "voices.unsaid")
        return f'<td class="unsaid" title="{escape(reason)}">{escape(reason)}</td>'
    errors = clip.figures.get("phone_errors")
    figure = "" if errors is None else f"<small>{show_figure('phone_errors', errors)}</small>"
    return f"<td>{player(paths.root / clip.audio)}{figure}</td>"


def player(path: Path) -> str:
    """A recording of the project; its address is below the page's own, whatever a proxy adds."""
    # What is rewritten under its name must not come from the browser's memory.
    address = f"gradio_api/file={quote(path.resolve().as_posix())}?{_changed(path)}"
    return f'<audio controls preload="none" src="{escape(address)}"></audio>'


def samples_view(name: str, paths: ProjectPaths, language: str) -> str:
    """What the voice said each time its weights were saved; empty where it said nothing.

    It is all that can be heard of them until they are measured, and stands open until then.
    """
    folder = paths.logs / name / "samples"
    saved = [
        (kind, each)
        for kind in ("sovits", "gpt")
        for each in reversed(saved_weights(name, kind, paths))
    ]
    found = {
        (kind, each.label): {
            path.stem.removeprefix(f"{each.path.stem}_"): path
            for path in folder.glob("*.wav")
            if path.stem.rpartition("_")[0] == each.path.stem
        }
        for kind, each in saved
    }
    languages = sorted({spoken for clips in found.values() for spoken in clips})
    if not languages:
        return ""
    head = "".join(f'<th class="sentence">{escape(spoken)}</th>' for spoken in languages)
    rows = "".join(
        f"<tr><td><b>{'SoVITS' if kind == 'sovits' else 'GPT'} {escape(label)}</b></td>"
        + "".join(
            f"<td>{player(clips[spoken]) if spoken in clips else '–'}</td>" for spoken in languages
        )
        + "</tr>"
        for (kind, label), clips in found.items()
        if clips
    )
    opened = " open" if read_scores(paths.logs / name) is None else ""
    summary = f"<summary>{escape(text(language, 'voices.samples'))}</summary>"
    return (
        f'<details class="samples"{opened}>{summary}'
        f'<div class="scroll"><table class="plain scores"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )
