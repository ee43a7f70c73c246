"""Bring recordings and synthetic speech together into one corpus folder."""

from collections.abc import Sequence
from pathlib import Path

from gpt_sovits.base.corpus import CorpusClip, copy_clips, read_corpora, write_index
from gpt_sovits.base.engines import find_engines
from gpt_sovits.base.synthetic import SyntheticOptions, make_synthetic
from gpt_sovits.errors import InputError
from gpt_sovits.report import Progress, StageReport, no_progress


def make_corpus(
    sources: Sequence[Path],
    out: Path,
    synthetic: SyntheticOptions | None,
    *,
    progress: Progress = no_progress,
) -> StageReport:
    """Make a corpus that needs nothing outside its folder; a stopped run goes on.

    Args:
        sources: corpus folders that are copied.
        out: folder of the new one.
        synthetic: how much speech the free engines say beside them; None is none.
        progress: told after each clip.

    Raises:
        InputError: nothing was asked for, a source cannot be used, or no engine can speak.
    """
    if not sources and synthetic is None:
        raise InputError("there is nothing to do; name a corpus folder or give --synthetic HOURS")
    report = StageReport()
    clips: list[CorpusClip] = []
    if sources:
        corpus = read_corpora(sources)
        report.skipped.extend(corpus.skipped)
        clips += copy_clips(corpus, sources, out, progress=progress)
    if synthetic is not None:
        engines, missing = find_engines()
        report.skipped.extend((Path("engines"), reason) for reason in missing)
        spoken, failed = make_synthetic(out / "synthetic", engines, synthetic, progress=progress)
        clips += spoken
        report.skipped.extend(failed)
    report.written.append(write_index(out, clips))
    return report
