"""Compare the synthesizer and the discriminators with published numbers."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gpt_sovits.config import VitsFamilyConfig
from gpt_sovits.models.losses import discriminator_loss, feature_loss, generator_loss, kl_loss
from gpt_sovits.models.sovits.discriminators import Discriminators
from gpt_sovits.models.sovits.masks import length_mask
from gpt_sovits.models.sovits.synthesizer import Synthesizer
from tests.parity.fill import fill
from tests.parity.rows import Row, relative_error

LIMIT = 1e-3


def check_sovits(path: Path, family: VitsFamilyConfig, seed: int) -> list[Row]:
    """Tokens, speech, style, both latents, flow and divergence of one family."""
    with np.load(path) as file:
        numbers = dict(file)
    ours = synthesizer_numbers(published_synthesizer(family, seed), numbers)
    rows = [
        Row(path.name, name, relative_error(value, numbers[name]), LIMIT)
        for name, value in ours.items()
    ]
    wrong = float((ours["codes"] != torch.from_numpy(numbers["codes"])).sum())
    return [Row(path.name, "codes", wrong, 0.0), *(row for row in rows if row.what != "codes")]


def check_discriminator(path: Path, family: VitsFamilyConfig, seed: int) -> list[Row]:
    """Scores and adversarial losses of one family."""
    with np.load(path) as file:
        numbers = dict(file)
    model = Discriminators(family.discriminator)
    load_filled(model, seed)
    with torch.inference_mode():
        real = model(torch.from_numpy(numbers["real"]))
        fake = model(torch.from_numpy(numbers["fake"]))
    real_scores, real_features = zip(*real, strict=True)
    fake_scores, fake_features = zip(*fake, strict=True)
    ours = {f"score_real{index}": score for index, score in enumerate(real_scores)}
    ours["loss_disc"] = discriminator_loss(real_scores, fake_scores)
    ours["loss_gen"] = generator_loss(fake_scores)
    ours["loss_fm"] = feature_loss(real_features, fake_features)
    return [
        Row(path.name, name, relative_error(value, numbers[name]), LIMIT)
        for name, value in ours.items()
    ]


def published_synthesizer(family: VitsFamilyConfig, seed: int) -> Synthesizer:
    """A family's synthesizer with the weights of the published numbers, ready to speak."""
    spectrogram = family.spectrogram
    model = Synthesizer(
        family.synthesizer, n_bins=spectrogram.n_bins, hop_length=spectrogram.hop_length
    )
    load_filled(model, seed)
    return model.eval()


def load_filled(model: nn.Module, seed: int) -> None:
    """Give every tensor the value that its name and shape call for."""
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    weights = {name: torch.from_numpy(value) for name, value in fill(shapes, seed).items()}
    model.load_state_dict(weights)


@torch.inference_mode()
def synthesizer_numbers(
    model: Synthesizer, numbers: dict[str, NDArray[np.float32]]
) -> dict[str, Tensor]:
    """Everything that a fixture holds, computed by our network from the fixture's inputs."""
    ssl, refer, refer2, spec = (
        torch.from_numpy(numbers[name]).float() for name in ("ssl", "refer", "refer2", "spec")
    )
    phone_ids = torch.from_numpy(numbers["text"])
    speakers = list(torch.from_numpy(numbers["sv"]).float()) if "sv" in numbers else None
    first = None if speakers is None else speakers[:1]

    codes = model.extract_codes(ssl)
    voice = model.mean_style([refer], first)
    both = model.mean_style([refer, refer2], speakers)
    ge = model.mean_style([spec], first)  # the recording is its own reference, as in training
    mask = length_mask(torch.tensor([spec.shape[2]]), spec.shape[2])
    phone_mask = length_mask(torch.tensor([phone_ids.shape[1]]), phone_ids.shape[1])
    content = model.quantizer.decode(codes).repeat_interleave(2, dim=2)
    frames = model.enc_p(content, mask, phone_ids, phone_mask, model.text_style(ge))
    m_p, logs_p = model.enc_p.prior(frames, mask)
    m_q, logs_q = model.enc_q(spec, mask, ge)
    z_p = model.flow(m_q, mask, ge)
    return {
        "codes": codes,
        "wav": model.decode(codes, phone_ids, voice, noise_scale=0),
        "wav_two_refs_speed125": model.decode(codes, phone_ids, both, noise_scale=0, speed=1.25),
        "ge": ge,
        "m_p": m_p,
        "logs_p": logs_p,
        "m_q": m_q,
        "logs_q": logs_q,
        "flow_of_m_q": z_p,
        "commit_loss": model.quantizer(model.ssl_proj(ssl), mask[:, :, ::2]).commitment,
        "kl": kl_loss(z_p, logs_q, m_p, logs_p, mask),
    }
