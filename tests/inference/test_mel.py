from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from gpt_sovits.inference.mel import EDGE_S, MelSpeaker, cut_edges, one_thread, phone_ends
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import PlannedSentence
from gpt_sovits.inference.voice import Voice
from gpt_sovits.text.frontend import read_text

RATE = 8000


def test_phones_end_where_the_pointer_leaves_them() -> None:
    ends = phone_ends(torch.tensor([0, 0, 1, 3, 3]), 4, seconds=0.2)
    assert ends.tolist() == pytest.approx([0.08, 0.12, 0.14, 0.2])


def test_a_change_of_tempo_moves_all_of_them() -> None:
    pointer = torch.tensor([0, 0, 1, 3, 3])
    np.testing.assert_allclose(phone_ends(pointer, 4, 0.1), phone_ends(pointer, 4, 0.2) / 2)


def test_the_pauses_at_both_ends_are_cut_but_for_their_edges() -> None:
    audio = np.ones(RATE, np.float32)
    said = cut_edges(audio, [",", "a", "b", "."], np.array([0.3, 0.5, 0.6, 1.0]), RATE)
    assert len(said.audio) / RATE == pytest.approx(0.3 + 2 * EDGE_S)
    assert said.phone_times is not None
    assert [each.phone for each in said.phone_times] == ["a", "b"]
    starts = [each.start_s for each in said.phone_times]
    assert starts == pytest.approx([EDGE_S, EDGE_S + 0.2])
    assert said.audio[0] == said.audio[-1] == 0
    assert said.audio.max() == 1


def test_pauses_shorter_than_an_edge_stay_as_they_are() -> None:
    audio = np.ones(RATE, np.float32)
    said = cut_edges(audio, [",", "a", "."], np.array([0.0, 0.99, 1.0]), RATE)
    assert len(said.audio) == RATE


@pytest.mark.parametrize("uses_tokens", [True, False])
def test_a_family_decides_whether_tokens_shape_the_sound(uses_tokens: bool, voice: Voice) -> None:
    loaded = voice.speaker
    assert isinstance(loaded, MelSpeaker)
    family = loaded.family.model_copy(update={"uses_tokens": uses_tokens})
    speaker = MelSpeaker(
        family, loaded.decoder.model, loaded.synthesizer, loaded.reference, loaded.vocode
    )
    text = "Good morning."
    sentence = PlannedSentence(text, read_text(text, language="en", symbols=family.symbols))

    def say() -> np.ndarray:
        return next(speaker.speak([sentence], SpeakingOptions(), seed=0)).audio

    before = say()
    entries = loaded.synthesizer.quantizer.codebook.embed
    kept = entries.clone()
    entries += 1
    try:
        after = say()
    finally:
        entries.copy_(kept)  # to the bit: other tests share the voice
    assert len(after) == len(before)
    assert np.array_equal(after, before) is not uses_tokens


def test_speakers_that_overlap_leave_the_number_of_threads() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with ThreadPoolExecutor(1) as pool:
            with one_thread:
                other = pool.submit(one_thread.__enter__)
                other.result()
            pool.submit(one_thread.__exit__).result()
            assert pool.submit(torch.get_num_threads).result() == 3
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
