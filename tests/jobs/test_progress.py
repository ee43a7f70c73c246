import pytest

from gpt_sovits.jobs.progress import StageProgress, advance, read_progress_line, spoken_time


@pytest.mark.parametrize(
    "line",
    [
        "",
        "reading a.wav",
        "{broken",
        "{}",
        "[1]",
        '{"stage": "x"}',
        '{"stage": "x", "done": "many", "total": 2, "what": ""}',
        '{"stage": "x", "done": null, "total": 2, "what": ""}',
    ],
)
def test_what_is_no_progress_is_left_to_the_log(line: str) -> None:
    assert read_progress_line(line) is None


def test_a_new_stage_ends_the_one_before() -> None:
    lines = [
        '{"stage": "slice", "done": 1, "total": 2, "what": "a", "left_s": 3.5}',
        '{"stage": "slice", "done": 2, "total": 2, "what": "b"}',
        '{"stage": "train", "done": 0, "total": 0, "what": ""}',
    ]
    stages: tuple[StageProgress, ...] = ()
    for line in lines:
        progress = read_progress_line(line)
        assert progress is not None
        stages = advance(stages, progress)
    slicing, training = stages
    assert (slicing.done, slicing.what, slicing.left_s) == (2, "b", None)
    assert slicing.ended is not None
    assert training.ended is None
    assert training.share == 0.0


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")],
)
def test_a_duration_is_spoken(seconds: float, spoken: str) -> None:
    assert spoken_time(seconds) == spoken
