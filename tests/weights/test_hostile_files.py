"""The table of files that must be refused: one sentence, nothing runs, memory stays small."""

import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from gpt_sovits.errors import WeightsError
from gpt_sovits.weights.read import read_weights
from tests.weights.torch_files import call, rewrite, save_pickle, save_voice, tiny_sovits

Build = Callable[[Path], object]


def good(path: Path) -> bytes:
    torch.save({"weight": tiny_sovits(), "config": {}, "info": ""}, path)
    return path.read_bytes()


def change(path: Path, old: bytes, new: bytes) -> None:
    good(path.with_suffix(".good"))
    rewrite(path.with_suffix(".good"), path, old, new)


def list_that_doubles(path: Path) -> None:
    """Thirty lists, each twice inside the next: a copy would have 2^30 values."""
    lists: list[object] = []
    for _ in range(30):
        lists = [lists, lists]
    torch.save({"weight": tiny_sovits(), "config": {"a": lists}}, path)


def settings_in_a_circle(path: Path) -> None:
    circle: dict[str, object] = {}
    circle["self"] = circle
    torch.save({"weight": tiny_sovits(), "config": circle}, path)


def stretched(path: Path) -> None:
    """One stored number behind a tensor of 10^12."""
    torch.save({"weight": {"dec.a": torch.ones(1).expand(10**6, 10**6)}}, path)


def many_views(path: Path) -> None:
    """A thousand names for the same megabyte."""
    tensor = torch.zeros(1 << 18)
    torch.save({f"layer{index}": tensor for index in range(1000)}, path)


def two_of_one_name(path: Path) -> None:
    good(path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(archive.namelist()[0], b"\x80\x02}.")


def overlapping(path: Path) -> None:
    """Two entries of the directory that point to the same bytes."""
    content = bytearray(good(path))
    with zipfile.ZipFile(path) as archive:
        first, second = archive.infolist()[-2:]
        start = archive.start_dir
    offset = struct.pack("<I", second.header_offset)
    place = content.index(offset, start)
    content[place : place + 4] = struct.pack("<I", first.header_offset)
    path.write_bytes(content)


def second_directory(path: Path) -> None:
    """Bytes before the archive: Python would read one list of entries, torch another."""
    content = good(path)
    path.write_bytes(content[:64] + content)


def two_lists(path: Path) -> None:
    """A 64-bit locator that leads torch to another list of entries than Python's."""
    content = bytearray(good(path))
    content[-34:-26] = (64).to_bytes(8, "little")
    path.write_bytes(content)


def safetensors_header(size: int, header: bytes) -> Build:
    return lambda path: path.write_bytes(struct.pack("<Q", size) + header + b"\0" * 8)


def lying_tensor(path: Path) -> None:
    header = b'{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 8)


def of_no_size(path: Path) -> None:
    """Zero times 2^63: no bytes, and more than torch can count."""
    header = b'{"a":{"dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header)


def infinite_setting(path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.ones(1)}, path, metadata={"gpt_sovits": '{"config": {"a": NaN}}'})


def colliding_numbers(count: int) -> bytes:
    """Entries of a dictionary whose keys, multiples of 2^61 - 1, have the hash 0."""
    keys = (index * ((1 << 61) - 1) for index in range(1 << 8, (1 << 8) + count))
    return b"".join(b"\x8a\x0a" + key.to_bytes(10, "little") + b"N" for key in keys)


def foreign_metadata(path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.ones(1)}, path, metadata={"gpt_sovits": "[" * 100_000})


