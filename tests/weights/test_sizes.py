from pathlib import Path

import pytest
import torch

from gpt_sovits.config import load_vits_family
from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.file import Kind, WeightFile
from gpt_sovits.weights.sizes import check_fits, sizes_of
from tests.weights.torch_files import Tensors, published

FAMILIES = ["v1", "v2", "v2Pro", "v2ProPlus"]


def file_of(kind: Kind, tensors: Tensors) -> WeightFile:
    return WeightFile(path=Path("a.pth"), kind=kind, family=None, tensors=tensors)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("other", FAMILIES)
def test_published_synthesizers_fit_their_own_family_only(family: str, other: str) -> None:
    file = file_of("sovits", published(f"sovits_{family}"))
    if family == other:
        check_fits(file, load_vits_family(other))
    else:
        with pytest.raises(WeightsError, match=other):
            check_fits(file, load_vits_family(other))


def test_published_gpts_fit() -> None:
    check_fits(file_of("gpt", published("gpt_v1")), load_vits_family("v1"))
    check_fits(file_of("gpt", published("gpt_v2")), load_vits_family("v2ProPlus"))


def test_the_first_key_that_does_not_fit_is_named_with_both_shapes() -> None:
    with pytest.raises(WeightsError) as caught:
        check_fits(file_of("gpt", published("gpt_v1")), load_vits_family("v2"))
    assert "ar_text_embedding.word_embeddings.weight is [512, 512], but [732, 512] in v2" in str(
        caught.value
    )


def test_a_missing_layer_is_named() -> None:
    tensors = published("gpt_v2")
    del tensors["h.layers.23.norm1.weight"]
    with pytest.raises(WeightsError, match=r"gpt\.n_layers is 23, but 24"):
        check_fits(file_of("gpt", tensors), load_vits_family("v2"))


def test_a_missing_part_is_named() -> None:
    tensors = published("sovits_v2Pro")
    del tensors["sv_emb.weight"]
    with pytest.raises(WeightsError, match=r"sv_emb\.weight is missing, but needed in v2Pro"):
        check_fits(file_of("sovits", tensors), load_vits_family("v2Pro"))


def test_a_tensor_of_another_rank_is_named() -> None:
    tensors = published("gpt_v2") | {"bert_proj.weight": torch.ones(())}
    with pytest.raises(WeightsError, match=r"bert_proj\.weight is \[\], but \[512, 1024\]"):
        check_fits(file_of("gpt", tensors), load_vits_family("v2"))


def test_sizes_are_named_as_in_the_familys_file() -> None:
    sizes = sizes_of(published("sovits_v2ProPlus"), "sovits")
    assert sizes["synthesizer.decoder.channels"] == 768
    assert sizes["synthesizer.speaker_width"] == 20480
    assert sizes["synthesizer.style.n_bins"] == 704
    assert sizes["synthesizer.text_encoder.n_text_layers"] == 6
    assert sizes_of({"a": torch.ones(1)}, "other") == {}
