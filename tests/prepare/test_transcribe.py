"""Clips get their texts: given ones are aligned, others come from a recogniser."""

from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError, InputError, TextError
from gpt_sovits.features.content import Content, load_content
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare import transcribe
from gpt_sovits.prepare.transcribe import (
    guess_language,
    label_recording,
    language_of,
    read_transcript,
    text_beside,
)

RECORDING = PROJECT.root / "assets" / "demo" / "recording.opus"
FIRST, SECOND = RECORDING.with_suffix(".txt").read_text(encoding="utf-8").splitlines()[:2]
NOTHING = ProjectPaths(Path("/nowhere"))


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.fixture
def two_sentences(tmp_path: Path) -> Path:
    """The first 8.1 s of the bundled recording."""
    audio, rate = read_audio(RECORDING)
    path = tmp_path / "two.wav"
    write_audio(path, audio[: round(8.05 * rate)], rate)
    return path


def test_a_short_recording_with_its_text_is_one_clip(
    two_sentences: Path, tmp_path: Path, content: Content
) -> None:
    report = label_recording(two_sentences, tmp_path / "clips", content, text=f"{FIRST}\n{SECOND}")
    (clip,) = report.clips
    assert (clip.language, clip.text, report.engine) == ("en", f"{FIRST} {SECOND}", "text")
    assert clip.audio.name.startswith("two.wav_")


def test_pocketsphinx_hears_most_words(
    two_sentences: Path, tmp_path: Path, content: Content
) -> None:
    report = label_recording(two_sentences, tmp_path / "clips", content, paths=NOTHING)
    assert report.engine == "pocketsphinx"
    heard = set(" ".join(clip.text for clip in report.clips).lower().split())
    said = set(f"{FIRST} {SECOND}".lower().replace(",", "").replace(".", "").split())
    assert len(said & heard) >= 0.6 * len(said)


def test_a_language_without_a_recogniser_says_what_to_give(
    two_sentences: Path, tmp_path: Path, content: Content
) -> None:
    with pytest.raises(InputError, match=r"is Japanese, and no speech recogniser.*two\.txt"):
        label_recording(two_sentences, tmp_path / "c", content, language="ja", paths=NOTHING)


def test_noise_is_no_speech(tmp_path: Path, content: Content) -> None:
    path = tmp_path / "noise.wav"
    write_audio(path, np.random.default_rng(0).normal(0, 0.1, 80_000).astype(np.float32), 32_000)
    with pytest.raises(AudioError, match="no words are heard in it"):
        label_recording(path, tmp_path / "clips", content, language="en", paths=NOTHING)


def test_half_a_second_is_too_little(tmp_path: Path, content: Content) -> None:
    audio, rate = read_audio(RECORDING)
    path = tmp_path / "blip.wav"
    write_audio(path, audio[rate : rate + rate // 2], rate)
    with pytest.raises(AudioError, match=r"blip\.wav: no stretch of speech"):
        label_recording(path, tmp_path / "clips", content)
    with pytest.raises(AudioError, match=r"blip\.wav: holds 0\.\d s of speech"):
        label_recording(path, tmp_path / "clips", content, text="Good")


@pytest.mark.parametrize(
    ("text", "language", "mode"),
    [
        ("今天天气很好。", "auto", "zh"),
        ("今日はいい天気ですね。coffee", "auto", "ja"),
        ("Good morning.", "auto", "en"),
        ("今天天气很好。これはペンです。", "auto", "auto"),
        ("Good morning.", "JP", "ja"),
    ],
)
def test_the_language_of_a_text_is_found_out(text: str, language: str, mode: str) -> None:
    assert language_of(text, language) == mode


def test_the_language_of_speech_is_heard(two_sentences: Path, content: Content) -> None:
    assert guess_language([two_sentences], content) == "en"


@pytest.mark.parametrize(
    ("phone", "language"),
    [("AH0", "en"), ("T", "en"), ("ang4", "zh"), ("a", "ja"), ("N", "ja"), ("cl", "ja"), (",", "")],
)
def test_a_phone_tells_its_language(phone: str, language: str) -> None:
    assert transcribe._language_of_phone(phone) == language


@pytest.mark.parametrize(
    ("content_of_file", "said"),
    [(b"", "is empty"), (b"\xff\xfe\x00", "is not UTF-8"), (b" \n", "is empty")],
)
def test_a_bad_transcript_is_told(tmp_path: Path, content_of_file: bytes, said: str) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(content_of_file)
    with pytest.raises(TextError, match=said):
        text_beside(tmp_path / "talk.wav")


def test_a_missing_transcript_is_told_only_when_it_was_named(tmp_path: Path) -> None:
    assert text_beside(tmp_path / "talk.wav") is None
    with pytest.raises(TextError, match="cannot be read"):
        read_transcript(tmp_path / "talk.txt")
