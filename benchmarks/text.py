"""How fast the text front end is: characters a second, and the first sentence of a new process.

    python benchmarks/text.py [--seconds 3]

Sentences are put together from word lists and numbers, so that none comes twice. The last line is a
fixed loop of plain Python on the same machine: divide by it to compare machines.
"""

import argparse
import itertools
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gpt_sovits.text.frontend import read_text

ROOT = Path(__file__).resolve().parents[1]
CHINESE = (
    "{who}{when}在{place}{verb}了{number}个{thing}，{remark}。",
    "{when}，{who}打算去{place}，顺便把{thing}带给{other}。",
    "听说{place}的{thing}一共卖了{number}.5元，{who}觉得{remark}！",
)
CHINESE_WORDS = {
    "who": [
        "小王",
        "老师",
        "我妈妈",
        "那位医生",
        "邻居家的孩子",
        "重庆的朋友",
        "银行经理",
        "她姐姐",
    ],
    "other": ["爷爷", "同事们", "校长", "司机", "外国客人", "音乐老师"],
    "when": ["昨天晚上", "星期三", "去年冬天", "三月八号", "刚才", "下班以后", "2024年5月1日"],
    "place": ["公园", "图书馆", "火车站", "超市", "长城脚下", "办公室", "人民广场", "老家"],
    "verb": ["看见", "买", "找到", "收到", "修好", "数", "检查"],
    "thing": ["苹果", "行李箱", "旧手机", "玻璃杯", "蛋糕", "照相机", "录音机", "花瓶"],
    "remark": ["真是不错", "一点儿也不贵", "大家都很高兴", "还得再想一想", "谁都没说话"],
}
ENGLISH = (
    "{who} {verb} {number} {thing} near the {place} {when}.",
    "On {when}, {who} will visit the {place} because {remark}.",
    "The {thing} cost ${number}.50 in all, and {who} said that {remark}!",
)
ENGLISH_WORDS = {
    "who": [
        "my sister",
        "Dr. Brown",
        "the old teacher",
        "our neighbour",
        "James",
        "a young driver",
    ],
    "when": ["Monday", "the second of June", "a rainy evening", "New Year's Day", "3:45 pm"],
    "place": ["station", "library", "harbour", "museum", "bus stop", "castle", "university"],
    "verb": ["found", "counted", "repaired", "carried", "described", "recorded", "sold"],
    "thing": ["apples", "suitcases", "telephones", "glasses", "photographs", "machines", "flowers"],
    "remark": ["it was worth it", "nobody had noticed", "they could not wait", "life is short"],
}
JAPANESE = (
    "{who}は{when}、{place}で{thing}を{number}個{verb}。",
    "{when}には{place}へ行って、{thing}を見たいと{who}が言いました。",
    "この{thing}は{number}円で、{remark}。",
)
JAPANESE_WORDS = {
    "who": ["私", "田中さん", "先生", "隣の子供", "駅員", "私の姉", "会社の同僚"],
    "when": ["昨日の夜", "水曜日", "去年の冬", "三月八日", "さっき", "仕事の後"],
    "place": ["公園", "図書館", "東京駅", "商店街", "事務所", "大きな広場", "実家"],
    "verb": ["見ました", "買いました", "見つけました", "数えました", "直しました"],
    "thing": ["りんご", "鞄", "古い電話", "コップ", "ケーキ", "カメラ", "花瓶", "コンピューター"],
    "remark": ["とても良いです", "少し高いと思います", "みんな喜びました"],
}
LANGUAGES = {
    "zh": (CHINESE, CHINESE_WORDS),
    "en": (ENGLISH, ENGLISH_WORDS),
    "ja": (JAPANESE, JAPANESE_WORDS),
}
MIXED = "我们用GPT-4写了3个demo。今日はいい天気ですね。 Let's go!"
FIRST = {
    "zh": "今天天气真不错。",
    "en": "The weather is fine today.",
    "ja": "今日はいい天気ですね。",
}


def sentences(language: str, seed: int = 0) -> Iterator[str]:
    """Sentences of one language without end, or of all in turn for `mixed`."""
    if language == "mixed":
        for parts in zip(*(sentences(name, seed) for name in LANGUAGES), strict=True):
            yield " ".join(parts)
    templates, words = LANGUAGES[language]
    generator = random.Random(seed)
    for number in itertools.count(10):
        chosen = {name: generator.choice(choices) for name, choices in words.items()}
        yield generator.choice(templates).format(number=number, **chosen)


def characters_per_second(language: str, seconds: float) -> float:
    """Read fresh sentences for a while, after a second of warm-up."""
    mode = "auto" if language == "mixed" else language
    for limit, seed in ((1.0, 1), (seconds, 2)):
        characters = 0
        start = time.perf_counter()
        for sentence in sentences(language, seed):
            read_text(sentence, language=mode, symbols="v2")
            characters += len(sentence)
            taken = time.perf_counter() - start
            if taken > limit:
                break
    return characters / taken


def first_sentence(language: str, text: str) -> float:
    """Seconds from the start of a new process to the phones of one sentence, best of three."""
    code = (
        "from gpt_sovits.text.frontend import read_text\n"
        f"read_text({text!r}, language={language!r}, symbols='v2')"
    )
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def machine_unit() -> float:
    """Rounds a second of a fixed loop of plain Python, in millions; best of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        total = 0
        for number in range(2_000_000):
            total += number % 7
        times.append(time.perf_counter() - start)
    return 2 / min(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="speed of the text front end")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each language")
    seconds = parser.parse_args().seconds
    unit = machine_unit()
    for language in (*LANGUAGES, "mixed"):
        speed = characters_per_second(language, seconds)
        print(f"{language:<6} {speed:>9,.0f} characters/s {speed / unit:>9,.0f} per unit")
    for language, text in (*FIRST.items(), ("auto", MIXED)):
        print(
            f"{language:<6} first sentence of a new process {first_sentence(language, text):.2f} s"
        )
    print(f"unit   {unit:.1f} million rounds/s of a plain loop")


if __name__ == "__main__":
    main()
