"""The YAML files beside networks from the net: plain values, of believable size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gpt_sovits.errors import ConfigError
from gpt_sovits.prepare.separate.models import NO_ECHO, NO_NOISE, NO_REVERB, VOCALS, Stems

MAX_BYTES = 1 << 20
"""Size of a file; published ones have 5 kB."""
MAX_NUMBER = 1_000_000
"""Largest size that is believed; the longest window in use has 661500 samples."""
MAX_DEPTH = 64
"""Most layers one after another; published networks have 24."""

_WANTED = {
    "vocals": VOCALS,
    "vocal": VOCALS,
    "voice": VOCALS,
    "speech": VOCALS,
    "dry": Stems("dry", "removed"),  # of reverb, or of noise
    "noreverb": NO_REVERB,
    "no reverb": NO_REVERB,
    "noecho": NO_ECHO,
    "no echo": NO_ECHO,
    "nonoise": NO_NOISE,
    "no noise": NO_NOISE,
    "denoised": NO_NOISE,
    "clean": NO_NOISE,
}
"""What authors of networks call the voice, and which pair of parts that means."""


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """What a YAML file says of its network."""

    path: Path
    values: dict[str, Any]
    """All of it, to build the network from."""
    outputs: tuple[str, ...]
    """What the network puts out, in order."""
    wanted: str
    """Name of the voice among the instruments; not always one of the outputs."""
    stems: Stems
    sample_rate: int
    """Hz."""
    window: int
    """Samples that the network was trained on."""
    standardize: bool
    """Whether a window is brought to mean 0 and deviation 1 first."""


def config_path(weights: Path) -> Path:
    """The YAML file that belongs to a weights file.

    Raises:
        ConfigError: there is none.
    """
    places = settings_places(weights)
    for place in places:
        if place.is_file():
            return place
    raise ConfigError(
        f"{weights}: its settings are missing; put its {places[0].name} beside it, which its"
        " authors publish with it"
    )


def settings_places(weights: Path) -> tuple[Path, ...]:
    """Where the YAML file of a weights file may lie."""
    return weights.with_suffix(".yaml"), weights.with_name(f"{weights.name}.yaml")


def read_network_config(path: Path) -> NetworkConfig:
    """Read the settings of a network.

    Raises:
        ConfigError: the file cannot be read, holds anything but plain values, or does not say which
            of the network's outputs is the voice.
    """
    values = _read(path)
    training = _section(values, "training", path)
    audio = _section(values, "audio", path)
    inference = values.get("inference")
    inference = inference if isinstance(inference, dict) else {}
    instruments = _names(training.get("instruments"), path)
    target = training.get("target_instrument") or None
    wanted, stems = which_is_wanted(instruments, path)
    if target is not None and target not in instruments:
        raise ConfigError(f"{path}: its target {target!r} is none of {', '.join(instruments)}")
    rate = training.get("samplerate") or audio.get("sample_rate") or 44100
    window = inference.get("chunk_size") or audio.get("chunk_size")
    if training.get("segment"):
        window = round(float(training["segment"]) * rate)
    if not isinstance(window, int) or not 1024 <= window <= MAX_NUMBER:
        raise ConfigError(f"{path}: audio.chunk_size must be samples of a window, got {window!r}")
    if not isinstance(rate, int) or not 8000 <= rate <= 192_000:
        raise ConfigError(f"{path}: audio.sample_rate must be a rate in Hz, got {rate!r}")
    return NetworkConfig(
        path=path,
        values=values,
        # Demucs puts everything out whatever its target is.
        outputs=instruments if target is None or "htdemucs" in values else (str(target),),
        wanted=wanted,
        stems=stems,
        sample_rate=rate,
        window=window,
        standardize=bool(inference.get("normalize")),
    )


def which_is_wanted(instruments: tuple[str, ...], where: Path) -> tuple[str, Stems]:
    """The one of a network's instruments that is the voice.

    Raises:
        ConfigError: none of them, or more than one, is known to be.
    """
    found = [(each, _WANTED[_plain(each)]) for each in instruments if _plain(each) in _WANTED]
    if len(found) != 1:
        raise ConfigError(
            f"{where}: it separates {', '.join(instruments)}, and it is not certain which of these"
            " is the voice; take another model"
        )
    return found[0]


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.strip().lower()))


def _section(values: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    section = values.get(name, {} if name == "audio" else None)
    if not isinstance(section, dict):
        raise ConfigError(f"{path}: has no section {name!r}; it is not the settings of a network")
    return section


def _names(value: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value or not all(map(_is_name, value)):
        raise ConfigError(f"{path}: training.instruments must be names, got {value!r:.80}")
    return tuple(value)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= 80


# --- reading ------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """Plain values, and the tuples that training programs write; no references.

    A reference to an earlier value costs two bytes and makes a copy of it: a short file could fill
    any memory.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it refers to itself")
        return super().compose_node(parent, index)


def _tuple(loader: _Loader, node: yaml.Node) -> tuple[Any, ...]:
    assert isinstance(node, yaml.SequenceNode)
    return tuple(loader.construct_sequence(node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:python/tuple", _tuple)
_Loader.add_implicit_resolver(  # YAML 1.1 takes 1e-4 for a word
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+([eE][-+]?[0-9]+)$"), list("-+0123456789")
)


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: is too large for the settings of a network")
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # safe
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        reason = str(error).partition("\n")[0][:120] or type(error).__name__
        raise ConfigError(
            f"{path}: is not the settings of a network ({reason}); download it again"
        ) from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: is not the settings of a network; download it again")
    for section in ("audio", "model", "htdemucs"):
        _check_sizes(values.get(section), section, path)
    return values


def _check_sizes(value: Any, name: str, path: Path) -> None:
    """Refuse sizes that no network has: building it would take all memory, or years."""
    if isinstance(value, dict):
        for key, item in value.items():
            _check_sizes(item, f"{name}.{key}", path)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_sizes(item, name, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        counts_layers = re.search(r"depth|layers|blocks|scales", name.rpartition(".")[2])
        most = MAX_DEPTH if counts_layers else MAX_NUMBER
        if not -MAX_NUMBER <= value <= most:
            raise ConfigError(f"{path}: {name} = {value} is more than any network has")
