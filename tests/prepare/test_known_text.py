"""A recording and its text are cut together, between words."""

from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError, TextError
from gpt_sovits.features.content import Content, load_content
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare import known_text
from gpt_sovits.prepare.known_text import (
    chunk_edges,
    cut_with_text,
    snap_to_pauses,
    split_words,
)
from gpt_sovits.prepare.slicing.levels import Span
from gpt_sovits.prepare.slicing.options import SliceOptions

RECORDING = PROJECT.root / "assets" / "demo" / "recording.opus"
TEXT = RECORDING.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("One, two! Three", "en", ["One,", "two!", "Three"]),
        ("我们来了，你呢？好。", "zh", ["我们来了，", "你呢？", "好。"]),
        ("「はい。」と言った。", "ja", ["「はい。」", "と言った。"]),
        ("Wait – what …\nnow", "en", ["Wait –", "what …", "now"]),
    ],
)
def test_a_text_is_split_where_it_may_be_cut(text: str, language: str, words: list[str]) -> None:
    assert [text[word.start : word.end] for word in split_words(text, language)] == words


def test_a_text_without_words_is_told() -> None:
    with pytest.raises(TextError, match="nothing in the text of the recording"):
        split_words("… – !", "en")


def test_every_clip_of_a_real_recording_holds_whole_sentences(content: Content) -> None:
    clips, left_out = cut_with_text(RECORDING, TEXT, "en", content, SliceOptions())
    assert left_out == []
    assert "\n".join(clip.text for clip in clips).split() == TEXT.split()
    lines = set(TEXT.splitlines())
    assert all(set(clip.text.splitlines()) <= lines for clip in clips)
    assert all(2 <= clip.span.seconds <= 10 for clip in clips)
    # One sentence lies in the middle of the recording; its reader starts it at 26.4 s.
    (museum,) = (clip for clip in clips if "museum" in clip.text)
    assert museum.span.start <= 2642 < museum.span.end


def test_a_text_that_is_too_long_is_told(tmp_path: Path, content: Content) -> None:
    path = tmp_path / "short.wav"
    write_audio(path, np.random.default_rng(0).normal(0, 0.1, 48_000).astype(np.float32), 24_000)
    with pytest.raises(InputError, match=r"short\.wav: the text is not what is said in it"):
        cut_with_text(path, TEXT, "en", content, SliceOptions())


def test_a_recording_that_is_too_long_is_told(
    tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_text, "MAX_S", 30.0)
    with pytest.raises(InputError, match="at most 30 s can be aligned"):
        cut_with_text(RECORDING, TEXT, "en", content, SliceOptions())


def test_words_end_at_the_nearest_pause_or_where_it_is_quietest() -> None:
    levels = np.full(100, -20.0)
    levels[55] = -30.0
    heard = [Span(2, 20), Span(38, 50), Span(60, 95)]
    words, pauses = snap_to_pauses(heard, [Span(0, 24), Span(36, 100)], levels)
    assert words == [Span(0, 24), Span(36, 55), Span(55, 100)]
    assert pauses == [True, False]


@pytest.mark.parametrize("pauses", [[], [3.0, 11.0, 25.0, 33.0]])
def test_chunks_are_short_and_begin_at_pauses(pauses: list[float]) -> None:
    edges = chunk_edges(pauses, 40.0)
    lengths = np.diff([*edges, 40.0])
    assert lengths.max() <= 12
    assert lengths.min() >= 1
    assert set(pauses[1:]) <= set(edges) | {25.0}
