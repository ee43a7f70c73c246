"""Networks from the header of our own files."""

from pathlib import Path

import pytest

from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.networks import build_synthesizer, load_synthesizer
from gpt_sovits.weights.write import provenance_of, write_safetensors
from tests.tiny_mini import tiny_family


def test_a_file_of_another_version_says_so(tmp_path: Path) -> None:
    family = tiny_family()
    path = tmp_path / "old.safetensors"
    write_safetensors(
        path,
        build_synthesizer(family).state_dict(),
        kind="sovits",
        family="mini",
        config={**family.model_dump(mode="json"), "n_low_bands": 20},
        provenance=provenance_of(),
    )
    with pytest.raises(WeightsError, match=r"old\.safetensors: n_low_bands.*another version"):
        load_synthesizer(path)
