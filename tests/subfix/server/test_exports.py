import json
from pathlib import Path

import pytest

from tests.subfix.lists import TEXTS, make_list
from tests.subfix.server.serving import served


@pytest.mark.parametrize(
    ("kind", "target", "said"),
    [
        ("list", "out.list", "wavs/1.wav|ann|zh|你好，世界。"),
        ("jsonl", "out.jsonl", '"text": "你好，世界。"'),
        ("ljspeech", "out.csv", "你好，世界。"),
        ("srt", "out.srt", "00:00:00,500 --> 00:00:01,000\n你好，世界。"),
        ("ass", "out.ass", "你好，世界。"),
        ("audacity", "out.txt", "0.500000\t1.000000\t你好，世界。"),
    ],
)
def test_clips_are_exported_and_can_be_fetched(
    tmp_path: Path, kind: str, target: str, said: str
) -> None:
    path = make_list(tmp_path)
    with served(path) as page:
        assert page.get(f"api/export/{target}").status == 404
        told = page.post("api/export", format=kind, target=target, ids=[1, 2])
        assert told.status == 200, told.content
        assert told.json == {"path": str(tmp_path / target), "clips": 2, "skipped": []}
        text = (tmp_path / target).read_text(encoding="utf-8")
        assert said in text
        assert TEXTS[2] not in text
        fetched = page.get(f"api/export/{target}")
        assert fetched.content.decode() == text
        assert target in fetched.headers["content-disposition"]
        again = page.post("api/export", format=kind, target=target)
        assert again.status == 422
        assert "already" in again.error
        assert page.post("api/export", format=kind, target=target, replace=True).status == 200
        assert page.get("api/export/voice.list").status == 404


def test_a_folder_gets_copies_of_the_clips(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        told = page.post("api/export", format="audiofolder", target="set")
        assert told.json["path"] == str(tmp_path / "set" / "metadata.csv")
        assert len(list((tmp_path / "set").rglob("*.wav"))) == 4


def test_texts_are_written_as_they_are_read(tmp_path: Path) -> None:
    path = make_list(tmp_path, ["I have 3 cats."])
    with served(path) as page:
        body = {"format": "jsonl", "target": "n.jsonl", "normalised": True}
        assert page.post("api/export", body).status == 200
        text = json.loads((tmp_path / "n.jsonl").read_text(encoding="utf-8"))["text"]
        assert "three" in text.lower()


def test_an_export_does_not_follow_a_link(tmp_path: Path) -> None:
    path = make_list(tmp_path / "list")
    (tmp_path / "away").mkdir()
    (tmp_path / "list" / "set").symlink_to(tmp_path / "away")
    with served(path) as page:
        body = {"format": "audiofolder", "target": "set", "replace": True}
        assert page.post("api/export", body).status == 422
    assert not list((tmp_path / "away").iterdir())
