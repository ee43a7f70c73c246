"""One list of three: as it was saved last, as another program left it, and ours."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from gpt_sovits.errors import InputError
from subfix.clip import CONTENT, Change, Clip, Values, arrival
from subfix.notices import Outside

_Pairs = list[tuple[Clip | None, Clip | None]]


def compare(saved: Sequence[Clip], theirs: Sequence[Clip]) -> Outside:
    """Count what another program changed.

    Args:
        saved: clips as they were saved last, without deleted ones.
        theirs: clips of the file as it is now.
    """
    pairs = list(_pairs(saved, theirs))
    return Outside(
        sum(
            old is not None and new is not None and bool(_differing(old, new)) for old, new in pairs
        ),
        sum(old is None for old, _ in pairs),
        sum(new is None for _, new in pairs),
    )


def unreadable(error: InputError) -> Outside:
    """What is told of a version that is no list any more."""
    return Outside(0, 0, 0, str(error))


def changes_of(
    saved: Sequence[Clip],
    theirs: Sequence[Clip],
    ours: dict[int, Clip],
    ours_since: Collection[int],
    next_id: int,
) -> list[Change]:
    """What takes their version into ours.

    What they changed they win; what only we changed stays; what they took out is deleted, unless
    we changed it since.

    Args:
        saved: clips as they were saved last, without deleted ones.
        theirs: clips of the file as it is now.
        ours: clips as they are now, by their numbers.
        ours_since: numbers of clips that we changed since.
        next_id: a number that no clip has.
    """
    changes: list[Change] = []
    behind = 0
    for old, new in _pairs(saved, theirs):
        if new is None:
            assert old is not None, "a pair has one of both"
            mine = ours.get(old.id)
            if mine is not None and not mine.deleted and old.id not in ours_since:
                changes.append(Change(mine.id, {"deleted": False}, {"deleted": True}))
        elif old is None:
            came = arrival(replace(new, id=next_id), behind)
            changes.append(came)
            behind = next_id
            next_id += 1
        else:
            if (mine := ours.get(old.id)) is not None:
                changes += _taken(old, new, mine)
                behind = old.id
    return changes


def _taken(old: Clip, new: Clip, mine: Clip) -> Iterator[Change]:
    values: Values = _differing(old, new)
    if not values:
        return
    after = {**values, "problem": new.problem}
    merged = {name: after.get(name, getattr(mine, name)) for name in CONTENT}
    as_they_have_it = all(merged[name] == getattr(new, name) for name in CONTENT)
    after["raw"] = new.raw if as_they_have_it else None
    after = {name: value for name, value in after.items() if getattr(mine, name) != value}
    if after:
        yield Change(mine.id, {name: getattr(mine, name) for name in after}, after)


def _differing(old: Clip, new: Clip) -> dict[str, object]:
    names = CONTENT | {"raw"} if old.problem or new.problem else CONTENT
    return {name: getattr(new, name) for name in names if getattr(old, name) != getattr(new, name)}


def _pairs(saved: Sequence[Clip], theirs: Sequence[Clip]) -> _Pairs:
    """Lines of both that mean the same clip, in their order; then what they took out."""
    waiting: dict[object, deque[Clip]] = defaultdict(deque)
    for clip in saved:
        waiting[_key(clip)].append(clip)
    pairs: _Pairs = [
        (waiting[_key(clip)].popleft() if waiting[_key(clip)] else None, clip) for clip in theirs
    ]
    left = {clip.id for clips in waiting.values() for clip in clips}
    # Subtitles whose times were changed: what stands in the same place among the left is the same.
    gone = deque(clip for clip in saved if clip.id in left)
    if gone and gone[0].start_s is not None:
        places = [number for number, (old, _) in enumerate(pairs) if old is None]
        if len(places) == len(gone):
            for number in places:
                pairs[number] = (gone.popleft(), pairs[number][1])
    return [*pairs, *((clip, None) for clip in gone)]


def _key(clip: Clip) -> object:
    """What a line is recognised by."""
    return clip.raw if clip.problem else clip.sound
