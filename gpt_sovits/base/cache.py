"""Spectrograms and melodies of a whole corpus in few large files, read as fast as the disk is.

A shard holds some hundred clips: both as float16 beside a table of the clips. Its name is a hash of
everything that it is made from, so a changed clip, text or setting makes a new one, and a run that
was stopped makes only what is missing.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gpt_sovits.audio.read import read_audio
from gpt_sovits.audio.spectrogram import mel_spectrogram
from gpt_sovits.base.corpus import Corpus, CorpusClip
from gpt_sovits.config import MelFamilyConfig
from gpt_sovits.config.mini import N_MELODY
from gpt_sovits.errors import InputError
from gpt_sovits.features.content import LEVEL, spoken_phones
from gpt_sovits.features.melody import melody_of
from gpt_sovits.paths import replacing
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.text.frontend import read_text

SHARD_CLIPS = 256

HELD_OUT = 60
"""One clip in so many is never trained on."""

FRAMES_A_PHONE = 2.2
"""Fewer mel frames (10 ms) a phone than this mean that text and clip do not belong together."""

_MODES = {"zh": "zh", "en": "en", "ja": "all_ja"}


@dataclass(frozen=True)
class CachedClip:
    """One clip of the cache."""

    audio: str
    """Path of the recording."""
    language: str
    speaker: str
    phones: list[str]
    """Of its text, from the front end."""
    shard: str
    """Name of the shard."""
    start: int
    """Its first frame in the shard."""
    n_frames: int
    """Its frames, 100/s."""


@dataclass(frozen=True)
class MelCache:
    """Spectrograms of a corpus on disk."""

    folder: Path
    clips: list[CachedClip] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    _shards: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    def mel(self, clip: CachedClip) -> Tensor:
        """Log-mel spectrogram of a levelled clip, float32 [F, T], 100/s."""
        rows = self._rows(clip)[:, :-N_MELODY]
        return torch.from_numpy(rows.astype(np.float32)).t().contiguous()

    def melody(self, clip: CachedClip) -> Tensor:
        """Its melody, float32 [3, T // 2], 50/s."""
        rows = self._rows(clip)[1::2, -N_MELODY:]
        return torch.from_numpy(rows.astype(np.float32)).t().contiguous()

    def _rows(self, clip: CachedClip) -> np.ndarray:
        if clip.shard not in self._shards:
            path = _array_path(self.folder, clip.shard)
            self._shards[clip.shard] = np.load(path, mmap_mode="r")
        return self._shards[clip.shard][clip.start : clip.start + clip.n_frames]

    @property
    def held_out(self) -> list[CachedClip]:
        """Clips for the figures."""
        return self.clips[::HELD_OUT]

    @property
    def training(self) -> list[CachedClip]:
        """Clips to learn from."""
        return [clip for number, clip in enumerate(self.clips) if number % HELD_OUT]


def build_cache(
    corpus: Corpus, family: MelFamilyConfig, folder: Path, *, progress: Progress = no_progress
) -> MelCache:
    """Make the shards that are missing, and open the cache.

    A clip that cannot be read, or whose text does not fit its length, is skipped and named.

    Raises:
        InputError: fewer than two clips are left.
    """
    cache = MelCache(folder, skipped=list(corpus.skipped))
    for start in range(0, len(corpus.clips), SHARD_CLIPS):
        clips = corpus.clips[start : start + SHARD_CLIPS]
        name = _shard_name(clips, family)
        if not _table_path(folder, name).is_file():
            _write_shard(folder, name, clips, family)
        table = json.loads(_table_path(folder, name).read_text(encoding="utf-8"))
        cache.clips.extend(CachedClip(**row) for row in table["clips"])
        cache.skipped.extend((Path(path), reason) for path, reason in table["skipped"])
        progress(start + len(clips), len(corpus.clips), clips[-1].audio.name)
    if len(cache.clips) < 2:
        reason = f" ({cache.skipped[0][1]})" if cache.skipped else ""
        raise InputError(
            f"the corpus has {len(cache.clips)} clips that can be learned from{reason}"
        )
    return cache


def clip_phones(clip: CorpusClip, family: MelFamilyConfig) -> list[str]:
    """How the front end reads a clip; its own reading wins over the text.

    Raises:
        TextError: nothing in it can be read.
    """
    text = clip.reading or clip.text
    return read_text(text, language=_MODES[clip.language], symbols=family.symbols).phones


def _shard_name(clips: Sequence[CorpusClip], family: MelFamilyConfig) -> str:
    digest = hashlib.sha256(family.spectrogram.model_dump_json().encode())
    digest.update(f"{family.symbols} {LEVEL} {FRAMES_A_PHONE} {N_MELODY}".encode())
    for clip in clips:
        # With the path, as the vocoder's batches read the recording itself.
        digest.update(
            repr((str(clip.audio), clip.language, clip.speaker, clip.text, clip.reading)).encode()
        )
        digest.update(hashlib.sha256(clip.audio.read_bytes()).digest())
    return digest.hexdigest()[:32]


def _write_shard(
    folder: Path, name: str, clips: Sequence[CorpusClip], family: MelFamilyConfig
) -> None:
    """Write mels and melodies, then the table that vouches for them."""
    rows, skipped, found, start = [], [], [], 0
    for clip in clips:
        try:
            phones = clip_phones(clip, family)
            mel, melody = _listen(clip, family)
            _check_length(phones, mel.shape[1])
        except InputError as error:
            skipped.append((str(clip.audio), str(error)))
            continue
        n_frames = mel.shape[1]
        row = (str(clip.audio), clip.language, clip.speaker, phones, name, start, n_frames)
        rows.append(asdict(CachedClip(*row)))
        found.append(torch.cat([mel, melody]).t().half().numpy())
        start += n_frames
    width = family.spectrogram.n_mels + N_MELODY
    array = np.concatenate(found) if found else np.zeros((0, width), np.float16)
    with replacing(_array_path(folder, name)) as part:
        np.save(part, array)
    with replacing(_table_path(folder, name)) as part:
        table = {"clips": rows, "skipped": skipped}
        part.write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")


def _listen(clip: CorpusClip, family: MelFamilyConfig) -> tuple[Tensor, Tensor]:
    """Log-mel spectrogram [F, T] at the level that the content network knows, melody [3, T]."""
    shape = family.spectrogram
    samples, _ = read_audio(clip.audio, sample_rate=shape.sample_rate)
    audio = level(torch.from_numpy(samples.copy()))
    mel = mel_spectrogram(audio, shape)[0]
    melody = melody_of(audio, shape.sample_rate, 2 * shape.hop_length).repeat_interleave(2, dim=1)
    return mel, F.pad(melody, (0, mel.shape[1] - melody.shape[1]))


def level(audio: Tensor) -> Tensor:
    """Bring a waveform [L] to the level at which the embedded base hears and speaks."""
    return audio * (LEVEL / audio.square().mean().sqrt().clamp_min(1e-4))


def _check_length(phones: Sequence[str], n_frames: int) -> None:
    n_phones = len(spoken_phones(phones))
    if n_phones < 2:
        raise InputError("has fewer than two phones")
    if n_frames < FRAMES_A_PHONE * n_phones:
        raise InputError(f"is too short for its text: {n_phones} phones in {n_frames / 100:.2f} s")


def _array_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"


def _table_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
