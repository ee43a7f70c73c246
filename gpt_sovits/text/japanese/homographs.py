"""Words whose reading hangs on their neighbours, where the dictionary takes the rarer one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyopenjtalk.types import NJDFeature

_POINTING = {"この", "その", "あの", "どの"}
_LIKE_THIS = {"こんな", "そんな", "あんな", "どんな", "いう", "いった"}
_HOT = {
    "カレー",
    "ラーメン",
    "スープ",
    "キムチ",
    "ソース",
    "料理",
    "食べ物",
    "もの",
    "物",
    "味",
    "鍋",
}
_ALVEOLAR = tuple("タテトダデドナヌネノ")


def correct_homographs(features: list["NJDFeature"]) -> list["NJDFeature"]:
    """Mend 何, 方, 風, 後 and 辛い; a new reading has as many moras, so accents stay right."""
    for index, feature in enumerate(features):
        if feature["orig"] not in ("何", "方", "風", "後", "辛い"):
            continue
        before = features[index - 1] if index else None
        after = features[index + 1] if index + 1 < len(features) else None
        if reading := _reading(feature, before, after):
            feature["read"] = feature["pron"] = reading
    return features


def _reading(
    feature: "NJDFeature", before: "NJDFeature | None", after: "NJDFeature | None"
) -> str | None:
    follower = after["pron"] if after else ""
    previous = before["orig"] if before else ""
    match feature["orig"]:
        case "何" if feature["mora_size"] == 2:
            # NHK's rule: ナン before t, d and n, except before に.
            return "ナン" if follower.startswith(_ALVEOLAR) else None
        case "方" if feature["pron"] == "ホー" and previous in _POINTING:
            # この方は is a person, この方が (いい) compares; あの方 and どの方 are always persons.
            person = previous in ("あの", "どの") or follower in ("ワ", "モ")
            return "カタ" if person else None
        case "風" if feature["pron"] == "カゼ" and before:
            manner = previous in _LIKE_THIS or before["pos"] == "名詞"
            return "フー" if manner else None
        case "後" if feature["pron"] == "ノチ" and previous == "の":
            return "アト"
        case "辛い" if feature["pron"] == "ツライ" and after and after["string"] in _HOT:
            return "カライ"
    return None
