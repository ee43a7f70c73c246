"""Models of real recognisers in their own formats: tiny, random, made on the spot."""

import json
from pathlib import Path
from typing import Any

import torch
import yaml

from gpt_sovits.prepare.engines import fun_models

WIDTH = 16
N_MELS = 10
_FRONTEND = {"fs": 16_000, "window": "hamming", "n_mels": N_MELS, "lfr_m": 7, "lfr_n": 6}
_ENCODER = {
    "output_size": WIDTH,
    "attention_heads": 2,
    "linear_units": 32,
    "num_blocks": 2,
    "input_layer": "pe",
    "pos_enc_class": "SinusoidalPositionEncoder",
    "normalize_before": True,
    "kernel_size": 3,
    "sanm_shfit": 0,
    "selfattention_layer_type": "sanm",
}
TOKENS = ["<blank>", "<s>", "</s>", *"今天气很好我们走吧", "hello", "<unk>"]


def make_paraformer(folder: Path, kind: str = "Paraformer") -> Path:
    config = {
        "model": kind,
        "model_conf": {"ctc_weight": 0.0, "predictor_bias": 1, "inner_dim": WIDTH, "NO_BIAS": 3},
        "encoder": "SANMEncoder",
        "encoder_conf": _ENCODER,
        "decoder": "ParaformerSANMDecoder",
        "decoder_conf": {
            "attention_heads": 2,
            "linear_units": 32,
            "num_blocks": 2,
            "att_layer_num": 2,
            "kernel_size": 3,
        },
        "predictor": "CifPredictorV2",
        "predictor_conf": {"idim": WIDTH, "l_order": 1, "r_order": 1, "tail_threshold": 0.45},
        "specaug": "SpecAugLFR",
        "frontend": "WavFrontend",
        "frontend_conf": _FRONTEND,
        "tokenizer": "CharTokenizer",
        "tokenizer_conf": {"unk_symbol": "<unk>", "split_with_space": True},
    }
    if kind == "SeacoParaformer":
        config["seaco_decoder"] = "ParaformerSANMDecoder"
        config["seaco_decoder_conf"] = {**config["decoder_conf"], "use_output_layer": False}  # type: ignore[dict-item]
        config["model_conf"]["bias_encoder_type"] = "lstm"  # type: ignore[index]
        config["predictor"] = "CifPredictorV3"
        config["predictor_conf"] |= {"smooth_factor2": 0.25, "upsample_times": 3}  # type: ignore[operator]
    _write_tokens(folder)
    (folder / "am.mvn").write_text(_mvn(7 * N_MELS), encoding="utf-8")
    return _write(folder, config)


def make_punctuation(folder: Path) -> Path:
    config = {
        "model": "CTTransformer",
        "model_conf": {
            "punc_list": ["<unk>", "_", "，", "。"],
            "sentence_end_id": 3,
            "embed_unit": WIDTH,
            "att_unit": WIDTH,
        },
        "encoder": "SANMEncoder",
        "encoder_conf": {**_ENCODER, "input_size": WIDTH},
        "tokenizer": "CharTokenizer",
        "tokenizer_conf": {"unk_symbol": "<unk>"},
    }
    _write_tokens(folder)
    return _write(folder, config)


def make_voice_detector(folder: Path) -> Path:
    config = {
        "model": "FsmnVADStreaming",
        "model_conf": {"sample_rate": 16_000},
        "encoder": "FSMN",
        "encoder_conf": {
            "input_dim": 5 * N_MELS,
            "input_affine_dim": 8,
            "fsmn_layers": 1,
            "linear_dim": 8,
            "proj_dim": 8,
            "lorder": 3,
            "rorder": 0,
            "lstride": 1,
            "rstride": 0,
            "output_affine_dim": 8,
            "output_dim": 4,
        },
        "frontend": "WavFrontendOnline",
        "frontend_conf": {**_FRONTEND, "lfr_m": 5, "lfr_n": 1},
    }
    return bias_voice_detector(_write(folder, config), 4.0)


def bias_voice_detector(folder: Path, speech: float) -> Path:
    """Make a voice detector hear speech everywhere, or nowhere where `speech` is negative."""
    weights = torch.load(folder / "model.pt", weights_only=True)
    bias = next(key for key in weights if key.endswith("out_linear2.linear.bias"))
    weights[bias] = torch.tensor([-speech, speech, 0.0, 0.0])
    torch.save(weights, folder / "model.pt")
    return folder


