"""Edit a list at random until killed: `python -m tests.subfix.edit_until_killed LIST SEED`.

Prints a line of JSON for each operation once it is acknowledged: its number, and the list after it.
"""

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from subfix.clip import Clip
from subfix.history import Event
from subfix.store import Store


def state_of(clips: Sequence[Clip]) -> list[list[object]]:
    """What must be there again."""
    return [[clip.id, clip.audio, clip.text, clip.deleted, clip.done] for clip in clips]


def one_edit(store: Store, rng: random.Random) -> Event | None:
    """Typing, mostly, and a split, a merge, a trim, a deletion or an undo now and then."""
    _, clips = store.snapshot()
    present = [clip for clip in clips if not clip.deleted]
    clip = rng.choice(present)
    kind = rng.choice(["type"] * 6 + ["split", "merge", "trim", "delete", "undo", "redo", "done"])
    if kind == "split":
        return store.split(clip.id, rng.randrange(1, 200), ("left", clip.text))
    if kind == "merge" and len(present) > 6:
        at = rng.randrange(len(present) - 1)
        return store.merge([each.id for each in present[at : at + 2]])
    if kind == "trim":
        return store.trim(clip.id, 0, rng.randrange(300, 500))
    if kind == "delete" and len(present) > 6:
        return store.delete([clip.id])
    if kind in ("undo", "redo"):
        return store.undo() if kind == "undo" else store.redo()
    values = (
        {"done": not clip.done} if kind == "done" else {"text": f"{clip.text[-40:]} {rng.random()}"}
    )
    return store.edit({clip.id: values}, {}, group="typing")


def main() -> None:
    """Edit for ever."""
    listed, seed = Path(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    store = Store.open(listed, paths=ProjectPaths(listed.parent))
    sys.stdout.write(json.dumps([store.n, state_of(store.snapshot()[1])]) + "\n")
    while True:
        try:
            event = one_edit(store, rng)
        except InputError:  # a cut outside of a clip
            continue
        if event is not None:
            sys.stdout.write(json.dumps([store.n, state_of(store.snapshot()[1])]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
