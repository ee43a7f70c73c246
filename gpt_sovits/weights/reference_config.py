"""The settings that the reference expects inside its weight files.

Layout: s2.json, s2v2Pro.json, s1longer.yaml and s1longer-v2.yaml of RVC-Boss/GPT-SoVITS.
"""

from typing import Any

from gpt_sovits.config import VitsFamilyConfig
from gpt_sovits.errors import WeightsError

FAMILIES = ("v1", "v2", "v2Pro", "v2ProPlus")
"""Families that the reference can build from such settings."""


def _require_known(family: VitsFamilyConfig) -> None:
    if family.name not in FAMILIES:
        raise WeightsError(
            f"the reference has no family {family.name}; it reads {', '.join(FAMILIES)}"
        )


def reference_sovits_config(family: VitsFamilyConfig) -> dict[str, Any]:
    """Settings of a synthesizer: `train`, `data`, `model` and the family's name.

    Raises:
        WeightsError: the reference does not have this family.
    """
    _require_known(family)
    sizes, encoder = family.synthesizer, family.synthesizer.text_encoder
    decoder, spectrogram = sizes.decoder, family.spectrogram
    return {
        "train": {
            "log_interval": 100,
            "eval_interval": 500,
            "seed": 1234,
            "epochs": 100,
            "learning_rate": 1e-4,
            "betas": [0.8, 0.99],
            "eps": 1e-9,
            "batch_size": 32,
            "fp16_run": True,
            "lr_decay": 0.999875,
            "segment_size": sizes.segment_length,
            "init_lr_ratio": 1,
            "warmup_epochs": 0,
            "c_mel": 45,
            "c_kl": 1.0,
            "text_low_lr_rate": 0.4,
            "grad_ckpt": False,
        },
        "data": {
            "max_wav_value": 32768.0,
            "sampling_rate": spectrogram.sample_rate,
            "filter_length": spectrogram.n_fft,
            "hop_length": spectrogram.hop_length,
            "win_length": spectrogram.win_length,
            "n_mel_channels": spectrogram.n_mels,
            "mel_fmin": spectrogram.fmin_hz,
            "mel_fmax": spectrogram.fmax_hz,
            "add_blank": True,
            "n_speakers": 300,
            "cleaned_text": True,
        },
        "model": {
            "inter_channels": sizes.latent_width,
            "hidden_channels": encoder.width,
            "filter_channels": encoder.ff_width,
            "n_heads": encoder.n_heads,
            "n_layers": encoder.n_text_layers,
            "kernel_size": encoder.kernel_size,
            "p_dropout": encoder.dropout,
            "resblock": "1",
            "resblock_kernel_sizes": list(decoder.resblock_kernels),
            "resblock_dilation_sizes": [list(each) for each in decoder.resblock_dilations],
            "upsample_rates": list(decoder.upsample_rates),
            "upsample_initial_channel": decoder.channels,
            "upsample_kernel_sizes": list(decoder.upsample_kernels),
            "n_layers_q": 3,
            "use_spectral_norm": False,
            "gin_channels": sizes.style.n_style,
            "semantic_frame_rate": "25hz",
            "freeze_quantizer": True,
            "version": family.name,
        },
        "s2_ckpt_dir": "logs",
        "content_module": "cnhubert",
        "version": family.name,
    }


def reference_gpt_config(family: VitsFamilyConfig) -> dict[str, Any]:
    """Settings of a GPT: `train`, `optimizer`, `data`, `model`, `inference`.

    Raises:
        WeightsError: the reference does not have this family.
    """
    _require_known(family)
    gpt = family.gpt
    return {
        "train": {
            "seed": 1234,
            "epochs": 20,
            "batch_size": 8,
            "save_every_n_epoch": 1,
            "precision": "16-mixed",
            "gradient_clip": 1.0,
        },
        "optimizer": {
            "lr": 0.01,
            "lr_init": 1e-5,
            "lr_end": 1e-4,
            "warmup_steps": 2000,
            "decay_steps": 40000,
        },
        "data": {"max_eval_sample": 8, "max_sec": 54, "num_workers": 4, "pad_val": gpt.eos},
        "model": {
            "vocab_size": gpt.n_tokens,
            "phoneme_vocab_size": gpt.n_phones,
            "embedding_dim": gpt.width,
            "hidden_dim": gpt.width,
            "head": gpt.n_heads,
            "linear_units": gpt.ff_width,
            "n_layer": gpt.n_layers,
            "dropout": gpt.dropout,
            "EOS": gpt.eos,
            "random_bert": 0,
        },
        "inference": {"top_k": 15},
    }
