"""The files of the voice that a command's options choose."""

from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.inference.options import PartsRequest, ReferenceRequest
from gpt_sovits.paths import ProjectPaths

if TYPE_CHECKING:
    from gpt_sovits.inference.reference import ReferenceClip
    from gpt_sovits.inference.voice_file import VoiceParts


def parts_of(request: PartsRequest, voice: str | None, paths: ProjectPaths) -> "VoiceParts":
    """The files of a voice: by its name, or one by one.

    Raises:
        InputError: a file is missing.
    """
    from gpt_sovits.inference.voice_file import VoiceParts, load_voice_file

    own = reference_of(request)
    if voice:
        parts = load_voice_file(voice, paths).parts(paths)
        return VoiceParts(parts.gpt, parts.sovits, own or parts.reference)
    assert own is not None, "the request was checked"
    return VoiceParts(*weights_of(request, paths), own)


def weights_of(request: PartsRequest, paths: ProjectPaths) -> tuple[Path, Path]:
    """The two networks that `--family`, or `--gpt` and `--sovits`, choose.

    Raises:
        InputError: a base is not on this machine.
    """
    if request.family:
        from gpt_sovits.config import load_family
        from gpt_sovits.weights.networks import base_weights

        family = load_family(request.family, paths.configs)
        gpt, sovits = (base_weights(family, kind, paths=paths) for kind in ("gpt", "sovits"))
        return gpt, sovits
    assert request.gpt, "the request was checked"
    assert request.sovits, "the request was checked"
    return request.gpt, request.sovits


def reference_of(request: ReferenceRequest) -> "ReferenceClip | None":
    """The clip that the options name; None where there is none."""
    from gpt_sovits.inference.reference import ReferenceClip

    if request.reference is None:
        return None
    return ReferenceClip(
        request.reference,
        request.reference_text,
        request.reference_language,
        request.more_reference,
    )
