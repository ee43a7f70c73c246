"""The check on a whole list, with the committed content network."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.prepare.check import measuring
from gpt_sovits.prepare.check.options import CheckOptions
from gpt_sovits.prepare.check.report import CheckReport
from gpt_sovits.prepare.check.run import check_list
from tests.speech_set import RATE, spoken, write_list, write_set

OPTIONS = CheckOptions(processes=1)


def kinds_of(report: CheckReport) -> dict[str, set[str]]:
    """Kinds of findings by the name of the clip."""
    return {
        clip.measured.item.audio.name: {finding.kind for finding in clip.findings}
        for clip in report.clips
    }


def check(listed: Path, options: CheckOptions = OPTIONS) -> CheckReport:
    return check_list(listed, listed.parent / "report", options)


# --- bad inputs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"RIFF\xff\xfe\x00\x00WAVEfmt ", "is not UTF-8"),
        (b"just words\n", "no line can be used: .*1: has 1 fields"),
        (b"gone.wav|a|ja|text\n", "no line can be used: .*gone.wav: no such file"),
        (b"00.wav|a|klingon|text\n", "no line can be used: .*unknown language 'klingon'"),
        (b"00.wav|a|ja|\n", "no line can be used: .*has no text"),
    ],
)
def test_a_list_that_is_no_use_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    write_audio(tmp_path / "00.wav", np.zeros(RATE, np.float32), RATE)
    listed = tmp_path / "x.list"
    if content is not None:
        listed.write_bytes(content)
    with pytest.raises(InputError, match=says):
        check(listed)


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        check_list(tmp_path, tmp_path / "report", OPTIONS)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    listed = write_list(tmp_path / "x.list", write_set(tmp_path, 1))
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match=r"taken.*cannot be written"):
        check_list(listed, tmp_path / "taken", OPTIONS)


@pytest.mark.parametrize("values", [{"processes": 0}, {"min_s": 0.0}, {"min_s": 9.0, "max_s": 3.0}])
def test_options_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        CheckOptions(**values)  # type: ignore[arg-type]  # what a command line might hand over


def test_bad_clips_are_named_and_the_rest_is_judged(tmp_path: Path) -> None:
    clips = write_set(tmp_path, 2)
    good = clips[0][0]

    def add(name: str, text: str = "今日は良い天気です。") -> Path:
        clips.append((tmp_path / name, text))
        return tmp_path / name

    add("truncated.wav").write_bytes(good.read_bytes()[:30])
    add("empty.wav").write_bytes(b"")
    add("words.wav").write_text("these are words")
    write_audio(add("short.wav"), spoken("はい。")[: RATE // 20], RATE)
    write_audio(add("silent.wav"), np.zeros(2 * RATE, np.float32), RATE)
    nan = np.full(2 * RATE, np.nan, np.float32)
    add("nan.wav").write_bytes(_float_wav(nan))
    write_audio(add("-o 'quoted \" 名.wav"), spoken("窓を開けると冷たい風が入ってきた。"), RATE)
    write_audio(add("marks.wav", "。。！"), spoken("はい。"), RATE)
    write_audio(add("emoji.wav", "🙂🙂"), spoken("図書館"), RATE)
    report = check(write_list(tmp_path / "x.list", clips))
    kinds = kinds_of(report)
    for name, kind in {
        "truncated.wav": "unreadable",
        "empty.wav": "unreadable",
        "words.wav": "unreadable",
        "short.wav": "length",
        "silent.wav": "silent",
        "nan.wav": "unreadable",
        "marks.wav": "characters",
        "emoji.wav": "characters",
    }.items():
        assert kind in kinds[name], (name, kinds[name])
        assert next(c for c in report.clips if c.measured.item.audio.name == name).light == "red"
    assert kinds["00.wav"] == kinds["01.wav"] == set()
    assert "text" in kinds["-o 'quoted \" 名.wav"]  # read, and its text is another
    assert json.loads(report.summary.read_text(encoding="utf-8"))["clips"] == len(clips)


def _float_wav(audio: np.ndarray) -> bytes:
    from tests.audio.sounds import wav_header

    return wav_header(audio.nbytes, RATE, bits=32, code=3) + audio.tobytes()


# --- what it is for -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> CheckReport:
    """Twelve sentences: three with each other's texts, two clipped, and two copies."""
    folder = tmp_path_factory.mktemp("planted")
    clips = write_set(folder)
    for place, text in zip((1, 4, 7), (clips[4][1], clips[7][1], clips[1][1]), strict=True):
        clips[place] = (clips[place][0], text)
    for place, ceiling in ((2, 1.0), (5, 0.5)):
        loud = (ceiling * np.clip(5 * spoken(clips[place][1]), -1, 1)).astype(np.float32)
        write_audio(clips[place][0], loud, RATE)
    copy = folder / "copy.wav"
    copy.write_bytes(clips[8][0].read_bytes())
    cut = folder / "cut.wav"
    write_audio(cut, 0.5 * spoken(clips[9][1])[round(0.11 * RATE) :], RATE)
    return check(write_list(folder / "x.list", [*clips, (copy, clips[8][1]), (cut, clips[9][1])]))


