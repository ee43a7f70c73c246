import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.data.annotations import read_annotations
from gpt_sovits.errors import InputError
from subfix.clip import Clip
from subfix.exporting import (
    ENDINGS,
    KINDS,
    ExportOptions,
    ExportReport,
    Kind,
    export_clips,
    normalise_text,
)
from subfix.files import Document, find_audio, read_document
from subfix.sounds import Sound

RATE = 8000
SECONDS = {1: 0.5, 2: 0.25, 3: 1.0}
LIST = (
    "sub/a.wav|ann|ZH|你好|世界\n"
    "broken\n"
    'b.wav|ann|EN|I have 3, "or" {4}.\n'
    "c.wav||JP|はい\n"
    "d.wav|ann|EN|\n"
)


def noise(seed: int, seconds: float = 0.5, channels: int = 1) -> np.ndarray:
    values = np.random.default_rng(seed).integers(-9000, 9000, (channels, round(seconds * RATE)))
    return (values / 32768).astype(np.float32)


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """A list of clips, of which one line is broken, one clip is gone and one has no text."""
    for number, name in enumerate(("sub/a.wav", "b.wav", "d.wav")):
        write_audio(tmp_path / name, noise(number), RATE)
    path = tmp_path / "voice.list"
    path.write_text(LIST, encoding="utf-8")
    return read_document(path)


@pytest.fixture
def talk(tmp_path: Path) -> Document:
    """Subtitles of a recording of two channels."""
    write_audio(tmp_path / "talk.wav", noise(7, 4, channels=2), RATE)
    path = tmp_path / "talk.srt"
    cues = [
        "00:00:01,000 --> 00:00:02,500\n<i>Hello</i>\nthere",
        "00:00:02,000 --> 00:00:03,000\n-",
        "00:00:00,500 --> 00:00:00,750\n[bang] Two",
        "00:00:09,000 --> 00:00:10,000\nlate",
    ]
    path.write_text("".join(f"{n}\n{cue}\n\n" for n, cue in enumerate(cues, 1)), encoding="utf-8")
    return read_document(path)


def finder(document: Document) -> Callable[[Clip], Sound]:
    return lambda clip: Sound(find_audio(document, clip), clip.start_s, clip.end_s)


def export(
    document: Document, name: str, kind: Kind, options: ExportOptions | None = None
) -> tuple[ExportReport, str]:
    target = document.path.parent / name
    report = export_clips(document, document.clips, target, kind, finder(document), options)
    assert report.path == target
    return report, target.read_text(encoding="utf-8")


def test_a_list_is_exported_as_it_is_read(document: Document) -> None:
    report, content = export(document, "out/x.list", "list")
    folder = document.path.parent
    assert content == (
        f'{folder}/sub/a.wav|ann|zh|你好|世界\n{folder}/b.wav|ann|en|I have 3, "or" {{4}}.\n'
    )
    assert report.n_clips == 2
    assert [number for number, _ in report.skipped] == [2, 4, 5]
    reasons = [reason for _, reason in report.skipped]
    assert "has 1 fields" in reasons[0]
    assert "c.wav: no such file" in reasons[1]
    assert "has no text" in reasons[2]
    assert len(read_annotations(report.path).items) == 2


def test_line_breaks_of_a_text_do_not_break_a_list(document: Document) -> None:
    clips = [replace(document.clips[0], text="one\ntwo\r\n", speaker="a|b"), document.clips[2]]
    clips[1] = replace(clips[1], text="one\ntwo\r\n")
    target = document.path.parent / "x.list"
    report = export_clips(document, clips, target, "list", finder(document))
    assert target.read_text() == "b.wav|ann|en|one two\n"
    assert "'a|b' holds '|'" in report.skipped[0][1]


def test_names_inside_the_folder_are_relative(document: Document) -> None:
    _, content = export(document, "x.jsonl", "jsonl")
    assert [json.loads(line) for line in content.splitlines()] == [
        {"file_name": "sub/a.wav", "text": "你好|世界", "speaker": "ann", "language": "zh"},
        {"file_name": "b.wav", "text": 'I have 3, "or" {4}.', "speaker": "ann", "language": "en"},
    ]
    assert [clip.audio for clip in read_document(document.path.parent / "x.jsonl").clips] == [
        "sub/a.wav",
        "b.wav",
    ]


def test_texts_are_written_out_where_that_is_wanted(document: Document) -> None:
    _, content = export(document, "x.csv", "ljspeech", ExportOptions(normalise=normalise_text))
    assert content.splitlines() == [
        "sub/a.wav|你好 世界|你好世界",
        'b.wav|I have 3, "or" {4}.|I have three, or four.',
    ]


