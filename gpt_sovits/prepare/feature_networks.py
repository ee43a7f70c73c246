"""The frozen networks that make a family's training features, each loaded when first needed.

Clips go through them one by one, whatever else is to be done, so that a clip's features do not
hang on its neighbours: HuBERT and the speaker network would take padding for sound, and a token is
the nearest of many codes, which the rounding of a larger batch can turn into another one.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gpt_sovits.audio.resample import resample
from gpt_sovits.config import FamilyConfig, MelFamilyConfig, VitsFamilyConfig
from gpt_sovits.data.clips import Clip, samples_per_frame
from gpt_sovits.data.recordings import mix_level
from gpt_sovits.errors import ConfigError
from gpt_sovits.features.bert import MODEL as BERT
from gpt_sovits.features.content import LEVEL, Content, content_path, load_content
from gpt_sovits.features.hubert import MODEL as HUBERT
from gpt_sovits.features.hubert import SAMPLE_RATE, HubertFeatures, hubert_files, load_hubert
from gpt_sovits.features.mini import framed_phones, mini_features
from gpt_sovits.features.speaker import MODEL as SPEAKER
from gpt_sovits.features.speaker import SpeakerFeatures, load_speaker
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.frontend import TextReport
from gpt_sovits.text.symbols import phone_ids
from gpt_sovits.weights.file import sha256_of
from gpt_sovits.weights.local import require_model
from gpt_sovits.weights.networks import base_weights, load_synthesizer

if TYPE_CHECKING:
    from torch import Tensor

    from gpt_sovits.models.mel.synthesizer import MelSynthesizer
    from gpt_sovits.models.sovits.synthesizer import Synthesizer


class FeatureNetworks(Protocol):
    """What makes the features of one family."""

    def identity(self, report: TextReport) -> dict[str, str]:
        """Names and hashes of the weights that a clip's features come from; loads no network.

        Raises:
            MissingModelError: weights are not on this machine.
        """

    def phones(self, report: TextReport) -> list[str]:
        """The phones of a text as the family is trained on them."""

    def extract(
        self, name: str, audio: np.ndarray, sample_rate: int, report: TextReport, bert: "Tensor"
    ) -> Clip:
        """Make a clip of a recording and its text.

        Args:
            name: name of the clip.
            audio: float32 waveform [L].
            sample_rate: Hz.
            report: how its text is read.
            bert: text features [bert_width, N]; not looked at where the family has none.

        Raises:
            InputError: recording and text do not go together, or it is too short.
        """


def feature_networks(family: FamilyConfig, device: str, paths: ProjectPaths) -> FeatureNetworks:
    """The networks of a family.

    Args:
        family: the family.
        device: where the published networks run. Those of the embedded base are so small that they
            always run on the CPU.
        paths: the project.

    Raises:
        ConfigError: torch has no such device here.
    """
    _check_device(device)
    if isinstance(family, MelFamilyConfig):
        return MelNetworks(family, paths)
    return VitsNetworks(family, device, paths)


def _check_device(name: str) -> None:
    import torch

    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:  # a wrong name; a torch built without it
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"device {name!r} cannot be used here ({reason}); choose cpu") from error


class VitsNetworks:
    """CN-HuBERT, the base's quantizer and, in Pro families, the speaker network."""

    def __init__(self, family: VitsFamilyConfig, device: str, paths: ProjectPaths) -> None:
        self.family = family
        self.device = device
        self.paths = paths

    def identity(self, report: TextReport) -> dict[str, str]:
        """See `FeatureNetworks`. Text features count only for texts with Chinese in them."""
        found = dict(self._base_identity)
        if any(segment.language == "zh" for segment in report.segments):
            found["bert"] = self._bert_identity
        return found

    @cached_property
    def _base_identity(self) -> dict[str, str]:
        _, hubert = hubert_files(self.paths.pretrained_models / HUBERT)
        base = base_weights(self.family, "sovits", paths=self.paths)
        found = {"hubert": sha256_of(hubert), "sovits": sha256_of(base)}
        if self.family.synthesizer.speaker_width is not None:
            found["speaker"] = sha256_of(require_model(SPEAKER, paths=self.paths))
        return found

    @cached_property
    def _bert_identity(self) -> str:
        folder = self.paths.pretrained_models / BERT
        files = (folder / name for name in ("model.safetensors", "pytorch_model.bin"))
        return next((sha256_of(path) for path in files if path.is_file()), "absent")

    def phones(self, report: TextReport) -> list[str]:
        """See `FeatureNetworks`."""
        return report.phones

    def extract(
        self, name: str, audio: np.ndarray, sample_rate: int, report: TextReport, bert: "Tensor"
    ) -> Clip:
        """See `FeatureNetworks`."""
        import torch

        family = self.family
        rate = family.spectrogram.sample_rate
        samples = mix_level(resample(audio, sample_rate, rate))
        heard = torch.from_numpy(resample(samples, rate, SAMPLE_RATE))
        ssl = self._hubert.encode(heard)
        # HuBERT gives no frame for the last 25 ms; a token needs two frames.
        T = min(ssl.shape[1], len(samples) // samples_per_frame(family)) // 2 * 2
        ssl = ssl[:, :T].contiguous()
        codes = self._synthesizer.extract_codes(ssl.unsqueeze(0).to(self.device))  # [1, 1, T // 2]
        return Clip(
            name=name,
            phone_ids=torch.tensor(phone_ids(report.phones, family.symbols)),
            bert=bert if bert.any() else None,
            ssl=ssl,
            semantic=codes[0, 0].cpu(),
            audio=torch.from_numpy(samples[: T * samples_per_frame(family)].copy()),
            pointer=None,
            speaker=None
            if family.synthesizer.speaker_width is None
            else self._speaker.encode(heard),
        )

    @cached_property
    def _hubert(self) -> HubertFeatures:
        return load_hubert(self.paths.pretrained_models / HUBERT, self.device)

    @cached_property
    def _synthesizer(self) -> "Synthesizer":
        path = base_weights(self.family, "sovits", paths=self.paths)
        model: Synthesizer = load_synthesizer(path, device=self.device, paths=self.paths).model  # type: ignore[assignment]  # the family's kind
        return model

    @cached_property
    def _speaker(self) -> SpeakerFeatures:
        return load_speaker(require_model(SPEAKER, paths=self.paths), self.device)


class MelNetworks:
    """The embedded base's content network and quantizer."""

    def __init__(self, family: MelFamilyConfig, paths: ProjectPaths) -> None:
        self.family = family
        self.paths = paths

    def identity(self, report: TextReport) -> dict[str, str]:
        """See `FeatureNetworks`."""
        return self._identity

    @cached_property
    def _identity(self) -> dict[str, str]:
        base = base_weights(self.family, "sovits", paths=self.paths)
        return {"content": sha256_of(self._content_path), "sovits": sha256_of(base)}

    @property
    def _content_path(self) -> Path:
        return content_path(self.paths.pretrained_models)

    def phones(self, report: TextReport) -> list[str]:
        """See `FeatureNetworks`. A pause stands at each end."""
        return framed_phones(report.phones)

    def extract(
        self, name: str, audio: np.ndarray, sample_rate: int, report: TextReport, bert: "Tensor"
    ) -> Clip:
        """See `FeatureNetworks`. The clip's end is cut to a whole token."""
        import torch

        from gpt_sovits.models.mel.pointer import pointer_of

        family = self.family
        samples = resample(audio, sample_rate, family.spectrogram.sample_rate)
        token = 2 * samples_per_frame(family)
        samples = speech_level(samples[: len(samples) // token * token])
        phones = self.phones(report)
        waveform = torch.from_numpy(samples)
        features = mini_features(self._content, waveform, phones)
        assert features.durations is not None
        ssl = features.ssl.contiguous()
        return Clip(
            name=name,
            phone_ids=torch.tensor(phone_ids(phones, family.symbols)),
            bert=None,
            ssl=ssl,
            semantic=self._synthesizer.extract_codes(ssl.unsqueeze(0))[0, 0],
            audio=waveform,
            pointer=pointer_of(features.durations),
            speaker=None,
        )

    @cached_property
    def _content(self) -> Content:
        return load_content(self._content_path)

    @cached_property
    def _synthesizer(self) -> "MelSynthesizer":
        path = base_weights(self.family, "sovits", paths=self.paths)
        model: MelSynthesizer = load_synthesizer(path, paths=self.paths).model  # type: ignore[assignment]  # the family's kind
        return model


def speech_level(audio: np.ndarray) -> np.ndarray:
    """Bring audio to the root mean square that the embedded base knows."""
    rms = float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))
    return (audio * (LEVEL / max(rms, 1e-4))).astype(np.float32)
