"""A small labelled set of synthetic Japanese speech, so that texts can be compared with sound."""

import functools
from pathlib import Path

import numpy as np

from gpt_sovits.audio.write import write_audio
from gpt_sovits.base.engines import Speaker, find_engines, speak

RATE = 24000

SENTENCES = (
    "今日はとても良い天気ですね。",
    "明日の朝は早く起きて駅まで歩きます。",
    "この店のコーヒーは少し苦いと思う。",
    "図書館で新しい本を三冊借りました。",
    "夏休みには家族と海へ行く予定です。",
    "彼女は毎日ピアノの練習を続けている。",
    "電車が遅れたので会議に間に合わなかった。",
    "窓を開けると冷たい風が入ってきた。",
    "子供たちは公園で元気に遊んでいます。",
    "昨日の夜は雪が静かに降っていた。",
    "先生の話を聞いて安心しました。",
    "赤い帽子をかぶった人が手を振った。",
)


@functools.cache
def spoken(sentence: str, semitones: float = 0.0) -> np.ndarray:
    """A sentence as Open JTalk says it, float32 [L] at `RATE`, with a little noise of a room."""
    engine = next(engine for engine in find_engines()[0] if engine.name == "openjtalk")
    voice = Speaker("mei", 2 ** (semitones / 12), 1.0, 1.0)
    audio = speak(engine, sentence, "ja", voice, RATE)
    noise = np.random.default_rng(len(sentence)).standard_normal(len(audio))
    return (0.9 * audio / np.abs(audio).max() + 5e-4 * noise).astype(np.float32)


def write_set(folder: Path, count: int = len(SENTENCES)) -> list[tuple[Path, str]]:
    """Write clips 00.wav, 01.wav, ... into a folder; each with its text."""
    clips = []
    for number, sentence in enumerate(SENTENCES[:count]):
        path = folder / f"{number:02}.wav"
        write_audio(path, spoken(sentence), RATE)
        clips.append((path, sentence))
    return clips


def write_list(path: Path, clips: list[tuple[Path, str]], language: str = "ja") -> Path:
    """Write the annotation list of clips, with paths from its own folder."""
    lines = [f"{audio.relative_to(path.parent)}|anna|{language}|{text}\n" for audio, text in clips]
    path.write_text("".join(lines), encoding="utf-8")
    return path
