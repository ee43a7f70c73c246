from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.prepare.check.findings import KINDS, Light, judge_alone, worst
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.text import TextFacts
from tests.prepare.check.made import made


def found(measured: Any) -> dict[str, Light]:
    return {finding.kind: finding.light for finding in judge_alone(measured, CheckOptions())}


def test_a_good_clip_has_no_finding() -> None:
    assert found(made(0)) == {}
    assert worst([]) == "green"


@pytest.mark.parametrize(
    ("sound", "kind", "light"),
    [
        ({"seconds": 0.5}, "length", "red"),
        ({"seconds": 55.0}, "length", "red"),
        ({"peak": 0.0}, "silent", "red"),
        ({"peak": 3.0}, "clipped", "red"),
        ({"clipped": 0.02}, "clipped", "red"),
        ({"flat": 0.001}, "clipped", "yellow"),
        ({"flat": 0.01}, "clipped", "red"),
        ({"snr_db": 12.0}, "noisy", "yellow"),
        ({"snr_db": -3.0}, "noisy", "red"),
        ({"lead_s": 1.4}, "pauses", "yellow"),
        ({"silence": 0.7}, "pauses", "yellow"),
        ({"bandwidth_hz": 3400.0}, "dull", "yellow"),
        ({"offset": -0.02}, "offset", "yellow"),
        ({"seconds": 1.0}, "pace", "red"),
        ({"seconds": 15.0}, "pace", "red"),
    ],
)
def test_each_fault_of_a_recording_has_its_kind(
    sound: dict[str, Any], kind: str, light: Light
) -> None:
    assert found(made(0, **sound))[kind] == light


@pytest.mark.parametrize(
    ("language", "text", "facts", "kind", "light"),
    [
        ("en", "你好", {"written_in": "zh"}, "language", "red"),
        ("zh", "hello", {"written_in": "en"}, "language", "yellow"),
        ("en", "so🙂", {"unread": [("🙂", "a picture has no reading")]}, "characters", "yellow"),
        ("en", "a🙂🙂", {"unread": [("🙂", "none")], "n_characters": 1}, "characters", "red"),
        ("en", "。", {"fault": "it holds only marks; write words"}, "characters", "red"),
    ],
)
def test_each_fault_of_a_text_has_its_kind(
    language: str, text: str, facts: dict[str, Any], kind: str, light: Light
) -> None:
    clip = made(0)
    item = replace(clip.item, language=language, text=text)
    values = {"n_characters": 30, "n_phones": 40, "written_in": language, **facts}
    assert found(replace(clip, item=item, text=TextFacts(**values))) == {kind: light}


def test_invisible_characters_are_shown_by_their_number() -> None:
    clip = made(0, text="a\u200bb")
    facts = replace(clip.text, unread=[("\u200b", "an invisible character has no reading")])
    (finding,) = judge_alone(replace(clip, text=facts), CheckOptions())
    assert "U+200B" in finding.what


def test_remedies_can_be_pasted_into_a_terminal() -> None:
    remedy = KINDS["text"].remedy_for(Path("my FOLDER; rm -rf x.list"), Path("LIST of clips"))
    assert "python -m subfix 'my FOLDER; rm -rf x.list'; or" in remedy
    assert "transcribe 'LIST of clips'" in remedy
