"""Look over a torch archive before anything reads it.

torch's restricted reader (`weights_only=True`) runs no foreign code, but a small file can still
make it take all memory, end the process or never come back: a dictionary whose key is a tuple
nested a million deep ends torch 2.13 with a segmentation fault, and one whose keys are tuples or
numbers beyond 64 bits, all made to have one hash, takes hours to fill. So the archive's entries and
the opcodes of its pickle are checked first; nothing here builds an object of the file.
"""

import pickletools
import zipfile
from collections.abc import Sequence
from mmap import mmap
from pathlib import Path
from typing import IO, cast

from gpt_sovits.errors import WeightsError

MAX_DIRECTORY_BYTES = 4 << 20
"""Size of the list of entries; published training checkpoints, with 2300 entries, need 0.2 MB."""
MAX_PICKLE_BYTES = 4 << 20
"""Size of the pickle that names the tensors; the same checkpoints need 0.4 MB."""
MAX_DEPTH = 64
"""Containers in containers; a published config is 4 deep."""

CONFIG_GLOBAL = "utils.HParams"
"""The class of the reference whose objects hold a synthesizer's settings."""
PATH_GLOBALS = tuple(
    f"{module}.{system}Path"
    for module in ("pathlib", "pathlib._local")
    for system in ("Posix", "Windows", "PurePosix", "PureWindows")
)
"""Folders that the reference's GPT training leaves in its checkpoints."""
DEMUCS_GLOBAL, FRACTION_GLOBAL = "demucs.htdemucs.HTDemucs", "fractions.Fraction"
"""What Demucs writes beside its tensors: the name of its class, and the length of its windows."""
NUMPY_GLOBALS = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.dtype")
"""Scores that Demucs's training left in its published files."""

_GLOBALS = frozenset(
    {
        CONFIG_GLOBAL,
        *PATH_GLOBALS,
        DEMUCS_GLOBAL,
        FRACTION_GLOBAL,
        *NUMPY_GLOBALS,
        "_codecs.encode",
        "collections.OrderedDict",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_tensor_v2",
        "torch.Size",
        "torch.storage.UntypedStorage",
        *(f"torch.{name}Storage" for name in ("Float", "Half", "BFloat16", "Double", "Bool")),
        *(f"torch.{name}Storage" for name in ("Long", "Int", "Short", "Char", "Byte")),
        *(f"torch.{name}" for name in ("float16", "float32", "float64", "bfloat16", "int64")),
    }
)
"""All that a weights file may name; each either builds a tensor or is plain data."""

_ATOMS = {"NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"} | {
    "BINUNICODE",
    "SHORT_BINSTRING",
    "EMPTY_DICT",
    "EMPTY_LIST",
    "EMPTY_TUPLE",
    "GLOBAL",
}
_BUILDERS = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3, "REDUCE": 2, "NEWOBJ": 2, "BINPERSID": 1}
_FILLERS = {"APPEND": 1, "SETITEM": 2, "BUILD": 1}


def check_archive(data: mmap, path: Path) -> None:
    """Check a torch archive that begins with `PK`.

    Args:
        data: the whole file.
        path: its name for the message.

    Raises:
        WeightsError: it is cut short, is no archive of `torch.save`, unpacks to more than it
            holds, or names anything but tensors and plain values.
    """
    begin = _directory_begin(data, path)
    try:
        with zipfile.ZipFile(cast(IO[bytes], data)) as archive:  # mmap seeks and reads
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError) as error:
        raise WeightsError(
            f"{path}: is a damaged archive ({error}); copy or download it again"
        ) from error
    places = _check_entries(entries, data, begin, path)
    pickled = next((name for name in places if _is_pickle(name)), None)
    if pickled is None or len(places[pickled]) > MAX_PICKLE_BYTES:
        raise WeightsError(f"{path}: is an archive, but not one that torch.save wrote")
    check_pickle(data[places[pickled].start : places[pickled].stop], path)


def _directory_begin(data: mmap, path: Path) -> int:
    """Where the list of entries begins, as the very end of the file tells it."""
    if data[-22:-18] != b"PK\x05\x06" or data[-2:] != b"\0\0":
        raise WeightsError(f"{path}: is cut short, its end is missing; copy or download it again")
    if data[-42:-38] == b"PK\x06\x07":  # a 64-bit end record stands before the 32-bit one
        end, record, width = len(data) - 98, data[-58:-42], 8
    else:
        end, record, width = len(data) - 22, data[-10:-2], 4
    size = int.from_bytes(record[:width], "little")
    begin = int.from_bytes(record[width:], "little")
    located = width == 4 or int.from_bytes(data[-34:-26], "little") == end
    # Python finds the list by its end, torch by its offset: only where both agree is it certain
    # that torch will read what was checked.
    if begin + size != end or not located or size > MAX_DIRECTORY_BYTES:
        raise WeightsError(
            f"{path}: its list of entries is not where a weights file has it; the file is damaged"
            " or hostile, get it from another source"
        )
    return begin


