from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from gpt_sovits.config import ContentEncoderConfig, SpectrogramConfig
from gpt_sovits.errors import ConfigError, InputError, MissingModelError
from gpt_sovits.features.content import (
    Content,
    ContentFile,
    load_content,
    phone_error_rate,
    spoken_phones,
)
from gpt_sovits.models.content import ContentEncoder
from gpt_sovits.text.symbols import symbol_table
from gpt_sovits.weights.write import provenance_of, write_safetensors

RATE = 8000
ABOUT = ContentFile(
    encoder=ContentEncoderConfig(
        n_mels=8,
        n_phones=len(symbol_table("v2")),
        width=16,
        ff_width=16,
        kernel_size=3,
        n_blocks=1,
        attention_after=(0,),
        n_heads=2,
    ),
    spectrogram=SpectrogramConfig(
        sample_rate=RATE, n_fft=256, hop_length=80, win_length=256, n_mels=8
    ),
    symbols="v2",
)


def tiny_content() -> Content:
    torch.manual_seed(0)
    return Content(ContentEncoder(ABOUT.encoder).eval(), ABOUT)


def noise(seconds: float, seed: int = 0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(0, 0.1, int(seconds * RATE)).astype(np.float32))


def write_file(path: Path, config: dict[str, object]) -> None:
    write_safetensors(
        path,
        tiny_content().model.state_dict(),
        kind="other",
        family=None,
        config=config,
        provenance=provenance_of(),
    )


def test_fifty_frames_a_second() -> None:
    assert tiny_content().encode(noise(2.0)).shape == (16, 100)
    assert tiny_content().frame_s == pytest.approx(0.02)


def test_a_quiet_recording_sounds_like_a_loud_one() -> None:
    content = tiny_content()
    torch.testing.assert_close(
        content.encode(noise(1.0) * 0.01), content.encode(noise(1.0)), atol=1e-4, rtol=1e-3
    )


def test_an_alignment_fills_the_recording_in_order() -> None:
    phones = ["n", "i2", "h", "ao3", ",", "AH0", "."]
    timed = tiny_content().align(noise(1.0), phones)
    assert [each.phone for each in timed] == phones[:-1]
    assert timed[0].start_s == 0
    assert timed[-1].end_s == pytest.approx(1.0)
    for before, after in pairwise(timed):
        assert before.end_s == after.start_s
        assert before.start_s < before.end_s


@pytest.mark.parametrize("phones", [[], [".", "UNK"], ["a"] * 60])
def test_what_cannot_be_aligned_is_one_sentence(phones: list[str]) -> None:
    with pytest.raises(InputError, match="too short for its text, or there is no text"):
        tiny_content().align(noise(1.0), phones)


def test_only_what_has_a_sound_is_aligned() -> None:
    phones = [",", "a", "UNK", ".", "…", "b", "?"]
    assert spoken_phones(phones) == ["a", ",", "b"]


@pytest.mark.parametrize(
    ("heard", "written", "rate"),
    [
        (["a", "b"], ["a", ",", "b", "."], 0.0),
        (["a"], ["a", "b"], 0.5),
        ([], ["a", "b"], 1.0),
        (["a", "x", "b", "y"], ["a", "b"], 1.0),
    ],
)
def test_marks_do_not_count_as_errors(heard: list[str], written: list[str], rate: float) -> None:
    assert phone_error_rate(heard, written) == rate


def test_no_text_has_no_error_rate() -> None:
    with pytest.raises(InputError, match="no phone"):
        phone_error_rate(["a"], ["."])


def test_a_file_brings_its_sizes(tmp_path: Path) -> None:
    write_file(tmp_path / "a.safetensors", ABOUT.model_dump(mode="json"))
    loaded = load_content(tmp_path / "a.safetensors")
    torch.testing.assert_close(loaded.encode(noise(1.0)), tiny_content().encode(noise(1.0)))


def test_a_file_that_tells_no_sizes_is_refused(tmp_path: Path) -> None:
    write_file(tmp_path / "a.safetensors", {})
    with pytest.raises(ConfigError, match=r"a\.safetensors: encoder"):
        load_content(tmp_path / "a.safetensors")


def test_a_missing_file_says_where_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"none\.safetensors"):
        load_content(tmp_path / "none.safetensors")


def test_the_embedded_network_is_there_and_listens() -> None:
    content = load_content()
    rate = content.about.spectrogram.sample_rate
    rng = np.random.default_rng(0)
    audio = torch.from_numpy(rng.normal(0, 0.1, rate).astype(np.float32))
    assert content.encode(audio).shape == (content.about.encoder.width, 50)
    assert len(content.align(audio, ["n", "i2", "h", "ao3"])) == 4
