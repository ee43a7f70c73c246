import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gpt_sovits.cli.progress import show_progress
from gpt_sovits.errors import ConfigError, InputError
from gpt_sovits.jobs.progress import read_progress_line
from gpt_sovits.report import Progress, no_progress
from gpt_sovits.training.fit import TrainingReport, fit
from gpt_sovits.training.losses_log import read_losses
from gpt_sovits.training.module import Objective, Place
from gpt_sovits.training.options import TrainingOptions
from tests.training.recording import (
    FakeWriter,
    NumberModule,
    Numbers,
    NumberSource,
    number_options,
)

SOURCE = NumberSource([1.0], [2.0], [3.0])


def train(
    folder: Path,
    options: TrainingOptions,
    *,
    source: NumberSource = SOURCE,
    kind: type[NumberModule] = NumberModule,
    progress: Progress = no_progress,
    binding: dict[str, Any] | None = None,
) -> tuple[TrainingReport, FakeWriter]:
    module = kind(options)
    writer = FakeWriter(folder, module)
    report = fit(
        module,
        source,
        options,
        folder / "training",
        writer=writer,
        binding=binding,
        progress=progress,
    )
    return report, writer


def after(weight: float, *numbers: float) -> float:
    """The weight after one step of gradient descent towards each number."""
    for number in numbers:
        weight -= 0.1 * 2 * (weight - number)
    return weight


def test_whoever_shows_losses_learns_of_the_table_before_the_first_step(tmp_path: Path) -> None:
    with show_progress(out := io.StringIO(), as_json=True, stage="train gpt") as progress:
        report, _ = train(tmp_path, number_options(), progress=progress)
    steps = [line for line in map(read_progress_line, out.getvalue().splitlines()) if line][1:]
    assert steps
    assert {line.losses for line in steps} == {str(report.losses_csv)}


def test_weights_losses_and_report_are_those_of_the_plain_loop(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    report, writer = train(tmp_path, number_options(), progress=lambda *item: seen.append(item))
    assert writer.written == [(1, 3), (2, 6)]
    assert float((tmp_path / "e1.txt").read_text()) == pytest.approx(after(0, 1, 2, 3))
    assert float((tmp_path / "e2.txt").read_text()) == pytest.approx(after(0, 1, 2, 3, 1, 2, 3))
    rows = read_losses(report.losses_csv)
    assert [(row.epoch, row.step) for row in rows] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 4),
        (2, 5),
        (2, 6),
    ]
    assert rows[1].losses["loss"] == pytest.approx((after(0, 1) - 2) ** 2)
    assert report.weights == [tmp_path / "e1.txt", tmp_path / "e2.txt"]
    assert report.first["loss"] == pytest.approx(sum(row.losses["loss"] for row in rows[:3]) / 3)
    assert report.last["loss"] == pytest.approx(sum(row.losses["loss"] for row in rows[3:]) / 3)
    assert report.steps == 6
    assert report.seconds == pytest.approx(sum(row.seconds for row in rows))
    assert [item[:2] for item in seen] == [(step, 6) for step in range(1, 7)]
    assert seen[0][2] == "epoch 1 of 2: loss 1"
    assert list((tmp_path / "training/tensorboard").glob("events.*"))


def test_left_over_batches_of_an_epoch_make_a_step_of_their_own(tmp_path: Path) -> None:
    report, _ = train(tmp_path, number_options(accumulate=2))
    assert report.steps == 4
    expected = after(0, 1.5, 3, 1.5, 3)  # the mean gradient of two batches, then the third alone
    assert float((tmp_path / "e2.txt").read_text()) == pytest.approx(expected)


def test_a_set_smaller_than_the_accumulation_still_learns(tmp_path: Path) -> None:
    report, _ = train(tmp_path, number_options(accumulate=8, epochs=1))
    assert report.steps == 1
    assert float((tmp_path / "e1.txt").read_text()) == pytest.approx(after(0, 2))


def test_a_finished_training_is_only_reported(tmp_path: Path) -> None:
    first, _ = train(tmp_path, number_options())
    again, writer = train(tmp_path, number_options())
    assert again == first
    assert writer.written == []


def test_lost_weights_of_a_finished_training_are_written_again(tmp_path: Path) -> None:
    first, _ = train(tmp_path, number_options())
    before = (tmp_path / "e2.txt").read_text()
    (tmp_path / "e2.txt").unlink()
    again, writer = train(tmp_path, number_options())
    assert writer.written == [(2, 6)]
    assert again == first
    assert (tmp_path / "e2.txt").read_text() == before


