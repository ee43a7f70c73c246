import math
from dataclasses import replace

import pytest

from gpt_sovits.errors import ConfigError, TextError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import Plan, pause_samples, plan_text, with_end
from gpt_sovits.models.sampling_options import SamplingOptions

OPTIONS = SpeakingOptions(cut="cut5", language="auto")


def plan(text: str, **changes: str) -> Plan:
    return plan_text(text, replace(OPTIONS, **changes), symbols="v2")  # type: ignore[arg-type]


def test_a_text_becomes_sentences_in_order() -> None:
    made = plan("Good morning. 你好，世界！")
    assert [sentence.text for sentence in made.sentences] == ["Good morning.", "你好，", "世界！"]
    assert made.sentences[1].report.phones == ["n", "i2", "h", "ao3", ","]
    assert made.skipped == []


def test_what_cannot_be_read_is_named_and_the_rest_is_spoken() -> None:
    made = plan("Good morning 😀.\n♥♥♥\nBye.")
    assert [sentence.text for sentence in made.sentences][-1] == "Bye."
    assert ("😀", "a picture has no reading") in made.skipped
    assert any("♥" in part for part, _ in made.skipped)


@pytest.mark.parametrize("text", ["", "  \n ", "。。。", "😀", "...\n???\n"])
def test_a_text_without_anything_to_read_is_one_sentence(text: str) -> None:
    with pytest.raises(TextError, match=r"empty|nothing in the text"):
        plan(text)


def test_an_unknown_language_is_no_skipped_part() -> None:
    with pytest.raises(TextError, match="klingon"):
        plan("Good morning.", language="klingon")


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("Hello", "Hello."),
        ("你好", "你好。"),
        ("Hello!", "Hello!"),
        ("他说“你好。”", "他说“你好。”"),
        ("he said 'yes'", "he said 'yes'."),
        ("你好…… ", "你好…… "),
        ("", ""),
    ],
)
def test_a_sentence_gets_the_end_that_it_lacks(text: str, ended: str) -> None:
    assert with_end(text) == ended


def test_the_seed_of_a_sentence_hangs_on_its_own_words() -> None:
    def seeds(text: str) -> list[int]:
        return [sentence.seed(7) for sentence in plan(text).sentences]

    one, two, three = seeds("One. Two. Three.")
    assert seeds("One. Five. Six. Three.") == [one, *seeds("Five. Six."), three]
    assert len({one, two, three}) == 3
    assert plan("One.").sentences[0].seed(8) != one


def test_a_sentence_that_comes_again_is_not_said_in_the_same_way() -> None:
    first, second = (sentence.seed(0) for sentence in plan("Yes. Yes.").sentences)
    assert first != second


def test_pauses_are_whole_samples() -> None:
    assert pause_samples(0.3, 32000) == 9600
    assert pause_samples(0.0, 32000) == 0


def test_what_is_not_chosen_is_the_familys() -> None:
    family = SamplingOptions(top_k=5, temperature=0.7)
    sampling = SpeakingOptions(top_p=0.9, temperature=0.0).sampling(family)
    assert (sampling.top_k, sampling.top_p, sampling.temperature) == (5, 0.9, 0.0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"speed": 0.0}, "speed"),
        ({"speed": math.nan}, "speed"),
        ({"pause_s": -0.1}, "pause_s"),
        ({"pause_s": math.inf}, "pause_s"),
        ({"seed": -2}, "seed"),
        ({"batch_size": 0}, "batch_size"),
        ({"top_k": 0}, "top_k"),
        ({"top_p": 0.0}, "top_p"),
        ({"temperature": -1.0}, "temperature"),
        ({"repetition_penalty": 0.0}, "repetition_penalty"),
    ],
)
def test_options_out_of_range_name_themselves(change: dict[str, float], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        SpeakingOptions(**change)  # type: ignore[arg-type]  # wrong on purpose


def test_an_unknown_cut_names_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match="cut5"):
        SpeakingOptions(cut="cut9")  # type: ignore[arg-type]  # wrong on purpose
