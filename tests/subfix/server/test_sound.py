import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # has no stubs

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import AudioError
from subfix.server import media
from subfix.server.media import Kept, Media
from subfix.server.recording import DecodedRecording
from subfix.server.wav import bytes_of, find_range, header_of, in_memory, peaks_of
from subfix.sounds import Sound, read_sound
from tests.subfix.lists import RATE, make_list, samples
from tests.subfix.server.serving import Served, Stream, served


def whole(got: Any) -> bytes:
    header = header_of(got)
    return b"".join(bytes_of(got, header, 0, len(header) + got.n_samples * got.frame_bytes))


def stereo(n_samples: int = 5000) -> np.ndarray:
    return np.stack([samples(1)[:n_samples], samples(2)[:n_samples]])


@pytest.mark.parametrize(("subtype", "kept"), [("PCM_16", "PCM_16"), ("FLOAT", "FLOAT")])
def test_a_clip_is_served_as_it_is(tmp_path: Path, subtype: Any, kept: str) -> None:
    audio = stereo() * (1 if subtype == "PCM_16" else 0.3)
    write_audio(tmp_path / "a.wav", audio, 44100, subtype=subtype)
    data = whole(Media(tmp_path).samples(Sound(tmp_path / "a.wav")))
    info = soundfile.info(io.BytesIO(data))
    assert (info.subtype, info.samplerate, info.channels) == (kept, 44100, 2)
    read, _ = soundfile.read(io.BytesIO(data), dtype="float32")
    assert np.array_equal(read.T, audio)


@pytest.mark.parametrize("name", ["a.ogg", "a.flac", "a.wav"])
@pytest.mark.parametrize("long_s", [0.1, 999])
def test_a_part_of_a_recording_is_exact_to_the_sample(
    tmp_path: Path, name: str, long_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "LONG_S", long_s)  # on the disk, and in memory
    rng = np.random.default_rng(0)
    audio = rng.uniform(-0.3, 0.3, (2, 5 * 22050)).astype(np.float32)
    write_audio(tmp_path / name, audio, 22050)
    decoded, rate = read_audio(tmp_path / name, mono=False)
    shelf = Media(tmp_path / "kept")
    for start_s, end_s in ((3.0001, 4.2), (0.0, 0.01), (4.9, 9.0), (1.11111, 1.5)):
        sound = Sound(tmp_path / name, start_s, end_s)
        got = shelf.samples(sound)
        read, own_rate = soundfile.read(io.BytesIO(whole(got)), dtype="float32", always_2d=True)
        assert own_rate == rate
        expected = decoded[:, round(start_s * rate) : round(end_s * rate)]
        assert np.array_equal(read.T, expected)
        assert np.array_equal(read.T, read_sound(sound)[0])  # what a split would cut
    everything = shelf.samples(Sound(tmp_path / name))
    read, _ = soundfile.read(io.BytesIO(whole(everything)), dtype="float32")
    assert np.array_equal(read.T, decoded)
    with pytest.raises(AudioError, match=r"ends before 7\.0 s"):
        shelf.samples(Sound(tmp_path / name, 7.0, 8.0))
    shelf.close()
    assert not any(path.is_file() for path in (tmp_path / "kept").glob("**/*"))


def test_a_long_recording_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "LONG_S", 0.1)
    write_audio(tmp_path / "a.wav", stereo(), RATE)
    made: list[Path] = []

    class Counted(DecodedRecording):
        def __init__(self, path: Path, folder: Path) -> None:
            made.append(path)
            super().__init__(path, folder)

    monkeypatch.setattr(media, "DecodedRecording", Counted)
    shelf = Media(tmp_path)
    for number in range(20):
        shelf.samples(Sound(tmp_path / "a.wav", number / 100, number / 100 + 0.01))
    assert len(made) == 1


