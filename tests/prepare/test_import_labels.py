"""Labels of other programs become a list, with a reason for each line that does not."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_sovits.audio.read import probe_audio, read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.prepare.import_labels import ImportReport, import_labels
from gpt_sovits.prepare.label_options import ImportOptions

RATE = 16_000
RECORDING = PROJECT.root / "assets" / "demo" / "recording.opus"


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path / "project")


def write_hum(path: Path, seconds: float = 1.0) -> Path:
    time = np.arange(round(seconds * RATE)) / RATE
    loud = np.sin(2 * np.pi * 0.5 * time) > -0.9  # with a pause now and then
    write_audio(path, (0.2 * np.sin(2 * np.pi * 220 * time) * loud).astype(np.float32), RATE)
    return path


def bring(paths: ProjectPaths, source: Path, **asked: Any) -> ImportReport:
    audio = asked.pop("audio", None)
    replace = asked.pop("replace", False)
    return import_labels(
        source,
        paths.output / "imported" / "x.list",
        ImportOptions(**asked),
        audio=audio,
        replace=replace,
        paths=paths,
    )


def lines(report: ImportReport) -> list[str]:
    return report.listed.path.read_text(encoding="utf-8").splitlines()


def test_ljspeech(paths: ProjectPaths) -> None:
    folder = paths.input / "LJ"
    for name in ("LJ-1", "LJ-2", "LJ-3"):
        write_hum(folder / "wavs" / f"{name}.wav")
    (folder / "metadata.csv").write_text(
        'LJ-1|He said "1905|nineteen oh five\r\nLJ-2|Only raw\r\n\r\nLJ-9|gone|gone\nLJ-3\n',
        encoding="utf-8",
    )
    report = bring(paths, folder, speaker="Linda")
    assert lines(report) == [
        "input/LJ/wavs/LJ-1.wav|Linda|en|nineteen oh five",
        "input/LJ/wavs/LJ-2.wav|Linda|en|Only raw",
    ]
    told = {path.name: reason for path, reason in report.skipped}
    assert "no such file" in told["metadata.csv:4"]
    assert "one field" in told["metadata.csv:5"]
    assert report.kind == "LJSpeech"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "metadata.csv",
            'file_name,text,speaker,language\na.wav,"Good, morning",Ann,en\nb.wav,,,\n',
        ),
        (
            "metadata.tsv",
            "path\tsentence\tclient_id\tlocale\na.wav\tGood, morning\tAnn\ten\nb.wav\t\n",
        ),
        (
            "metadata.jsonl",
            '{"file_name": "a.wav", "transcription": "Good, morning", "speaker": "Ann"}\n'
            '{"file_name": "b.wav", "transcription": null}\n',
        ),
        (
            "rows.json",
            '[{"audio": "a.wav", "text": "Good, morning", "speaker": "Ann"}, {"audio": "b.wav"}]',
        ),
    ],
)
def test_tables_with_column_names(paths: ProjectPaths, name: str, content: str) -> None:
    for clip in ("a.wav", "b.wav"):
        write_hum(paths.input / clip)
    table = paths.input / name
    table.write_text(content, encoding="utf-8-sig")
    report = bring(paths, table)
    assert lines(report) == ["input/a.wav|Ann|en|Good, morning"]
    assert [reason for _, reason in report.skipped] == ["has no text (in a column such as text)"]


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "gb18030"])
def test_a_list_of_any_dialect_and_coding(paths: ProjectPaths, coding: str) -> None:
    write_hum(paths.input / "a.wav")
    write_hum(paths.input / "b.wav")
    source = paths.input / "old.list"
    rows = ['"D:\\x\\a.wav"|安娜|ZH|今天天气|很好。', "b.wav|JP|今日はいい天気です。"]
    rows.append("b.wav|a|zh|好")
    source.write_bytes("\r\n".join(rows).encode(coding))
    report = bring(paths, source)
    assert lines(report) == [
        "input/a.wav|安娜|zh|今天天气|很好。",
        "input/b.wav|old|ja|今日はいい天気です。",
    ]
    assert "same clip" in report.skipped[0][1]


def test_texts_beside_recordings(paths: ProjectPaths) -> None:
    folder = paths.input / "anna"
    for name in ("1.wav", "2.wav", "3.wav", "4.wav"):
        write_hum(folder / name)
    (folder / "1.txt").write_bytes("今日はいい天気ですね。\r\nはい。".encode("cp932"))
    (folder / "2.lab").write_text("Good morning.", encoding="utf-8")
    (folder / "3.txt").write_text(" \n", encoding="utf-8")
    report = bring(paths, folder)
    assert lines(report) == [
        "input/anna/1.wav|anna|ja|今日はいい天気ですね。 はい。",
        "input/anna/2.wav|anna|en|Good morning.",
    ]
    assert [reason.partition(";")[0] for _, reason in report.skipped] == [
        "has no text beside it",
        "has no text",
    ]


def test_clips_that_cannot_be_trained_on_are_left_out(paths: ProjectPaths) -> None:
    write_hum(paths.input / "long.wav", 60)
    write_hum(paths.input / "short.wav", 0.2)
    write_hum(paths.input / "good.wav")
    (paths.input / "broken.wav").write_bytes(b"RIFF")
    rows = [{"file_name": f"{name}.wav", "text": "hello"} for name in ("long", "short", "broken")]
    rows += [{"file_name": "good.wav", "text": "hello"}] * 2
    table = paths.input / "x.jsonl"
    table.write_text("\n".join(map(json.dumps, rows)) + "\nnot json\n[1]\n", encoding="utf-8")
    report = bring(paths, table)
    assert len(lines(report)) == 1
    told = {path.name: reason for path, reason in report.skipped}
    assert "too long" in told["x.jsonl:1"]
    assert "too short" in told["x.jsonl:2"]
    assert "names good.wav again" in told["x.jsonl:5"]
    assert told["x.jsonl:6"] == told["x.jsonl:7"] == "is no JSON object"
    assert "x.jsonl:3" in told


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", b"", "is empty"),
        ("x.csv", b"just words\nand more\n", "is no table of clips"),
        ("x.srt", b"no times\n", "no recording of its name"),
        ("talk.srt", b"no times\n", "holds no subtitle with words"),
        ("x.docx", b"PK", "none of the labels that are understood"),
        ("x.list", b"gone.wav|a|zh|x\n", "no label can be used"),
        ("x.jsonl", b"\x00\x01\x02" * 50, "is no JSON object"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    paths: ProjectPaths, name: str, content: bytes, says: str
) -> None:
    write_hum(paths.input / "talk.wav")
    source = paths.input / name
    source.write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        bring(paths, source)
    assert "\n" not in str(caught.value)


def test_options_out_of_range_are_refused() -> None:
    with pytest.raises(ConfigError, match="min_s must be at most half"):
        ImportOptions(min_s=6.0)
    with pytest.raises(ConfigError, match="cannot stand in a list"):
        ImportOptions(speaker="a|b")


# --- subtitles ----------------------------------------------------------------------------------

CUES = (
    ("00:00:00,500", "00:00:03,000", "Good <b>morning</b>."),
    ("00:00:04,000", "00:00:05,000", "Yes,"),
    ("00:00:05,100", "00:00:07,000", "of course."),
    ("00:00:08,000", "00:00:08,300", "(sighs)"),
    ("00:00:30,000", "00:00:33,000", "Too late."),
)


def write_srt(path: Path, cues: tuple[tuple[str, str, str], ...] = CUES) -> Path:
    blocks = [f"{n}\n{start} --> {end}\n{text}\n" for n, (start, end, text) in enumerate(cues, 1)]
    path.write_text("\n".join(blocks), encoding="utf-8")
    return path


def test_a_recording_is_cut_by_its_subtitles(paths: ProjectPaths) -> None:
    write_hum(paths.input / "talk.wav", 10.0)
    report = bring(paths, write_srt(paths.input / "talk.en.srt"), language="en")
    first, second = lines(report)
    assert first.endswith("|talk.en|en|Good morning.")
    assert second.endswith("|en|Yes, of course.")
    name, _, start_end = Path(first.split("|")[0]).stem.partition(".wav_")
    start, end = (int(part) / 32_000 for part in start_end.split("_"))
    assert name == "talk"
    assert (start, end) == pytest.approx((0.4, 3.1), abs=0.02)
    clip = probe_audio(paths.root / first.split("|")[0])
    assert clip.sample_rate == 32_000
    assert clip.duration_s == pytest.approx(2.7, abs=0.02)
    assert {reason.partition(": ")[2][:12] for _, reason in report.skipped} == {
        "says nothing",
        "lies beyond ",
    }


def test_the_recording_itself_or_another_name_works_as_well(paths: ProjectPaths) -> None:
    talk = write_hum(paths.input / "talk.wav", 10.0)
    subtitles = write_srt(paths.input / "talk.srt")
    assert len(lines(bring(paths, talk, language="en"))) == 2
    other = subtitles.rename(paths.input / "other.srt")
    assert len(lines(bring(paths, other, audio=talk, language="en"))) == 2


def test_clips_and_lines_that_a_person_changed_stay(paths: ProjectPaths) -> None:
    write_hum(paths.input / "talk.wav", 10.0)
    source = write_srt(paths.input / "talk.srt")
    report = bring(paths, source, language="en")
    corrected = report.listed.path.read_text("utf-8").replace("Good morning.", "Good evening.")
    report.listed.path.write_text(corrected, encoding="utf-8")
    again = bring(paths, source, language="en")
    assert again.listed.is_users
    assert lines(again)[0].endswith("Good evening.")
    write_srt(source, (("00:00:00,500", "00:00:03,500", "Hello there."), *CUES[1:]))
    with pytest.raises(InputError, match="--replace"):
        bring(paths, source, language="en")
    assert bring(paths, source, language="en", replace=True).listed.n_added == 1


def test_a_cue_that_is_too_long_is_cut_between_words(paths: ProjectPaths) -> None:
    audio, rate = read_audio(RECORDING)
    write_audio(paths.input / "two.wav", audio[: round(8.05 * rate)], rate)
    shutil.copytree(PROJECT.pretrained_models / "mini", paths.pretrained_models / "mini")
    said = RECORDING.with_suffix(".txt").read_text(encoding="utf-8").splitlines()[:2]
    write_srt(paths.input / "two.srt", (("00:00:00,000", "00:00:08,000", " ".join(said)),))
    report = bring(paths, paths.input / "two.srt", max_s=6.0)
    texts = [line.split("|")[3] for line in lines(report)]
    assert len(texts) >= 2
    assert " ".join(texts) == " ".join(said)
