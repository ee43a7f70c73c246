import json
from pathlib import Path

import pytest

from gpt_sovits.cli.main import main

Output = pytest.CaptureFixture[str]


def test_one_text_prints_one_line_of_json(capsys: Output) -> None:
    code = main(["phones", "--language", "zh", "--text", "你好。", "--symbols", "v2", "--json"])
    assert code == 0
    assert json.loads(capsys.readouterr().out) == {
        "phones": ["n", "i2", "h", "ao3", "."],
        "word2ph": [2, 2, 1],
        "norm_text": "你好.",
    }


def test_words_come_with_their_readings(capsys: Output) -> None:
    main(["phones", "--language", "auto", "--text", "你好, world 😀", "--json", "--words"])
    said = json.loads(capsys.readouterr().out)
    words = {word["text"]: (word["language"], word["reading"]) for word in said["words"]}
    assert words["你好"] == ("zh", "ni2 hao3")
    assert words["world"] == ("en", "W ER1 L D")
    assert [character for character, _ in said["unread"]] == ["😀"]


def test_a_person_sees_words_and_what_is_left_out(capsys: Output) -> None:
    assert main(["phones", "--language", "en", "--text", "Hello 😀 there"]) == 0
    captured = capsys.readouterr()
    assert "HH AH0 L OW1" in captured.out
    assert "😀" in captured.err


def test_a_file_gives_a_line_for_a_line(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(
        '{"lang": "zh", "text": "好"}\n{"lang": "en", "text": "good"}\n', encoding="utf-8"
    )
    assert main(["phones", "--file", str(file), "--symbols", "v1"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["phones"] for line in lines] == [["h", "ao3"], [",", "G", "UH1", "D"]]


def test_a_bad_line_leaves_the_others_alone(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"lang": "en", "text": "good"}\nnot json\n', encoding="utf-8")
    assert main(["phones", "--file", str(file)]) == 2
    captured = capsys.readouterr()
    good, bad = (json.loads(line) for line in captured.out.splitlines())
    assert good["phones"][-1] == "D"
    assert "line 2" in bad["error"]
    assert captured.err.startswith("error: ")


def test_the_dictionary_wins(tmp_path: Path, capsys: Output) -> None:
    dictionary = tmp_path / "own.yaml"
    dictionary.write_text("- {word: 重庆, language: zh, reading: zhong4 qing4}\n", encoding="utf-8")
    words = ["--language", "zh", "--text", "重庆", "--dictionary", str(dictionary), "--json"]
    assert main(["phones", *words]) == 0
    assert json.loads(capsys.readouterr().out)["phones"] == ["zh", "ong4", "q", "ing4"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--language", "zh", "--text", ""], "empty"),
        (["--language", "zh", "--text", "。。。"], "nothing in the text"),
        (["--language", "klingon", "--text", "qapla"], "klingon"),
        (["--language", "ko", "--symbols", "v1", "--text", "안녕"], "v1"),
        (["--file", "no such file"], "no such file"),
        (["--language", "en", "--text", "a", "--dictionary", "no/own.yaml"], "no/own.yaml"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_2(
    words: list[str], says: str, capsys: Output
) -> None:
    assert main(["phones", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert says in captured.err
    assert captured.err.count("\n") == 1
