"""The part of the embedded base's model card that a training can fill in by itself."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from gpt_sovits.errors import InputError
from gpt_sovits.paths import replacing

BEGIN = "<!-- figures: `base export` writes what stands between these two lines -->"
END = "<!-- end of the figures -->"

_NAMES = {
    "per": "phone error rate",
    "mel_l1": "log-mel L1",
    "tokens": "nats a token",
    "moves": "nats a move",
    "perplexity": "tokens in use (perplexity)",
    "dead_codes": "tokens never used",
}


def update_card(path: Path, trained: Mapping[str, Mapping[str, Any]]) -> None:
    """Put the figures of the newest training into a model card; the rest of it stays.

    Args:
        path: the card; begun from the template where it is not there yet.
        trained: by file name, what the file's provenance says of its training, its `figures` too.

    Raises:
        InputError: the card is not text, or only one of the two marks is left in it.
    """
    try:
        card = path.read_text(encoding="utf-8") if path.is_file() else _template()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text ({error})") from error
    block = f"{BEGIN}\n{_table(trained)}\n{END}"
    if BEGIN in card and END in card:
        before, rest = card.split(BEGIN, 1)
        card = before + block + rest.split(END, 1)[1]
    elif BEGIN in card or END in card:
        raise InputError(f"{path}: one of the two lines around the figures is gone; remove both")
    else:
        card = f"{card.rstrip()}\n\n## Figures of the training\n\n{block}\n"
    with replacing(path) as part:
        part.write_text(card, encoding="utf-8")


def _template() -> str:
    return (files("gpt_sovits.base") / "data" / "model_card.md").read_text(encoding="utf-8")


def _table(trained: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        "Measured on clips of the corpus that were held out, one in sixty, by",
        "`python -m gpt_sovits base train CORPUS... --state DIR --minutes MINUTES --parts PART`.",
        "",
        "| file | part | minutes | steps | speech | machine | held-out clips |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, about in trained.items():
        figures = about.get("figures", {})
        said = "; ".join(_figure(key, value) for key, value in figures.items()) or "not measured"
        cells = (
            name,
            about.get("part", "?"),
            _minutes(about),
            about.get("steps", "?"),
            f"{about.get('hours_of_speech', '?')} h",
            about.get("machine", "?"),
            said,
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _minutes(about: Mapping[str, Any]) -> str:
    """Minutes of the last training, and of those that it went on from."""
    before = about.get("minutes_before")
    return f"{about.get('minutes', '?')}" + (f" after {before:g}" if before else "")


def _figure(key: str, value: float) -> str:
    """One figure in words: `per_en` 0.31 is `phone error rate en 31.0 %`."""
    name = next((name for name in _NAMES if key == name or key.startswith(f"{name}_")), None)
    if name is None:
        return f"{key} {value:.3f}"
    words = f"{_NAMES[name]} {key[len(name) + 1 :].replace('_', ' ')}".strip()
    if name == "per":
        return f"{words} {value:.1%}"
    return (
        f"{words} {value:.0f}" if name in ("perplexity", "dead_codes") else f"{words} {value:.3f}"
    )
