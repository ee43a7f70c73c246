"""Takes: what their sentences join to."""

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.take import load_take
from gpt_sovits.inference.take_changes import set_pause
from gpt_sovits.inference.take_joining import ENDINGS, join_take
from gpt_sovits.inference.take_speaking import speak_next
from gpt_sovits.paths import ProjectPaths
from tests.inference.takes import MakeTake, speak_all
from tests.workbench.fakes import HummingVoice


def test_pauses_lie_behind_their_sentences(make: MakeTake, paths: ProjectPaths) -> None:
    folder = make("One two.\nThree four.\nFive six.", SpeakingOptions(pause_s=0.5))
    speak_all(folder, HummingVoice(), paths)
    plain, rate = read_audio(join_take(folder, "wav"))
    set_pause(folder, 0, 2.0)
    set_pause(folder, 2, 1.0)
    paused, _ = read_audio(join_take(folder, "wav"))
    assert len(paused) - len(plain) == (1.5 + 1.0) * rate
    assert not paused[-rate:].any()
    set_pause(folder, 0, None)
    set_pause(folder, 2, None)
    np.testing.assert_array_equal(read_audio(join_take(folder, "wav"))[0], plain)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_joined_stays_beside_what_is_joined_later(
    make: MakeTake, paths: ProjectPaths, ending: str
) -> None:
    folder = make()
    speak_next(folder, HummingVoice(), paths)
    first = join_take(folder, ending)
    content = first.read_bytes()
    assert join_take(folder, ending) == first
    speak_all(folder, HummingVoice(), paths)
    second = join_take(folder, ending)
    assert second != first
    assert first.read_bytes() == content
    assert second.stat().st_size > len(content)
    assert first.name == f"{folder.name}.{ending}"


def test_sentences_of_another_rate_are_joined_at_the_first_ones(
    make: MakeTake, paths: ProjectPaths
) -> None:
    folder = make("One two.\nThree four.")
    speak_next(folder, HummingVoice(), paths)
    speak_next(folder, HummingVoice(rate=16000), paths)
    audio, rate = read_audio(join_take(folder, "wav"))
    assert rate == HummingVoice().sample_rate
    seconds = load_take(folder).seconds + 0.3
    assert len(audio) / rate == pytest.approx(seconds, abs=0.01)
