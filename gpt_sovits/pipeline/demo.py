"""The demo: clone the bundled minute of speech, let it speak three languages, and show it all."""

import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.pipeline.clone import clone_voice
from gpt_sovits.pipeline.clone_report import CloneOptions, CloneReport, OnStage
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.state import write_state

if TYPE_CHECKING:
    from gpt_sovits.features.content import Content
    from gpt_sovits.inference.speech import Speech
    from gpt_sovits.inference.voice import Voice

NAME = "demo"
"""The voice that the demo makes, and its folder in output/."""

SPEAK = "speak"
"""The stage after those of `clone`."""

SENTENCES = (
    "你好，nice to meet you，はじめまして。",
    "今天的 coffee 特别香，でも少し熱いので，please wait a minute.",
    "明日の meeting は九時からです，我们在车站见，don't be late!",
)
"""What the voice says: three languages in each."""

SEED = 0


@dataclass(frozen=True)
class SpokenDemo:
    """One sentence that the voice said."""

    text: str
    path: Path
    speech: "Speech"
    phone_error_rate: float
    """Between its phones and what the content network hears."""
    seconds: float
    """How long speaking took."""


@dataclass(frozen=True)
class DemoReport:
    """What the demo made."""

    clone: CloneReport
    spoken: list[SpokenDemo]
    summary: Path
    page: Path


def bundled_recording(paths: ProjectPaths = PROJECT) -> Path:
    """The minute of speech that comes with the project; its text lies beside it."""
    return paths.root / "assets" / "demo" / "recording.opus"


def run_demo(
    recording: Path,
    options: CloneOptions,
    *,
    sentences: Sequence[str] = SENTENCES,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
    on_stage: OnStage = lambda stage: None,
) -> DemoReport:
    """Clone a voice, let it speak, and leave everything in output/NAME.

    Args:
        recording: what the voice is made of.
        options: how; `options.name` names voice and folder.
        sentences: what it says.
        paths: the project.
        progress: told after each item of a stage.
        on_stage: told when a stage begins.

    A voice that an earlier demo made of another recording is replaced, any other is not.

    Raises:
        InputError: as `clone_voice`.
    """
    from gpt_sovits.pipeline.report import write_page

    began = time.monotonic()
    options = replace(options, mark=NAME)
    clone = clone_voice(recording, options, paths=paths, progress=progress, on_stage=on_stage)
    on_stage(SPEAK)
    folder = paths.output / options.name
    speaking = time.monotonic()
    spoken = speak_sentences(options.name, sentences, folder, paths=paths, progress=progress)
    clone = replace(clone, seconds={**clone.seconds, SPEAK: time.monotonic() - speaking})
    report = DemoReport(clone, spoken, folder / "summary.json", folder / "report.html")
    write_state(report.summary, summary_of(report, recording, time.monotonic() - began))
    write_page(report.page, report, recording, paths=paths)
    return report


def speak_sentences(
    name: str,
    sentences: Sequence[str],
    folder: Path,
    *,
    paths: ProjectPaths = PROJECT,
    progress: Progress = no_progress,
) -> list[SpokenDemo]:
    """Let a voice of the project say sentences into `folder`, and measure how well it is heard."""
    from gpt_sovits.audio.write import write_audio
    from gpt_sovits.features.content import content_path, load_content
    from gpt_sovits.inference.voice import open_voice
    from gpt_sovits.text.frontend import read_text

    voice = open_voice(name, paths=paths)
    content = load_content(content_path(paths.pretrained_models))
    for text in sentences:  # loads the dictionaries, so that no sentence is charged for them
        read_text(text, language="auto", symbols=voice.family.symbols)
    spoken = []
    for number, text in enumerate(sentences, 1):
        progress(number - 1, len(sentences), text)
        said = _speak(voice, text, folder / f"sentence_{number}.wav", content)
        write_audio(said.path, said.speech.audio, said.speech.sample_rate)
        spoken.append(said)
    progress(len(sentences), len(sentences), "")
    return spoken


def _speak(voice: "Voice", text: str, path: Path, content: "Content") -> SpokenDemo:
    import torch

    from gpt_sovits.audio.resample import resample
    from gpt_sovits.features.content import phone_error_rate
    from gpt_sovits.inference.options import SpeakingOptions

    began = time.monotonic()
    speech = voice.say(text, SpeakingOptions(seed=SEED))
    seconds = time.monotonic() - began
    rate = content.about.spectrogram.sample_rate
    audio = resample(speech.audio, speech.sample_rate, rate)
    phones = [phone for sentence in speech.sentences for phone in sentence.phones]
    heard = content.hear(torch.from_numpy(audio.copy()))
    return SpokenDemo(text, path, speech, phone_error_rate(heard, phones), seconds)


def summary_of(report: DemoReport, recording: Path, seconds: float) -> dict[str, Any]:
    """What summary.json holds."""
    return {
        "recording": recording,
        "seconds": round(seconds, 1),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        **report.clone.to_json(),
        "sentences": [
            {
                "text": spoken.text,
                "audio": spoken.path,
                "audio_seconds": round(spoken.speech.seconds, 2),
                "speaking_seconds": round(spoken.seconds, 2),
                "phone_error_rate": round(spoken.phone_error_rate, 3),
                "skipped": spoken.speech.skipped,
            }
            for spoken in report.spoken
        ],
        "report": report.page,
    }