def make_sense_voice(folder: Path) -> Path:
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    sentences = ["今天天气很好我们走吧", "hello how are you", "good morning to all of you"]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences * 20),
        model_prefix=str(folder / "chn_jpn_yue_eng_ko_spectok.bpe"),
        model_type="bpe",
        vocab_size=60,
        user_defined_symbols=["<|zh|>", "<|en|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>"],
        minloglevel=2,
    )
    config = {
        "model": "SenseVoiceSmall",
        "encoder": "SenseVoiceEncoderSmall",
        "encoder_conf": {**_ENCODER, "tp_blocks": 1},
        "specaug": "SpecAugLFR",
        "frontend": "WavFrontend",
        "frontend_conf": _FRONTEND,
        "tokenizer": "SentencepiecesTokenizer",
        "tokenizer_conf": {"bpemodel": None, "unk_symbol": "<unk>", "split_with_space": True},
    }
    (folder / "am.mvn").write_text(_mvn(7 * N_MELS), encoding="utf-8")
    return _write(folder, config)


def _write_tokens(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.json").write_text(json.dumps(TOKENS), encoding="utf-8")


def _mvn(size: int) -> str:
    zeros, ones = " ".join(["-1.0"] * size), " ".join(["0.1"] * size)
    return (
        f"<Nnet>\n<Splice> {size} {size}\n[ 0 ]\n<AddShift> {size} {size}\n"
        f"<LearnRateCoef> 0 [ {zeros} ]\n<Rescale> {size} {size}\n"
        f"<LearnRateCoef> 0 [ {ones} ]\n</Nnet>\n"
    )


def _write(folder: Path, config: dict[str, Any]) -> Path:
    """Write config.yaml, then weights of the network that it describes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    classes = fun_models._classes()
    _, n_tokens = fun_models._tokenizer(folder, config, classes)
    frontend = fun_models._frontend(folder, config, classes)
    torch.manual_seed(0)
    network = classes["model"][config["model"]](
        **{
            **config,
            **config.get("model_conf", {}),
            "specaug": None,
            "vocab_size": n_tokens,
            "input_size": frontend and frontend.output_size(),
        }
    )
    torch.save(network.state_dict(), folder / "model.pt")
    return folder


_WHISPER_LANGUAGES = ("en", "zh", "ja", "ko", "yue", "fr")


def make_whisper(folder: Path) -> Path:
    """A Whisper of two layers: built by transformers, written by CTranslate2's own converter."""
    from ctranslate2.converters import TransformersConverter  # type: ignore[import-untyped]
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        GenerationConfig,
        PreTrainedTokenizerFast,
        WhisperConfig,
        WhisperForConditionalGeneration,
    )

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|endoftext|>", "<|startoftranscript|>"]
    special += [f"<|{language}|>" for language in _WHISPER_LANGUAGES]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"]
    special += ["<|nospeech|>", "<|notimestamps|>"]
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(special)
    ids: dict[str, Any] = {token: tokenizer.token_to_id(token) for token in special}
    n_timestamps = 1501
    torch.manual_seed(0)
    network = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=len(letters) + len(special) + n_timestamps,
            num_mel_bins=80,
            d_model=WIDTH,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            decoder_start_token_id=ids["<|startoftranscript|>"],
            bos_token_id=ids["<|endoftext|>"],
            eos_token_id=ids["<|endoftext|>"],
            pad_token_id=ids["<|endoftext|>"],
        )
    )
    with torch.no_grad():  # sure of what it says: Whisper draws lots when it is unsure
        network.model.decoder.layer_norm.weight.mul_(100)
    network.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        suppress_tokens=[],
        begin_suppress_tokens=[ids["<|endoftext|>"]],
        alignment_heads=[[0, 0], [0, 1]],
        lang_to_id={f"<|{each}|>": ids[f"<|{each}|>"] for each in _WHISPER_LANGUAGES},
    )
    original = folder.parent / f"{folder.name}-original"
    network.save_pretrained(original)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        additional_special_tokens=special[1:],
        eos_token="<|endoftext|>",
        unk_token="<|endoftext|>",
    ).save_pretrained(original)
    TransformersConverter(str(original), copy_files=["tokenizer.json"]).convert(str(folder))
    return folder
