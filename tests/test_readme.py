"""The commands of the README do what it says."""

import re
import shlex

import pytest

from gpt_sovits.cli.main import main
from gpt_sovits.paths import PROJECT

README = (PROJECT.root / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python -m gpt_sovits (.+)$", README, re.MULTILINE)
NEED_NETWORK_OR_FILES = ("models download", "models info", "models import")


def test_the_readme_has_commands() -> None:
    assert any(command.startswith("phones") for command in COMMANDS)


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if not each.startswith(NEED_NETWORK_OR_FILES)]
)
def test_a_command_runs_as_written(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if each.startswith(NEED_NETWORK_OR_FILES)]
)
def test_the_other_commands_exist(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command)[:2]
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0
    assert words[1] in capsys.readouterr().out


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README))
def test_a_link_leads_to_a_file(target: str) -> None:
    assert (PROJECT.root / target).exists()