def test_planted_faults_are_found_and_nothing_else_is_red(planted: CheckReport) -> None:
    kinds = kinds_of(planted)
    assert {name for name, found in kinds.items() if "text" in found} == {
        "01.wav",
        "04.wav",
        "07.wav",
    }
    assert {name for name, found in kinds.items() if "clipped" in found} == {"02.wav", "05.wav"}
    assert {name for name, found in kinds.items() if "duplicate" in found} == {
        "copy.wav",
        "cut.wav",
    }
    red = {clip.measured.item.audio.name for clip in planted.clips if clip.light == "red"}
    assert len(red) == 7


def test_swapped_texts_are_traced_to_their_clips(planted: CheckReport) -> None:
    said = {
        clip.measured.item.audio.name: finding.what
        for clip in planted.clips
        for finding in clip.findings
        if finding.kind == "text"
    }
    assert "line 8 (07.wav) has what is said here" in said["01.wav"]
    assert "line 2 (01.wav) has what is said here" in said["04.wav"]
    assert "line 5 (04.wav) has what is said here" in said["07.wav"]


def test_the_set_has_a_light_and_totals(planted: CheckReport) -> None:
    told = planted.to_json()
    assert (told["light"], told["clips"], told["usable_clips"]) == ("red", 14, 7)
    assert list(told["speakers"]) == ["anna"]
    assert told["usable_seconds"] < told["seconds"]
    assert any("can be used" in note for _, note in told["notes"])
    found = {each["kind"]: each for each in told["findings"] if each["light"] == "red"}
    assert found["text"]["clips"] == 3
    assert str(planted.listed) in found["text"]["remedy"]
    assert {each["key"] for each in json.loads(planted.summary.read_text())["histograms"]} == {
        *("seconds", "fit", "pace", "loudness", "snr", "bandwidth")
    }


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value or "" for name, value in attributes if name in ("src", "href")]


def test_the_page_asks_for_nothing_and_plays_the_worst_clips(planted: CheckReport) -> None:
    page = _Addresses()
    page.feed(planted.page.read_text(encoding="utf-8"))
    assert all(address.startswith("data:audio/ogg;base64,") for address in page.found)
    assert len(page.found) == sum(clip.light != "green" for clip in planted.clips)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)


def test_a_text_cannot_write_into_the_page(tmp_path: Path) -> None:
    clips = write_set(tmp_path, 1)
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7 * 7 }}"
    report = check(write_list(tmp_path / "x.list", [(clips[0][0], hostile)], "auto"))
    content = report.page.read_text(encoding="utf-8")
    page = _Addresses()
    page.feed(content)
    assert not {"script", "img"} & set(page.tags)
    assert "&lt;script&gt;alert(1)" in content
    assert "{{ 7 * 7 }}" in content


