from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.training.losses_log import LossesLog, LossRow, mean_losses, read_losses
from gpt_sovits.training.module import Place


def write(path: Path, *steps: int, done: int = 0) -> None:
    log = LossesLog(path, done)
    for step in steps:
        place = Place(step, 1 + step // 10, ends_epoch=False)
        log.append(place, 0.25, {"mel": 1 / step, "kl": 2.0})
    log.sync()
    log.close()


def test_rows_come_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "losses.csv"
    write(path, 3)
    assert read_losses(path) == [LossRow(1, 3, 0.25, {"mel": 1 / 3, "kl": 2.0})]
    assert path.read_text().splitlines()[0] == "epoch,step,seconds,mel,kl"


def test_rows_after_the_checkpoint_go(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    write(path, 1, 2, 3, 4)
    write(path, 3, done=2)
    assert [row.step for row in read_losses(path)] == [1, 2, 3]


def test_time_goes_on_from_the_kept_rows(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    write(path, 1, 2, 3)
    log = LossesLog(path, 2)
    assert log.seconds == 0.5
    log.close()


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    write(path, 1, 2)
    with path.open("a") as file:
        file.write("1,3,0.2")
    assert [row.step for row in read_losses(path)] == [1, 2]


def test_no_table_is_an_empty_one(tmp_path: Path) -> None:
    assert read_losses(tmp_path / "losses.csv") == []


@pytest.mark.parametrize(
    "content", ["name,price\na,1\n", "epoch,step,seconds,mel\n1,1,0.1,high\n", "epoch,step\n"]
)
def test_another_table_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "losses.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=r"losses.csv: is .*move it away"):
        LossesLog(path, 0)
    assert path.read_text() == content


def test_means_are_those_of_one_epoch() -> None:
    rows = [
        LossRow(epoch, 1, 0.1, {"mel": float(epoch + more)}) for epoch in (1, 2) for more in (0, 1)
    ]
    assert mean_losses(rows, 2) == {"mel": 2.5}
    assert mean_losses(rows, 3) == {}
