"""Text features of Chinese: one column per phone, from chinese-roberta-wwm-ext-large.

Source: Cui et al. 2021, "Pre-Training with Whole Word Masking for Chinese BERT". The published
voices were trained with the third last hidden layer, so the two layers above it are never built.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_sovits.errors import ConfigError, MissingModelError, WeightsError
from gpt_sovits.paths import PROJECT, ProjectPaths
from gpt_sovits.text.cuts import MAX_PIECE, split_long
from gpt_sovits.text.frontend import TextReport

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import BertModel

log = logging.getLogger(__name__)

MODEL = "chinese-roberta-wwm-ext-large"
"""Folder below pretrained_models/, and name for `models download`."""

N_CHANNELS = 1024
"""Channels of the features that the published voices expect."""

_LAYERS_ABOVE = 2
"""Layers above the one that is read."""

_BATCH = 16
"""Sentences that go through the network together."""

_OLD_NAMES = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}


class BertFeatures:
    """Makes the text features of Chinese.

    Args:
        model: BERT without its last two layers, in eval mode.
        vocabulary: ids of the tokens; `[PAD]`, `[UNK]`, `[CLS]` and `[SEP]` are among them.
    """

    def __init__(self, model: "BertModel", vocabulary: Mapping[str, int]) -> None:
        self.model = model
        self.vocabulary = vocabulary

    @property
    def n_channels(self) -> int:
        """Channels of the features."""
        return self.model.config.hidden_size

    def __call__(self, reports: Sequence[TextReport]) -> "list[Tensor]":
        """Make the features of texts, all sentences of all texts in common batches.

        Args:
            reports: from `read_text`.

        Returns:
            For each report [C, N] float32 on the CPU; zeros on phones of other languages.
        """
        import torch

        chinese = [
            segment for report in reports for segment in report.segments if segment.language == "zh"
        ]
        encoded = iter(self.encode([segment.norm_text for segment in chinese]))
        features = []
        for report in reports:
            parts = []
            for segment in report.segments:
                if segment.language == "zh":
                    repeats = torch.tensor(segment.word2ph)
                    parts.append(next(encoded).repeat_interleave(repeats, dim=0))
                else:
                    parts.append(torch.zeros(len(segment.phones), self.n_channels))
            features.append(torch.cat(parts).T.contiguous())
        return features

    def encode(self, texts: Sequence[str]) -> "list[Tensor]":
        """Encode texts character by character.

        Args:
            texts: of any length; over 510 characters are encoded in pieces.

        Returns:
            For each text the third last hidden layer [characters, C], float32 on the CPU.
        """
        import torch

        pieces = [
            (index, p) for index, text in enumerate(texts) for p in split_long(text, MAX_PIECE)
        ]
        by_length = sorted(range(len(pieces)), key=lambda place: len(pieces[place][1]))
        hidden: dict[int, Tensor] = {}
        for first in range(0, len(by_length), _BATCH):
            places = by_length[first : first + _BATCH]
            rows = self._run([pieces[place][1] for place in places])
            hidden.update(zip(places, rows, strict=True))
        joined: list[list[Tensor]] = [[] for _ in texts]
        for place, (index, _) in enumerate(pieces):
            joined[index].append(hidden[place])
        return [torch.cat(parts) for parts in joined]

    def _run(self, texts: Sequence[str]) -> "list[Tensor]":
        """Encode texts of at most 510 characters as one padded batch."""
        import torch

        ids = [[self._id("[CLS]"), *map(self._id, text), self._id("[SEP]")] for text in texts]
        longest = max(map(len, ids))
        device = self.model.device
        padded = [row + [self._id("[PAD]")] * (longest - len(row)) for row in ids]
        mask = [[1] * len(row) + [0] * (longest - len(row)) for row in ids]
        with torch.inference_mode():
            hidden = self.model(
                input_ids=torch.tensor(padded, device=device),
                attention_mask=torch.tensor(mask, device=device),
            ).last_hidden_state  # [B, characters + 2, C]
        hidden = hidden.float().cpu()
        return [row[1 : len(text) + 1] for row, text in zip(hidden, texts, strict=True)]

    def _id(self, token: str) -> int:
        """Id of one character, so that no two of them are ever merged into one token."""
        found = self.vocabulary.get(token, self.vocabulary.get(token.lower()))
        return self.vocabulary["[UNK]"] if found is None else found


def zero_features(report: TextReport, n_channels: int = N_CHANNELS) -> "Tensor":
    """What a text has where no features can be made: zeros [C, N], float32."""
    import torch

    return torch.zeros(n_channels, len(report.phones))


def bert_features(
    reports: Sequence[TextReport], *, paths: ProjectPaths = PROJECT, device: str = "cpu"
) -> "list[Tensor]":
    """Make the features of texts, or zeros where the model is not on this machine.

    Only texts with Chinese in them load the model. Its absence is logged once.

    Returns:
        For each report [1024, N] float32.
    """
    if any(segment.language == "zh" for report in reports for segment in report.segments):
        try:
            return _loaded(paths.pretrained_models / MODEL, device)(reports)
        except MissingModelError as error:
            _warn_once(f"Chinese is read without text features, which costs expression: {error}")
    return [zero_features(report) for report in reports]


@cache
def _loaded(folder: Path, device: str) -> BertFeatures:
    return load_bert(folder, device=device)


@cache
def _warn_once(message: str) -> None:
    log.warning(message)


def load_bert(folder: Path, *, device: str = "cpu") -> BertFeatures:
    """Load the model from a transformers folder, with no network and no foreign code.

    Args:
        folder: holds config.json, model.safetensors or pytorch_model.bin, and tokenizer.json or
            vocab.txt.
        device: where it runs.

    Raises:
        MissingModelError: a file is missing; the message holds the command that brings it.
        ConfigError: config.json or the tokenizer is damaged.
        WeightsError: the weights are damaged, hostile or of another network.
    """
    import torch

    config_path = _one_of(folder, "config.json")
    weights_path = _one_of(folder, "model.safetensors", "pytorch_model.bin")
    vocabulary = _read_vocabulary(_one_of(folder, "tokenizer.json", "vocab.txt"))
    model = _build(_read_json(config_path), config_path)
    _load_weights(model, weights_path)
    network: torch.nn.Module = model  # transformers types `to` and `eval` too narrowly
    network.to(device).eval()
    return BertFeatures(model, vocabulary)


def _one_of(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise MissingModelError(
        f"{folder / names[-1]} is missing; bring it with: "
        f"python -m gpt_sovits models download {MODEL}"
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as JSON ({error}); download it again") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: is no JSON object; download it again")
    return values


def _read_vocabulary(path: Path) -> Mapping[str, int]:
    """Token -> id, from the tokenizer's own file or a list of tokens."""
    if path.suffix == ".json":
        model = _read_json(path).get("model")
        tokens = model.get("vocab") if isinstance(model, dict) else None
        vocabulary = tokens if isinstance(tokens, dict) else {}
    else:
        lines = path.read_text(encoding="utf-8").splitlines()
        vocabulary = {token: index for index, token in enumerate(lines)}
    missing = [name for name in ("[PAD]", "[UNK]", "[CLS]", "[SEP]") if name not in vocabulary]
    if missing:
        raise ConfigError(f"{path}: has no token {missing[0]}; download it again")
    return vocabulary


