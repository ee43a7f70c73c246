"""Where published weights are brought from, and which are taken over; imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from gpt_sovits.options import Argument, Flag, Private, Within, Words, check_limits
from gpt_sovits.paths import check_name

Source = Literal["huggingface", "modelscope"]

Address = Annotated[
    str,
    Flag("URL"),
    Words((), r"https?://[^/\s]\S*", "an address that begins with https:// or http://"),
]


@dataclass(frozen=True, kw_only=True)
class DownloadOptions:
    """Where models are brought from."""

    source: Source = "huggingface"
    """The hub."""
    endpoint: Address | None = None
    """Address of a mirror, such as https://hf-mirror.com; left out: what the variable HF_ENDPOINT
    says, or the hub itself."""
    token: Annotated[str | None, Private()] = None
    """Access token for models behind terms; sent to the endpoint only. A command takes it from the
    variable HF_TOKEN: what stands on a command line can be read by others."""
    proxy: Address | None = None
    """Address of an HTTP proxy; left out: what the variable HTTPS_PROXY says."""
    attempts: Annotated[int, Within(1, 1000)] = 5
    """How often a connection that breaks is taken up."""
    backoff_s: Annotated[float, Within(0, 3600)] = 1.0
    """Pause before the second attempt, seconds; doubles with each."""
    timeout_s: Annotated[float, Within(0, 3600, open=True)] = 30.0
    """Longest silence of the server, seconds."""

    def __post_init__(self) -> None:
        check_limits(self)


@dataclass(frozen=True, kw_only=True)
class DownloadRequest(DownloadOptions):
    """Which models are brought."""

    name: Annotated[tuple[str, ...], Argument("NAME")]
    """A group or one file of `models list`."""


@dataclass(frozen=True, kw_only=True)
class ImportWeightsRequest:
    """Which weights are taken over."""

    source: Annotated[Path, Argument("FILE")]
    """A .ckpt, .pth or .safetensors of any origin; or a folder of published models, which are
    copied to where they belong."""
    name: str | None = None
    """Name of the voice; left out: the file's."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.name is not None:
            check_name(self.name)
