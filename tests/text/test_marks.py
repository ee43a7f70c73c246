import pytest

from gpt_sovits.text.marks import clean_text


@pytest.mark.parametrize(
    ("text", "cleaned", "unread"),
    [
        ("plain text.", "plain text.", []),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd", []),
        ("a\tb\u3000c\xa0d", "a b c d", []),
        ("a  b \n \n\tc", "a b\nc", []),
        ("ＧＰＴ４　ｋｇ", "GPT4 kg", []),
        ("１２：３０，３．５，１，０００。", "12:30，3.5，1,000。", []),
        ("你好，世界！", "你好，世界！", []),
        ("ｶﾞｷﾞｸﾞ", "ガギグ", []),
        ("e\u0301", "é", []),
        ("か\u3099", "が", []),
        ("𝐇𝐞𝐥𝐥𝐨 ﬁn", "Hello fin", []),
        ("½ x² ①", "½ x² ①", []),
        ("\ufeff你\u200b好", "你好", ["\ufeff", "\u200b"]),
        ("a\x00b\x1b\x7f", "ab", ["\x00", "\x1b", "\x7f"]),
        ("好😀吗😀", "好 吗 ", ["😀"]),
        ("🇨🇳👍🏽1️⃣👨‍👩‍👧❤️", " ", ["🇨🇳", "👍🏽", "1️⃣", "👨‍👩‍👧", "❤️"]),
        ("a\ue000b\U000f0000", "a b ", ["\ue000", "\U000f0000"]),
        ("a\ud800b", "ab", ["\ud800"]),
    ],
)
def test_clean_text(text: str, cleaned: str, unread: list[str]) -> None:
    result, left_out = clean_text(text)
    assert result == cleaned
    assert [each.character for each in left_out] == unread


def test_every_reason_is_said() -> None:
    _, unread = clean_text("😀\ue000\x00\u200b\ud800")
    assert [each.reason.split()[1] for each in unread] == [
        "picture", "private-use", "control", "invisible", "damaged",
    ]  # fmt: skip
