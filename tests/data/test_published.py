import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # has no stubs
import torch

from gpt_sovits.data.experiment import open_experiment
from gpt_sovits.data.published import read_tensor
from gpt_sovits.errors import InputError
from tests.data.clips import tiny_vits
from tests.tiny_mini import tiny_family

FAMILY = tiny_vits(speaker=7)
GOOD, BAD = "good.wav", "bad.wav"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two clips of 1 s as the published scripts leave them: 49 frames, 24 tokens."""
    rows = [f"{name}\tn i2 ,\t[2, 1]\t你,\n" for name in (GOOD, BAD)]
    (tmp_path / "2-name2text.txt").write_text("".join(rows), encoding="utf-8")
    tokens = " ".join(str(token) for token in range(24))
    rows = ["item_name\tsemantic_audio\n", *(f"{name}\t{tokens}\n" for name in (GOOD, BAD))]
    (tmp_path / "6-name2semantic.tsv").write_text("".join(rows), encoding="utf-8")
    for part in ("3-bert", "4-cnhubert", "5-wav32k", "7-sv_cn"):
        (tmp_path / part).mkdir()
    torch.manual_seed(0)
    for name in (GOOD, BAD):
        torch.save(torch.randn(4, 3).half(), tmp_path / "3-bert" / f"{name}.pt")
        torch.save(torch.randn(1, 6, 49).half(), tmp_path / "4-cnhubert" / f"{name}.pt")
        torch.save(torch.randn(1, 7), tmp_path / "7-sv_cn" / f"{name}.pt")
        wave = np.random.default_rng(0).integers(-9000, 9000, 32000, dtype=np.int16)
        soundfile.write(tmp_path / "5-wav32k" / name, wave, 32000, format="WAV")
    return tmp_path


def test_a_published_folder_opens_as_an_experiment(folder: Path) -> None:
    experiment = open_experiment(folder, FAMILY)
    assert not experiment.skipped
    assert [info.name for info in experiment.clips] == [GOOD, BAD]
    info = experiment.clips[0]
    assert (info.phones, info.norm_text, info.n_tokens) == (["n", "i2", ","], "你,", 24)
    assert info.seconds == pytest.approx(0.96)
    clip = experiment.load(GOOD)
    assert clip.ssl.shape == (6, 48)
    assert clip.ssl.dtype == torch.float32
    assert clip.semantic.tolist() == list(range(24))
    assert clip.audio.shape == (48 * 640,)
    written, _ = soundfile.read(folder / "5-wav32k" / GOOD, dtype="float32")
    np.testing.assert_array_equal(clip.audio, written[: 48 * 640])
    assert clip.bert is not None
    assert clip.bert.shape == (4, 3)
    assert clip.speaker is not None
    assert clip.speaker.shape == (7,)


def test_text_features_may_be_absent(folder: Path) -> None:
    (folder / "3-bert" / f"{GOOD}.pt").unlink()
    assert open_experiment(folder, FAMILY).load(GOOD).bert is None


def test_parts_of_an_index_are_read_where_they_were_never_joined(folder: Path) -> None:
    first, second = (folder / "2-name2text.txt").read_text(encoding="utf-8").splitlines()
    (folder / "2-name2text.txt").unlink()
    (folder / "2-name2text-0.txt").write_text(first, encoding="utf-8")
    (folder / "2-name2text-1.txt").write_text(second, encoding="utf-8")
    assert len(open_experiment(folder, FAMILY).clips) == 2


def _delete(part: str) -> Callable[[Path], None]:
    return lambda folder: (folder / part.format(BAD)).unlink()


def _save(part: str, value: object) -> Callable[[Path], None]:
    return lambda folder: torch.save(value, folder / part.format(BAD))


def _replace(index: str, old: str, new: str) -> Callable[[Path], None]:
    def replace(folder: Path) -> None:
        lines = (folder / index).read_text(encoding="utf-8").splitlines()
        lines[-1] = lines[-1].replace(old, new)
        (folder / index).write_text("\n".join(lines), encoding="utf-8")

    return replace


TEXTS, TOKENS, SSL = "2-name2text.txt", "6-name2semantic.tsv", "4-cnhubert/{}.pt"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_delete(SSL), "no such file"),
        (_delete("5-wav32k/{}"), "no such file"),
        (_delete("7-sv_cn/{}.pt"), "no such file"),
        (lambda folder: (folder / SSL.format(BAD)).write_bytes(b""), "has 0 bytes"),
        (lambda folder: (folder / SSL.format(BAD)).write_bytes(b"PK\3\4 cut"), "cut short"),
        (lambda folder: (folder / "5-wav32k" / BAD).write_bytes(b"RIFF"), "bad.wav"),
        (_save(SSL, torch.zeros(1, 5, 49)), r"is \[1, 5, 49\], where \[1, 6, 'T'\] is needed"),
        (_save(SSL, torch.zeros(1, 6, 30)), "not of one recording"),
        (_save(SSL, torch.full((1, 6, 49), torch.nan)), "no numbers"),
        (_save(SSL, {"a": torch.zeros(1)}), "holds no tensor"),
        (_save(SSL, torch.zeros(1).expand(1, 6, 100000)), "holds no tensor"),
        (_save("3-bert/{}.pt", torch.zeros(4, 2)), r"is \[4, 2\]"),
        (_save("7-sv_cn/{}.pt", torch.zeros(1, 9)), r"is \[1, 9\]"),
        (_replace(TEXTS, "n i2 ,", "n i2 qqq"), "phone 'qqq' is no symbol of v2"),
        (_replace(TEXTS, "n i2 ,", ""), "has no phones"),
        (_replace(TEXTS, "\t你,", ""), "has no phones"),
        (_replace(TOKENS, " 23", " x"), "are no numbers"),
        (_replace(TOKENS, " 23", " 99999"), "beyond the 1024"),
        (_replace(TOKENS, BAD, "other.wav"), "has no line in 6-name2semantic"),
    ],
)
def test_a_broken_entry_is_skipped_with_its_reason(
    folder: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(folder)
    experiment = open_experiment(folder, FAMILY)
    assert [info.name for info in experiment.clips] == [GOOD]
    reason = next(reason for path, reason in experiment.skipped if path == Path(BAD))
    with pytest.raises(InputError, match=says):
        raise InputError(reason)


def test_tokens_without_a_text_are_named(folder: Path) -> None:
    _replace(TEXTS, BAD, "other.wav")(folder)
    skipped = dict(open_experiment(folder, FAMILY).skipped)
    assert skipped[Path(BAD)] == "has tokens but no text"


def test_a_name_cannot_lead_out_of_the_folder(folder: Path) -> None:
    for index in (TEXTS, TOKENS):
        _replace(index, BAD, "../bad.wav")(folder)
    skipped = dict(open_experiment(folder, FAMILY).skipped)
    assert "leads to another folder" in skipped[Path("../bad.wav")]


def test_the_embedded_base_cannot_use_published_features(folder: Path) -> None:
    with pytest.raises(InputError, match="which mini cannot use"):
        open_experiment(folder, tiny_family())


class Hostile:
    def __reduce__(self) -> tuple[Callable[[str], Path], tuple[str]]:
        return Path, ("made by a hostile file",)


@pytest.mark.parametrize("archive", [True, False])
def test_nothing_in_a_feature_file_is_run(tmp_path: Path, archive: bool) -> None:
    path = tmp_path / "a.pt"
    if archive:
        torch.save(Hostile(), path)
    else:
        path.write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(InputError, match=r"a\.pt"):
        read_tensor(path)