def _build(values: dict[str, Any], path: Path) -> "BertModel":
    from transformers import BertConfig, BertModel

    n_layers = values.get("num_hidden_layers")
    if not isinstance(n_layers, int) or n_layers <= _LAYERS_ABOVE:
        raise ConfigError(f"{path}: num_hidden_layers must be over {_LAYERS_ABOVE}, is {n_layers}")
    config = BertConfig(**{**values, "num_hidden_layers": n_layers - _LAYERS_ABOVE})
    return BertModel(config, add_pooling_layer=False)


def _load_weights(model: "BertModel", path: Path) -> None:
    """Load what the model has of a BERT checkpoint, with or without heads on top of it."""
    import torch

    from gpt_sovits.weights.read import read_weights

    tensors = read_weights(path, dtype=torch.float32).tensors
    renamed = {}
    for key, tensor in tensors.items():
        name = key.removeprefix("bert.")
        for old, new in _OLD_NAMES.items():
            name = name.replace(old, new)
        renamed[name] = tensor
    wanted = model.state_dict()
    for name, tensor in wanted.items():
        if name not in renamed:
            raise WeightsError(f"{path}: has no {name}; it is not the checkpoint of {MODEL}")
        if renamed[name].shape != tensor.shape:
            raise WeightsError(
                f"{path}: {name} is {list(renamed[name].shape)}, config.json beside it asks for "
                f"{list(tensor.shape)}; download both again"
            )
    model.load_state_dict({name: renamed[name] for name in wanted})
