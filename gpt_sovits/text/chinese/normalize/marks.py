"""Marks: the published tables know six of them."""

import re

MARKS = ",.!?-…"
"""Marks that are spoken as a pause; everything else that is written between words is silent."""

_PAUSES = {
    **dict.fromkeys("，、；：;:·•・／/", ","),
    **dict.fromkeys("。．｡", "."),
    **dict.fromkeys("！⁉", "!"),
    **dict.fromkeys("？⁇⁈", "?"),
    **dict.fromkeys("⋯~～〜", "…"),
    "‼": "!",
}
_SILENT = "“”‘’\"'`´「」『』《》〈〉【】〔〕（）()[]［］{}<>«»‹›＂＇ \t\u200b\u200c\u200d\ufe0f"
_TABLE = str.maketrans({**_PAUSES, **dict.fromkeys(_SILENT)})

_DASH = re.compile("[—–―]+|--+")
_ELLIPSIS = re.compile(r"\.{3,}|。{3,}|…+|·{3,}")
_HYPHEN = re.compile("[-‐‑−]")
_REPEATED = re.compile(rf"([{re.escape(MARKS)}])[{re.escape(MARKS)}]+")


def unify_marks(text: str) -> str:
    """Bring marks into the six of the tables, one at a time, and take out silent ones.

    A dash is a pause like a comma; a hyphen is none; of several marks in a row the first stays.
    """
    text = "。".join(filter(None, map(str.strip, text.splitlines())))
    text = _DASH.sub("，", _ELLIPSIS.sub("…", text))
    text = _HYPHEN.sub("", text).translate(_TABLE)
    return _REPEATED.sub(r"\1", text)