def test_a_text_that_cannot_be_read_aloud_is_left_out(document: Document) -> None:
    clips = [replace(document.clips[0], text="……"), document.clips[2]]
    target = document.path.parent / "x.list"
    options = ExportOptions(normalise=normalise_text)
    report = export_clips(document, clips, target, "list", finder(document), options)
    assert report.n_clips == 1
    assert report.skipped[0][0] == 1


def test_ljspeech_has_its_clips_in_wavs(document: Document) -> None:
    report, content = export(document, "lj/m.csv", "ljspeech", ExportOptions(copy_audio=True))
    assert content.splitlines()[1] == 'b|I have 3, "or" {4}.|I have 3, "or" {4}.'
    copied = report.path.parent / "wavs"
    assert sorted(path.name for path in copied.iterdir()) == ["a.wav", "b.wav"]
    assert (copied / "b.wav").read_bytes() == (document.path.parent / "b.wav").read_bytes()
    again = read_document(report.path)
    assert find_audio(again, again.clips[0]) == copied / "a.wav"


def test_an_audiofolder_can_be_moved(document: Document) -> None:
    with pytest.raises(InputError, match=r"lies outside of .* copy the audio, too"):
        export(document, "hf/metadata.csv", "audiofolder")
    _, content = export(document, "hf/metadata.csv", "audiofolder", ExportOptions(copy_audio=True))
    rows = list(csv.DictReader(content.splitlines()))
    assert rows[1] == {
        "file_name": "metadata_audio/b.wav",
        "text": 'I have 3, "or" {4}.',
        "speaker": "ann",
        "language": "en",
    }
    read = read_document(document.path.parent / "hf/metadata.csv")
    assert [clip.text for clip in read.clips] == ["你好|世界", 'I have 3, "or" {4}.']


def test_clips_of_one_name_are_both_copied(document: Document, tmp_path: Path) -> None:
    write_audio(tmp_path / "sub/b.wav", noise(9), RATE)
    clips = [document.clips[2], replace(document.clips[2], id=9, audio="sub/b.wav")]
    options = ExportOptions(copy_audio=True)
    target = tmp_path / "out/x.list"
    export_clips(document, clips, target, "list", finder(document), options)
    assert [line.split("|")[0] for line in target.read_text().splitlines()] == [
        "x_audio/b.wav",
        "x_audio/b_2.wav",
    ]
    copy = tmp_path / "out/x_audio/b_2.wav"
    assert copy.read_bytes() == (tmp_path / "sub/b.wav").read_bytes()


def test_spans_that_were_copied_are_used_again(talk: Document) -> None:
    options = ExportOptions(copy_audio=True, replace=True)
    _, first = export(talk, "out/x.list", "list", options)
    _, second = export(talk, "out/x.list", "list", options)
    assert first == second
    assert len(list((talk.path.parent / "out/x_audio").iterdir())) == 2


def test_sounds_that_cannot_be_read_are_told(document: Document, tmp_path: Path) -> None:
    (tmp_path / "noise.mp3").write_bytes(b"no sound" * 100)
    clips = [replace(document.clips[0], audio="noise.mp3"), document.clips[2]]
    target = tmp_path / "out/m.csv"
    options = ExportOptions(copy_audio=True)
    report = export_clips(document, clips, target, "ljspeech", finder(document), options)
    assert report.n_clips == 1
    assert "noise.mp3" in report.skipped[0][1]


def test_the_clips_of_the_list_are_never_overwritten(document: Document, tmp_path: Path) -> None:
    write_audio(tmp_path / "wavs/b.wav", noise(9), RATE)
    clips = [document.clips[2], replace(document.clips[2], id=9, audio="wavs/b.wav")]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.wav")}
    options = ExportOptions(copy_audio=True, replace=True)
    target = tmp_path / "metadata.csv"
    export_clips(document, clips, target, "ljspeech", finder(document), options)
    assert all(path.read_bytes() == content for path, content in before.items())
    assert [line.split("|")[0] for line in target.read_text().splitlines()] == ["b_2", "b"]
    assert len(list(tmp_path.rglob("*.wav"))) == len(before) + 1


def test_files_that_are_there_stay_unless_they_may_be_replaced(
    document: Document, tmp_path: Path
) -> None:
    options = ExportOptions(copy_audio=True)
    export(document, "out/x.list", "list", options)
    with pytest.raises(InputError, match="is there already; choose another name, or replace it"):
        export(document, "out/x.list", "list", options)
    export(document, "out/x.list", "list", replace(options, replace=True))
    (tmp_path / "out/x.list").unlink()
    export(document, "out/x.list", "list", options)  # the copies are the same
    (tmp_path / "out/x.list").unlink()
    (tmp_path / "out/x_audio/b.wav").write_bytes(b"other")
    _, content = export(document, "out/x.list", "list", options)
    assert content.splitlines()[1].startswith("x_audio/b_2.wav|")
    assert (tmp_path / "out/x_audio/b.wav").read_bytes() == b"other"


