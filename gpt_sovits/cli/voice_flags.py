"""The flags that choose a voice and say how it speaks."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths

if TYPE_CHECKING:
    from gpt_sovits.inference.plan import SpeakingOptions
    from gpt_sovits.inference.reference import ReferenceClip
    from gpt_sovits.inference.voice_file import VoiceParts


def add_voice_flags(parser: argparse.ArgumentParser) -> None:
    """Describe the flags that choose a voice; `parts_of` reads them."""
    voice = parser.add_argument_group("voice")
    voice.add_argument("--voice", help="a voice of `voices list`, or a voice file")
    add_parts_flags(voice)


def add_parts_flags(voice: "argparse._ArgumentGroup") -> None:
    """Describe the flags that make a voice of files; `parts_of` reads them."""
    voice.add_argument("--gpt", type=Path, help="text-to-semantic weights: ours or a .ckpt")
    voice.add_argument("--sovits", type=Path, help="synthesizer weights: ours or a .pth")
    voice.add_argument("--family", help="a family's base, not fine-tuned, such as mini")
    voice.add_argument("--reference", type=Path, help="a clip of the speaker")
    voice.add_argument("--reference-text", help="what is said in it")
    voice.add_argument("--reference-language", default="auto", help="language mode of that text")
    voice.add_argument(
        "--more-reference",
        type=Path,
        action="append",
        default=[],
        help="a further clip; repeatable",
    )


def add_speaking_flags(parser: argparse.ArgumentParser) -> None:
    """Describe the flags that say how a text is spoken; `options_of` reads them."""
    how = parser.add_argument_group("how it is said")
    how.add_argument("--cut", default="cut1", help="how long texts are cut: cut0 to cut5")
    how.add_argument("--pause", type=float, default=0.3, help="silence between sentences, seconds")
    add_drawing_flags(how)
    how.add_argument("--seed", type=int, default=0, help="-1 takes another one each time")
    how.add_argument("--batch-size", type=int, default=1, help="sentences side by side")
    how.add_argument("--device", default="auto", help="cpu, cuda or auto")


def add_drawing_flags(how: "argparse._ArgumentGroup") -> None:
    """Describe the flags that say how tokens are drawn and how fast is spoken."""
    how.add_argument("--speed", type=float, default=1.0, help="tempo; above 1 is faster")
    how.add_argument("--top-k", type=int)
    how.add_argument("--top-p", type=float)
    how.add_argument("--temperature", type=float, help="above 1 livelier, below 1 steadier")
    how.add_argument("--repetition-penalty", type=float)


def parts_of(args: argparse.Namespace, paths: ProjectPaths) -> "VoiceParts":
    """The files of the voice that the flags choose.

    Raises:
        InputError: the flags do not make a voice, or a file is missing.
    """
    from gpt_sovits.inference.voice_file import VoiceParts, load_voice_file

    own = _reference_of(args)
    if sum(map(bool, (args.voice, args.gpt or args.sovits, args.family))) != 1:
        raise InputError(
            "choose a voice: --voice NAME, or --gpt FILE and --sovits FILE, or --family"
        )
    if args.voice:
        parts = load_voice_file(args.voice, paths).parts(paths)
        return VoiceParts(parts.gpt, parts.sovits, own or parts.reference)
    if own is None:
        raise InputError("give a clip of the speaker: --reference FILE")
    return VoiceParts(*weights_of(args, paths), own)


def weights_of(args: argparse.Namespace, paths: ProjectPaths) -> tuple[Path, Path]:
    """The two networks that `--family`, or `--gpt` and `--sovits`, choose.

    Raises:
        InputError: one is not given, or a base is not on this machine.
    """
    if args.family:
        from gpt_sovits.config import load_family
        from gpt_sovits.weights.networks import base_weights

        family = load_family(args.family, paths.configs)
        gpt, sovits = (base_weights(family, kind, paths=paths) for kind in ("gpt", "sovits"))
        return gpt, sovits
    if not (args.gpt and args.sovits):
        raise InputError("give both networks of the voice: --gpt FILE and --sovits FILE")
    return args.gpt, args.sovits


def _reference_of(args: argparse.Namespace) -> "ReferenceClip | None":
    from gpt_sovits.inference.reference import ReferenceClip

    if args.reference is None:
        if args.reference_text or args.more_reference:
            raise InputError("--reference-text and --more-reference belong to a --reference FILE")
        return None
    return ReferenceClip(
        args.reference, args.reference_text, args.reference_language, tuple(args.more_reference)
    )


def options_of(args: argparse.Namespace) -> "SpeakingOptions":
    """How the flags want the text to be spoken.

    Raises:
        ConfigError: one is out of range.
    """
    from gpt_sovits.inference.plan import SpeakingOptions

    return SpeakingOptions(
        language=args.language,
        cut=args.cut,
        speed=args.speed,
        pause_s=args.pause,
        top_k=args.top_k,
        top_p=args.top_p,
        temperature=args.temperature,
        repetition_penalty=args.repetition_penalty,
        seed=args.seed,
        batch_size=args.batch_size,
    )
