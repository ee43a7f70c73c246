"""Guess how an unknown word sounds, letter by letter: the network of g2p_en, run with numpy.

Source: Park and Kim 2019, g2p_en, a GRU encoder-decoder trained on the CMU dictionary. Only the
weights of the package are used; importing it would ask for NLTK data.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from gpt_sovits.text.english.arpabet import PHONES
from gpt_sovits.text.english.packaged import packaged_file

Array = NDArray[np.float32]

LETTERS = ("<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz")
SOUNDS = ("<pad>", "<unk>", "<s>", "</s>", *sorted(PHONES | {"UW"}))
"""Rows of the embeddings; the training had a stray UW without stress."""
START, STOP = SOUNDS.index("<s>"), SOUNDS.index("</s>")

MAX_PHONES = 20
"""Where decoding gives up, as in g2p_en."""


@dataclass(frozen=True)
class Gru:
    """One GRU whose inputs are rows of an embedding.

    The input product is done once for all rows, so that a step costs one matrix product.
    """

    inputs: Array
    """Input product per row, reset, update and candidate gate side by side, [rows, 3 * 256]."""
    weight: Array
    """Recurrent product, [256, 3 * 256]."""
    bias: Array
    """[3 * 256]."""

    def step(self, row: int, state: Array) -> Array:
        """State after one more input, [256]."""
        n = state.shape[0]
        from_input, from_state = self.inputs[row], state @ self.weight + self.bias
        gates = 1 / (1 + np.exp(-(from_input[: 2 * n] + from_state[: 2 * n])))
        reset, update = gates[:n], gates[n:]
        candidate = np.tanh(from_input[2 * n :] + reset * from_state[2 * n :])
        return candidate + update * (state - candidate)


@dataclass(frozen=True)
class Network:
    """The whole of it: letters in, phones out."""

    encoder: Gru
    decoder: Gru
    output_weight: Array
    """[256, sounds]."""
    output_bias: Array
    """[sounds]."""

    def spell_out(self, word: str) -> list[str]:
        """Most likely phones of a lower-case word, taken greedily."""
        state = np.zeros(self.encoder.weight.shape[0], np.float32)
        for letter in (*word, "</s>"):
            state = self.encoder.step(
                LETTERS.index(letter if letter in LETTERS else "<unk>"), state
            )
        phones: list[str] = []
        sound = START
        for _ in range(MAX_PHONES):
            state = self.decoder.step(sound, state)
            sound = int(np.argmax(state @ self.output_weight + self.output_bias))
            if sound == STOP:
                break
            phones.append(SOUNDS[sound])
        return [phone for phone in phones if phone in PHONES]


@cache
def _network() -> Network:
    with np.load(packaged_file("g2p_en", "checkpoint20.npz"), allow_pickle=False) as weights:

        def gru(name: str) -> Gru:
            return Gru(
                inputs=weights[f"{name}_emb"] @ weights[f"{name}_w_ih"].T + weights[f"{name}_b_ih"],
                weight=np.ascontiguousarray(weights[f"{name}_w_hh"].T),
                bias=weights[f"{name}_b_hh"],
            )

        return Network(
            encoder=gru("enc"),
            decoder=gru("dec"),
            output_weight=np.ascontiguousarray(weights["fc_w"].T),
            output_bias=weights["fc_b"],
        )


@lru_cache(maxsize=1 << 14)
def guess(word: str) -> str:
    """Reading of a word that no dictionary has; empty where the network says nothing.

    Args:
        word: lower-case letters a to z.
    """
    return " ".join(_network().spell_out(word))
