from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError, TextError
from gpt_sovits.inference.reference import ReferenceClip, read_reference, read_reference_text
from tests.tiny_mini import write_recording


def test_a_clip_of_the_right_length_is_read_at_the_wanted_rate(tmp_path: Path) -> None:
    clip = write_recording(tmp_path / "a.wav", 4.0, rate=16000)
    assert read_reference(clip, 8000, (3.0, 10.0)).shape == (32000,)


def test_a_clip_that_a_cutter_has_rounded_still_counts(tmp_path: Path) -> None:
    clip = write_recording(tmp_path / "a.wav", 10.004)
    assert len(read_reference(clip, 8000, (3.0, 10.0))) > 80000


@pytest.mark.parametrize(
    ("seconds", "says"), [(1.0, r"1\.0 s is too short .* 3 to 10 s"), (12.0, "too long")]
)
def test_another_length_is_one_sentence(tmp_path: Path, seconds: float, says: str) -> None:
    clip = write_recording(tmp_path / "a.wav", seconds)
    with pytest.raises(AudioError, match=says):
        read_reference(clip, 8000, (3.0, 10.0))


def test_silence_and_what_is_no_audio_are_named(tmp_path: Path) -> None:
    write_audio(tmp_path / "silent.wav", np.full(32000, 1e-4, np.float32), 8000)
    with pytest.raises(AudioError, match=r"silent\.wav: is silent"):
        read_reference(tmp_path / "silent.wav", 8000, (3.0, 10.0))
    (tmp_path / "notes.wav").write_text("no audio")
    with pytest.raises(AudioError, match=r"notes\.wav"):
        read_reference(tmp_path / "notes.wav", 8000, (3.0, 10.0))
    with pytest.raises(AudioError, match=r"gone\.wav"):
        read_reference(tmp_path / "gone.wav", 8000, (3.0, 10.0))


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_a_reference_may_have_no_text(text: str | None) -> None:
    assert read_reference_text(ReferenceClip(Path("a.wav"), text), "v2", None) is None


def test_an_unreadable_text_is_the_references(tmp_path: Path) -> None:
    with pytest.raises(TextError, match="text of the reference: nothing"):
        read_reference_text(ReferenceClip(Path("a.wav"), "…", "zh"), "v2", None)
