import json
from pathlib import Path

import pytest

from gpt_sovits.cli.main import main
from tests.base.tiny import write_corpus

Output = pytest.CaptureFixture[str]


def test_a_corpus_is_made_and_named(tmp_path: Path, capsys: Output) -> None:
    source, out = write_corpus(tmp_path / "source"), tmp_path / "out"
    assert main(["base", "corpus", str(source), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == [str(out / "index.tsv")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["corpus", "--out", "{tmp}/out"], "nothing to do"),
        (["corpus", "{tmp}/none", "--out", "{tmp}/out"], "no such file"),
        (["corpus", "--out", "{tmp}/out", "--synthetic", "-1"], "hours must be above 0"),
        (["train", "{tmp}/none", "--minutes", "1", "--state", "{tmp}/s"], "no such file"),
        (["train", "{tmp}", "--minutes", "0", "--state", "{tmp}/s"], "minutes must be above 0"),
        (
            ["train", "{tmp}", "--minutes", "1", "--parts", "voice"],
            "parts must be one of content",
        ),
        (["train", "{tmp}", "--minutes", "1", "--parts", ""], "no part is named"),
        (["export", "{tmp}/none", "--out", "{tmp}/out"], "holds no pretraining"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(
    tmp_path: Path, words: list[str], says: str, capsys: Output
) -> None:
    assert main(["base", *(word.replace("{tmp}", str(tmp_path)) for word in words)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert captured.err.count("\n") == 1
