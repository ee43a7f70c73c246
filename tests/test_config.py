import shutil
from pathlib import Path

import pytest

from gpt_sovits.config import family_names, load_family, read_yaml
from gpt_sovits.errors import ConfigError
from gpt_sovits.paths import PROJECT


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    """A copy of the published families that a test may change."""
    folder = tmp_path / "configs"
    shutil.copytree(PROJECT.configs, folder)
    return folder


def change(configs: Path, old: str, new: str) -> None:
    path = configs / "v2.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_family_file_is_a_family_and_the_dictionary_is_none() -> None:
    assert {"v1", "v2", "v2Pro", "v2ProPlus"} <= set(family_names())
    assert "dictionary" not in family_names()
    for name in family_names():
        assert load_family(name).name == name


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("width: 512", "widht: 512", "gpt.wid"),
        ("n_layers: 24", "n_layers: 0", "gpt.n_layers"),
        ("n_heads: 16", "n_heads: 15", "multiple of n_heads 15"),
        ("symbols: v2", "symbols: v9", "symbols"),
        ("[10, 8, 2, 2, 2]", "[10, 8, 2, 2, 3]", "at least 3"),
        ("hop_length: 640", "hop_length: 512", "multiply to 640"),
        ("[16, 16, 8, 2, 2]", "[16, 16, 8, 2]", "same length"),
        ("segment_length: 20480", "segment_length: 20481", "multiple of hop_length 640"),
        ("latent_width: 192", "latent_width: 191", "even"),
        ("channels: 512", "channels: 31", "cannot be halved 5 times"),
        ("[10, 8, 2, 2, 2]", "[]", "upsample_rates"),
        ("[3, 7, 11]", "[3, 7, 0]", "resblock_kernels.2"),
        ("periods: [2,", "periods: [0,", "periods.0"),
        ("n_tokens: 1025", "n_tokens: 1024", "n_codes 1024 and one more"),
        ("n_bins: 704", "n_bins: 1026", "more than the 1025"),
        ("name: v2", "name: [", "YAML"),
        ("kind: vits", "kind: !!python/object/apply:os.getcwd []", "YAML"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_file_and_key(
    configs: Path, old: str, new: str, says: str
) -> None:
    change(configs, old, new)
    with pytest.raises(ConfigError) as error:
        load_family("v2", configs)
    assert "v2.yaml" in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["v9", "", "../configs/v2", "/etc/passwd", "dictionary"])
def test_an_unknown_family_names_the_known_ones(name: str) -> None:
    with pytest.raises(ConfigError, match="v2Pro"):
        load_family(name)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"a\.yaml"):
        read_yaml(tmp_path / "a.yaml")
    with pytest.raises(ConfigError, match="no such file"):
        read_yaml(tmp_path / "b.yaml")
