import pytest

from gpt_sovits.text.distance import edit_distance


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
        ("abc", "abc", 0),
        ("abc", "xabc", 1),
        ("ab", "ba", 2),
    ],
)
def test_known_distances_hold_both_ways(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other) == distance
    assert edit_distance(list(other), list(one)) == distance
