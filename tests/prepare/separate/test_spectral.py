import sys

import numpy as np
import pytest

from gpt_sovits.audio.read import read_audio
from gpt_sovits.paths import PROJECT
from gpt_sovits.prepare.separate.spectral import Spectral
from tests.prepare.separate.tiny import RATE, band, si_sdr, stereo

RECORDING = PROJECT.root / "assets" / "demo" / "recording.opus"


@pytest.mark.parametrize("music_db", [0.0, -5.0])
def test_speech_comes_out_of_music(music_db: float, capsys: pytest.CaptureFixture[str]) -> None:
    speech = read_audio(RECORDING, sample_rate=RATE)[0][: 6 * RATE]
    music = band(6.0)
    music *= 10 ** (music_db / 20) * np.sqrt(np.mean(speech**2) / np.mean(music**2))
    mixture = np.stack([speech + music, speech + 0.8 * music])
    voice, rest = Spectral()(mixture)
    of_voice = si_sdr(voice[0], speech) - si_sdr(mixture[0], speech)
    of_music = si_sdr(rest[0], music) - si_sdr(mixture[0], music)
    with capsys.disabled():
        sys.stdout.write(
            f"\nspectral, music at {music_db:+.0f} dB: SI-SDR over the mixture"
            f" {of_voice:+.1f} dB (voice), {of_music:+.1f} dB (accompaniment)\n"
        )
    assert of_voice > 1
    assert of_music > 1
    np.testing.assert_allclose(voice + rest, mixture, atol=1e-6)


@pytest.mark.parametrize("length", [1, 100, 2205, 40_000])
def test_any_length_is_split(length: int) -> None:
    audio = stereo(1.0)[:, :length]
    parts = Spectral()(audio)
    assert parts.shape == (2, *audio.shape)
    assert parts.dtype == np.float32
    np.testing.assert_allclose(parts.sum(axis=0), audio, atol=1e-6)


def test_silence_stays_silent() -> None:
    assert not Spectral()(np.zeros((2, RATE), np.float32)).any()
