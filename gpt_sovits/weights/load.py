"""Put tensors into a network, all of them or none."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gpt_sovits.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor, nn


def load_into(
    module: "nn.Module", tensors: "Mapping[str, Tensor]", *, allow_missing: Sequence[str] = ()
) -> None:
    """Copy weights into a network; their number format becomes the network's.

    Args:
        module: the network.
        tensors: weights by key; every key must be one of the network's.
        allow_missing: beginnings of keys that may be absent and then keep the network's values,
            for instance `enc_q.` of a synthesizer that only speaks.

    Raises:
        WeightsError: a key is missing, unknown or of another shape; the network stays as it was.
    """
    own = module.state_dict()
    name = type(module).__name__
    for key, tensor in own.items():
        if key not in tensors:
            if not key.startswith(tuple(allow_missing)):
                missing = sum(other not in tensors for other in own)
                raise WeightsError(f"{name} needs {key}, which these weights lack ({missing} keys)")
        elif tensors[key].shape != tensor.shape:
            raise WeightsError(
                f"{key} is {list(tensors[key].shape)} in these weights, but"
                f" {list(tensor.shape)} in {name}: they are of another family"
            )
    unknown = [key for key in tensors if key not in own]
    if unknown:
        raise WeightsError(
            f"these weights hold {unknown[0][:80]!r}, which {name} does not have"
            f" ({len(unknown)} keys): they are of another family"
        )
    module.load_state_dict(dict(tensors), strict=False)
