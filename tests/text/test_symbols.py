from hashlib import sha256

from gpt_sovits.text.symbols import in_table, phone_ids, symbol_table


def test_tables_are_the_published_ones() -> None:
    sums = {
        name: sha256("\n".join(symbol_table(name)).encode()).hexdigest() for name in ("v1", "v2")
    }
    assert sums == {
        "v1": "f7c3b280b9cc519b0829a6f182fcdd208643a07f1e20c1ab2bf4fc9e8e9a7ca6",
        "v2": "0771f6cd6f6201e8c2b0de921dc69cc04caf3f346c599d4a41413967d5674da7",
    }


def test_later_table_only_appends() -> None:
    assert len(symbol_table("v1")) == 322
    assert len(symbol_table("v2")) == 732
    assert symbol_table("v2")[:322] == symbol_table("v1")
    assert len(set(symbol_table("v2"))) == 732


def test_ids_are_the_anchors_of_the_published_tables() -> None:
    phones = ["!", ",", "-", ".", "?", "AA", "SP", "UNK", "_", "a", "zh", "…", "[", "]", "停", "空"]
    assert phone_ids(phones, "v2") == [
        0,
        1,
        2,
        3,
        4,
        5,
        77,
        86,
        95,
        96,
        320,
        321,
        322,
        323,
        351,
        352,
    ]


def test_a_phone_that_a_table_lacks_is_unknown_in_it() -> None:
    assert in_table(["k", "[", "nonsense"], "v1") == ("k", "UNK", "UNK")
    assert in_table(["k", "[", "nonsense"], "v2") == ("k", "[", "UNK")
    assert phone_ids(["[", "nonsense"], "v1") == [86, 86]
