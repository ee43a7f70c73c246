"""The embedded base's content network as functions: features, phones heard, phones in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_sovits.config import (
    ContentEncoderConfig,
    Settings,
    SpectrogramConfig,
    parse_settings,
)
from gpt_sovits.errors import InputError, MissingModelError
from gpt_sovits.paths import PROJECT
from gpt_sovits.text.distance import edit_distance
from gpt_sovits.text.reading import Symbols
from gpt_sovits.text.symbols import UNKNOWN, phone_ids, symbol_table

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from gpt_sovits.models.content import ContentEncoder

PAUSE = ","
"""The one mark that the network knows; every other is heard as the same silence."""

MARKS = frozenset(",.?!…-")
"""Phones that are marks of a text."""

LEVEL = 0.1
"""Root mean square to which a recording is brought, as in training."""


class ContentFile(Settings):
    """What the header of the network's file says of it."""

    encoder: ContentEncoderConfig
    spectrogram: SpectrogramConfig
    symbols: Symbols
    """Table of its phones."""


@dataclass(frozen=True)
class TimedPhone:
    """One phone of a text and when it is spoken."""

    phone: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Heard:
    """What the network makes of one recording."""

    mel: "Tensor"
    """Log-mel spectrogram of the levelled recording, [F, T], 100/s."""
    content: "Tensor"
    """Content features, [C, (T + 1) // 2], 50/s."""
    log_probs: "Tensor"
    """Log-probabilities of blank and phones, [(T + 1) // 2, V]."""


class Content:
    """Listens to recordings.

    Args:
        model: the network, in eval mode.
        about: what its file says of it.
    """

    def __init__(self, model: "ContentEncoder", about: ContentFile) -> None:
        self.model = model
        self.about = about

    @property
    def frame_s(self) -> float:
        """Seconds from one content frame to the next."""
        return 2 * self.about.spectrogram.hop_length / self.about.spectrogram.sample_rate

    def listen(self, audio: "Tensor") -> Heard:
        """Everything that the network makes of a waveform [L] at the spectrogram's rate.

        Raises:
            AudioError: it is too short.
        """
        import torch

        from gpt_sovits.audio.spectrogram import mel_spectrogram

        with torch.inference_mode():
            level = audio.square().mean().sqrt().clamp_min(1e-4)
            mel = mel_spectrogram(audio * (LEVEL / level), self.about.spectrogram)  # [1, F, T]
            content, _ = self.model(mel, torch.tensor([mel.shape[2]], device=mel.device))
            return Heard(mel[0], content[0], self.model.classify(content)[0])

    def encode(self, audio: "Tensor") -> "Tensor":
        """Content features [C, T], 50/s, of a waveform [L] at the spectrogram's rate."""
        return self.listen(audio).content

    def hear(self, audio: "Tensor") -> list[str]:
        """The phones that a waveform [L] most likely says, pauses among them."""
        return self.phones_of(self.listen(audio).log_probs)

    def phones_of(self, log_probs: "Tensor") -> list[str]:
        """The likeliest phones of log-probabilities [T, V] from `listen`."""
        from gpt_sovits.models.content import BLANK

        table = symbol_table(self.about.symbols)
        best = [index for index, _ in groupby(log_probs.argmax(dim=1).tolist())]
        return [table[index - 1] for index in best if index != BLANK]

    def align(self, audio: "Tensor", phones: Sequence[str]) -> list[TimedPhone]:
        """Find out when each phone of a known text is spoken.

        Args:
            audio: waveform [L] at the spectrogram's rate.
            phones: of its text, as the front end gives them.

        Returns:
            The phones that can be heard (`spoken_phones`), one behind the other without a gap.

        Raises:
            InputError: the text is empty, or too long for the recording.
        """
        import torch

        from gpt_sovits.models.alignment import align_ctc, share_blanks

        spoken = spoken_phones(phones)
        targets = torch.tensor(phone_ids(spoken, self.about.symbols), dtype=torch.long)
        log_probs = self.listen(audio).log_probs.cpu()  # a search in small steps
        durations = share_blanks(align_ctc(log_probs, targets + 1), len(log_probs))
        ends = (durations.cumsum(dim=0) * self.frame_s).tolist()
        return [
            TimedPhone(phone, start, end)
            for phone, start, end in zip(spoken, [0.0, *ends[:-1]], ends, strict=True)
        ]


def spoken_phones(phones: Sequence[str]) -> list[str]:
    """What can be heard of a text's phones: marks become one pause, those at the ends are left out.

    Phones without a symbol of their own (UNK) have no sound.
    """
    spoken: list[str] = []
    for phone in phones:
        heard = PAUSE if phone in MARKS else phone
        if heard == UNKNOWN or (heard == PAUSE and spoken[-1:] in ([], [PAUSE])):
            continue
        spoken.append(heard)
    return spoken[:-1] if spoken[-1:] == [PAUSE] else spoken


def phone_error_rate(heard: Sequence[str], written: Sequence[str]) -> float:
    """Fewest insertions, deletions and replacements over the phones written; marks do not count.

    Raises:
        InputError: nothing is written.
    """
    said = [phone for phone in spoken_phones(heard) if phone != PAUSE]
    text = [phone for phone in spoken_phones(written) if phone != PAUSE]
    if not text:
        raise InputError("there is no phone to compare with; give a text that can be read")
    return edit_distance(said, text) / len(text)


def content_path(models: Path = PROJECT.pretrained_models) -> Path:
    """Where the embedded base keeps its content network."""
    return models / "mini" / "content.safetensors"


def load_content(path: Path | None = None, *, device: "torch.device | str" = "cpu") -> Content:
    """Load the embedded base's content network.

    Args:
        path: its file; None is the embedded one.
        device: where it runs.

    Raises:
        MissingModelError: the file is not there.
        WeightsError: the file is damaged or holds another network.
    """
    import torch

    from gpt_sovits.models.content import ContentEncoder
    from gpt_sovits.weights.load import load_into
    from gpt_sovits.weights.read import read_weights

    path = path or content_path()
    if not path.is_file():
        raise MissingModelError(
            f"{path} is not here; it belongs to the project, check it out again"
        )
    file = read_weights(path, dtype=torch.float32)
    about = parse_settings(ContentFile, file.config, str(path))
    model = ContentEncoder(about.encoder).eval()
    load_into(model, file.tensors)
    return Content(model.to(device), about)
