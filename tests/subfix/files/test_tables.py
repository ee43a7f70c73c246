from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.errors import InputError
from subfix.clip import Clip, changed
from subfix.files import Document, parse_line, read_document, render
from subfix.files.table import Table


def read(folder: Path, name: str, content: str) -> Document:
    path = folder / name
    path.write_bytes(content.encode())
    return read_document(path)


def edited(document: Document, **values: Any) -> str:
    clips = [changed(document.clips[0], {"raw": None, **values}), *document.clips[1:]]
    return render(document, clips).decode()


@pytest.mark.parametrize(
    ("name", "content", "kind", "fields"),
    [
        ("metadata.csv", "LJ1|Dr. X|Doctor X\n", "ljspeech", ("LJ1", "", "", "Doctor X")),
        ("metadata.csv", "LJ1|Dr. X|\n", "ljspeech", ("LJ1", "", "", "Dr. X")),
        ("metadata.csv", "LJ1|Dr. X\n", "ljspeech", ("LJ1", "", "", "Dr. X")),
        ("metadata.csv", "LJ1|a|b|c\n", "ljspeech", ("LJ1", "", "", "b|c")),
        ("x.tsv", "a.wav\thello\n", "ljspeech", ("a.wav", "", "", "hello")),
        ("x.txt", "a.wav|ann|ZH|你好|x\n", "list", ("a.wav", "ann", "ZH", "你好|x")),
        ("x.csv", "file_name,text\na.wav,x\n", "csv", ("a.wav", "", "", "x")),
        (
            "x.csv",
            'client_id;PATH;Sentence;locale\n7;a.wav;"a; ""b""";en\n',
            "csv",
            ("a.wav", "7", "en", 'a; "b"'),
        ),
        (
            "x.csv",
            'file_name,text\n"a.wav","two\r\n lines"\n',
            "csv",
            ("a.wav", "", "", "two lines"),
        ),
        ("x.csv", "id,raw_text,text\n1,Dr,\n", "csv", ("1", "", "", "Dr")),
        ("x.csv", "audio_file|text|speaker_name\na.wav|x|ann\n", "csv", ("a.wav", "ann", "", "x")),
        (
            "x.jsonl",
            '{"wav_path": "a.wav", "speaker_name": "ann", "language": "JP", "text": "x\\ny"}\n',
            "jsonl",
            ("a.wav", "ann", "JP", "x y"),
        ),
        ("x.jsonl", '{"id": 7, "text": 8}\n', "jsonl", ("7", "", "", "8")),
    ],
)
def test_tables_of_other_programs_are_understood(
    tmp_path: Path, name: str, content: str, kind: str, fields: tuple[str, ...]
) -> None:
    document = read(tmp_path, name, content)
    (clip,) = document.clips
    assert (clip.audio, clip.speaker, clip.language, clip.text) == fields
    assert document.format.name == kind
    assert not document.format.spans
    assert not clip.problem
    assert edited(document) == content


HEAD = "file_name,text,speaker,x\n"


