import random
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.base.corpus import read_corpus
from gpt_sovits.base.engines import Engine, Speaker, find_engines, speak
from gpt_sovits.base.make import make_corpus
from gpt_sovits.base.sentences import SpokenLanguage, common_han, make_sentence
from gpt_sovits.base.synthetic import SyntheticOptions, make_synthetic, plan_clip
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.symbols import UNKNOWN
from tests.base.tiny import write_corpus

LANGUAGES: tuple[SpokenLanguage, ...] = ("zh", "en", "ja", "mixed")


def tone(text: str, language: SpokenLanguage, speaker: Speaker) -> tuple[np.ndarray, int]:
    """A second of sine at 200 Hz times the pitch, shorter where the tempo is higher."""
    time = np.arange(round(16000 / speaker.tempo)) / 16000
    return np.sin(2 * np.pi * 200 * speaker.pitch * time).astype(np.float32), 16000


def silence(text: str, language: SpokenLanguage, speaker: Speaker) -> tuple[np.ndarray, int]:
    return np.zeros(16000, np.float32), 16000


BEEP = Engine("beep", {"en": ("a", "b")}, tone)


def pitch_of(audio: np.ndarray, rate: int) -> float:
    return float(np.abs(np.fft.rfft(audio)).argmax() * rate / len(audio))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_read(language: SpokenLanguage) -> None:
    rng = random.Random(0)
    mode = {"mixed": "zh", "ja": "all_ja"}.get(language, language)
    for _ in range(30):
        text = make_sentence(language, rng)
        reading = read_text(text, language=mode, symbols="v2")
        assert not reading.unread, text
        assert "{" not in text


def test_sentences_follow_from_the_seed() -> None:
    one, same, other = (
        [make_sentence("en", random.Random(seed)) for _ in range(3)] for seed in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.parametrize(("language", "n_symbols"), [("en", 55), ("zh", 150), ("ja", 35)])
def test_sentences_bring_up_most_sounds(language: SpokenLanguage, n_symbols: int) -> None:
    rng = random.Random(0)
    mode = "all_ja" if language == "ja" else language
    text = " ".join(make_sentence(language, rng) for _ in range(150))
    symbols = set(read_text(text, language=mode, symbols="v2").phones) - {UNKNOWN}
    assert len(symbols) > n_symbols


def test_the_common_characters_are_all_there() -> None:
    assert len(common_han()) == len(set(common_han())) == 3755


def test_other_resonances_leave_pitch_and_tempo() -> None:
    plain, small = (
        speak(BEEP, "x", "en", Speaker("a", 1.0, formant, 1.0), 24000) for formant in (1.0, 1.2)
    )
    assert len(small) == pytest.approx(len(plain), rel=0.01)
    assert pitch_of(small, 24000) == pytest.approx(pitch_of(plain, 24000), rel=0.01)


def test_an_engine_that_says_nothing_is_an_error() -> None:
    engine = Engine("mute", {"en": ("a",)}, silence)
    with pytest.raises(InputError, match="mute said nothing for 'x'"):
        speak(engine, "x", "en", Speaker("a", 1.0, 1.0, 1.0), 24000)


def test_open_jtalk_speaks_with_more_than_one_voice() -> None:
    engine = next(each for each in find_engines()[0] if each.name == "openjtalk")
    low, high = (
        speak(engine, "あめ。", "ja", Speaker("mei", pitch, 1.0, 1.0), 24000)
        for pitch in (0.8, 1.25)
    )
    assert np.abs(low).max() > 0.01
    assert low[: len(high)].tolist() != high[: len(low)].tolist()


def test_a_stopped_run_goes_on_and_more_hours_add_clips(tmp_path: Path) -> None:
    options = SyntheticOptions(hours=5 / 3600, languages=("en",))
    whole, _ = make_synthetic(tmp_path, [BEEP], options)
    kept = {clip.audio: clip.audio.read_bytes() for clip in whole}
    whole[1].audio.unlink()
    again, _ = make_synthetic(tmp_path, [BEEP], options)
    assert again == whole
    assert {clip.audio: clip.audio.read_bytes() for clip in again} == kept
    more, _ = make_synthetic(tmp_path, [BEEP], SyntheticOptions(hours=9 / 3600, languages=("en",)))
    assert more[: len(whole)] == whole
    assert len(more) > len(whole)


def test_a_language_nobody_speaks_is_left_out() -> None:
    options = SyntheticOptions(hours=1, languages=("en", "zh"))
    assert plan_clip(0, [BEEP], options) is not None
    assert plan_clip(1, [BEEP], options) is None


def test_without_an_engine_for_any_language_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no engine here speaks zh"):
        make_synthetic(tmp_path, [BEEP], SyntheticOptions(hours=1, languages=("zh",)))


def test_engines_that_fail_again_and_again_end_the_run(tmp_path: Path) -> None:
    engine = Engine("mute", {"en": ("a",)}, silence)
    with pytest.raises(InputError, match="20 clips in a row failed"):
        make_synthetic(tmp_path, [engine], SyntheticOptions(hours=1, languages=("en",)))


def test_a_program_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    engines, missing = find_engines()
    assert [engine.name for engine in engines] == ["openjtalk"]
    assert len(missing) == 2
    assert "install the package espeak-ng" in missing[0]


def test_a_made_corpus_can_be_read_and_needs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    source, out = write_corpus(tmp_path / "source"), tmp_path / "out"
    report = make_corpus([source], out, SyntheticOptions(hours=2 / 3600, languages=("ja",)))
    corpus = read_corpus(out)
    assert report.written == [out / "index.tsv"]
    assert all(clip.audio.is_relative_to(out) for clip in corpus.clips)
    speakers = {clip.speaker.split("_")[0] for clip in corpus.clips}
    assert speakers == {"s0", "s1", "openjtalk"}


def test_nothing_asked_for_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to do"):
        make_corpus([], tmp_path, None)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"hours": 0}, "hours must be above 0"),
        ({"hours": 1, "n_speakers": 0}, "n_speakers must be at least 1"),
        ({"hours": 1, "languages": ()}, "languages is empty"),
    ],
)
def test_options_out_of_range_are_named(values: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        SyntheticOptions(**values)  # type: ignore[arg-type]  # wrong on purpose
