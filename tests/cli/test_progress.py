import argparse
import io
import json
from typing import Any

import pytest

from gpt_sovits.cli import progress
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.cli.shared import add_talk_flags


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def json_lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_tells_every_stage_at_its_beginning_and_its_last_item(clock: Clock) -> None:
    stream = io.StringIO()
    with show_progress(stream, as_json=True) as show:
        for stage, total in (("slice", 2), ("train sovits", 3)):
            show.enter(stage)
            for done in range(1, total + 1):
                show(done, total, f"clip {done}")
    lines = json_lines(stream)
    assert [line["stage"] for line in lines if line["total"] == 0] == ["slice", "train sovits"]
    last = [(line["stage"], line["done"], line["what"]) for line in lines]
    assert ("slice", 2, "clip 2") in last
    assert last[-1] == ("train sovits", 3, "clip 3")


def test_json_is_told_at_most_five_times_a_second(clock: Clock) -> None:
    stream = io.StringIO()
    with show_progress(stream, as_json=True, stage="features") as show:
        for done in range(1000):
            clock.now += 0.01
            show(done, 5000, "x")
    assert 45 <= len(json_lines(stream)) <= 55
    assert json_lines(stream)[-1]["done"] == 999


def stop_at_the_second(stream: io.StringIO) -> None:
    with show_progress(stream, as_json=True, stage="s") as show:
        show(1, 10, "first")
        show(2, 10, "second")
        raise ValueError("broken")


def test_the_last_state_is_shown_even_after_an_error(clock: Clock) -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="broken"):
        stop_at_the_second(stream)
    assert json_lines(stream)[-1]["what"] == "second"


def test_time_left_counts_only_what_this_run_did(clock: Clock) -> None:
    stream = io.StringIO()
    with show_progress(stream, as_json=True, stage="train") as show:
        show(90, 100, "resumed here")
        clock.now += 10
        show(95, 100, "x")
    assert json_lines(stream)[-1]["left_s"] == pytest.approx(10.0)


def test_an_unknown_total_has_no_time_left(clock: Clock) -> None:
    stream = io.StringIO()
    with show_progress(stream, as_json=True, stage="read") as show:
        show(1, 0, "a")
        clock.now += 1
        show(2, 0, "b")
    assert json_lines(stream)[-1]["left_s"] is None


def test_names_with_line_breaks_and_odd_letters_stay_on_their_line(clock: Clock) -> None:
    stream = io.StringIO()
    with show_progress(stream, as_json=True, stage="slice") as show:
        show(1, 1, "a\nb \udcff 声")
    assert stream.getvalue().isascii()
    assert json_lines(stream)[-1]["what"] == "a\nb \udcff 声"


def test_a_log_gets_a_line_every_ten_seconds_and_the_last(clock: Clock) -> None:
    stream = io.StringIO()
    with show_progress(stream, stage="features") as show:
        for done in range(1, 61):
            show(done, 60, f"clip {done}")
            clock.now += 0.5
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4
    assert lines[1] == "features, clip 21: 21 of 60 (2.0 a second, 20 s left)"
    assert lines[-1] == "features, clip 60: 60 of 60 (2.0 a second)"


def test_a_terminal_shows_stage_count_and_item() -> None:
    stream = Terminal()
    with show_progress(stream, stage="slice") as show:
        show(1, 2, "a [bold].wav")
        show(2, 2, "b.wav")
    assert "slice" in stream.getvalue()
    assert "2 of 2" in stream.getvalue()


def test_the_flag_is_off_unless_asked_for() -> None:
    parser = argparse.ArgumentParser()
    add_talk_flags(parser)
    assert parser.parse_args([]).progress_json is False
    assert parser.parse_args(["--progress-json"]).progress_json is True