@pytest.mark.parametrize(
    ("name", "content", "values", "becomes"),
    [
        ("x.csv", "LJ1|Dr. X|Doctor X\r\n", {"text": "new"}, "LJ1|Dr. X|new\r\n"),
        ("x.csv", "LJ1|Dr. X|\n", {"text": "new"}, "LJ1|new|\n"),
        ("x.csv", "LJ1|Dr. X\n", {"text": "a\nb"}, "LJ1|a b\n"),
        ("x.csv", "LJ1||\n", {"text": "a|b"}, "LJ1||a|b\n"),
        ("x.csv", "LJ1|x\n", {"speaker": "ann", "language": "en"}, "LJ1|x\n"),
        ("x.csv", HEAD + "a.wav, b ,ann,1.50", {"text": "c"}, HEAD + "a.wav,c,ann,1.50"),
        ("x.csv", HEAD + "a.wav,b,ann,7\n", {"text": 'a, "b"'}, HEAD + 'a.wav,"a, ""b""",ann,7\n'),
        ("x.csv", HEAD + 'a.wav,"b",ann,7\n', {"text": "c"}, HEAD + 'a.wav,"c",ann,7\n'),
        (
            "x.csv",
            HEAD + 'a.wav,"b\r\nc",ann,7\n',
            {"speaker": "eve"},
            HEAD + 'a.wav,"b\r\nc",eve,7\n',
        ),
        ("x.csv", HEAD + "a.wav,b\n", {"text": "c"}, HEAD + "a.wav,c,,\n"),
        (
            "x.csv",
            "file_name,text\na.wav,b, c\n",
            {"text": "b, d"},
            'file_name,text\na.wav,"b, d"\n',
        ),
        (
            "x.csv",
            "file_name,text,lang\na.wav,b,ZH\n",
            {"language": "Japanese"},
            "file_name,text,lang\na.wav,b,ja\n",
        ),
        (
            "x.jsonl",
            '{ "x" : 1.50, "text":"a", "x": [{"text": 1}], "audio":"a.wav" }\r\n',
            {"text": '新 "b"'},
            '{ "x" : 1.50, "text":"新 \\"b\\"", "x": [{"text": 1}], "audio":"a.wav" }\r\n',
        ),
        (
            "x.jsonl",
            '{"audio": "a.wav", "text": "\\u65b0"}\n',
            {"text": "好", "speaker": "ann"},
            '{"audio": "a.wav", "text": "\\u597d", "speaker": "ann"}\n',
        ),
        ("x.jsonl", '{"audio": "a.wav"}', {"text": "b"}, '{"audio": "a.wav", "text": "b"}'),
        ("x.jsonl", "{}", {"text": "b", "audio": "a"}, '{"file_name": "a", "text": "b"}'),
        (
            "x.jsonl",
            '{"id": 1, "text": "a", "text": "b"}',
            {"text": "c"},
            '{"id": 1, "text": "a", "text": "c"}',
        ),
    ],
)
def test_only_what_changed_is_written_anew(
    tmp_path: Path, name: str, content: str, values: dict[str, str], becomes: str
) -> None:
    assert edited(read(tmp_path, name, content), **values) == becomes


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ("LJ1|x\n", {"text": "a|b"}),
        ("LJ1|x|\n", {"text": "a|b"}),
        ("LJ1|x\n", {"audio": "a|b"}),
    ],
)
def test_what_would_break_a_line_is_refused(
    tmp_path: Path, content: str, values: dict[str, str]
) -> None:
    with pytest.raises(InputError, match="leave it out"):
        edited(read(tmp_path, "x.csv", content), **values)


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("x.csv", "LJ1|x|y\n", "new|words\n"),
        ("x.csv", "file_name,text,emotion\na,x,y\n", "new,words,\n"),
        ("x.jsonl", '{"file_name": "a", "x": 1}\n', '{"file_name": "new", "text": "words"}\n'),
    ],
)
def test_a_clip_without_a_line_gets_one(tmp_path: Path, name: str, content: str, line: str) -> None:
    document = read(tmp_path, name, content)
    new = Clip(2, audio="new", text="words")
    assert render(document, [*document.clips, new]).decode() == content + line


def test_a_stray_quote_does_not_swallow_the_lines_behind_it(tmp_path: Path) -> None:
    rows = ['a.wav,"open', 'b.wav,"good, ""x"""', 'c.wav,"two\nlines"', "d.wav,x", 'e.wav,"open']
    document = read(tmp_path, "x.csv", "file_name,text\n" + "\n".join(rows))
    assert [clip.audio for clip in document.clips] == [f"{name}.wav" for name in "abcde"]
    assert [bool(clip.problem) for clip in document.clips] == [True, False, False, False, True]


def test_columns_are_named_by_the_first_line() -> None:
    assert Table.of('"File_Name";Text\r\n') == Table(("file_name", "text"), ";")


def test_an_empty_last_column_of_a_mended_row_counts(tmp_path: Path) -> None:
    document = read(tmp_path, "x.tsv", "path\ttext\tage\na.wav\n")
    mended = parse_line(document, "a.wav\tx\t\n", 1)
    assert (mended.raw, mended.problem) == ("a.wav\tx\t\n", "")
