"""Annotation lists: `wav_path|speaker|language|text`, in every spelling that people write."""

from gpt_sovits.data.annotations import split_fields
from gpt_sovits.errors import InputError
from subfix.clip import Clip
from subfix.files.format import NAMES, Fields, Format, refuse, spelled, told_fields


class AnnotationList(Format):
    """One clip a line; a line of three fields has no speaker."""

    name = "list"

    def read(self, line: str) -> Fields:
        """What a line tells."""
        try:
            name, speaker, language, text = split_fields(line)
        except InputError as error:
            return {"problem": f"{error}; write what is missing"}
        fields = told_fields(name, speaker, language, text)
        if not fields["language"] and not fields["problem"]:
            fields["problem"] = "names no language; choose one"
        return fields

    def write(self, clip: Clip, line: str, newline: str) -> str:
        """The line with what changed."""
        before = self.read(line)
        written = split_fields(line) if "audio" in before else [""] * 4
        has_three = "audio" in before and "|".join(written) != line
        refuse([clip.audio, clip.speaker, clip.language], "|", "a list")
        values = [spelled(clip, name, before) for name in NAMES]
        for number, name in enumerate(NAMES):
            if values[number] == before.get(name):
                values[number] = written[number]
        short = "|".join([values[0], *values[2:]])
        if has_three and not clip.speaker and split_fields(short) == values:
            return short
        return "|".join(values)