def test_a_long_recording_that_breaks_off_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "LONG_S", 0.1)
    audio = np.zeros(RATE * 40, np.float32)
    audio[RATE * 25] = np.nan
    soundfile.write(tmp_path / "a.wav", audio, RATE, subtype="FLOAT")
    shelf = Media(tmp_path)
    assert shelf.samples(Sound(tmp_path / "a.wav", 1.0, 2.0)).n_samples == RATE
    with pytest.raises(AudioError, match="not a finite number"):
        shelf.samples(Sound(tmp_path / "a.wav", 26.0, 27.0))


def test_a_long_recording_without_room_gives_its_room_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "LONG_S", 0.1)
    path = tmp_path / "long.wav"
    write_audio(path, np.tile(samples(1, 1.0), 25), RATE)

    class Full:
        def __init__(self, **_: object) -> None:
            self.file = (tmp_path / "room").open("wb+")
            self.fileno, self.seek = self.file.fileno, self.file.seek

        def write(self, data: bytes) -> None:
            if self.file.tell():
                raise OSError(28, "No space left on device")
            self.file.write(data)

    shelf = Media(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "TemporaryFile", Full)
        with pytest.raises(AudioError, match="no room"):
            shelf.samples(Sound(path, 20.0, 21.0))
        assert (tmp_path / "room").stat().st_size == 0
    with monkeypatch.context() as patched:
        usage = shutil.disk_usage(tmp_path)
        patched.setattr(shutil, "disk_usage", lambda _: usage._replace(free=500_000))
        with pytest.raises(AudioError, match="no room"):
            shelf.samples(Sound(path, 20.0, 21.0))
    assert shelf.samples(Sound(path, 20.0, 21.0)).n_samples == RATE, "once there is room"


@pytest.mark.parametrize(
    ("wanted", "span"),
    [
        (None, None), ("", None), ("bytes=0-", (0, 100)), ("bytes=10-19", (10, 20)),
        ("bytes=-5", (95, 100)), ("bytes=-500", (0, 100)), ("bytes=90-500", (90, 100)),
        ("bytes=5-4", None), ("bytes=0-1,3-4", None), ("seconds=0-1", None), ("bytes=-", None),
        ("bytes=a-b", None), ("bytes=0-" + "9" * 30, None),
    ],
)  # fmt: skip
def test_ranges(wanted: str | None, span: tuple[int, int] | None) -> None:
    assert find_range(wanted, 100) == span


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_is_empty(wanted: str) -> None:
    span = find_range(wanted, 100)
    assert span is not None
    assert span[0] >= span[1]


def test_every_part_of_the_file_is_the_same_as_of_the_whole() -> None:
    got = in_memory(np.arange(600, dtype="<i2").reshape(-1, 2), RATE)
    header, data = header_of(got), whole(got)
    for start, end in ((0, 3), (0, 44), (43, 46), (44, 45), (47, 301), (300, len(data))):
        assert b"".join(bytes_of(got, header, start, end)) == data[start:end]


def test_peaks_show_the_loudest_and_go_over_long_sounds_by_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frames = np.zeros((1000, 2), "<i2")
    frames[450, 1], frames[990, 0] = -32768, 16384
    got = in_memory(frames, RATE)
    peaks = peaks_of(got, 10)
    assert peaks == [0, 0] * 4 + [-128, 0] + [0, 0] * 4 + [0, 64]
    monkeypatch.setattr("subfix.server.wav._PIECE", 16)
    assert peaks_of(got, 10) == peaks
    assert peaks_of(in_memory(np.array([[0.5], [-0.25]], "<f4"), RATE), 100) == [64, 64, -32, -32]
    assert len(peaks_of(got, 999)) == 2 * 999