def _is_pickle(name: str) -> bool:
    return name.count("/") == 1 and name.endswith("/data.pkl")


def _check_entries(
    entries: Sequence[zipfile.ZipInfo], data: mmap, limit: int, path: Path
) -> dict[str, range]:
    """Every entry is stored as it is, has a name of its own and bytes of its own.

    Returns:
        Where in the file each entry's content lies.
    """
    names = {entry.filename.lower() for entry in entries}
    folders = {name.partition("/")[0] for name in names}
    if len(names) < len(entries) or len(folders) > 1:
        raise WeightsError(
            f"{path}: holds two entries of one name or several archives in one, as no writer of"
            " weights does; nothing of it was read"
        )
    places: dict[str, range] = {}
    position = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise WeightsError(
                f"{path}: entry {entry.filename!r} is compressed or encrypted, as torch never"
                f" writes it ({entry.compress_size} bytes would become {entry.file_size});"
                " nothing of it was read"
            )
        header = data[entry.header_offset : entry.header_offset + 30]
        extra = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        begin = entry.header_offset + 30 + extra
        if header[:4] != b"PK\x03\x04" or entry.header_offset < position:
            raise WeightsError(
                f"{path}: entry {entry.filename!r} begins inside another one; the file is"
                " damaged or hostile, get it from another source"
            )
        position = begin + entry.file_size
        if entry.file_size != entry.compress_size or position > limit:
            raise WeightsError(
                f"{path}: entry {entry.filename!r} claims {entry.file_size} bytes, more than the"
                " file holds; copy or download it again"
            )
        places[entry.filename] = range(begin, position)
    return places


def check_pickle(opcodes: bytes, path: Path) -> None:
    """Check that a pickle builds only tensors and plain values, and no deep nesting.

    Walks the opcodes as a reader would, with a stack that keeps the depth of each object in
    place of the object.

    Raises:
        WeightsError: it names something else, or is damaged.
    """
    stack: list[int] = []
    marks: list[int] = []
    memo: dict[int, int] = {}

    def pop(count: int | None) -> int:
        """Take the last `count` objects, None: all after the mark; the greatest depth."""
        begin = marks.pop() if count is None else len(stack) - count
        if begin < 0:
            raise IndexError("objects are missing")
        taken = stack[begin:]
        del stack[begin:]
        return max(taken, default=0)

    try:
        for opcode, argument, _ in pickletools.genops(opcodes):
            name = opcode.name
            if name == "LONG1" and not -(1 << 63) <= cast(int, argument) < 1 << 63:
                raise ValueError("a number of more than 64 bits")
            if name == "GLOBAL":
                _check_global(str(argument).replace(" ", ".", 1), path)
            if name in _ATOMS:
                stack.append(0)
            elif name == "MARK":
                marks.append(len(stack))
            elif name in ("BINPUT", "LONG_BINPUT"):
                memo[int(argument)] = stack[-1]  # type: ignore[arg-type]  # an int for these
            elif name in ("BINGET", "LONG_BINGET"):
                stack.append(memo[int(argument)])  # type: ignore[arg-type]  # an int for these
            elif name in _BUILDERS or name == "TUPLE":
                stack.append(1 + pop(_BUILDERS.get(name)))
            elif name in _FILLERS or name in ("APPENDS", "SETITEMS"):
                count = _FILLERS.get(name)
                if name.startswith("SETITEM") and any(stack[-2 if count else marks[-1] :: 2]):
                    raise ValueError("a dictionary's key is a container")
                depth = 1 + pop(count)
                stack[-1] = max(stack[-1], depth)
            elif name not in ("PROTO", "STOP"):
                raise WeightsError(
                    f"{path}: its pickle uses {name}, which no weights file needs; nothing of it"
                    " was run, get the file from another source"
                )
            if stack and stack[-1] > MAX_DEPTH:
                raise WeightsError(
                    f"{path}: its values are nested more than {MAX_DEPTH} deep, as no weights"
                    " file is; nothing of it was run, get the file from another source"
                )
    except (ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise WeightsError(
            f"{path}: its pickle is damaged ({error}); copy or download it again"
        ) from error


def _check_global(name: str, path: Path) -> None:
    if name not in _GLOBALS:
        raise WeightsError(
            f"{path}: asks for {name[:80]!r}, which no weights file needs and a hostile one may"
            " use to run a program; nothing of it was run, get the file from another source"
        )
