"""What the page makes of single clips."""

from pathlib import Path

import pytest

from gpt_sovits.evaluate.clips import Clip
from gpt_sovits.evaluate.page import MELODY_HEIGHT, compare, melody_path


def clip(mode: str) -> Clip:
    return Clip("anna", "one", Path("x.wav"), mode, mode)


@pytest.mark.parametrize(
    ("mode", "text", "heard", "pieces"),
    [
        ("en", "Good morning.", "good morning", [("good morning", "right")]),
        (
            "en",
            "Open the big window.",
            "open a window please",
            [
                ("open", "right"),
                ("a", "wrong"),
                ("the big", "missing"),
                ("window", "right"),
                ("please", "wrong"),
            ],
        ),
        ("zh", "今天很好。", "今天好", [("今天", "right"), ("很", "missing"), ("好", "right")]),
        ("en", "Hello.", "", [("hello", "missing")]),
    ],
)
def test_what_was_heard_is_set_against_the_text(
    mode: str, text: str, heard: str, pieces: list[tuple[str, str]]
) -> None:
    assert compare(text, heard, clip(mode)) == pieces


def test_a_melody_has_gaps_where_nothing_vibrates() -> None:
    drawn = melody_path([None, -12.0, 24.0, None, 6.0, 99.0])
    assert drawn.count("M") == 2
    assert f"M1,{MELODY_HEIGHT:.1f}" in drawn
    assert "L2,0.0" in drawn
    assert f"M4,{MELODY_HEIGHT / 2:.1f}" in drawn
    assert drawn.endswith("L5,0.0")
    assert melody_path([None, None]) == melody_path([]) == ""