def test_what_was_not_asked_for_lately_goes_first() -> None:
    kept: Kept[str] = Kept(10, len)
    made = []

    def make(word: str) -> str:
        made.append(word)
        return word

    for word in ("aaaa", "bbbb", "aaaa", "cccc", "aaaa", "bbbb", "d" * 50, "d" * 50):
        assert kept.get(word, lambda word=word: make(word)) == word  # type: ignore[misc]
    assert made == ["aaaa", "bbbb", "cccc", "bbbb", "d" * 50, "d" * 50]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("sound")
    path = make_list(folder)
    (folder / "wavs" / "broken.wav").write_bytes(b"RIFF no sound at all")
    more = "wavs/broken.wav|ann|en|Broken.\nwavs/none.wav|ann|en|Not there.\n"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    with served(path) as page:
        yield page


def test_a_player_gets_the_parts_that_it_asks_for(page: Served) -> None:
    everything = page.get("api/audio/1.wav")
    assert everything.status == 200
    assert everything.headers["accept-ranges"] == "bytes"
    assert everything.headers["content-type"] == "audio/wav"
    assert everything.headers["content-length"] == str(len(everything.content))
    part = page.get("api/audio/1.wav", Range="bytes=44-143")
    assert part.status == 206
    assert part.headers["content-range"] == f"bytes 44-143/{len(everything.content)}"
    assert part.content == everything.content[44:144]
    assert page.get("api/audio/1.wav", Range="bytes=0-").status == 206
    assert page.get("api/audio/1.wav", Range="bytes=-10").content == everything.content[-10:]
    behind = page.get("api/audio/1.wav", Range="bytes=999999-")
    assert behind.status == 416
    assert behind.headers["content-range"] == f"bytes */{len(everything.content)}"
    head = page.ask("HEAD", "/voice/api/audio/1.wav")
    assert (head.status, head.content) == (200, b"")
    assert head.headers["content-length"] == everything.headers["content-length"]


def test_sound_is_kept_by_the_browser_only_with_a_version(page: Served) -> None:
    plain, versioned = page.get("api/audio/1.wav"), page.get("api/audio/1.wav?v=7")
    assert plain.headers["cache-control"] == "no-cache"
    assert "immutable" in versioned.headers["cache-control"]
    tag = plain.headers["etag"]
    assert page.get("api/audio/1.wav", **{"If-None-Match": tag}).status == 304
    other = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert page.get("api/audio/1.wav", **other).status == 200
    assert page.get("api/audio/1.wav", **{**other, "If-Range": tag}).status == 206


@pytest.mark.parametrize(("number", "said"), [(5, "broken.wav"), (6, "none.wav")])
def test_a_recording_that_cannot_be_read_is_told(page: Served, number: int, said: str) -> None:
    answer = page.get(f"api/audio/{number}.wav")
    assert answer.status == 422
    assert said in answer.error
    assert page.get(f"api/peaks?ids=1,{number}&n=4").json[str(number)] == []
    assert said in page.state()["facts"][str(number)]["error"]


def test_outlines_of_many_clips_come_at_once(page: Served) -> None:
    peaks = page.get("api/peaks?ids=1,2,3&n=50").json
    assert {number: len(one) for number, one in peaks.items()} == {"1": 100, "2": 100, "3": 100}
    assert min(peaks["1"]) < -20 < 20 < max(peaks["1"])


@pytest.mark.parametrize(
    "query", ["", "?ids=", "?ids=1&n=0", "?ids=1&n=5000", "?ids=1&n=x", "?ids=" + "1," * 501]
)
def test_outlines_that_cannot_be_drawn(page: Served, query: str) -> None:
    assert page.get(f"api/peaks{query}").status == 422


def test_lengths_are_found_behind_the_scenes_and_after_a_split(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        stream = Stream(page, 0)
        found: dict[str, Any] = dict(page.state()["facts"])
        while len(found) < 4:
            found |= stream.wait("facts")
        assert found["4"] == [0.5, RATE, RATE // 2]
        page.post("api/split", id=1, at=1000, texts=["a", "b"])
        while found["1"] != [0.0625, RATE, 1000] or found.get("5") != [0.4375, RATE, 7000]:
            found |= stream.wait("facts")
        page.post("api/undo")
        assert stream.wait("facts") == {"1": [0.5, RATE, 8000]}
        stream.close()
