"""Takes: the history of them."""

import pytest

from gpt_sovits.errors import InputError
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.reference import ReferenceClip
from gpt_sovits.inference.take import load_take
from gpt_sovits.inference.take_history import delete_take, list_takes, make_take, newest_take
from gpt_sovits.inference.voice_file import VoiceParts
from gpt_sovits.paths import ProjectPaths
from tests.inference.takes import TEXT, MakeTake
from tests.workbench.fakes import add_voice, write_tone


def test_takes_of_one_second_are_all_kept_the_newest_first(
    make: MakeTake, paths: ProjectPaths
) -> None:
    folders = [make(f"Number {n}.") for n in range(12)]
    history = list_takes(paths, limit=5)
    assert [name for name, _ in history.takes] == [each.name for each in folders[:-6:-1]]
    assert history.n_older == 7
    assert newest_take(paths) == folders[-1].name


def test_a_take_is_deleted_whole(make: MakeTake, paths: ProjectPaths) -> None:
    one, other = make(), make()
    delete_take(one.name, paths)
    assert [path.name for path in (paths.output / "say").iterdir()] == [other.name]


def test_the_reference_is_kept_with_the_take(paths: ProjectPaths) -> None:
    parts = add_voice(paths, "Anna")
    clip = write_tone(paths.root / "uploads" / "Aufnahme Ä.WAV")
    more = write_tone(paths.root / "uploads" / "more.wav")
    uploaded = VoiceParts(parts.gpt, parts.sovits, ReferenceClip(clip, "Hi.", "en", (more,)))
    folder = make_take("base:mini", uploaded, TEXT, SpeakingOptions(), symbols="v2", paths=paths)
    content = clip.read_bytes()
    clip.unlink()
    kept = load_take(folder).parts(folder, paths).reference
    assert kept.audio.read_bytes() == content
    assert (kept.text, kept.language, len(kept.more)) == ("Hi.", "en", 1)
    parts.gpt.unlink()
    with pytest.raises(InputError, match=r"gpt\.safetensors"):
        load_take(folder).parts(folder, paths)
