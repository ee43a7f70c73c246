import pytest

from gpt_sovits.text.english.normalization import normalize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$5k, $2bn, ¥500", "five thousand dollars, two billion dollars, five hundred yen"),
        ("$5-10", "five to ten dollars"),
        ("-$5", "minus five dollars"),
        ("-1/2 or -3", "minus one half or minus three"),
        ("$1.05", "one dollar and five cents"),
        ("5%-10%", "five percent to ten percent"),
        ("10–20 kg", "ten to twenty kilograms"),
        (
            "(555) 123-4567",
            "five five five, one two three, four five six seven",
        ),
        ("3×4=12", "three times four equals twelve"),
        ("5 - 3 = 2", "five minus three equals two"),
        ("1920x1080", "nineteen twenty by ten eighty"),
        ("5 min. later", "five minutes later"),
        ("½ or 2½", "one half or two and a half"),
        ("00:30", "twelve thirty AM"),
        ("3:05 and 12:00", "three oh five and twelve o'clock"),
        ("10:30:15", "ten thirty and fifteen seconds"),
        ("Sat., 3 Mar. 2020", "Saturday, March third, twenty twenty"),
        ("44 BC", "forty-four BC"),
        ("COVID-19", "COVID nineteen"),
        ("19-year-old", "nineteen-year-old"),
        ("#1 and #fun", "number one and hashtag fun"),
        ("AT&T", "A T and T"),
        ("§ 5 © 2024", "section five copyright twenty twenty-four"),
        ("snake_case and/or", "snake case and or"),
        ("Node.js", "Node dot js"),
        ("https://a-b.org/x_y/", "a dash b dot org slash x underscore y"),
        ("the end.Next", "the end. Next"),
        ("Then Dr. Smith came", "Then Doctor Smith came"),
        ("9 Sunset Dr. The end", "nine Sunset Drive. The end"),
        ("et al. say", "et al say"),
        ("J. R. Smith", "J R Smith"),
        ("Plan B. Then go", "Plan B. Then go"),
        ("World War I, Part II. Go", "World War one, Part two. Go"),
        ("Charles I of England", "Charles the first of England"),
        ("Henry I think", "Henry I think"),
        ("Well?! No...", "Well? No."),
        ("yes—no", "yes, no"),
        ("Straße", "Strasse"),
        ("the α ray", "the alpha ray"),
        ("٣ apples", "three apples"),
    ],
)
def test_normalize_writes_out(text: str, words: str) -> None:
    assert normalize(text) == (words, [])
