"""What is compared when a recogniser has written something down."""

from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.hearing import PHONES, measure_of, units_of
from gpt_sovits.features.content import load_content, phone_error_rate
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare.engines import Engine, Model, Recogniser, TranscribeOptions, Transcript
from gpt_sovits.text.frontend import read_text
from tests.tiny_mini import RATE, write_recording


@pytest.mark.parametrize(
    ("text", "mode", "units"),
    [
        ("Good morning, how are you?", "en", "good morning how are you"),
        ("It's ten o'clock -- don't!", "en", "it's ten o'clock don't"),
        ("It’s ten", "en", "it's ten"),
        ("At 10 in 1984.", "en", "at ten in nineteen eighty four"),
        ("今天10点，好。", "zh", "今 天 十 点 好"),
        ("我們坐車。", "zh", "我 们 坐 车"),
        ("今日は、コーヒー。", "ja", "今 日 は コ ー ヒ ー"),
        ("図書館", "ja", "図 書 館"),
        ("我想喝 coffee，でも。", "auto", "我 想 喝 coffee で も"),
        ("。。。", "zh", ""),
    ],
)
def test_texts_are_compared_by_words_and_characters(text: str, mode: str, units: str) -> None:
    assert units_of(text, mode) == units.split()


def engine(says: str, asked: list[str]) -> Engine:
    def load(model: Model, options: TranscribeOptions) -> Recogniser:
        asked.append(options.language)

        def recognise(audio: np.ndarray) -> Transcript:
            is_right = audio.dtype == np.float32 and len(audio) == 16_000
            return Transcript(says if is_right else "", options.language)

        return recognise

    models = [Model("only")]
    return Engine("fake-asr", None, lambda paths: models, lambda folder: None, load, "bring it")


def clip(tmp_path: Path, text: str, mode: str = "en") -> Clip:
    path = write_recording(tmp_path / "clip.wav", 1.0)
    return Clip("anna", "one", path, "en", mode, text)


def test_the_error_rate_is_over_the_words_written(tmp_path: Path) -> None:
    asked: list[str] = []
    measure = measure_of(engine("good mourning how are", asked))
    judge = measure.open("en", ProjectPaths(tmp_path))
    finding = judge(clip(tmp_path, "Good morning, how are you?"))
    assert finding is not None
    (score,) = finding.scores.values()
    assert (score.value, score.weight) == pytest.approx((2 / 5, 5))
    assert finding.heard == "good mourning how are"
    assert asked == ["en"]
    assert measure.figures[0].key == "error_rate_fake_asr"


def test_without_a_text_there_is_nothing_to_compare(tmp_path: Path) -> None:
    judge = measure_of(engine("x", [])).open("en", ProjectPaths(tmp_path))
    assert judge(clip(tmp_path, "")) is None


def test_silence_counts_every_word_as_missing(tmp_path: Path) -> None:
    judge = measure_of(engine("", [])).open("en", ProjectPaths(tmp_path))
    finding = judge(clip(tmp_path, "Good morning."))
    assert finding is not None
    assert [score.value for score in finding.scores.values()] == [1.0]


def test_phones_are_counted_as_the_content_network_hears_them(paths: ProjectPaths) -> None:
    import torch

    from gpt_sovits.audio.read import read_audio

    one = clip(paths.root, "Good morning.")
    finding = PHONES.open("", paths)(one)
    assert finding is not None
    (score,) = finding.scores.values()
    content = load_content(paths.pretrained_models / "mini" / "content.safetensors")
    audio, _ = read_audio(one.path, sample_rate=RATE)
    written = read_text("Good morning.", language="en", symbols="v2").phones
    expected = phone_error_rate(content.hear(torch.from_numpy(audio.copy())), written)
    assert score.value == pytest.approx(expected)
    assert PHONES.open("", paths)(clip(paths.root, "")) is None


def test_another_content_network_measures_anew(paths: ProjectPaths) -> None:
    before = PHONES.version(paths)
    with (paths.pretrained_models / "mini" / "content.safetensors").open("ab") as file:
        file.write(b" ")
    assert PHONES.version(paths) != before
