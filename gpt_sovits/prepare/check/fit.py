"""How well a text fits what is said: against the same phones in another order.

An absolute figure tells little: the embedded network mishears half of the phones of a voice that it
does not know. But of the text that is really said it still finds much more in the recording than of
the same phones in pieces of another order, and of a wrong text it does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gpt_sovits.features.content import PAUSE, phone_error_rate, spoken_phones
from gpt_sovits.state import hash_of
from gpt_sovits.text.symbols import phone_ids

if TYPE_CHECKING:
    from torch import Tensor

    from gpt_sovits.features.content import Content

HEARD_LANGUAGES = frozenset({"zh", "en", "ja"})
"""What the embedded network was trained on; of others it says nothing."""

PIECE = 2
"""Phones that stay together when a text is put in another order: most syllables."""
N_ORDERS = 16
"""Other orders that a text is compared with."""
MIN_PHONES = 5
"""A shorter text has too few orders."""


@dataclass(frozen=True)
class Fit:
    """How well one text fits one recording."""

    share: float
    """0 where the text is found no better than its phones in another order, 1 where as well as
    whatever the network hears best."""
    error_rate: float
    """Phones heard against phones written."""
    heard: list[str] = field(default_factory=list)
    """The phones that the network hears."""


def fit_text(content: "Content", log_probs: "Tensor", phones: Sequence[str]) -> Fit | None:
    """Judge a text against a recording; None where it is too short.

    Args:
        content: listened.
        log_probs: what it heard, of blank and phones, [T, V].
        phones: of the text, in the network's table.
    """
    spoken = spoken_phones(phones)
    if len(spoken) < MIN_PHONES:
        return None
    heard = [phone for phone in content.phones_of(log_probs) if phone != PAUSE]
    ids = np.array(phone_ids(spoken, content.about.symbols)) + 1
    share = found_share(log_probs, ids)
    return Fit(round(share, 4), round(phone_error_rate(heard, phones), 4), heard)


def found_share(log_probs: "Tensor", phone_classes: np.ndarray, n_orders: int = N_ORDERS) -> float:
    """Where a text stands between its own phones in other orders (0) and the best heard (1).

    Args:
        log_probs: of blank and phones, [T, V].
        phone_classes: the text, [N].
        n_orders: how many other orders are tried.
    """
    seed = int(hash_of(phone_classes.tolist())[:8], 16)  # the same text, the same orders
    rng = np.random.default_rng(seed)
    orders = [_in_another_order(phone_classes, rng) for _ in range(n_orders)]
    own, *others = likelihoods(log_probs, [phone_classes, *orders])
    best = float(log_probs.max(dim=1).values.sum())
    known = [other for other in others if np.isfinite(other)]
    if not np.isfinite(own) or not known:
        return 0.0  # more phones than frames
    usual = float(np.mean(known))
    return (own - usual) / max(best - usual, 1e-6)


def likelihoods(log_probs: "Tensor", texts: Sequence[np.ndarray]) -> list[float]:
    """Log-likelihood of each text by CTC, every way of saying it added up."""
    import torch
    from torch.nn import functional as F

    from gpt_sovits.models.content import BLANK

    used, places = np.unique(np.concatenate([[BLANK], *texts]), return_inverse=True)
    # A batch of a few columns instead of one of all phones takes a tenth of the time.
    columns = log_probs.cpu()[:, used].unsqueeze(1).expand(-1, len(texts), -1)
    lengths = torch.tensor([len(text) for text in texts])
    losses = F.ctc_loss(
        columns,
        torch.from_numpy(places[1:].copy()),
        torch.full((len(texts),), len(columns)),
        lengths,
        blank=int(np.searchsorted(used, BLANK)),
        reduction="none",
    )
    return [-float(loss) for loss in losses]


def _in_another_order(phones: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same phones in pieces of two, from the first or the second on, drawn anew."""
    first = int(rng.integers(PIECE)) or PIECE
    pieces = [phones[:first], *(phones[at : at + PIECE] for at in range(first, len(phones), PIECE))]
    return np.concatenate([pieces[index] for index in rng.permutation(len(pieces))])