def test_more_epochs_go_on_from_the_finished_ones(tmp_path: Path) -> None:
    train(tmp_path / "long", number_options(epochs=3))
    train(tmp_path / "short", number_options(epochs=1))
    report, writer = train(tmp_path / "short", number_options(epochs=3))
    assert writer.written == [(2, 6), (3, 9)]
    assert (tmp_path / "short/e3.txt").read_text() == (tmp_path / "long/e3.txt").read_text()
    assert [path.name for path in report.weights] == ["e1.txt", "e2.txt", "e3.txt"]


def test_only_the_newest_weights_are_kept_on_demand(tmp_path: Path) -> None:
    report, _ = train(tmp_path, number_options(epochs=3, keep_every=False))
    assert report.weights == [tmp_path / "e3.txt"]
    assert [path.name for path in tmp_path.glob("e*.txt")] == ["e3.txt"]


def test_weights_are_saved_every_so_many_epochs_and_at_the_end(tmp_path: Path) -> None:
    _, writer = train(tmp_path, number_options(epochs=5, save_every=2))
    assert writer.written == [(2, 6), (4, 12), (5, 15)]


def test_time_that_is_over_ends_with_weights(tmp_path: Path) -> None:
    options = number_options(epochs=1000, save_every=1000, max_minutes=1e-7)
    report, writer = train(tmp_path, options)
    assert report.steps == 1
    assert writer.written == [(1, 1)]
    again, writer = train(tmp_path, options)
    assert again == report
    assert writer.written == []


def test_a_limit_below_what_was_done_still_gives_weights(tmp_path: Path) -> None:
    break_off(tmp_path, epochs=9, save_every=9)
    report, writer = train(tmp_path, number_options(epochs=9, save_every=9, max_minutes=1e-7))
    assert writer.written == [(1, 2)]
    assert report.weights == [tmp_path / "e1.txt"]
    assert float((tmp_path / "e1.txt").read_text()) == pytest.approx(after(0, 1, 2))


def test_an_epoch_that_was_ended_early_keeps_its_weights_when_it_goes_on(tmp_path: Path) -> None:
    train(tmp_path, number_options(epochs=1, keep_every=False, max_minutes=1e-7))
    report, _ = train(tmp_path, number_options(epochs=1, keep_every=False))
    assert report.weights == [tmp_path / "e1.txt"]
    assert float((tmp_path / "e1.txt").read_text()) == pytest.approx(after(0, 1, 2, 3))


class Interrupted(NumberModule):
    """Is asked to stop during its second step."""

    def after_step(self) -> None:
        if self.place.step == 2:
            import signal

            signal.raise_signal(signal.SIGTERM)


def test_a_signal_keeps_what_was_done(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "broken", number_options(checkpoint_seconds=99.0), kind=Interrupted)
    assert len(read_losses(tmp_path / "broken/training/losses.csv")) == 2
    seen: list[int] = []
    report, _ = train(
        tmp_path / "broken", number_options(), progress=lambda done, *_: seen.append(done)
    )
    assert seen == [3, 4, 5, 6]
    whole, _ = train(tmp_path / "whole", number_options())
    assert report.last == whole.last
    assert (tmp_path / "broken/e2.txt").read_text() == (tmp_path / "whole/e2.txt").read_text()


