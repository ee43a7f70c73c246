import numpy as np
import pytest
import torch

from gpt_sovits.features.content import load_content
from gpt_sovits.prepare.check.fit import MIN_PHONES, fit_text, found_share, likelihoods
from gpt_sovits.text.frontend import read_text
from tests.speech_set import SENTENCES, spoken


def phones_of(text: str) -> list[str]:
    return read_text(text, language="ja", symbols="v2").phones


def test_the_right_text_fits_and_every_other_does_not() -> None:
    content = load_content()
    for place in (0, 3, 6):
        log_probs = content.listen(torch.from_numpy(spoken(SENTENCES[place]))).log_probs
        shares = []
        for text in SENTENCES:
            fit = fit_text(content, log_probs, phones_of(text))
            assert fit is not None
            shares.append(fit.share)
        assert int(np.argmax(shares)) == place
        others = [share for number, share in enumerate(shares) if number != place]
        assert shares[place] > 0.6
        assert max(others) < 0.4


def test_a_text_of_a_syllable_is_not_judged() -> None:
    log_probs = torch.full((40, 6), 1 / 6).log()
    assert fit_text(load_content(), log_probs, ["k", "a", "."]) is None


def test_more_phones_than_frames_do_not_fit() -> None:
    log_probs = torch.full((4, 6), 1 / 6).log()
    assert found_share(log_probs, np.arange(1, 6).repeat(2)) == 0.0


def test_likelihoods_add_up_every_way_of_saying_a_text() -> None:
    generator = torch.Generator().manual_seed(0)
    log_probs = torch.randn(3, 4, generator=generator).log_softmax(dim=1)
    p = log_probs.exp().double().numpy()
    # "2" in three frames: it sounds in one stretch, with blanks (0) around it.
    ways = ["002", "020", "200", "022", "220", "222"]
    slow = sum(np.prod([p[frame, int(letter)] for frame, letter in enumerate(way)]) for way in ways)
    (fast,) = likelihoods(log_probs, [np.array([2])])
    assert fast == pytest.approx(np.log(slow), abs=1e-5)


def test_the_same_text_is_judged_the_same_again() -> None:
    generator = torch.Generator().manual_seed(0)
    log_probs = torch.randn(60, 40, generator=generator).log_softmax(dim=1)
    text = np.arange(1, MIN_PHONES + 10)
    assert found_share(log_probs, text) == found_share(log_probs, text)
