"""Imports point one way: a room may use the rooms below it, never one beside or above it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_sovits.paths import PROJECT

LAYERS: list[set[str]] = [
    {"errors"},
    {"address", "options", "paths", "report"},
    {"config", "pages", "state"},
    {"audio", "text"},
    {"models"},
    {"weights"},
    {"features", "data"},
    {"prepare", "training", "inference"},
    {"base", "jobs"},
    {"pipeline"},
    {"evaluate"},
    {"stages"},
    {"cli", "api", "workbench"},
    {"__main__"},
]
EDITOR = {
    "errors",
    "options",
    "paths",
    "report",
    "config",
    "pages",
    "state",
    "audio",
    "text",
    "data",
    "jobs",
}
"""Rooms that the label editor stands on; none of them builds a network when it is used so."""

FORBIDDEN = {
    "models": {"yaml", "pytorch_lightning", "lightning", "gradio", "pathlib", "os"},
    "inference": {"pytorch_lightning", "lightning", "gradio"},
    "cli": {"pytorch_lightning", "lightning", "gradio"},
}
"""What a room never imports: models see no path, no YAML and no trainer."""


def imported_modules(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def layer(name: str) -> int:
    return next(index for index, rooms in enumerate(LAYERS) if name in rooms)


def modules() -> list[Path]:
    return sorted((PROJECT.root / "gpt_sovits").rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PROJECT.root / "gpt_sovits").parts[0].removesuffix(".py")


def upward_imports(own: str, names: set[str]) -> set[str]:
    """Rooms among `names` that `own` may not use."""
    others = {room(name) for name in names if name.startswith("gpt_sovits.")} - {own, "__version__"}
    return {other for other in others if layer(other) >= layer(own)}


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_point_down(path: Path) -> None:
    own = room_of(path)
    if own == "__init__":
        return
    wrong = upward_imports(own, imported_modules(path))
    assert not wrong, f"{path}: {own} imports {', '.join(sorted(wrong))}, which is not below it"


@pytest.mark.parametrize("path", modules(), ids=str)
def test_rooms_keep_away_from_what_is_not_theirs(path: Path) -> None:
    names = {name.split(".")[0] for name in imported_modules(path)}
    wrong = names & FORBIDDEN.get(room_of(path), set())
    assert not wrong, f"{path} imports {', '.join(sorted(wrong))}"


@pytest.mark.parametrize("path", sorted((PROJECT.root / "subfix").rglob("*.py")), ids=str)
def test_the_label_editor_builds_no_network(path: Path) -> None:
    names = imported_modules(path)
    rooms = {room(name) for name in names if name.startswith("gpt_sovits.")}
    heavy = {name.split(".")[0] for name in names} & {"torch", "transformers", "gradio"}
    wrong = (rooms - EDITOR - {"__version__", "address"}) | heavy
    assert not wrong, f"{path} imports {', '.join(sorted(wrong))}"


def test_an_upward_import_is_found() -> None:
    assert upward_imports("audio", {"gpt_sovits.weights.read"}) == {"weights"}
    assert upward_imports("audio", {"gpt_sovits.text.symbols"}) == {"text"}
    assert upward_imports("weights", {"gpt_sovits.text.symbols", "torch"}) == set()


def test_the_command_line_starts_without_heavy_libraries() -> None:
    code = (
        "import sys, gpt_sovits.cli.main as main; main.build_parser();"
        "heavy = {'torch', 'numpy', 'transformers', 'jieba', 'httpx', 'av', 'librosa',"
        " 'pytorch_lightning'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT.root, check=False
    )
    assert done.returncode == 0, f"--help would import {done.stderr}"
