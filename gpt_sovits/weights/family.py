"""Tell the network and the family of a weights file from its tensors."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gpt_sovits.weights.file import Kind

if TYPE_CHECKING:
    from torch import Tensor

POINTER_HEAD = "move_head.weight"
MEL_HEAD = "no_token"
GPT_EMBEDDING = "ar_text_embedding.word_embeddings.weight"
PHONE_EMBEDDING = "enc_p.text_embedding.weight"

HEADS: dict[bytes, str | None] = {
    b"PK": None,
    b"00": "v1",
    b"01": "v2",
    b"02": "v3",
    b"03": "v3",
    b"04": "v4",
    b"05": "v2Pro",
    b"06": "v2ProPlus",
}
"""First two bytes of a torch archive and the family they stand for; 03 and 04 are LoRA files."""

START_BYTES = 8192
PUBLISHED_STARTS = {
    "43797be674a37c1c83ee81081941ed0f": "v3",
    "4f26b9476d0c5033e04162c486074374": "v4",
}
"""MD5 of the first 8192 bytes of the published generators that no tensor tells apart."""

_GPT_FAMILIES = {512: "v1", 732: "v2"}
_SOVITS_FAMILIES = {322: "v1", 732: "v2"}


def tell_kind(tensors: "Mapping[str, Tensor]") -> Kind:
    """Which network these tensors belong to."""
    if GPT_EMBEDDING in tensors or POINTER_HEAD in tensors:
        return "gpt"
    if (
        PHONE_EMBEDDING in tensors
        or MEL_HEAD in tensors
        or any(key.startswith("cfm.") for key in tensors)
    ):
        return "sovits"
    if any(key.startswith("discriminators.") for key in tensors):
        return "discriminator"
    if all(any(key.startswith(part) for key in tensors) for part in ("conv_pre.", "ups.")):
        return "vocoder"
    return "other"


def tell_family(
    tensors: "Mapping[str, Tensor]", *, head: bytes, start: str, config: Mapping[str, Any]
) -> str | None:
    """Which family these tensors belong to.

    Args:
        tensors: the weights by key.
        head: first two bytes of the file.
        start: MD5 of its first 8192 bytes, in hexadecimal.
        config: settings that lie in the file.

    Returns:
        The family's name, or None where neither tensors nor file tell. Discriminators do not:
        v1 and v2 share one shape, v2Pro and v2ProPlus another.
    """
    kind = tell_kind(tensors)
    if kind == "gpt":
        return _GPT_FAMILIES.get(_rows(tensors, GPT_EMBEDDING))
    if kind != "sovits":
        return None
    if any(key.startswith("cfm.") for key in tensors):
        model = config.get("model")
        version = model.get("version") if isinstance(model, dict) else None
        told = PUBLISHED_STARTS.get(start) or HEADS.get(head) or version
        return told if told in ("v3", "v4") else None
    if "sv_emb.weight" in tensors:
        return "v2ProPlus" if _rows(tensors, "dec.conv_pre.weight") == 768 else "v2Pro"
    return _SOVITS_FAMILIES.get(_rows(tensors, PHONE_EMBEDDING))


def _rows(tensors: "Mapping[str, Tensor]", key: str) -> int:
    """First size of a tensor, 0 where it has none or is not there."""
    shape = tensors[key].shape if key in tensors else ()
    return shape[0] if shape else 0
