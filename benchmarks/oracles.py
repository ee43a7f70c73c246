"""Find out which part of the embedded base a voice suffers from: give it true parts one by one.

python benchmarks/oracles.py VOICE REAL --out DIR [--most 20]

REAL are clips of the voice's own speaker with their texts, as `evaluate --real` takes them; best
such as the voice was not fine-tuned on. Columns of the table, from the recordings to what the voice
says alone: the recordings, their spectrograms through the vocoder, the synthesizer with the true
times and the true melody, with the true times alone, and the voice by itself.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch import Tensor

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.write import write_audio
from gpt_sovits.cli.progress import show_progress
from gpt_sovits.errors import InputError
from gpt_sovits.evaluate.clips import Clip, Column
from gpt_sovits.evaluate.measuring import measure_clips
from gpt_sovits.evaluate.real import read_real
from gpt_sovits.evaluate.summary import table_of
from gpt_sovits.features.content import Content, load_content
from gpt_sovits.features.mini import framed_phones, mini_features
from gpt_sovits.inference.mel import MelSpeaker
from gpt_sovits.inference.options import SpeakingOptions
from gpt_sovits.inference.voice import Voice, open_voice
from gpt_sovits.models.mel.melody import voice_pitch
from gpt_sovits.models.mel.pointer import pointer_of
from gpt_sovits.text.frontend import read_text
from gpt_sovits.text.symbols import phone_ids

STAGES = ("recordings", "vocoder", "true_melody", "true_times", "alone")


def main() -> None:
    """Write the recordings of all stages and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("voice", metavar="VOICE")
    parser.add_argument("real", type=Path, metavar="REAL")
    parser.add_argument("--out", type=Path, required=True, help="folder for what is spoken")
    parser.add_argument("--most", type=int, default=20, help="clips (20)")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    voice, content = open_voice(args.voice), load_content()
    real = [clip for clip in read_real(args.real)[0] if clip.text][: args.most]
    clips = [each for clip in real for each in stages_of(clip, voice, content, args.out)]
    with show_progress(sys.stderr, as_json=False, stage="measure") as progress:
        measured = measure_clips(clips, args.out, progress=progress)
    print(f"{'':40}" + "".join(f"{stage:>16}" for stage in STAGES))
    for row in table_of(measured, [Column(stage, "voice") for stage in STAGES]):
        print(f"{row.label:40}" + "".join(f"{row.shown(stage):>16}" for stage in STAGES))


def stages_of(clip: Clip, voice: Voice, content: Content, folder: Path) -> Iterator[Clip]:
    """The clip, and what the voice makes of more and more of it."""
    yield replace(clip, column=STAGES[0])
    speaker = voice.speaker
    assert isinstance(speaker, MelSpeaker), "only voices of the embedded base have these parts"
    rate = speaker.family.spectrogram.sample_rate
    made = [
        speaker.vocode(mel, torch.Generator().manual_seed(0))[0]
        for mel in mels_of(clip, speaker, content)
    ]
    alone = voice.say(clip.text, SpeakingOptions(language=clip.mode, seed=0))
    for stage, audio in zip(STAGES[1:], (*made, torch.from_numpy(alone.audio)), strict=True):
        path = folder / stage / f"{clip.path.stem}.wav"
        path.parent.mkdir(exist_ok=True)
        write_audio(path, audio.numpy() / max(1.0, float(audio.abs().max())), rate)
        yield replace(clip, column=stage, path=path)


def mels_of(clip: Clip, speaker: MelSpeaker, content: Content) -> tuple[Tensor, Tensor, Tensor]:
    """Spectrograms: the clip's own, from its times and melody, from its times alone."""
    spectrogram, symbols = speaker.family.spectrogram, speaker.family.symbols
    audio, _ = read_audio(clip.path, sample_rate=spectrogram.sample_rate)
    phones = framed_phones(read_text(clip.text, language=clip.mode, symbols=symbols).phones)
    heard = mini_features(content, torch.from_numpy(audio.copy()), phones)
    if heard.durations is None:
        raise InputError(f"{clip.path}: its text could not be laid over it")
    ssl = heard.ssl[None]
    codes = speaker.synthesizer.extract_codes(ssl)
    pointer, ids = pointer_of(heard.durations)[None], torch.tensor([phone_ids(phones, symbols)])
    with_melody, without = (
        speaker.synthesizer.decode(each, pointer, ids, speaker.reference.ge, voice_pitch(ssl))
        for each in (codes, None)
    )
    return heard.mel[None], with_melody, without


if __name__ == "__main__":
    main()
