import json
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gpt_sovits.cli.main import main
from gpt_sovits.weights.write import provenance_of, write_safetensors

Output = pytest.CaptureFixture[str]


class RunsOnLoading:
    """Unpickled by a careless reader, this makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return eval, (f"open({str(self.marker)!r}, 'w')",)


def test_list_names_files_groups_and_what_is_missing(capsys: Output) -> None:
    assert main(["models", "list", "v2", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    paths = {row["path"] for row in rows}
    assert "gsv-v2final-pretrained/s2G2333k.pth" in paths
    assert {"path", "groups", "bytes", "sha256", "state"} == set(rows[0])


def test_list_for_a_person_ends_with_the_command_that_brings_them(capsys: Output) -> None:
    assert main(["models", "list"]) == 0
    assert "models download" in capsys.readouterr().out.splitlines()[-1]


def test_info_tells_kind_family_and_sizes(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "mine.safetensors"
    tensors = {"a.weight": torch.zeros(3, 4), "b.bias": torch.zeros(2)}
    write_safetensors(
        path, tensors, kind="other", family=None, config={}, provenance=provenance_of()
    )
    assert main(["models", "info", str(path), "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert about["n_parameters"] == 14
    assert about["parts"] == {"a": 12, "b": 2}
    assert main(["models", "info", str(path)]) == 0
    assert "parameters 14" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["info", "import"])
def test_a_hostile_file_is_refused_and_nothing_runs(
    action: str, tmp_path: Path, capsys: Output
) -> None:
    marker, hostile = tmp_path / "marker", tmp_path / "voice.pth"
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr("voice/data.pkl", pickle.dumps({"weight": RunsOnLoading(marker)}, 2))
        archive.writestr("voice/version", "3")
    assert main(["models", action, str(hostile)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert not marker.exists()


def test_an_unknown_model_is_one_sentence_with_the_known_groups(capsys: Output) -> None:
    assert main(["models", "download", "v9"]) == 2
    assert "v2Pro" in capsys.readouterr().err


def test_a_mirror_that_is_no_address_is_refused(capsys: Output) -> None:
    assert main(["models", "download", "v2", "--endpoint", "file:///etc"]) == 2
    assert "endpoint" in capsys.readouterr().err


def test_no_command_at_all_shows_how_to_use_it(
    capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["gpt_sovits"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "COMMAND" in capsys.readouterr().err
