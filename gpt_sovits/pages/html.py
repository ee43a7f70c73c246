"""Pages that open without a network: one look for all of them."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from gpt_sovits.paths import replacing


def write_html(path: Path, package: str, values: Mapping[str, Any]) -> None:
    """Write a page whole or not at all.

    Args:
        path: the page.
        package: the one that holds its template, report.html.jinja.
        values: what the template shows; `style` is added, every other text is escaped.
    """
    from jinja2 import Environment
    from markupsafe import Markup

    source = (files(package) / "report.html.jinja").read_text(encoding="utf-8")
    style = (files("gpt_sovits.pages") / "page.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    html = environment.from_string(source).render({**values, "style": Markup(style)})
    with replacing(path) as part:
        part.write_text(html, encoding="utf-8")
