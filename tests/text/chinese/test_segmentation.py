import random
from pathlib import Path

import jieba  # type: ignore[import-untyped]  # jieba carries no types
import jieba.posseg  # type: ignore[import-untyped]  # jieba carries no types
import pytest

from gpt_sovits.text.chinese.segmentation import segment, split_word


@pytest.fixture(autouse=True)
def quiet_jieba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jieba.setLogLevel("CRITICAL")
    monkeypatch.setattr(jieba.dt, "tmp_dir", str(tmp_path))


def random_runs() -> list[str]:
    rng = random.Random(0)
    common = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下"
    rare = "蒉熹巍镕堃翀旻彧煊骁烨鑫淼燚禤"
    return ["".join(rng.choices(common + rare, k=rng.randint(1, 25))) for _ in range(150)]


def test_words_and_tags_are_those_of_jieba() -> None:
    for run in [*random_runs(), "南京市长江大桥", "中华人民共和国中央人民政府成立了"]:
        assert [tuple(token) for token in segment(run)] == [
            (word, tag) for word, tag in jieba.posseg.lcut(run)
        ]


def test_a_word_splits_where_the_search_mode_of_jieba_finds_its_shortest_word() -> None:
    for word in {run[:size] for run in random_runs() for size in (2, 3, 4) if len(run) >= size}:
        shortest = min(jieba.lcut_for_search(word), key=len)
        first, second = split_word(word)
        assert first + second == word
        assert len(first if word.startswith(shortest) else second) == len(shortest)


def test_what_is_no_han_stands_alone_without_a_tag() -> None:
    assert [tuple(token) for token in segment("我a\ue000,好")] == [
        ("我", "r"),
        ("a", ""),
        ("\ue000", ""),
        (",", ""),
        ("好", "a"),
    ]