def test_clips_with_files_are_placed_one_behind_the_other(document: Document) -> None:
    options = ExportOptions(seconds={1: 0.5, 3: 0.25, 4: 3600.0, 5: 1.5})
    _, srt = export(document, "x.srt", "srt", options)
    assert srt == (
        "1\n00:00:00,000 --> 00:00:00,500\n你好|世界\n\n"
        '2\n00:00:00,500 --> 00:00:00,750\nI have 3, "or" {4}.\n\n'
        "3\n00:00:00,750 --> 01:00:00,750\nはい\n\n"
        "4\n01:00:00,750 --> 01:00:02,250\n\n\n"
    )
    _, labels = export(document, "x.txt", "audacity", options)
    assert labels.splitlines()[1] == '0.500000\t0.750000\tI have 3, "or" {4}.'
    _, ass = export(document, "x.ass", "ass", options)
    assert ass.splitlines()[-4:-2] == [
        "Dialogue: 0,0:00:00.00,0:00:00.50,Default,ann,0,0,0,,你好|世界",
        'Dialogue: 0,0:00:00.50,0:00:00.75,Default,ann,0,0,0,,I have 3, "or" \\{4}.',
    ]
    with pytest.raises(InputError, match=r"c.wav: its length is not known"):
        export(document, "y.srt", "srt", ExportOptions(seconds={1: 0.5, 3: 0.25}))


def test_spans_keep_their_places(talk: Document) -> None:
    _, labels = export(talk, "x.txt", "audacity")
    assert labels.splitlines() == [
        "1.000000\t2.500000\tHello there",
        "2.000000\t3.000000\t",
        "0.500000\t0.750000\tTwo",
        "9.000000\t10.000000\tlate",
    ]
    _, srt = export(talk, "x.srt", "srt")
    assert srt == talk.path.read_text()
    _, ass = export(talk, "x.ass", "ass")
    (talk.path.parent / "x.wav").touch()
    read = read_document(talk.path.parent / "x.ass")
    assert [(clip.start_s, clip.text) for clip in read.clips][::2] == [
        (1.0, "Hello there"),
        (0.5, "Two"),
    ]
    assert ass.count("Dialogue:") == 4


def test_spans_are_cut_to_the_sample(talk: Document) -> None:
    with pytest.raises(InputError, match="parts of one recording; copy the audio, too"):
        export(talk, "out/x.list", "list")
    report, content = export(talk, "out/x.list", "list", ExportOptions(copy_audio=True))
    names = [line.split("|")[0] for line in content.splitlines()]
    assert [line.split("|")[1:] for line in content.splitlines()] == [
        ["", "auto", "Hello there"],
        ["", "auto", "Two"],
    ]
    assert [number for number, _ in report.skipped] == [2, 4]
    assert "says" in report.skipped[0][1] or "no text" in report.skipped[0][1]
    assert "is no part of talk.wav; set its times" in report.skipped[1][1]
    whole = noise(7, 4, channels=2)
    for name, start, end in ((names[0], 8000, 20000), (names[1], 4000, 6000)):
        audio, rate = read_audio(report.path.parent / name, mono=False)
        assert rate == RATE
        assert np.array_equal(audio, whole[:, start:end])


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_exported_is_one_sentence(document: Document, kind: Kind) -> None:
    folder = document.path.parent
    ending = ENDINGS[kind]
    options = ExportOptions(seconds=dict.fromkeys(range(9), 1.0), copy_audio=True, replace=True)
    (folder / f"folder{ending}").mkdir()
    (folder / "file").touch()
    listed = document.clips
    gone = [replace(clip, deleted=True) for clip in listed]
    for clips, name, says in [
        (listed, "x.klingon", f"end its name in {ending}"),
        (listed, f"folder{ending}", "is a folder"),
        (gone, f"x{ending}", "no clip can be exported"),
        (listed[1:2], f"x{ending}", "no clip can be exported .*has 1 fields"),
        (listed, f"file/x{ending}", "cannot be written|is no folder"),
    ]:
        with pytest.raises(InputError, match=says) as caught:
            export_clips(document, clips, folder / name, kind, finder(document), options)
        assert "\n" not in str(caught.value)
    if kind == "list":
        other = folder / "other.list"  # as VOICE.list is on a disk that does not tell them apart
        other.hardlink_to(document.path)
        replacing = ExportOptions(replace=True)
        for target in (document.path, other):
            with pytest.raises(InputError, match="is the list itself"):
                export_clips(document, listed, target, kind, finder(document), replacing)
    assert not (folder / f"x{ending}").exists()
