from pathlib import Path

import pytest

from gpt_sovits.jobs.losses import LossTable, loss_table

HEAD = "epoch,step,seconds,mel,kl\n"


def add(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    add(path, HEAD + "1,1,0.5,2.5,0.1\n1,2,0.5,2.0,0.2\n1,3,0.")
    table = LossTable(path)
    steps, losses = table.read()
    assert list(steps) == [1, 2]
    assert {name: list(values) for name, values in losses.items()} == {
        "mel": [2.5, 2.0],
        "kl": [0.1, 0.2],
    }
    add(path, "5,1.5,0.3\n")
    whole = path.read_bytes()
    path.write_bytes(b"x" * 30 + whole[30:])  # nobody looks at the beginning any more
    assert list(table.read()[0]) == [1, 2, 3]
    assert list(steps) == [1, 2], "what was given away stays as it is"


def test_a_training_that_begins_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    add(path, HEAD + "".join(f"1,{n},0.5,2.5,0.1\n" for n in range(1, 30)))
    table = LossTable(path)
    assert len(table.read()[0]) == 29
    path.write_text(HEAD + "".join(f"1,{n},0.7,9.5,0.1\n" for n in range(1, 60)), encoding="utf-8")
    steps, losses = table.read()
    assert (len(steps), losses["mel"][0]) == (59, 9.5)
    path.write_text("epoch,step,seconds,tokens\n1,1,0.5,3.5\n", encoding="utf-8")
    assert list(table.read()[1]) == ["tokens"]
    path.unlink()
    assert table.read()[1] == {}


@pytest.mark.parametrize(
    ("content", "n"),
    [
        (b"", 0),
        (b"\x00\xff\xfe\n1,2\n", 0),
        (b"name,text\n1,2\n", 0),
        (HEAD.encode(), 0),
        (HEAD.encode() + b"1,1,0.5,x,0.1\n1,2,0.5,2.5\n\n1,3,0.5,2.5,0.1\n", 1),
        (HEAD.encode() + b"1,1,0.5,nan,inf\n", 1),
        (HEAD.replace("\n", "\r\n").encode() + b"1,1,0.5,2,0.1\r\n", 1),
    ],
)
def test_files_of_any_kind_are_read(tmp_path: Path, content: bytes, n: int) -> None:
    path = tmp_path / "losses.csv"
    path.write_bytes(content)
    assert len(LossTable(path).read()[0]) == n


def test_a_folder_in_its_place_is_no_table(tmp_path: Path) -> None:
    assert LossTable(tmp_path).read()[1] == {}


def test_the_same_table_is_read_by_all(tmp_path: Path) -> None:
    assert loss_table(tmp_path / "a.csv") is loss_table(tmp_path / "a.csv")
