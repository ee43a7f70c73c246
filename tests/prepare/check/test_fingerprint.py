import numpy as np
import pytest

from gpt_sovits.audio.resample import resample
from gpt_sovits.prepare.check.fingerprint import find_same, fingerprint
from tests.speech_set import RATE, SENTENCES, spoken

Rng = np.random.Generator


@pytest.fixture(scope="module")
def prints() -> list[list[int]]:
    return [fingerprint(spoken(sentence), RATE) for sentence in SENTENCES]


def test_different_sentences_of_a_voice_are_no_twins(prints: list[list[int]]) -> None:
    assert find_same(prints) == []


def test_the_same_sentence_said_otherwise_is_no_twin(prints: list[list[int]]) -> None:
    other = fingerprint(spoken(SENTENCES[0], semitones=2.0), RATE)
    assert find_same([*prints, other]) == []


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda audio: 0.2 * audio, id="quieter"),
        pytest.param(lambda audio: audio[round(0.137 * RATE) :], id="cut in front"),
        pytest.param(lambda audio: audio[: -round(0.3 * RATE)], id="cut behind"),
        pytest.param(
            lambda audio: resample(resample(audio, RATE, 8000), 8000, RATE), id="telephone"
        ),
        pytest.param(
            lambda audio: audio + 0.01 * np.random.default_rng(0).standard_normal(len(audio)),
            id="noise",
        ),
    ],
)
def test_a_changed_copy_is_a_twin(prints: list[list[int]], changed: object) -> None:
    copy = changed(spoken(SENTENCES[5])).astype(np.float32)  # type: ignore[operator]
    assert find_same([*prints, fingerprint(copy, RATE)]) == [(5, len(prints))]


def test_silence_and_clicks_have_no_twins() -> None:
    silence = fingerprint(np.zeros(3 * RATE, np.float32), RATE)
    assert find_same([silence, silence, [], fingerprint(np.ones(10, np.float32), RATE)]) == []
