"""What the page offers to choose from, as (label, value): no code looks at a label."""

from gpt_sovits.config import MelFamilyConfig, family_names, load_family
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.networks import base_weights

Choices = list[tuple[str, str]]


def family_choices(paths: ProjectPaths) -> Choices:
    """All families, the ones that can be used at once first; an arrow marks those to be fetched."""
    here = {name: is_here(name, paths) for name in family_names(paths.configs)}
    names = sorted(here, key=lambda name: not here[name])
    return [(name if here[name] else f"{name} ↓", name) for name in names]


def is_here(family: str, paths: ProjectPaths) -> bool:
    """Tell whether a family's base weights are on this machine."""
    try:
        require_base(family, paths)
    except InputError:
        return False
    return True


def trains_as_mini(family: str, paths: ProjectPaths) -> bool:
    """Tell whether a family's defaults of training are those of mini."""
    try:
        return isinstance(load_family(family, paths.configs), MelFamilyConfig)
    except ConfigError:
        return False


def require_base(family: str, paths: ProjectPaths) -> None:
    """Refuse a family whose base weights are not on this machine.

    Raises:
        MissingModelError: they are not; the message holds the command that brings them.
        ConfigError: there is no such family.
    """
    config = load_family(family, paths.configs)
    base_weights(config, "gpt", paths=paths)
    base_weights(config, "sovits", paths=paths)
