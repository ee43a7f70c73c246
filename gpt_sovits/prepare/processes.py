"""Work side by side in processes; one that dies takes nothing else with it."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int
) -> Iterator[tuple[Item, Result | None]]:
    """Let several processes work, each on one item at a time.

    What was in work when a process died is done again, each item in a process of its own: that
    tells which one is to blame.

    Args:
        work: a function of a module, or a `partial` of one.
        items: can be sent to another process.
        processes: how many.

    Yields:
        Items with what was made of each, in the order in which they are done; None where the
        process died.
    """
    again: list[Item] = []
    for item, result, died in _run(work, items, processes):
        if died:
            again.append(item)
        else:
            yield item, result
    for item in again:
        for _, result, _ in _run(work, [item], 1):
            yield item, result


def _run(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int
) -> Iterator[tuple[Item, Result | None, bool]]:
    with _pool(min(processes, len(items))) as pool:
        waiting: dict[Future[Result], Item] = {pool.submit(work, item): item for item in items}
        while waiting:
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for job in finished:
                item = waiting.pop(job)
                try:
                    yield item, job.result(), False
                except BrokenProcessPool:
                    yield item, None, True


@contextmanager
def _pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end at once when the block is left by an error or by Ctrl-C."""
    # Not forked: a copy of a process in which torch has threads may wait for them for ever.
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
