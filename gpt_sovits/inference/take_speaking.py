"""Speak the sentences of a take, one by one or a few side by side; nothing spoken is lost."""

import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError, TextError, WorkbenchError, internal_error
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.plan import PlannedSentence, read_sentence
from gpt_sovits.inference.speaker import Utterance
from gpt_sovits.inference.take import Rendering, Take, TakeSentence, load_take
from gpt_sovits.inference.take_changes import change_sentence, change_take, set_readings
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.dictionary import Dictionary, Entry, check_word, load_dictionary, save_word
from gpt_sovits.text.frontend import TextReport
from gpt_sovits.text.reading import Language, Source, UserWord

log = logging.getLogger(__name__)


class Utters(Protocol):
    """The part of `Voice` that takes need."""

    @property
    def sample_rate(self) -> int:
        """Rate of the audio, Hz."""

    def utter(
        self, sentences: Sequence[PlannedSentence], options: SpeakingOptions, seed: int
    ) -> Iterator[Utterance]:
        """Speak sentences alone, without the pauses between them."""


def speak_next(folder: Path, voice: Utters, paths: ProjectPaths) -> bool:
    """Speak what is missing next: one sentence, or as many as the take draws side by side.

    Called until it tells False, it leaves what `voice.say` gives. A sentence that fails keeps its
    reason and is passed over; `forget_problems` lets it be tried again.

    Returns:
        Whether there was something to speak.

    Raises:
        InputError: the take cannot be read or written.
    """
    take = load_take(folder)
    todo = [n for n, each in enumerate(take.sentences) if each.missing and not each.problem]
    if not todo:
        return False
    _speak(folder, take, todo[: take.options.batch_size], take.options.seed, voice, paths)
    return True


def speak_again(
    folder: Path, index: int, voice: Utters, paths: ProjectPaths, *, seed: int | None = None
) -> None:
    """Add a rendering of one sentence, which then counts; the earlier ones stay.

    Args:
        folder: the take.
        index: place of the sentence, from 0.
        voice: who speaks.
        paths: the project.
        seed: where chance comes from; None is the take's own for the first rendering, and another
            one for each that follows.

    Raises:
        InputError: there is no such sentence, or the take cannot be read or written.
    """
    take = load_take(folder)
    sentence = take.sentence(index)
    if not sentence.text:
        raise TextError(f"sentence {index + 1} was taken out; give it a text first")
    if seed is None:
        is_first = sentence.matching() is None
        seed = take.options.seed if is_first else secrets.randbelow(2**31)
    _speak(folder, take, [index], seed, voice, paths)


def forget_problems(folder: Path) -> Take:
    """Let sentences that failed be tried again."""

    def forget(take: Take) -> Take:
        sentences = tuple(each.model_copy(update={"problem": ""}) for each in take.sentences)
        return take.model_copy(update={"sentences": sentences})

    return change_take(folder, forget)


def _speak(
    folder: Path, take: Take, indices: Sequence[int], seed: int, voice: Utters, paths: ProjectPaths
) -> None:
    dictionary = load_dictionary(paths.dictionary)
    planned: dict[int, PlannedSentence] = {}
    for index in indices:
        try:
            planned[index] = _plan(take, index, dictionary)
        except Exception as error:
            _keep_problem(folder, index, take.sentences[index], error)
    left = list(planned)
    try:
        utterances = voice.utter(list(planned.values()), take.options, seed)
        for index, said in zip(planned, utterances, strict=True):
            _keep(folder, index, take.sentences[index], planned[index], said, seed, voice)
            left.remove(index)
    except _KeepingError as error:
        raise InputError(str(error)) from error
    except Exception as error:
        if len(planned) == 1:
            _keep_problem(folder, left[0], take.sentences[left[0]], error)
        for index in left if len(planned) > 1 else []:  # which of them it was shows alone
            _speak(folder, take, [index], seed, voice, paths)


def _plan(take: Take, index: int, dictionary: Dictionary) -> PlannedSentence:
    sentence = take.sentences[index]
    repeat = sum(each.text == sentence.text for each in take.sentences[:index])
    return PlannedSentence(sentence.text, _read(take, sentence, dictionary), repeat)


def _read(take: Take, sentence: TakeSentence, dictionary: Dictionary) -> TextReport:
    return read_sentence(
        sentence.text,
        take.options,
        symbols=take.voice.symbols,
        dictionary=dictionary.with_words(sentence.words),
    )


