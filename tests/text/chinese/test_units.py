import pytest

from gpt_sovits.text.chinese.units import UNIT_PATTERN


@pytest.mark.parametrize("unit", ["kg", "km/h", "m²", "m2", "℃", "µm", "μm", "kW·h", "g/cm³"])
def test_the_longest_unit_is_taken_whole(unit: str) -> None:
    found = UNIT_PATTERN.match(unit + "，")
    assert found is not None
    assert found[0] == unit


@pytest.mark.parametrize("text", ["GB", "kgs", "mm3x", "G网络", "minutes", "K"])
def test_words_and_other_signs_are_no_units(text: str) -> None:
    assert UNIT_PATTERN.match(text) is None