BAD: list[tuple[str, Build, str]] = [
    ("runs a program", lambda p: save_pickle(p, call("os.system", "touch ran")), "os.system"),
    ("runs posix", lambda p: save_pickle(p, call("posix.system", "touch ran")), "posix.system"),
    ("evaluates", lambda p: save_pickle(p, call("builtins.eval", "1")), "builtins.eval"),
    ("gets attributes", lambda p: save_pickle(p, call("builtins.getattr", "1")), "getattr"),
    ("old name", lambda p: save_pickle(p, call("__builtin__.eval", "1")), "__builtin__.eval"),
    ("loads code", lambda p: save_pickle(p, call("torch.hub.load", "x")), "torch.hub.load"),
    ("takes memory", lambda p: save_pickle(p, call("builtins.bytearray", "1")), "bytearray"),
    (
        "new protocol",
        lambda p: save_pickle(p, pickle.dumps(print, protocol=4)),
        "its pickle uses",
    ),
    ("bad pickle", lambda p: save_pickle(p, b"\x80\x02}X\xff\xff\xff\x7fabc"), "damaged"),
    ("empty stack", lambda p: save_pickle(p, b"\x80\x02\x85."), "damaged"),
    ("no opcode", lambda p: save_pickle(p, b"hello"), "damaged"),
    ("deep key", lambda p: save_pickle(p, b"\x80\x02}(" + b")" + b"\x85" * 10**6 + b"K\1u."), "64"),
    (
        "deep lists",
        lambda p: save_pickle(p, b"\x80\x02" + b"]" * 10**5 + b"a" * 99999 + b"."),
        "64",
    ),
    (
        "keys of one hash",
        lambda p: save_pickle(p, b"\x80\x02}(" + colliding_numbers(100) + b"u."),
        "more than 64 bits",
    ),
    ("tuples as keys", lambda p: torch.save({(1, 2): torch.ones(1)}, p), "key is a container"),
    ("misused class", lambda p: save_pickle(p, b"\x80\x02cutils\nHParams\n}b."), "known class"),
    ("colours", lambda p: torch.save({"\x1b[2Ja": torch.ones(1)}, p), "'\\x1b[2Ja' cannot be"),
    ("no letter", lambda p: torch.save({"\udcff": torch.ones(1)}, p), "'\\udcff' cannot be"),
    ("huge pickle", lambda p: save_pickle(p, b"\x80\x02" + b"N0" * 3_000_000), "not one that"),
    ("doubling", list_that_doubles, "more than 20000 values"),
    ("circle", settings_in_a_circle, "holds itself"),
    ("stretched", stretched, "claims [1000000, 1000000]"),
    ("many views", many_views, "more than twice the file"),
    ("number", lambda p: torch.save(3, p), "holds one int"),
    ("texts", lambda p: torch.save({"a": "b"}, p), "'a' is a str"),
    ("nothing", lambda p: torch.save({}, p), "holds no tensors"),
    ("empty weight", lambda p: torch.save({"weight": {}}, p), "holds no tensors"),
    (
        "bomb",
        lambda p: save_pickle(p, b"\0" * 50_000_000, zipfile.ZIP_DEFLATED),
        "compressed",
    ),
    ("two of one name", two_of_one_name, "two entries of one name"),
    ("overlap", overlapping, "begins inside another"),
    ("second directory", second_directory, "list of entries"),
    ("two lists", two_lists, "list of entries"),
    ("comment", lambda p: p.write_bytes(good(p)[:-2] + b"\1\0a"), "cut short"),
    ("more rows", lambda p: change(p, b"M\xdc\x02K\x04", b"M\xff\x7fK\x04"), "cannot be read"),
    ("plain zip", lambda p: zipfile.ZipFile(p, "w").writestr("a.txt", "a"), "not one that"),
    ("cut", lambda p: p.write_bytes(good(p)[:-100]), "cut short"),
    ("cut at the head", lambda p: p.write_bytes(b"PK\x03\x04"), "cut short"),
    ("empty", lambda p: p.touch(), "is empty"),
    ("folder", lambda p: p.mkdir(), "is a folder"),
    ("pipe", lambda p: os.mkfifo(p), "a device or a pipe"),
    ("missing", lambda p: None, "no such file"),
    ("text", lambda p: p.write_text("hello"), "no weights file"),
    ("page", lambda p: p.write_text("\n<!DOCTYPE html><html>404"), "web page"),
    (
        "pointer",
        lambda p: p.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9"),
        "Git LFS pointer",
    ),
    ("unknown head", lambda p: p.write_bytes(b"77" + good(p)[2:]), "b'77'"),
    (
        "before 1.6",
        lambda p: torch.save(tiny_sovits(), p, _use_new_zipfile_serialization=False),
        "before 1.6",
    ),
    ("bare pickle", lambda p: p.write_bytes(call("os.system", "touch ran")), "without an archive"),
    ("safetensors length", safetensors_header(1 << 60, b"{}"), "no weights file"),
    ("safetensors short", safetensors_header(1000, b"{}"), "header does not fit"),
    ("safetensors broken", safetensors_header(2, b"{]"), "header does not fit"),
    ("safetensors lies", lying_tensor, "header does not fit"),
    ("safetensors without tensors", safetensors_header(2, b"{}"), "header does not fit"),
    ("safetensors of no size", of_no_size, "header does not fit"),
    ("safetensors no number", infinite_setting, "NaN is no number"),
    ("safetensors metadata", foreign_metadata, "not JSON"),
]


@pytest.mark.parametrize(("build", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_refused_with_one_sentence_and_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: Build, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "voice.pth"
    build(path)
    with pytest.raises(WeightsError) as caught:
        read_weights(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert words in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 320
    assert not (tmp_path / "ran").exists()


def test_the_hostile_pickle_of_the_table_would_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    pickle.loads(call("posix.system", f"touch {marker}"))
    assert marker.exists()


@pytest.mark.parametrize("bytes_left", range(0, 3000, 61))
def test_cut_anywhere_is_refused(tmp_path: Path, bytes_left: int) -> None:
    path = save_voice(tmp_path / "voice.pth", tiny_sovits(), {"model": {"a": 1}})
    path.write_bytes(path.read_bytes()[:bytes_left])
    with pytest.raises(WeightsError):
        read_weights(path)


def test_any_byte_of_the_pickle_changed_is_read_or_refused(tmp_path: Path) -> None:
    path = save_voice(tmp_path / "voice.pth", tiny_sovits(), {"model": {"a": 1}})
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("archive/data.pkl")
    for place in range(entry.header_offset, entry.header_offset + entry.file_size + 100, 3):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x51]) + content[place + 1 :])
        with suppress(WeightsError):  # any other error would be a traceback for the user
            read_weights(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [("a\0b", "null byte"), ("a" * 5000, "too long"), ("\udcff.pth", "no UTF-8 text")],
)
def test_names_that_cannot_be_opened(name: str, words: str) -> None:
    with pytest.raises(WeightsError, match=words):
        read_weights(Path(name))
