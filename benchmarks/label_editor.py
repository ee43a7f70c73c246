"""How the label editor copes with a long list: `python benchmarks/label_editor.py [--clips 20000]`.

Times are given beside those of a plain write of the same list with a sync, measured in the same
run: `x` is how many such writes it takes.
"""

import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gpt_sovits.paths import ProjectPaths
from subfix.store import Store

EDITS = 50
LANGUAGES = ("EN", "ZH", "JA")


def main() -> None:
    """Make a list, open it, edit it, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--clips", type=int, default=20_000)
    args = parser.parse_args()
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        listed = write_list(Path(folder), args.clips)
        print(f"{args.clips} clips, list of {listed.stat().st_size / 1e6:.1f} MB")
        plain = min(timed(lambda: write_plain(listed)) for _ in range(5))
        show("a plain write of the list, synced", plain, plain)
        before = memory_mb()
        with opened(listed) as (store, seconds):
            show("open for the first time", seconds, plain)
            print(f"  memory {memory_mb() - before:.0f} MB more than the bare program")
            times = [timed(lambda n=n: type_in(store, n)) for n in range(EDITS)]  # type: ignore[misc]
            show("an edit, durable: median", statistics.median(times), plain)
            show("an edit, durable: worst", max(times), plain)
            show("speaker of all clips", timed(lambda: change_all(store)), plain)
            show("undo of that", timed(store.undo), plain)
            show("write the list", timed(store.save), plain)
        with opened(listed) as (store, seconds):
            show(f"open again, {store.n} operations in the journal", seconds, plain)


def write_list(folder: Path, n_clips: int) -> Path:
    """A list in several languages, without sound."""
    texts = (
        "The quick brown fox jumps over it.",
        "今天天气很好，我们去公园。",
        "今日はいい天気ですね。",
    )
    path = folder / "long.list"
    path.write_text(
        "".join(
            f"wavs/talk_{n * 64000:010d}_{(n + 1) * 64000:010d}.wav|ann|{LANGUAGES[n % 3]}"
            f"|{texts[n % 3]} {n}\n"
            for n in range(n_clips)
        ),
        encoding="utf-8",
    )
    return path


def write_plain(listed: Path) -> None:
    """What cannot be done faster."""
    with listed.with_suffix(".plain").open("wb") as file:
        file.write(listed.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def type_in(store: Store, number: int) -> None:
    """One edit in the middle of the list."""
    clip = store.clips[len(store.clips) // 2]
    store.edit({clip.id: {"text": f"text {number}"}}, {clip.id: {"text": clip.text}})


def change_all(store: Store) -> None:
    """One operation on every clip."""
    store.edit({each: {"speaker": "bob"} for each in store.order}, {}, label="speaker")


@contextmanager
def opened(listed: Path) -> Iterator[tuple[Store, float]]:
    """A store, and how long it took to open."""
    start = time.perf_counter()
    store = Store.open(listed, paths=ProjectPaths(listed.parent))
    seconds = time.perf_counter() - start
    try:
        yield store, seconds
    finally:
        store.close()


def timed(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show(what: str, seconds: float, plain: float) -> None:
    """Print one row."""
    print(f"  {what:45} {1000 * seconds:8.1f} ms {seconds / plain:7.1f} x")


def memory_mb() -> float:
    """The most memory that the process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
