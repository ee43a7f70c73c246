"""What the embedded base's networks learn from a clip: spectrogram, features, phones in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gpt_sovits.features.content import MARKS, PAUSE, Content
from gpt_sovits.features.melody import melody_of
from gpt_sovits.text.symbols import UNKNOWN, phone_ids

if TYPE_CHECKING:
    from torch import Tensor

_END = "."
_ENDS = frozenset(".?!…")

_ONSET = 3
"""Frames for which a phone sounds, at most, before the network is sure of it: 60 ms."""


@dataclass(frozen=True)
class MiniFeatures:
    """One clip as the embedded base sees it. T frames at 50 a second, an even number."""

    mel: "Tensor"
    """Log-mel spectrogram of the levelled clip, [F, 2 T], 100/s."""
    ssl: "Tensor"
    """Melody, [3, T], 50/s, of which tokens are made."""
    durations: "Tensor | None"
    """Frames of each of `framed_phones`, [N]; their sum is T. None where no text was given."""


def framed_phones(phones: Sequence[str]) -> list[str]:
    """The phones of a text as the embedded base speaks them, a pause at each end.

    Of several marks in a row the first stays, phones without a symbol are left out, the text begins
    with "," and ends with the mark that it has, or ".".
    """
    framed = [PAUSE]
    last_mark = _END
    for phone in phones:
        if phone in MARKS:
            last_mark = phone
        if phone == UNKNOWN or (phone in MARKS and framed[-1] in MARKS):
            continue
        framed.append(phone)
    end = last_mark if phones and phones[-1] in _ENDS and last_mark in _ENDS else _END
    if framed[-1] in MARKS:
        framed.pop()
    return [*framed, end]


def mini_features(
    content: Content, audio: "Tensor", phones: Sequence[str] | None = None
) -> MiniFeatures:
    """Listen to a clip.

    Args:
        content: the content network.
        audio: waveform [L] at the spectrogram's rate.
        phones: `framed_phones` of its text; None finds no durations.

    Raises:
        InputError: the text is too long for the clip, or the clip too short.
    """
    heard = content.listen(audio)
    T = heard.mel.shape[1] // 4 * 2
    spectrogram = content.about.spectrogram
    ssl = melody_of(audio, spectrogram.sample_rate, 2 * spectrogram.hop_length)[:, :T]
    durations = None
    if phones is not None:
        durations = phone_durations(heard.log_probs[:T].cpu(), phones, content)
    return MiniFeatures(heard.mel[:, : 2 * T], ssl.to(audio.device), durations)


def phone_durations(log_probs: "Tensor", phones: Sequence[str], content: Content) -> "Tensor":
    """Frames of each phone.

    Args:
        log_probs: from the content network, [T, V], 50/s.
        phones: `framed_phones` of the text.
        content: the network that gave them.

    Returns:
        [N]; their sum is T. Only the first can be 0.

    Raises:
        InputError: the text is too long for the clip.
    """
    import torch

    from gpt_sovits.models.alignment import align_ctc, share_blanks

    spoken = [PAUSE if phone in MARKS else phone for phone in phones[1:-1]]
    ids = torch.tensor(phone_ids(spoken, content.about.symbols), dtype=torch.long)
    T = len(log_probs)
    # The last frame is kept for the pause at the end.
    spans = align_ctc(log_probs[: T - 1], ids + 1)
    begin = max(0, int(spans[0, 0]) - _ONSET)
    end = min(T - 1, int(spans[-1, 1]) + _ONSET)
    inner = share_blanks(spans - begin, end - begin)
    return torch.cat([torch.tensor([begin]), inner, torch.tensor([T - end])])
