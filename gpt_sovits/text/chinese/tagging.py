"""Words that no list has: a hidden Markov model finds them and their parts of speech.

Source: the tables that come with jieba (a state is a position in the word, B M E S, with a part of
speech), decoded by Viterbi 1967. The path is the one jieba finds; it is found
several times faster because only transitions that exist are tried.
"""

from collections.abc import Iterable
from functools import cache, lru_cache

_State = tuple[str, str]
_IMPOSSIBLE = -3.14e100
"""Score of a character in a state that never showed it, as in jieba."""


class _Model:
    """jieba's tables, with the transitions turned round: which states may come before a state."""

    def __init__(self) -> None:
        from jieba.posseg import (  # type: ignore[import-untyped]  # jieba carries no types
            char_state_tab,
            prob_emit,
            prob_start,
            prob_trans,
        )

        self.states: dict[str, tuple[_State, ...]] = char_state_tab.P
        self.emission: dict[_State, dict[str, float]] = prob_emit.P
        self.start: dict[_State, float] = prob_start.P
        self.after: dict[_State, dict[_State, float]] = prob_trans.P
        self.before: dict[_State, dict[_State, float]] = {state: {} for state in self.after}
        for state, followers in self.after.items():
            for follower, score in followers.items():
                self.before[follower][state] = score


@cache
def _model() -> _Model:
    return _Model()


@lru_cache(maxsize=32768)
def tag_unknown(run: str) -> tuple[tuple[str, str], ...]:
    """Split a run of Han characters into words.

    Returns:
        Words in order, each with jieba's tag.
    """
    words: list[tuple[str, str]] = []
    path = _best_states(run)
    start = 0
    for index, (position, tag) in enumerate(path):
        if position in "ES" or index == len(run) - 1:
            words.append((run[start : index + 1], tag if position in "ES" else path[start][1]))
            start = index + 1
    return tuple(words)


def _best_states(run: str) -> list[_State]:
    """Find the state of each character; of equal paths the later name wins, as in jieba."""
    model = _model()
    every = model.after.keys()
    scores = {
        state: model.start[state] + model.emission[state].get(run[0], _IMPOSSIBLE)
        for state in model.states.get(run[0], every)
    }
    steps: list[dict[_State, _State]] = []
    for char in run[1:]:
        origins = [state for state in scores if model.after[state]]
        reached = {follower for state in origins for follower in model.after[state]}
        known = reached.intersection(model.states.get(char, every))
        step: dict[_State, _State] = {}
        following: dict[_State, float] = {}
        for state in known or reached or every:
            emission = model.emission[state].get(char, _IMPOSSIBLE)
            following[state], step[state] = max(_arrivals(model, scores, origins, state, emission))
        steps.append(step)
        scores = following
    state = max((score, state) for state, score in scores.items())[1]
    path = [state]
    for step in reversed(steps):
        path.append(step[path[-1]])
    return path[::-1]


def _arrivals(
    model: _Model,
    scores: dict[_State, float],
    origins: Iterable[_State],
    state: _State,
    emission: float,
) -> list[tuple[float, _State]]:
    before = model.before[state]
    if len(before) <= 2:  # inside a word: only from its beginning or middle
        origins = [origin for origin in before if origin in scores]
    arrivals = [
        (scores[origin] + before[origin] + emission, origin)
        for origin in origins
        if origin in before
    ]
    return arrivals or [(float("-inf"), origin) for origin in origins]
