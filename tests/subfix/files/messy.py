"""Files of labels as messy as people's are, made at random from a seed."""

from random import Random

ENDS = ("\n", "\n", "\n", "\r\n", "\r")
WORDS = (
    *("hello", "你好", "はい", "안녕", "a|b", 'say "hi"', "it's", "a, b", "  ", "", "\t", "é"),
    *("\u202a", "\u2028", "😀", "\\n", "{\\an8}", "<i>x</i>", "&amp;", "-->", "12", "[x]", "\x0b"),
)
NAMES = (
    "a.wav",
    '"b c.wav"',
    "C:\\x\\d.wav",
    "\u202ae.wav\u202c",
    " f.wav ",
    "",
    "wavs/g",
    "😀.mp3",
)
LANGUAGES = ("zh", "ZH", "JP", "en", "all_ja", "Chinese", "klingon", "", " ko ")
KINDS = ("list", "jsonl", "ljspeech", "csv", "tsv", "srt", "vtt", "ass")


def make_file(kind: str, random: Random) -> str:
    """A file of one kind, most of whose lines can be used."""
    one_end = random.choice(ENDS)
    head, lines = _HEADS.get(kind, ""), []
    for number in range(random.randint(1, 8)):
        line = _LINES[kind](random, number) if random.random() < 0.85 else junk(random)
        lines.append(line)
        lines += [random.choice(("", "", "  "))] * random.choice((0, 0, 0, 1, 2))
    ends = [one_end if random.random() < 0.8 else random.choice(ENDS) for _ in lines]
    if random.random() < 0.5:
        ends[-1] = ""
    body = "".join(line.replace("\n", one_end) + end for line, end in zip(lines, ends, strict=True))
    return head.replace("\n", one_end) + body


def text(random: Random) -> str:
    """Some words."""
    return random.choice(("", " ", " ")).join(random.choices(WORDS, k=random.randint(0, 4)))


def junk(random: Random) -> str:
    """A line that is none, or nearly one."""
    return random.choice(
        ("broken", "|", "||", '"', '{"a": [', "[]", "{}", "3", "\x0c", text(random))
    )


def _list(random: Random, number: int) -> str:
    fields = [random.choice(NAMES), text(random), random.choice(LANGUAGES), text(random)]
    return "|".join(fields if random.random() < 0.8 else [fields[0], *fields[2:]])


def _json(random: Random, number: int) -> str:
    from json import dumps

    values = {
        random.choice(("file_name", "audio", "wav_path")): random.choice(NAMES),
        random.choice(("text", "sentence")): text(random),
        "duration": random.choice((1.50, 1e30, [1, {"x": None}], "1")),
        random.choice(("speaker", "language", "x")): random.choice(LANGUAGES),
    }
    separators = random.choice(((", ", ": "), (",", ":"), (" , ", " : ")))
    return dumps(values, ensure_ascii=random.random() < 0.5, separators=separators)


def _ljspeech(random: Random, number: int) -> str:
    return "|".join([f"LJ{number}", *(text(random) for _ in range(random.randint(1, 2)))])


def _row(separator: str, random: Random) -> str:
    cells = [random.choice(NAMES).strip('"'), text(random), random.choice(LANGUAGES), text(random)]
    quoted = [
        '"' + cell.replace('"', '""') + '"' if random.random() < 0.7 or '"' in cell else cell
        for cell in cells
    ]
    if random.random() < 0.1:
        quoted[1] = '"two\nlines"'
    return separator.join(quoted)


def _cue(random: Random, number: int) -> str:
    begin, end = sorted(random.choices(range(100_000), k=2))
    mark = random.choice(",.")
    times = [f"00:{t // 60000:02d}:{t // 1000 % 60:02d}{mark}{t % 1000:03d}" for t in (begin, end)]
    line = " --> ".join(times) + random.choice(("", " X1:10 X2:20", " align:start"))
    said = [random.choice(("", "", "<v Ann>")) + text(random), *random.choice(([], [text(random)]))]
    numbered = [str(number + 1)] * (random.random() < 0.9)
    return "\n".join([*numbered, line, *said, *random.choice(([""], [""], [""], []))])


def _dialogue(random: Random, number: int) -> str:
    begin, end = sorted(random.choices(range(6000), k=2))
    times = ",".join(f"0:00:{t // 100:02d}.{t % 100:02d}" for t in (begin, end))
    kind = random.choice(("Dialogue", "Dialogue", "Dialogue", "Comment", "; x"))
    said = text(random) + random.choice(("", "\\Nmore", "{\\p1}m 0 0"))
    if random.random() < 0.1:
        return f"{kind}: {times}"
    return f"{kind}: 0,{times},Default,{random.choice(('', 'Ann'))},0,0,0,,{said}"


_LINES = {
    "list": _list,
    "jsonl": _json,
    "ljspeech": _ljspeech,
    "csv": lambda random, number: _row(",", random),
    "tsv": lambda random, number: _row("\t", random),
    "srt": _cue,
    "vtt": _cue,
    "ass": _dialogue,
}
_HEADS = {
    "csv": "file_name,text,language,emotion\n",
    "tsv": "path\tsentence\tlocale\tage\n",
    "vtt": "WEBVTT - x\nKind: captions\n\nNOTE\nnothing\n\n",
    "ass": "[Script Info]\n; x\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR,"
    " MarginV, Effect, Text\n",
}
ENDINGS = {"ljspeech": "csv"}
