"""Seed-TTS-eval's lists: every line sounds like its own prompt; bad lines are named."""

from pathlib import Path
from typing import Any

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.evaluate import measures, seed_tts
from gpt_sovits.evaluate.hearing import PHONES
from gpt_sovits.evaluate.options import EvaluationOptions
from gpt_sovits.evaluate.report import EvaluationReport
from gpt_sovits.evaluate.seed_list import read_seed_list
from gpt_sovits.evaluate.seed_tts import evaluate_seed_tts
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.voice import load_voices
from gpt_sovits.paths import ProjectPaths
from tests.tiny_mini import write_recording

OPTIONS = EvaluationOptions(seeds=1, device="cpu")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The layout of the published archive."""
    folder = tmp_path / "seedtts_testset"
    for number in range(3):
        write_recording(folder / "prompt-wavs" / f"{number}.wav", 2.0, seed=number)
    write_recording(folder / "wavs" / "one.wav", 1.0, seed=9)
    lines = [
        "one|Hello there.|prompt-wavs/0.wav|Good morning.|wavs/one.wav",
        "two|你好。|prompt-wavs/1.wav|今天天气很好。",
    ]
    (folder / "meta.lst").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def few_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "MEASURES", (PHONES, measures.SPEED))


def evaluate(data: Path, paths: ProjectPaths) -> EvaluationReport:
    base = paths.pretrained_models / "mini"
    weights = (base / "gpt.safetensors", base / "sovits.safetensors")
    return evaluate_seed_tts(data, weights, "mini", OPTIONS, paths.root / "out", paths=paths)


def test_each_line_is_read_with_its_prompt(data: Path) -> None:
    lines, skipped = read_seed_list(data)
    assert not skipped
    one, two = lines
    assert (one.said.name, one.said.language, one.said.text) == ("one", "en", "Good morning.")
    assert one.prompt == ReferenceClip(data / "prompt-wavs/0.wav", "Hello there.", "en")
    assert one.real == data / "wavs/one.wav"
    assert (two.group, two.prompt.language, two.real) == ("zh", "zh", None)
    assert read_seed_list(data / "meta.lst")[0] == lines


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("only|three|columns", "has 3 columns; write utt|prompt_text"),
        ("a|b|prompt-wavs/0.wav|c|d|e", "has 6 columns"),
        ("x|Hi.|prompt-wavs/gone.wav|Good morning.", "gone.wav: no such file"),
        ("x|Hi.||Good morning.", "no such file"),
        ("x|Hi.|/etc/hostname|Good morning.", "lies outside"),
        ("x|Hi.|../../x.wav|Good morning.", "lies outside"),
        ("x|Hi.|prompt-wavs/0.wav|Good morning.|../x.wav", "lies outside"),
        ("../x|Hi.|prompt-wavs/0.wav|Good morning.", "'/', which file names cannot have"),
        ("one|Hi.|prompt-wavs/0.wav|Good morning.", "stands in line 1 already"),
        ("x|Hi.|prompt-wavs/0.wav|。。。", "nothing in the text"),
        ("x|Hi.|prompt-wavs/0.wav|", "the text is empty"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_stays(data: Path, line: str, says: str) -> None:
    with (data / "meta.lst").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    lines, skipped = read_seed_list(data)
    assert [each.said.name for each in lines] == ["one", "two"]
    ((where, reason),) = skipped
    assert where == f"{data / 'meta.lst'}:4"
    assert says in reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, r"meta\.lst: no such file"),
        (b"", "holds no line that can be spoken .*is empty; write utt"),
        (b"a|b\n", "meta.lst:1: has 2 columns"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_list_without_a_line_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "meta.lst").write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_seed_list(tmp_path)


def test_lines_are_spoken_and_compared_with_their_prompts(data: Path, paths: ProjectPaths) -> None:
    report = evaluate(data, paths)
    assert [column.name for column in report.columns] == ["mini", "recordings"]
    clips = {(clip.column, clip.name): clip for clip in report.measured.findings}
    assert set(clips) == {("mini", "one"), ("mini", "two"), ("recordings", "one")}
    for (_, name), prompt in zip(clips, ("0", "1", "0"), strict=True):
        alike = next(clip for key, clip in clips.items() if key[1] == name).sounds_like
        assert alike == (data / f"prompt-wavs/{prompt}.wav",)
    labels = {row.label for row in report.table}
    assert labels >= {"phone error rate, en", "phone error rate, zh", "real-time factor"}


def test_lines_differ_in_their_prompt_and_are_spoken_once(
    data: Path, paths: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = [f"{n}|Hello.|prompt-wavs/{n}.wav|Good morning." for n in range(3)]
    (data / "meta.lst").write_text("\n".join(same), encoding="utf-8")
    heard: list[str] = []

    def noting(*weights: Any, **how: Any) -> Any:
        networks = load_voices(*weights, **how)

        def voice_of(reference: ReferenceClip) -> Any:
            heard.append(reference.audio.stem)
            return networks(reference)

        return voice_of

    monkeypatch.setattr(seed_tts, "load_voices", noting)
    report = evaluate(data, paths)
    sounds = {clip.path.read_bytes() for clip in report.measured.findings}
    assert len(sounds) == 3
    assert heard == ["0", "1", "2"]
    write_recording(data / "prompt-wavs/1.wav", 2.0, seed=7)
    evaluate(data, paths)
    assert heard == ["0", "1", "2", "1"]


def test_a_prompt_that_the_family_cannot_use_is_named(data: Path, paths: ProjectPaths) -> None:
    write_recording(data / "prompt-wavs/0.wav", 0.3)
    report = evaluate(data, paths)
    assert [clip.name for clip in report.measured.findings if clip.column == "mini"] == ["two"]
    assert "too short" in dict(report.skipped)["mini, one"]


def test_weights_that_cannot_be_loaded_end_it_at_once(data: Path, paths: ProjectPaths) -> None:
    (paths.pretrained_models / "mini" / "gpt.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"gpt\.safetensors"):
        evaluate(data, paths)
    assert not (paths.root / "out").exists()
