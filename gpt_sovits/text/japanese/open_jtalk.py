"""Open JTalk as a function: a stretch of Japanese without marks in, words with accents out.

The dictionary comes with the pyopenjtalk-plus wheel; nothing is fetched. Its Sudachi and ONNX
correctors stay off: they cost half the speed, hang on whether onnxruntime happens to be installed,
and broke as many readings as they mended on 140 homograph sentences (金を払う as キン). What they
mended is done by rules in `homographs.py`.
"""

import io
import threading
from collections.abc import Mapping
from contextlib import redirect_stdout
from functools import cache
from typing import TYPE_CHECKING

from gpt_sovits.text.japanese.homographs import correct_homographs
from gpt_sovits.text.japanese.kana import Kana

if TYPE_CHECKING:
    from pyopenjtalk.openjtalk import OpenJTalk
    from pyopenjtalk.types import NJDFeature

_LOCK = threading.Lock()
"""One analysis at a time: an OpenJTalk object holds the state of the sentence it works on."""

MAX_LENGTH = 1000
"""Characters Open JTalk is given at once; it refuses some thousands."""


@cache
def _open_jtalk() -> "OpenJTalk":
    with redirect_stdout(io.StringIO()):  # it prints when onnxruntime is missing
        from pyopenjtalk import OPEN_JTALK_DICT_DIR
        from pyopenjtalk.openjtalk import OpenJTalk

    return OpenJTalk(dn_mecab=OPEN_JTALK_DICT_DIR)


def analyse(text: str, fixed: Mapping[str, Kana]) -> tuple[list["NJDFeature"], set[str]]:
    """Find words, readings and accent phrases.

    Args:
        text: at most `MAX_LENGTH` characters.
        fixed: readings of private-use characters in `text`, each read as a proper noun.

    Returns:
        Words as Open JTalk describes them, and the surfaces that its dictionary does not have.
    """
    with _LOCK:
        jtalk = _open_jtalk()
        from pyopenjtalk import apply_postprocessing
        from pyopenjtalk.utils import normalize_unknown_itaiji

        text = normalize_unknown_itaiji(text, inference_jtalk=jtalk)
        morphs = jtalk.run_mecab(text)
        if fixed:
            morphs = [_proper_noun(morph, fixed) for morph in morphs]
        features = jtalk.run_njd_from_mecab(morphs, True, True)
        features = apply_postprocessing(
            text, features, use_sudachi_kanji_yomi=False, predict_nani=False, jtalk=jtalk
        )
    unknown = {morph.split(",", 1)[0] for morph in morphs if morph.endswith(",*,*,*")}
    return correct_homographs(features), unknown


def _proper_noun(morph: str, fixed: Mapping[str, Kana]) -> str:
    """Describe a private-use character as the noun it stands for; leave any other word alone."""
    surface = morph[0]
    if surface not in fixed:
        return morph
    kana = fixed[surface]
    reading = "".join(kana.moras)
    accent = f"{kana.accent}/{len(kana.moras)}"
    return f"{surface},名詞,固有名詞,一般,*,*,*,{surface},{reading},{reading},{accent},C1"
