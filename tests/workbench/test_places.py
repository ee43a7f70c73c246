import os
import socket
import sys
from pathlib import Path

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.places import Places

POSIX = pytest.mark.skipif(os.name != "posix", reason="only POSIX has such files")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a recording; a secret and a shared folder lie beside it."""
    root = tmp_path / "project"
    for path in (root / "input" / "a.wav", tmp_path / "secret.wav", tmp_path / "shared" / "b.wav"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")
    return root


@pytest.fixture
def places(root: Path) -> Places:
    return Places(ProjectPaths(root), (root.parent / "shared",))


OUTSIDE = "outside of the project"
NO_PATH = "is no path"

BAD = [
    ("", "is empty"),
    (" \t'\" ", "is empty"),
    ("input/none.wav", "no such"),
    ("; touch x", "no such"),
    ("$(touch x)", "no such"),
    ("`touch x`", "no such"),
    ("input/a.wav; touch x", "no such"),
    ("input/a.wav\ntouch x", "holds"),
    ("input/a.wav\0.txt", "holds"),
    ("input/\x1b[2J.wav", "holds"),
    ("input/\udcff.wav", "holds"),
    ("../secret.wav", OUTSIDE),
    ("input/../../secret.wav", OUTSIDE),
    ("/etc/passwd", OUTSIDE),
    ("/", OUTSIDE),
    ("..", OUTSIDE),
    ("/dev/zero", OUTSIDE),
    ("/proc/self/environ", OUTSIDE),
    ("//host/share/a.wav", OUTSIDE),
    ("\\\\host\\share\\a.wav", OUTSIDE),
    ("\\/host/share", OUTSIDE),
    ("\\\\?\\C:\\a.wav", OUTSIDE),
    ("C:\\Users\\me\\a.wav", OUTSIDE),
    ("c:/a.wav", OUTSIDE),
    ("file:///etc/passwd", OUTSIDE),
    ("file://host/share/a.wav", OUTSIDE),
    ("file:///a%00.wav", "holds"),
    ("https://example.com/a.wav", OUTSIDE),
    ("~root/a.wav", OUTSIDE),
    ("~nobody-of-this-name/a.wav", OUTSIDE),
    ("~/a.wav", OUTSIDE),
    ("x" * 300, NO_PATH),
    ("input/" + "声" * 100 + ".wav", NO_PATH),
    ("x" * 4000, NO_PATH),
    ("x/" * 2000, NO_PATH),
]


@pytest.mark.parametrize(
    ("method", "typed", "sentence"),
    [
        (method, *each)
        for method in ("file", "folder", "source", "new")
        for each in BAD
        if method != "new" or each[1] != "no such"  # what is to be written need not be there
    ],
)
def test_what_is_no_path_of_ours_gets_its_sentence(
    places: Places, method: str, typed: str, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        getattr(places, method)(typed)
    told = str(caught.value)
    assert len(told) < 400, "a long path is shortened"
    assert "\n" not in told
    assert "\0" not in told


def test_a_refusal_tells_the_remedy_and_not_whether_the_file_is_there(places: Places) -> None:
    sentences = []
    for name in ("secret.wav", "no-secret.wav"):
        with pytest.raises(InputError) as caught:
            places.file(f"../{name}")
        sentences.append(str(caught.value).replace(name, ""))
    assert sentences[0] == sentences[1]
    assert "upload it, copy it into input/" in sentences[0]
    assert "Settings" in sentences[0]


@pytest.mark.parametrize(
    "typed",
    [
        "input/a.wav",
        " input/a.wav\n",
        "'input/a.wav'",
        '"{root}/input/a.wav"',
        "“input/a.wav”",
        "\u202a{root}/input/a.wav",
        "{root}/input/a.wav",
        "{root}/input/../input/./a.wav",
        "file://{root}/input/a.wav",
        "./input//a.wav",
    ],
)
def test_a_file_of_the_project_is_found(root: Path, places: Places, typed: str) -> None:
    assert places.file(typed.format(root=root)) == root / "input" / "a.wav"


@pytest.mark.parametrize("name", ["a; b.wav", "$(id).wav", "`id`.wav", "it's.wav", "声 🎤.wav"])
def test_odd_names_are_only_names(root: Path, places: Places, name: str) -> None:
    (root / "input" / name).touch()
    assert places.file(f"input/{name}") == root / "input" / name
    assert places.file(f'"{root}/input/{name}"') == root / "input" / name


def test_an_address_of_a_file_may_hold_spaces(root: Path, places: Places) -> None:
    (root / "input" / "a b.wav").touch()
    assert places.file(f"file://{root}/input/a%20b.wav").name == "a b.wav"


def test_folders_that_are_allowed_are_reached_at_once(root: Path, places: Places) -> None:
    secret = str(root.parent / "secret.wav")
    assert places.file(str(root.parent / "shared" / "b.wav"))
    with pytest.raises(InputError, match=OUTSIDE):
        places.file(secret)
    places.folders = (root.parent,)
    assert places.file(secret) == root.parent / "secret.wav"
    places.folders = ()
    with pytest.raises(InputError, match=OUTSIDE):
        places.file(secret)


def test_a_folder_whose_name_only_begins_alike_is_outside(root: Path, places: Places) -> None:
    twin = root.parent / "shared-not"
    twin.mkdir()
    with pytest.raises(InputError, match=OUTSIDE):
        places.folder(str(twin))


def test_files_and_folders_are_not_taken_for_each_other(root: Path, places: Places) -> None:
    with pytest.raises(InputError, match="is a folder; give a file"):
        places.file("input")
    with pytest.raises(InputError, match="is a file; give a folder"):
        places.folder("input/a.wav")
    with pytest.raises(InputError, match="no such"):
        places.file("input/a.wav/b.wav")
    assert places.folder("input") == places.source("input") == root / "input"
    assert places.source("input/a.wav") == root / "input" / "a.wav"


@POSIX
def test_links_out_of_the_project_are_refused(root: Path, places: Places) -> None:
    (root / "input" / "link.wav").symlink_to(root.parent / "secret.wav")
    (root / "input" / "up").symlink_to(root.parent)
    (root / "input" / "in.wav").symlink_to("a.wav")
    (root / "input" / "shared").symlink_to(root.parent / "shared")
    for typed in ("input/link.wav", "input/up/secret.wav"):
        with pytest.raises(InputError, match=OUTSIDE):
            places.file(typed)
    with pytest.raises(InputError, match=OUTSIDE):
        places.new("input/up/new.wav")
    assert places.file("input/in.wav") == root / "input" / "a.wav"
    assert places.file("input/shared/b.wav") == root.parent / "shared" / "b.wav"


@POSIX
def test_a_loop_of_links_ends(root: Path, places: Places) -> None:
    (root / "input" / "one").symlink_to("two")
    (root / "input" / "two").symlink_to("one")
    for ask in (places.file, places.folder, places.source, places.new):
        with pytest.raises(InputError, match=NO_PATH):
            ask("input/one")


@POSIX
def test_a_data_folder_may_lie_on_another_disk(root: Path, places: Places) -> None:
    disk = root.parent / "disk"
    disk.mkdir()
    (disk / "c.wav").touch()
    (root / "output").symlink_to(disk)
    assert places.file("output/c.wav") == disk / "c.wav"
    assert places.new("output/anna") == disk / "anna"


@POSIX
def test_what_is_neither_file_nor_folder_is_never_opened(
    root: Path, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(root / "input" / "pipe.wav")
    (root / "input" / "zero.wav").symlink_to("/dev/zero")
    monkeypatch.chdir(root / "input")  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.wav")
        for name in ("pipe.wav", "socket.wav"):
            for ask in (places.file, places.source, places.new):
                with pytest.raises(InputError, match="neither a file nor a folder"):
                    ask(f"input/{name}")
    with pytest.raises(InputError, match=OUTSIDE):
        places.file("input/zero.wav")


@POSIX
@pytest.mark.skipif(sys.platform == "darwin", reason="its disks refuse such names")
def test_a_name_that_is_no_utf8_is_refused_in_words(root: Path, places: Places) -> None:
    (Path(os.fsdecode(os.fsencode(root / "input") + b"/\xff.wav"))).touch()
    with pytest.raises(InputError, match="rename"):
        places.file("input/\udcff.wav")


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read all")
def test_a_locked_folder_gets_a_sentence(root: Path, places: Places) -> None:
    locked = root / "input" / "locked"
    locked.mkdir(mode=0)
    with pytest.raises(InputError, match="cannot be looked at"):
        places.file("input/locked/a.wav")


@pytest.mark.parametrize(
    "typed", ["output/sliced/anna", "input/new.wav", "logs/Änna", "output/$(id); x", "output"]
)
def test_a_new_path_lies_where_the_users_data_lie(root: Path, places: Places, typed: str) -> None:
    assert places.new(typed) == root / typed
    assert not (root / typed).exists() or typed == "output", "nothing is made"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("webui.py", "is not kept"),
        ("gpt_sovits/evil.py", "is not kept"),
        ("configs/workbench.yaml", "is not kept"),
        (".", "is not kept"),
        ("output/.hidden", "begin with a dot"),
        ("output/-rf", "begin with a dot, dash"),
        ("output/a|b", "holds '|'"),
        ("output/con", "reserved"),
        ("output/a/" + "b" * 200, "too long"),
        ("input/a.wav/b", "is a file"),
    ],
)
def test_a_new_path_that_cannot_be_gets_its_sentence(
    places: Places, typed: str, sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        places.new(typed)
    assert sentence in str(caught.value)


def test_a_path_that_is_written_into_again_is_taken(root: Path, places: Places) -> None:
    (root / "output" / ".old").mkdir(parents=True)
    assert places.new("output/.old") == root / "output" / ".old"
    assert places.new("input/a.wav") == root / "input" / "a.wav"
