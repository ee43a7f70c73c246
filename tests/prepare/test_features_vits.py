"""Features of the published families, through tiny networks in place of the published ones."""

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from transformers import BertConfig, BertModel, HubertConfig, HubertModel

from gpt_sovits.audio.resample import resample
from gpt_sovits.config import VitsFamilyConfig, load_vits_family, parse_family
from gpt_sovits.data.annotations import Annotation, AnnotationList
from gpt_sovits.data.experiment import Experiment, open_experiment
from gpt_sovits.data.recordings import mix_level
from gpt_sovits.errors import MissingModelError
from gpt_sovits.features.hubert import load_hubert
from gpt_sovits.features.speaker import SpeakerFeatures
from gpt_sovits.models.speaker import SpeakerEncoder, SpeakerSizes
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.prepare import feature_networks
from gpt_sovits.prepare.feature_options import FeatureOptions
from gpt_sovits.prepare.features import extract_features
from gpt_sovits.report import StageReport
from gpt_sovits.weights.networks import build_synthesizer
from gpt_sovits.weights.write import provenance_of, write_safetensors
from tests.tiny_mini import write_recording

RATE = 32000
TINY_SPEAKER = SpeakerSizes(n_mels=16, channels=8, blocks=(1, 1, 1, 1), base_width=32)
HUBERT = HubertConfig(
    hidden_size=16,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=16,
    conv_dim=(8,) * 7,
)
BERT_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"今天气很好"]