class _KeepingError(InputError):
    """What was spoken cannot be written; the next sentence could not either."""


def _keep(
    folder: Path,
    index: int,
    sentence: TakeSentence,
    planned: PlannedSentence,
    said: Utterance,
    seed: int,
    voice: Utters,
) -> None:
    file = f"{index + 1:03}-{secrets.token_hex(4)}.wav"
    unread = [f"{each.character}: {each.reason}" for each in planned.report.unread]
    rendering = Rendering(
        file=file,
        text=sentence.text,
        readings=sentence.readings,
        seed=seed,
        seconds=len(said.audio) / voice.sample_rate,
        phones=tuple(planned.report.phones),
        remarks=tuple([*unread, said.remark] if said.remark else unread),
    )

    def add(now: TakeSentence) -> TakeSentence:
        # Here, where the take cannot be deleted meanwhile: it would come back as a folder of one.
        write_audio(folder / file, said.audio, voice.sample_rate)
        renderings = (*now.renderings, rendering)
        # It may have been edited meanwhile: then this one waits until it is chosen.
        fits = (now.text, now.readings) == (rendering.text, rendering.readings)
        chosen = len(renderings) - 1 if fits else now.chosen
        problem = "" if fits else now.problem
        return now.model_copy(
            update={"renderings": renderings, "chosen": chosen, "problem": problem}
        )

    try:
        change_sentence(folder, index, add)
    except InputError as error:
        raise _KeepingError(str(error)) from error


def _keep_problem(folder: Path, index: int, sentence: TakeSentence, error: Exception) -> None:
    """A sentence that fails does not end the others, whatever the reason."""
    if isinstance(error, WorkbenchError):
        problem = str(error)
    else:
        log.error("sentence %d of %s failed", index + 1, folder, exc_info=error)
        problem = internal_error(error)

    def keep(now: TakeSentence) -> TakeSentence:
        is_edited = (now.text, now.readings) != (sentence.text, sentence.readings)
        return now if is_edited else now.model_copy(update={"problem": problem})

    change_sentence(folder, index, keep)


# --- how words are read -------------------------------------------------------------------------


@dataclass(frozen=True)
class WordReading:
    """One word of a sentence and how it will be read."""

    word: str
    language: Language
    reading: str
    source: Source
    own: bool
    """Whether this sentence alone has the reading."""
    can_change: bool
    """Whether the word stands so in the sentence; the words of a number do not."""


def words_of(folder: Path, index: int, paths: ProjectPaths) -> list[WordReading]:
    """How the words of a sentence are read, each once, in their order.

    Raises:
        TextError: nothing in it can be read.
        InputError: there is no such sentence.
    """
    take = load_take(folder)
    sentence = take.sentence(index)
    report = _read(take, sentence, load_dictionary(paths.dictionary))
    own = {(each.word.lower(), each.language) for each in sentence.readings}
    text = sentence.text.lower()
    words = {
        (word.text, word.language, word.reading): WordReading(
            word.text,
            word.language,
            word.reading,
            word.source,
            own=(word.text.lower(), word.language) in own,
            can_change=word.text.lower() in text,
        )
        for word in report.words
        if word.reading
    }
    return list(words.values())


def set_reading(
    folder: Path,
    index: int,
    word: UserWord,
    paths: ProjectPaths,
    *,
    everywhere: bool = False,
) -> Take:
    """Say how a word of a sentence is read.

    Args:
        folder: the take.
        index: place of the sentence, from 0.
        word: the word with its reading; an empty reading takes the sentence's own away.
        paths: the project.
        everywhere: put it into the user's dictionary instead, where it counts for every text.

    Raises:
        ConfigError: the reading is not in the language's notation; nothing is changed.
        InputError: the word does not stand in the sentence, or there is no such sentence.
    """
    sentence = load_take(folder).sentence(index)
    others = tuple(
        each
        for each in sentence.readings
        if (each.word.lower(), each.language) != (word.word.lower(), word.language)
    )
    if not word.reading.strip():
        return set_readings(folder, index, others)
    checked = check_word(word)
    if checked.word.lower() not in sentence.text.lower():
        raise InputError(f"the word {checked.word!r} does not stand in sentence {index + 1}")
    if everywhere:
        save_word(paths.dictionary, checked)
    # In this sentence it stands in both places: so that what was said before does not count.
    entry = Entry(word=checked.word, language=checked.language, reading=checked.reading)
    return set_readings(folder, index, (*others, entry))