def test_signals_are_heard_by_others_again_afterwards(tmp_path: Path) -> None:
    import signal

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    train(tmp_path, number_options(epochs=1))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def break_off(folder: Path, **given: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(folder, number_options(**given), kind=Interrupted)


def test_other_settings_do_not_go_on_with_a_broken_training(tmp_path: Path) -> None:
    break_off(tmp_path)
    with pytest.raises(ConfigError, match=r"seed was 1234 and is 5.*--no-resume"):
        train(tmp_path, number_options(seed=5))
    with pytest.raises(ConfigError, match="clips was None and is new"):
        train(tmp_path, number_options(), binding={"clips": "new"})


def test_no_resume_begins_anew(tmp_path: Path) -> None:
    break_off(tmp_path)
    report, _ = train(tmp_path, number_options(seed=5, resume=False))
    assert [row.step for row in read_losses(report.losses_csv)] == [1, 2, 3, 4, 5, 6]


def test_other_settings_after_a_finished_training_begin_anew(tmp_path: Path) -> None:
    train(tmp_path, number_options(epochs=3))
    report, writer = train(tmp_path, number_options(seed=5))
    assert report.steps == 6
    assert writer.written == [(1, 3), (2, 6)]
    assert len(read_losses(report.losses_csv)) == 6


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"no checkpoint"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    train(tmp_path, number_options())
    checkpoint = tmp_path / "training/checkpoint.ckpt"
    checkpoint.write_bytes(content)
    with pytest.raises(InputError, match=r"checkpoint.ckpt: cannot be read .*--no-resume"):
        train(tmp_path, number_options())


def test_a_torn_checkpoint_is_cleared_away(tmp_path: Path) -> None:
    torn = tmp_path / "training/.0123456789abcdef.part.ckpt"
    torn.parent.mkdir()
    torn.write_bytes(b"half of it")
    train(tmp_path, number_options(epochs=1))
    assert not torn.exists()


def test_a_foreign_checkpoint_is_not_touched(tmp_path: Path) -> None:
    checkpoint = tmp_path / "training/checkpoint.ckpt"
    checkpoint.parent.mkdir()
    torch.save({"state_dict": {}}, checkpoint)
    with pytest.raises(InputError, match="no checkpoint of this program"):
        train(tmp_path, number_options())


class Exploding(NumberModule):
    """Its loss is no number at the third step."""

    def objectives(self, batch: Numbers, generator: torch.Generator) -> Iterator[Objective]:
        factor = float("nan") if self.place.step == 3 else 1.0
        for objective in super().objectives(batch, generator):
            yield Objective(objective.loss * factor)


def test_a_loss_that_is_no_number_ends_the_training(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stopped at step 3: the loss is nan.*lower"):
        train(tmp_path, number_options(), kind=Exploding)
    assert len(read_losses(tmp_path / "training/losses.csv")) == 2


class Clipped(NumberModule):
    """Its gradient is far too long."""

    def objectives(self, batch: Numbers, generator: torch.Generator) -> Iterator[Objective]:
        for objective in super().objectives(batch, generator):
            yield Objective(1000 * objective.loss)


def test_gradients_are_cut(tmp_path: Path) -> None:
    train(tmp_path, number_options(epochs=1, gradient_clip=1.0), kind=Clipped)
    weight = float((tmp_path / "e1.txt").read_text())
    assert weight == pytest.approx(0.3, abs=1e-5)  # three steps of 0.1 towards larger numbers


class Halved(NumberModule):
    def rate(self, place: Place) -> float:
        return 0.5**place.epoch


def test_the_learning_rate_follows_the_place(tmp_path: Path) -> None:
    train(tmp_path, number_options(), kind=Halved, source=NumberSource([1.0]))
    first = 0.1 * 0.5 * 2
    expected = first + 0.1 * 0.25 * 2 * (1 - first)
    assert float((tmp_path / "e2.txt").read_text()) == pytest.approx(expected)


class Rivals(NumberModule):
    """A second weight follows the first, which has stepped before."""

    def __init__(self, options: TrainingOptions) -> None:
        super().__init__(options)
        self.follower = nn.Parameter(torch.zeros(()))
        self.seen: list[Tensor] = []

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        return [*super().configure_optimizers(), torch.optim.SGD([self.follower], lr=0.5)]

    def objectives(self, batch: Numbers, generator: torch.Generator) -> Iterator[Objective]:
        yield from super().objectives(batch, generator)
        yield Objective((self.follower - self.network.weight.detach()).square().sum())


def test_an_optimizer_steps_before_the_next_objective(tmp_path: Path) -> None:
    options = number_options(epochs=1)
    module = Rivals(options)
    fit(module, NumberSource([1.0]), options, tmp_path, writer=FakeWriter(tmp_path, module))
    assert module.network.weight.item() == pytest.approx(0.2)
    assert module.follower.item() == pytest.approx(0.2)


@pytest.mark.skipif(torch.cuda.is_available(), reason="is about a machine without a GPU")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"accelerator": "cuda"}, "no CUDA device"),
        ({"precision": "16-mixed"}, "16-mixed needs a GPU"),
    ],
)
def test_what_the_machine_cannot_do_is_refused(
    tmp_path: Path, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        train(tmp_path, number_options(**given))
    assert not list(tmp_path.iterdir())


def test_two_runs_do_not_meet(tmp_path: Path) -> None:
    def train_too(*progress: object) -> None:
        with pytest.raises(InputError, match="another run is training in it"):
            train(tmp_path, number_options(resume=False))

    report, _ = train(tmp_path, number_options(), progress=train_too)
    assert report.steps == 6
