from pathlib import Path

import pytest

from gpt_sovits.data.text_files import read_text_file
from gpt_sovits.errors import ConfigError, InputError

TEXTS = {
    "zh": "今天天气很好，我们一起去公园散步吧。\n他说：“明天再见！”\n",
    "tw": "今天天氣很好，我們一起去公園散步吧。\n他說：「明天再見！」\n",
    "ja": "今日はとてもいい天気ですね。\n明日、公園へ行きましょう。テストです。\n",
    "ko": "안녕하세요. 오늘은 날씨가 아주 좋습니다.\n내일 만나요!\n",
    "fr": "1\n00:00:01,000 --> 00:00:02,000\nÇa va très bien, n'est-ce pas ? Où est-elle allée ?\n",
    "en": "Good morning.\nHow are you?\n",
}


@pytest.mark.parametrize(
    ("name", "coding"),
    [
        *((name, coding) for name in TEXTS for coding in ("utf-8", "utf-8-sig", "utf-16")),
        ("zh", "gb18030"),
        ("zh", "utf-16-le"),
        ("en", "utf-16-be"),
        ("ja", "cp932"),
        ("ko", "euc_kr"),
        ("tw", "big5"),
        ("fr", "cp1252"),
    ],
)
def test_the_coding_of_a_text_is_found_out(tmp_path: Path, name: str, coding: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(TEXTS[name].replace("\n", "\r\n").encode(coding))
    text, found = read_text_file(path)
    assert text == TEXTS[name], found


def test_a_coding_that_is_named_counts(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("好".encode("gb18030"))
    assert read_text_file(path, "gb18030") == ("好", "gb18030")
    with pytest.raises(InputError, match=r"is not utf-8 .* --encoding"):
        read_text_file(path, "utf-8")
    with pytest.raises(ConfigError, match="encoding 'klingon' is unknown"):
        read_text_file(path, "klingon")


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"RIFF" + bytes(range(256)) * 4)
    with pytest.raises(InputError, match="is not utf-8"):
        read_text_file(path)
    with pytest.raises(InputError, match="is a folder"):
        read_text_file(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_text_file(tmp_path / "gone.txt")


def test_a_device_is_no_text() -> None:
    with pytest.raises(InputError, match="/dev/zero: is no file"):
        read_text_file(Path("/dev/zero"))


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    with path.open("wb") as file:
        file.truncate(70 << 20)
    with pytest.raises(InputError, match="is too large for a text"):
        read_text_file(path)