# --- going on -----------------------------------------------------------------------------------


def test_what_was_measured_is_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = write_set(tmp_path, 3)
    listed = write_list(tmp_path / "x.list", clips)
    first = check(listed)
    measured: list[str] = []
    real = measuring.measure_clip

    def note(job: object, *rest: object) -> object:
        measured.append(job[1].audio.name)  # type: ignore[index]  # a tuple
        return real(job, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(measuring, "measure_clip", note)
    again = check(listed)
    assert measured == []
    assert again.to_json() == first.to_json()
    clips[1] = (clips[1][0], "別の文です、これは。")
    record = tmp_path / "report" / measuring.RECORD
    record.write_text(record.read_text() + '\n{"key": "torn', encoding="utf-8")
    check(write_list(listed, clips))
    assert measured == ["01.wav"]


def test_several_processes_measure_the_same(tmp_path: Path) -> None:
    clips = write_set(tmp_path, 7)
    clips[3][0].write_bytes(b"no sound")
    listed = write_list(tmp_path / "x.list", clips)
    alone = check_list(listed, tmp_path / "one", OPTIONS)
    together = check_list(listed, tmp_path / "two", replace(OPTIONS, processes=2))
    assert [clip.measured for clip in together.clips] == [clip.measured for clip in alone.clips]


def test_two_checks_do_not_share_a_folder(tmp_path: Path) -> None:
    from filelock import FileLock

    listed = write_list(tmp_path / "x.list", write_set(tmp_path, 1))
    (tmp_path / "report").mkdir()
    with (
        FileLock(tmp_path / "report" / ".check.lock"),
        pytest.raises(InputError, match="another check"),
    ):
        check(listed)


# --- languages, families, recognisers -----------------------------------------------------------


def test_texts_of_a_language_that_the_network_does_not_hear_are_not_compared(
    tmp_path: Path,
) -> None:
    clips = [(write_set(tmp_path, 1)[0][0], "안녕하세요 반갑습니다")]
    report = check(write_list(tmp_path / "x.list", clips, "ko"))
    assert report.clips[0].measured.fit is None
    assert any("were not compared" in note for _, note in report.notes)


def test_limits_are_those_of_the_training(tmp_path: Path) -> None:
    listed = write_list(tmp_path / "x.list", write_set(tmp_path, 1))
    report = check(listed, CheckOptions(processes=1, min_s=1.0, max_s=1.2))
    assert "at most 1.2 s" in report.clips[0].findings[0].what
    long = check(listed, CheckOptions(processes=1, min_s=0.1, max_s=0.3))
    assert [each.kind for each in long.clips[0].findings][:1] == ["length"]  # never decoded


def test_a_family_without_the_language_refuses_the_text(tmp_path: Path) -> None:
    clips = [(write_set(tmp_path, 1)[0][0], "안녕하세요")]
    listed = write_list(tmp_path / "x.list", clips, "ko")
    report = check(listed, CheckOptions(processes=1, family="v1"))
    assert any("v1 symbols" in finding.what for finding in report.clips[0].findings)


def test_an_unsure_recogniser_is_told(tmp_path: Path) -> None:
    clips = write_set(tmp_path, 3)
    listed = write_list(tmp_path / "x.list", clips)
    told = [
        {"audio": str(clips[0][0]), "text": clips[0][1], "confidence": 0.12},
        {"audio": str(clips[1][0]), "text": "corrected since", "confidence": 0.12},
        {"audio": str(clips[2][0]), "text": clips[2][1], "confidence": 0.9},
    ]
    lines = [*(json.dumps(each) for each in told), "torn {", "[]", '{"audio": 3}']
    (tmp_path / "x.jsonl").write_text("\n".join(lines), encoding="utf-8")
    kinds = kinds_of(check(listed))
    assert [name for name, found in kinds.items() if "confidence" in found] == ["00.wav"]