def tiny_family(name: str, symbols: str) -> VitsFamilyConfig:
    """A published family whose networks are narrow; the sizes that meet ours stay."""
    values = load_vits_family("v2Pro" if name == "v2Pro" else "v2").model_dump(mode="json")
    values |= {"name": name, "symbols": symbols}
    values["gpt"] |= {"width": 16, "n_heads": 2, "n_layers": 1, "ff_width": 16}
    synthesizer = values["synthesizer"]
    synthesizer |= {"ssl_width": 16, "latent_width": 8}
    synthesizer["text_encoder"] |= {"width": 16, "ff_width": 16, "mrte_width": 16}
    synthesizer["text_encoder"] |= {"n_ssl_layers": 1, "n_text_layers": 1, "n_joint_layers": 1}
    synthesizer["posterior"]["n_layers"] = synthesizer["flow"]["n_layers"] = 1
    synthesizer["decoder"]["channels"] = 32
    synthesizer["style"] |= {"width": 8, "n_style": 16}
    if name == "v2Pro":
        synthesizer["speaker_width"] = TINY_SPEAKER.speaker_width
    family = parse_family(values, name)
    assert isinstance(family, VitsFamilyConfig)
    return family


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    """A project with tiny v1, v2 and v2Pro, and tiny frozen networks."""
    paths = ProjectPaths(tmp_path)
    paths.configs.mkdir()
    torch.manual_seed(0)
    for name, symbols in (("v1", "v1"), ("v2", "v2"), ("v2Pro", "v2")):
        family = tiny_family(name, symbols)
        values = family.model_dump(mode="json")
        (paths.configs / f"{name}.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        model = build_synthesizer(family)
        model.quantizer.codebook.embed.normal_()
        model.quantizer.codebook.inited.fill_(1)
        write_safetensors(
            paths.pretrained_models / f"{name}.safetensors",
            model.state_dict(),
            kind="sovits",
            family=name,
            config=values,
            provenance=provenance_of(),
        )
    folder = paths.pretrained_models / "chinese-hubert-base"
    folder.mkdir()
    (folder / "config.json").write_text(HUBERT.to_json_string())
    torch.save(HubertModel(HUBERT).state_dict(), folder / "pytorch_model.bin")
    speaker = paths.pretrained_models / "speaker.ckpt"
    torch.save(SpeakerEncoder(TINY_SPEAKER).state_dict(), speaker)

    def load_tiny_speaker(path: Path, device: str) -> SpeakerFeatures:
        model = SpeakerEncoder(TINY_SPEAKER).eval()
        model.load_state_dict(torch.load(path, weights_only=True))
        return SpeakerFeatures(model, TINY_SPEAKER.n_mels)

    def base_weights(family: VitsFamilyConfig, kind: str, *, paths: ProjectPaths) -> Path:
        return paths.pretrained_models / f"{family.name}.safetensors"

    # The published files are known by size and hash, which tiny ones do not have.
    monkeypatch.setattr(feature_networks, "base_weights", base_weights)
    monkeypatch.setattr(feature_networks, "require_model", lambda name, paths: speaker)
    monkeypatch.setattr(feature_networks, "load_speaker", load_tiny_speaker)
    return paths


def add_bert(paths: ProjectPaths) -> None:
    folder = paths.pretrained_models / "chinese-roberta-wwm-ext-large"
    folder.mkdir()
    config = BertConfig(
        vocab_size=len(BERT_TOKENS),
        hidden_size=1024,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=8,
    )
    (folder / "config.json").write_text(config.to_json_string())
    torch.save(
        BertModel(config, add_pooling_layer=False).state_dict(), folder / "pytorch_model.bin"
    )
    (folder / "vocab.txt").write_text("\n".join(BERT_TOKENS), encoding="utf-8")


def annotations(paths: ProjectPaths, *texts: tuple[str, str]) -> AnnotationList:
    items = [
        Annotation(
            write_recording(paths.input / f"{index}.wav", 1.5, seed=index, rate=RATE),
            "s",
            language,
            text,
            index + 1,
        )
        for index, (language, text) in enumerate(texts)
    ]
    return AnnotationList(items, [])


ZH, EN = ("zh", "今天天气很好。"), ("en", "Nice weather today.")


def extract(listed: AnnotationList, family: str, paths: ProjectPaths) -> StageReport:
    return extract_features(listed, paths.logs / "x", FeatureOptions(family=family), paths=paths)


def opened(family: str, paths: ProjectPaths) -> Experiment:
    return open_experiment(paths.logs / "x", tiny_family(family, "v1" if family == "v1" else "v2"))


def test_a_clip_holds_what_the_published_families_are_trained_on(paths: ProjectPaths) -> None:
    listed = annotations(paths, ZH, EN)
    assert extract(listed, "v2", paths).skipped == []
    experiment = opened("v2", paths)
    info = experiment.clips[0]
    assert info.phones == [
        "j",
        "in1",
        "t",
        "ian1",
        "t",
        "ian1",
        "q",
        "i4",
        "h",
        "en2",
        "h",
        "ao3",
        ".",
    ]
    clip = experiment.load("0.wav")
    assert clip.ssl.shape == (16, 74)  # 1.5 s: HuBERT gives 74 frames, the spectrogram 75
    assert clip.audio.shape == (74 * 640,)
    assert clip.semantic.shape == (37,)
    assert clip.bert is clip.pointer is clip.speaker is None


def test_everything_follows_from_the_published_level(paths: ProjectPaths) -> None:
    from gpt_sovits.audio.read import read_audio

    listed = annotations(paths, ZH)
    extract(listed, "v2", paths)
    clip = opened("v2", paths).load("0.wav")
    recording, _ = read_audio(listed.items[0].audio)
    level = mix_level(recording)
    np.testing.assert_array_equal(clip.audio, level[: 74 * 640])
    hubert = load_hubert(paths.pretrained_models / "chinese-hubert-base")
    heard = hubert.encode(torch.from_numpy(resample(level, RATE, 16000)))
    torch.testing.assert_close(clip.ssl, heard[:, :74])


def test_pro_families_get_a_speaker_vector(paths: ProjectPaths) -> None:
    extract(annotations(paths, ZH, EN), "v2Pro", paths)
    experiment = opened("v2Pro", paths)
    vectors = [experiment.load(name).speaker for name in ("0.wav", "1.wav")]
    assert all(
        vector is not None and vector.shape == (TINY_SPEAKER.speaker_width,) for vector in vectors
    )
    assert not torch.equal(*vectors)  # type: ignore[arg-type]  # neither is None


def test_chinese_gets_text_features_once_the_model_is_there(paths: ProjectPaths) -> None:
    listed = annotations(paths, ZH, EN, ZH)
    extract(listed, "v2", paths)
    assert opened("v2", paths).load("0.wav").bert is None
    add_bert(paths)
    report = extract(listed, "v2", paths)
    assert len(report.written) == 3  # both Chinese clips, and not the English one
    experiment = opened("v2", paths)
    first, english, third = (experiment.load(info.name).bert for info in experiment.clips)
    assert english is None
    assert first is not None
    assert third is not None
    assert first.shape == (1024, 13)
    torch.testing.assert_close(first, third)
    torch.testing.assert_close(first[:, 0], first[:, 1])  # two phones of one character


def test_a_language_without_symbols_is_named_and_the_rest_goes_on(paths: ProjectPaths) -> None:
    listed = annotations(paths, ZH, ("ko", "안녕하세요"), ("yue", "你好"))
    report = extract(listed, "v1", paths)
    assert [path.name for path, _ in report.skipped] == ["1.wav", "2.wav"]
    assert all("the v1 symbols have no sounds" in reason for _, reason in report.skipped)
    assert [info.name for info in opened("v1", paths).clips] == ["0.wav"]


def test_another_family_keeps_the_features_of_the_first(paths: ProjectPaths) -> None:
    listed = annotations(paths, ZH)
    for family, n_new in (("v2", 1), ("v1", 1), ("v2", 0)):
        assert len(extract(listed, family, paths).written) == 1 + n_new


def test_a_missing_network_tells_the_command(paths: ProjectPaths) -> None:
    (paths.pretrained_models / "chinese-hubert-base" / "pytorch_model.bin").unlink()
    with pytest.raises(MissingModelError, match="models download chinese-hubert-base"):
        extract(annotations(paths, ZH), "v2", paths)
