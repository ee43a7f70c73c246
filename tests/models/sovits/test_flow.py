import torch

from gpt_sovits.config import WaveNetConfig
from gpt_sovits.models.sovits.flow import Flow
from gpt_sovits.models.sovits.masks import length_mask


def flow(*, new: bool) -> Flow:
    torch.manual_seed(0)
    model = Flow(8, 12, WaveNetConfig(kernel_size=3, n_layers=2), n_flows=4, n_style=5)
    if not new:
        for name, part in model.named_parameters():
            if name.endswith("post.weight"):
                torch.nn.init.normal_(part)
    return model


def test_inverse_undoes_the_flow() -> None:
    model = flow(new=False)
    mask = length_mask(torch.tensor([9, 5]), 9)
    z, style = torch.randn(2, 8, 9) * mask, torch.randn(2, 5, 1)
    there = model(z, mask, style)
    assert not torch.allclose(there, z, atol=0.1)
    torch.testing.assert_close(model.inverse(there, mask, style), z, atol=1e-4, rtol=1e-4)


def test_a_new_flow_of_even_length_changes_nothing() -> None:
    z = torch.randn(1, 8, 9)
    torch.testing.assert_close(flow(new=True)(z, torch.ones(1, 1, 9), torch.randn(1, 5, 1)), z)


def test_couplings_have_the_even_numbers_of_published_files() -> None:
    numbers = {name.split(".")[1] for name in flow(new=True).state_dict()}
    assert numbers == {"0", "2", "4", "6"}
