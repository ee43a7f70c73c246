from pathlib import Path

import pytest

from gpt_sovits.errors import ConfigError
from gpt_sovits.paths import check_name, replacing


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_finished_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / f"{'声' * 80}.txt"
    for text in ("first", "second"):
        with replacing(target) as part:
            part.write_text(text, encoding="utf-8")
            assert part.suffix == target.suffix
        assert target.read_text(encoding="utf-8") == text
    assert names(target.parent) == [target.name]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_unfinished_file_leaves_the_old_one(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "a.txt"
    target.write_text("mine", encoding="utf-8")

    def stop_halfway() -> None:
        with replacing(target) as part:
            part.write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        stop_halfway()
    assert target.read_text(encoding="utf-8") == "mine"
    assert names(tmp_path) == ["a.txt"]


def test_a_new_file_can_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    ordinary, atomic = tmp_path / "ordinary", tmp_path / "atomic"
    ordinary.touch()
    with replacing(atomic):
        pass
    assert atomic.stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "..",
        ".a",
        "a.",
        "a/b",
        "a\\b",
        "../a",
        "a:b",
        "a\n",
        "a\u202eb",
        "-a",
        "\ud800",
        "NUL",
        "con.x",
        200 * "a",
    ],
)
def test_names_that_no_file_can_have_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        check_name(name)


@pytest.mark.parametrize("name", ["a", "李华 2", "v2.1-b_c", "Ünal's", "สวัสดี", "e\u0301 (2)!"])
def test_other_names_are_free(name: str) -> None:
    assert check_name(name) == name
