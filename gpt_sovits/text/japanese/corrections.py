"""Readings and accents, corrected by pyopenjtalk-plus where its passes have work to do.

Its whole chain of passes takes as long as Open JTalk itself, and most of it looks for rare words.
The two accent passes run always; the rest only in a sentence that holds something they look for.
`tests/text/japanese/test_corrections.py` compares with the whole chain.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyopenjtalk.openjtalk import OpenJTalk
    from pyopenjtalk.types import NJDFeature

# Words whose reading `modify_context_reading` and `modify_old_province_yomi` may change.
_WORDS = """
元結 黒白 開眼 花弁 水の面 面 天地 町 村 主として 機 要 節 社 汚れ 紅色 盲 聾 覆っ
声明 麻布 金 一見 一声 一行 兵 如何 房 五月 都 露 十勝 仏 前 橋 寺 小屋 大 御 尼 於
識 了 博士 章 者 放っ 公 茶屋 翁 処 候 不足 焼 峡 屯 角形 通 旗 環 洞 湖 唇 印 塚
部屋 付 硬 等 国
"""
_RARE = frozenset(_WORDS.split())
# The same for words too frequent to be a sign by themselves, and what the other passes look for:
# loan words (ヴ, デュ), iteration marks.
_SIGNS = re.compile(
    "その他に|より[良外]|明日の|鈍|堪|本を正|[六6６][三3３][四4４]|音を上|一番好き|何にも"
    "|の[際下柄縁]|[二2２][十0０][前を]|九つ|[一1１]日中|[りけめれ視]入っ|強いた|一しょ|神の代"
    "|(?:皆様|皆|みんな|あなた|先生|奥様|客様|親御|殿)方|[るうくすつぬむぶぐいたなだ]様[にな]|同じ様"
    "|[上下].{1,3}桁|[ヴゝゞヽヾ々]|[シスズ]ィ|[テデ]ュ|[イキギニヒビピミリ]ェ|[クグ]ゥ"
)
_O_OR_U = tuple("オコソトノホモヨロヲゴゾドボポョォウクスツヌフムユルグズヅブプヴュゥ")


def correct(text: str, features: list["NJDFeature"], jtalk: "OpenJTalk") -> list["NJDFeature"]:
    """Correct readings and accents, as `pyopenjtalk.apply_postprocessing` without its networks.

    Args:
        text: the sentence.
        features: its words after Open JTalk's own rules; changed in place.
        jtalk: the analyser they come from.

    Returns:
        The words, corrected.
    """
    if _needs_all_passes(text, features):
        from pyopenjtalk import apply_postprocessing

        return apply_postprocessing(
            text, features, use_sudachi_kanji_yomi=False, predict_nani=False, jtalk=jtalk
        )
    from pyopenjtalk.utils import modify_acc_after_chaining, retreat_acc_nuc

    return modify_acc_after_chaining(retreat_acc_nuc(features))


def _needs_all_passes(text: str, features: list["NJDFeature"]) -> bool:
    """Whether a pass beside the two of accents may change a word."""
    if _SIGNS.search(text):
        return True
    before = ""
    for feature in features:
        # An unknown kanji is described as a mark; only a filler has its accent behind its end.
        if feature["string"] in _RARE or feature["pos"] in ("記号", "フィラー"):
            return True
        # ウ as a long vowel, which it is behind o and u only.
        if feature["pron"] == "ー" and feature["read"] == "ウ" and not before.endswith(_O_OR_U):
            return True
        before = feature["pron"]
    return False
