"""Words in time: on levels made by hand, and on synthetic speech whose joints are known."""

import itertools

import numpy as np
import pytest
import torch

from gpt_sovits.data.checked import CheckedWord
from gpt_sovits.features.content import load_content
from gpt_sovits.prepare.check.words import place_words, time_words
from gpt_sovits.prepare.slicing.levels import Span
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.words import WrittenWord, written_words
from tests.speech_set import RATE, SENTENCES, spoken


def timed(text: str, audio: np.ndarray) -> list[CheckedWord]:
    content = load_content()
    words = written_words(text, read_text(text, language="ja", symbols="v2").words)
    return time_words(content, content.listen(torch.from_numpy(audio)).log_probs, audio, words)


def without_silence(audio: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(audio) > 0.02)
    return audio[loud[0] : loud[-1]]


@pytest.mark.parametrize(("first", "second"), [(0, 4), (3, 7), (6, 1)])
def test_the_joint_of_two_recordings_lies_between_their_words(first: int, second: int) -> None:
    texts = [SENTENCES[each].rstrip("。") for each in (first, second)]
    sounds = [without_silence(spoken(SENTENCES[each])) for each in (first, second)]
    words = timed("".join(texts), np.concatenate(sounds))
    assert "".join(word.text for word in words) == "".join(texts)
    ends = list(itertools.accumulate(len(word.text) for word in words))
    last = ends.index(len(texts[0]))
    joint = len(sounds[0]) / RATE
    assert words[last].end_s == pytest.approx(joint, abs=0.1)
    assert words[last + 1].start_s == pytest.approx(joint, abs=0.1)


def test_words_lie_in_order_within_the_sound_and_are_heard() -> None:
    audio = spoken(SENTENCES[3])
    words = timed(SENTENCES[3], audio)
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert all(word.start_s < word.end_s for word in words)
    assert 0 <= times[0] < times[-1] <= len(audio) / RATE
    assert np.median([word.score for word in words]) > 0.6
    assert all(0 <= word.score <= 1 for word in words)


def test_a_word_that_is_not_said_is_heard_worst() -> None:
    words = timed("図書館で新しい鞄を三冊借りました。", spoken(SENTENCES[3]))
    worst = min(words, key=lambda word: word.score)
    assert worst.text == "鞄"
    assert worst.score < 0.3


def test_silence_belongs_to_no_word() -> None:
    sound = without_silence(spoken(SENTENCES[0]))
    still = np.random.default_rng(0).normal(0, 3e-4, RATE).astype(np.float32)
    text = SENTENCES[0] + SENTENCES[0]
    words = timed(text, np.concatenate([still, sound, still, sound, still]))
    seconds = len(sound) / RATE
    half = words[: len(words) // 2]
    assert half[0].start_s == pytest.approx(1, abs=0.1)
    assert half[-1].end_s == pytest.approx(1 + seconds, abs=0.1)
    assert words[len(half)].start_s == pytest.approx(2 + seconds, abs=0.1)
    assert words[-1].end_s == pytest.approx(2 + 2 * seconds, abs=0.1)


def test_more_text_than_fits_has_no_times() -> None:
    assert timed(SENTENCES[0] * 20, spoken(SENTENCES[0])) == []


def test_what_has_no_sound_belongs_to_its_neighbour() -> None:
    content = load_content()
    audio = spoken(SENTENCES[0])
    log_probs = content.listen(torch.from_numpy(audio)).log_probs
    words = [
        WrittenWord("*", ()),
        WrittenWord("今日", ("ky", "o", "]", "o")),
        WrittenWord("は", ("w", "a")),
        WrittenWord("☆", ("UNK",)),
        WrittenWord("…", (".",)),
    ]
    found = time_words(content, log_probs, audio, words)
    assert [word.text for word in found] == ["*今日", "は☆…"]
    assert time_words(content, log_probs, audio, [WrittenWord("…", (".",))]) == []
    assert time_words(content, log_probs, audio, []) == []


# --- places -------------------------------------------------------------------------------------

LOUD, QUIET = -20.0, -70.0


def levels(*stretches: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(count, level) for level, count in stretches])


def test_words_without_a_pause_touch() -> None:
    placed = place_words([Span(20, 30), Span(40, 50)], levels((QUIET, 18), (LOUD, 50)))
    assert placed == [Span(18, 39), Span(39, 68)]


def test_a_pause_lies_between_the_words() -> None:
    sound = levels((QUIET, 20), (LOUD, 30), (QUIET, 30), (LOUD, 30), (QUIET, 20))
    placed = place_words([Span(22, 40), Span(82, 100)], sound)
    assert placed == [Span(20, 50), Span(80, 110)]


def test_a_closure_is_no_pause() -> None:
    sound = levels((QUIET, 20), (LOUD, 20), (QUIET, 5), (LOUD, 20), (QUIET, 20))
    placed = place_words([Span(20, 36), Span(46, 60)], sound)
    assert placed[0].end == placed[1].start == 45


def test_what_is_loud_before_a_word_is_not_the_word() -> None:
    breath = levels((QUIET, 20), (LOUD, 30), (QUIET, 20), (LOUD, 30), (QUIET, 20))
    assert place_words([Span(72, 90)], breath)[0].start == 70
    assert place_words([Span(40, 48)], breath)[0].start >= 33


def test_silence_before_the_first_word_is_not_between_it_and_the_next() -> None:
    placed = place_words([Span(20, 48), Span(75, 90)], levels((QUIET, 50), (LOUD, 60)))
    assert placed[1].start == 74


def test_no_word_is_empty_or_overlaps() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        cuts = np.sort(rng.choice(np.arange(1, 60), 8, replace=False)) * 2
        heard = [Span(int(a), int(b)) for a, b in cuts.reshape(-1, 2)]
        runs = rng.choice([LOUD, QUIET], 13).repeat(10)[: rng.integers(110, 130)]
        placed = place_words(heard, runs)
        flat = [time for span in placed for time in (span.start, span.end)]
        assert flat == sorted(flat)
        assert all(span.start < span.end for span in placed)
