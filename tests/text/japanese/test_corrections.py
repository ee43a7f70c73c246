from collections.abc import Iterator
from pathlib import Path

import pytest
from pyopenjtalk import apply_postprocessing

from gpt_sovits.text.japanese import corrections
from gpt_sovits.text.japanese.corrections import correct
from gpt_sovits.text.japanese.open_jtalk import _open_jtalk

TABLE = Path(__file__).parent.parent / "data" / "readings_ja.tsv"

# One sentence for each pass that looks for a word, and for some rules of the longest one.
RARE = """
先生方が来た|皆様方へ|門前の小僧|元大統領と前大統領|鉄道橋を渡る|駆け込み寺|支配の下で|法の下に|下四桁の数
攻め入って|家を放っておく|五月期の決算|博士課程|十勝した|一見さん|兵どもが|彼より外にない|より良い暮らし
明日の日本|本を正せば|何にも知らない|二十前の男|二十を過ぎた|名前は六三四|一番好き|音を上げる|水の面
土佐国の人|大津波が来る|御言葉ですが|槍の柄|崖の縁|崖の際|峠の茶屋|松尾翁|願い候|この様に|人手不足|子供部屋
本等を買う|彼等は行く|その他に行く|一日中寝た|覆った船|開眼した|麻布のシャツ|切れ味が鈍る|見るに堪えない
ヴァイオリンを弾く|ウェイヴ|シィ|デュオ|ティーカップ|人々|こゝろ|馬鹿々々しい|龘を見る|えーと、それは|あのう、私
行こう|でしょう|そうだろう|でけう|学校中の者|金型を作る|代金五万円|神の代|同じ様だ|保護房|面白い面|町と村
"""


@pytest.fixture
def sentences() -> list[str]:
    table = TABLE.read_text(encoding="utf-8").splitlines()
    return [*RARE.replace("\n", "|").split("|"), *(line.split("\t")[0] for line in table)]


def _features(sentences: list[str]) -> Iterator[tuple[str, list[str]]]:
    for sentence in filter(None, sentences):
        yield sentence, _open_jtalk().run_mecab(sentence)


def test_passes_that_are_left_out_would_change_nothing(sentences: list[str]) -> None:
    jtalk = _open_jtalk()
    for sentence, morphs in _features(sentences):
        expected = apply_postprocessing(
            sentence,
            jtalk.run_njd_from_mecab(morphs, True, True),
            use_sudachi_kanji_yomi=False,
            predict_nani=False,
            jtalk=jtalk,
        )
        corrected = correct(sentence, jtalk.run_njd_from_mecab(morphs, True, True), jtalk)
        for ours, theirs in zip(corrected, expected, strict=True):
            assert (ours["pron"], ours["acc"]) == (theirs["pron"], theirs["acc"]), sentence


def test_most_sentences_need_the_accent_passes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the slow chain ran")

    monkeypatch.setattr("pyopenjtalk.apply_postprocessing", refuse)
    jtalk = _open_jtalk()
    for sentence in ("今日は天気がいいので公園に行きましょう", "昨日の夜駅で三個買いました"):
        features = jtalk.run_njd_from_mecab(jtalk.run_mecab(sentence), True, True)
        assert corrections.correct(sentence, features, jtalk)
