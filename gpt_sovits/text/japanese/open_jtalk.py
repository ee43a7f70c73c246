"""Open JTalk as a function: a stretch of Japanese without marks in, words with accents out.

The dictionary comes with the pyopenjtalk-plus wheel; nothing is fetched. Its Sudachi and ONNX
correctors stay off: they cost half the speed, hang on whether onnxruntime happens to be installed,
and broke as many readings as they mended on 140 homograph sentences (金を払う as キン). What they
mended is done by rules in `homographs.py`.
"""

import io
import re
import threading
from collections.abc import Mapping
from contextlib import redirect_stdout
from functools import cache
from typing import TYPE_CHECKING

from gpt_sovits.text.japanese.corrections import correct
from gpt_sovits.text.japanese.homographs import choose_readings
from gpt_sovits.text.japanese.kana import Kana

if TYPE_CHECKING:
    from pyopenjtalk.openjtalk import OpenJTalk
    from pyopenjtalk.types import NJDFeature

_LOCK = threading.Lock()
"""One analysis at a time: an OpenJTalk object holds the state of the sentence it works on."""

_AFTER_TOPIC = re.compile(
    "(?<=^は)(?=[一-鿿ァ-ヺ])(?!虫|行|音|長調|短調)"
    "|(?<=は)(?=どう(?!けん|ほう)|どこ|どれ|どの|どんな|どちら|いつ(?!くば)|もう|なぜ)"
)
"""Where は can only be the particle, though the dictionary has は医者, はどう and はいつ: at the
beginning of a stretch, which is behind a word of another language, and before a question word."""

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
        from pyopenjtalk.utils import normalize_unknown_itaiji

        text = normalize_unknown_itaiji(text, inference_jtalk=jtalk)
        morphs = [morph for piece in _AFTER_TOPIC.split(text) for morph in jtalk.run_mecab(piece)]
        if fixed:
            morphs = [_proper_noun(morph, fixed) for morph in morphs]
        features = jtalk.run_njd_from_mecab(choose_readings(morphs), True, True)
        features = correct(text, features, jtalk)
    unknown = {morph.split(",", 1)[0] for morph in morphs if morph.endswith(",*,*,*")}
    return features, unknown


def _proper_noun(morph: str, fixed: Mapping[str, Kana]) -> str:
    """Describe a private-use character as the noun it stands for; leave any other word alone."""
    surface = morph[0]
    if surface not in fixed:
        return morph
    kana = fixed[surface]
    reading = "".join(kana.moras)
    accent = f"{kana.accent}/{len(kana.moras)}"
    return f"{surface},名詞,固有名詞,一般,*,*,*,{surface},{reading},{reading},{accent},C1"
