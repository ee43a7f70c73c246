from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from gpt_sovits.errors import InputError
from subfix.clip import changed
from subfix.files import Document, parse_line, read_document, render
from tests.subfix.files.messy import ENDINGS, KINDS, make_file

N_FILES = 400


def write(folder: Path, kind: str, content: bytes) -> Path:
    (folder / "x.wav").touch()
    path = folder / f"x.{ENDINGS.get(kind, kind)}"
    path.write_bytes(content)
    return path


def try_read(path: Path) -> Document | None:
    try:
        return read_document(path)
    except InputError:  # no line of it is a clip
        return None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_is_written_back_byte_by_byte(tmp_path: Path, kind: str) -> None:
    random = Random(kind)
    n_read = n_clips = n_broken = 0
    for _ in range(N_FILES):
        content = b"\xef\xbb\xbf" * (random.random() < 0.2) + make_file(kind, random).encode()
        document = try_read(write(tmp_path, kind, content))
        if document is None:
            continue
        assert render(document, document.clips) == content
        forgotten = [
            replace(clip, raw=clip.raw if clip.problem else None) for clip in document.clips
        ]
        assert render(document, forgotten) == content
        n_read += 1
        n_clips += len(document.clips)
        n_broken += sum(bool(clip.problem) for clip in document.clips)
    assert n_read > 0.7 * N_FILES
    assert n_read < n_clips > 2 * n_broken > 0


@pytest.mark.parametrize("kind", KINDS)
def test_one_edit_changes_one_clip(tmp_path: Path, kind: str) -> None:
    random = Random(f"{kind} edit")
    n_edits = 0
    for _ in range(N_FILES):
        content = make_file(kind, random).encode()
        document = try_read(write(tmp_path, kind, content))
        if document is None:
            continue
        usable = [clip for clip in document.clips if not clip.problem]
        if not usable:
            continue
        clip = random.choice(usable)
        new = changed(clip, {"raw": None, "text": random.choice(('new, 新 "x"', "x", "1 é"))})
        clips = [new if each.id == clip.id else each for each in document.clips]
        written = render(document, clips)
        assert clip.raw is not None
        place = content.decode().index(clip.raw)
        assert written.startswith(content.decode()[:place].encode())
        again = read_document(write(tmp_path, kind, written))
        assert [each.text for each in again.clips] == [each.text for each in clips]
        assert [each.problem for each in again.clips] == [each.problem for each in clips]
        mine = again.clips[clip.id - 1]
        fields = ("audio", "speaker", "language", "start_s", "end_s")
        assert all(getattr(mine, field) == getattr(new, field) for field in fields)
        assert b"".join((again.clips[-1].raw or "").encode().split()) in b"".join(written.split())
        others = [each.raw for each in again.clips if each.id != clip.id]
        assert others == [each.raw for each in document.clips if each.id != clip.id]
        n_edits += 1
    assert n_edits > 0.5 * N_FILES


@pytest.mark.parametrize("kind", KINDS)
def test_clips_come_and_go(tmp_path: Path, kind: str) -> None:
    random = Random(f"{kind} delete")
    n_done = 0
    for _ in range(N_FILES // 4):
        document = try_read(write(tmp_path, kind, make_file(kind, random).encode()))
        if document is None or any(clip.problem for clip in document.clips):
            continue
        clips = list(document.clips)
        place = random.randrange(len(clips))
        half = replace(clips[place], raw=None, text="half")
        clips[place : place + 1] = [half, replace(half, id=len(clips) + 1, lead="", text="rest")]
        gone = random.randrange(len(clips))
        clips[gone] = replace(clips[gone], deleted=True)
        left = [clip.text for clip in clips if not clip.deleted]
        again = read_document(write(tmp_path, kind, render(document, clips)))
        assert [clip.text for clip in again.clips] == left
        n_done += 1
    assert n_done > 5


@pytest.mark.parametrize("kind", KINDS)
def test_any_line_can_be_mended_with_any_other(tmp_path: Path, kind: str) -> None:
    random = Random(f"{kind} mend")
    for _ in range(N_FILES // 4):
        document = try_read(write(tmp_path, kind, make_file(kind, random).encode()))
        if document is None:
            continue
        old, other = random.choices(document.clips, k=2)
        mended = parse_line(document, other.raw or "", old.id)
        assert mended.id == old.id
        assert (mended.text, mended.start_s) == (other.text, other.start_s) or mended.problem
        again = parse_line(document, mended.raw or "", old.id)
        assert again == mended
