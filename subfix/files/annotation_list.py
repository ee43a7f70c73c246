"""Annotation lists: `wav_path|speaker|language|text`, in every spelling that people write."""

from functools import lru_cache

from gpt_sovits.data.annotations import clean_path, split_fields
from gpt_sovits.errors import InputError
from subfix.clip import Clip
from subfix.files.format import (
    Fields,
    Format,
    one_line,
    our_spelling,
    problem_of_language,
    refuse,
)

_problem_of = lru_cache(256)(problem_of_language)


class AnnotationList(Format):
    """One clip a line; a line of three fields has no speaker."""

    name = "list"

    def read(self, line: str) -> Fields:
        """What a line tells."""
        try:
            name, speaker, language, text = split_fields(line)
        except InputError as error:
            return {"problem": f"{error}; write what is missing"}
        audio, language = clean_path(name), language.strip()
        problem = ""
        if not audio:
            problem = "names no audio file; write its path at the beginning of the line"
        elif not language:
            problem = "names no language; choose one"
        else:
            problem = _problem_of(language)
        return {
            "audio": audio,
            "speaker": speaker.strip(),
            "language": language,
            "text": text.strip(),
            "problem": problem,
        }

    def write(self, clip: Clip, line: str) -> str:
        """The line with what changed."""
        before = self.read(line)
        written = split_fields(line) if "audio" in before else [""] * 4
        has_three = "audio" in before and "|".join(written) != line
        language = clip.language
        if before.get("language") not in (None, language):
            language = our_spelling(language)
        values = [clip.audio, clip.speaker, language, one_line(clip.text)]
        refuse(values[:3], "|", "a list")
        for number, name in enumerate(("audio", "speaker", "language", "text")):
            if values[number] == before.get(name):
                values[number] = written[number]
        short = "|".join([values[0], *values[2:]])
        if has_three and not clip.speaker and split_fields(short) == values:
            return short
        return "|".join(values)
