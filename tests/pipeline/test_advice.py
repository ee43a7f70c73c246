from types import SimpleNamespace

import pytest

from gpt_sovits.paths import ProjectPaths
from gpt_sovits.pipeline.advice import MachineFacts, advise, device_of, machine_facts
from gpt_sovits.prepare import engines
from gpt_sovits.prepare.engines import TranscribeOptions
from gpt_sovits.stages import STAGES, check_values, stage_fields
from gpt_sovits.workbench.texts import LANGUAGES, text

LAPTOP = MachineFacts(2, 8.0)
OLD_GPU = MachineFacts(8, 32.0, "NVIDIA GeForce GTX 1660", 6.0, 7.5)
GPU = MachineFacts(16, 64.0, "NVIDIA RTX 4090", 24.0, 8.9)


@pytest.mark.parametrize("facts", [LAPTOP, OLD_GPU, GPU], ids=["laptop", "old", "gpu"])
@pytest.mark.parametrize("family", ["mini", "v2"])
@pytest.mark.parametrize("minutes", [0.0, 0.1, 1.0, 300.0])
def test_advice_is_what_its_stage_takes_and_can_be_said(
    facts: MachineFacts, family: str, minutes: float
) -> None:
    for name in ("separate", "transcribe", "features", "train sovits", "train gpt", "clone"):
        given = advise(name, facts, minutes, family=family)
        known = dict(stage_fields(STAGES[name]))
        values = {each.field: each.value for each in given}
        assert set(values) <= set(known)
        needed = {key: field.kind("x") for key, field in known.items() if field.needed}
        check_values(STAGES[name], needed | values)
        for each in given:
            for language in LANGUAGES:
                assert text(language, f"advice.{each.reason}", **each.values)


def test_a_machine_without_a_gpu_computes_on_its_processor() -> None:
    values = {each.field: each.value for each in advise("train sovits", LAPTOP, 1.0)}
    assert values["accelerator"] == "cpu"
    assert "batch_size" not in values, "mini keeps what it was measured with"


def test_published_families_get_the_batch_that_fits_the_memory() -> None:
    def values(facts: MachineFacts, minutes: float) -> dict[str, object]:
        given = advise("train sovits", facts, minutes, family="v2")
        return {each.field: each.value for each in given}

    assert (values(GPU, 10.0)["batch_size"], values(GPU, 10.0)["precision"]) == (12, "bf16-mixed")
    assert values(GPU, 0.2)["batch_size"] == 2, "no more than there are clips"
    assert "precision" not in values(OLD_GPU, 10.0), "half precision gives these cards silence"


@pytest.mark.parametrize(
    ("stage", "values", "facts", "device"),
    [
        ("slice", {}, GPU, "cpu"),
        ("train gpt", {}, GPU, "cuda"),
        ("train gpt", {"accelerator": "cpu"}, GPU, "cpu"),
        ("train gpt", {}, LAPTOP, "cpu"),
        ("transcribe", {"device": "cuda:1"}, GPU, "cuda:1"),
        ("features", {}, GPU, "cpu"),
        ("clone", {}, GPU, "cuda"),
    ],
)
def test_a_job_is_queued_for_the_device_that_it_works_on(
    stage: str, values: dict[str, str], facts: MachineFacts, device: str
) -> None:
    assert device_of(stage, values, facts) == device


def test_this_machine_is_looked_at() -> None:
    facts = machine_facts()
    assert facts.cores >= 1
    assert facts.memory_gb > 0


@pytest.mark.parametrize(("known", "reason"), [("", "no_engine"), ("en", "english")])
def test_what_recognises_speech_is_told_as_it_is(
    monkeypatch: pytest.MonkeyPatch, known: str, reason: str
) -> None:
    def pick(options: TranscribeOptions, paths: ProjectPaths) -> SimpleNamespace | None:
        found = SimpleNamespace(engine=SimpleNamespace(name="pocketsphinx"))
        return found if options.spoken == known else None

    monkeypatch.setattr(engines, "pick_engine", pick)
    (told,) = (each for each in advise("transcribe", LAPTOP, 1.0) if each.field == "engine")
    assert told.reason == reason
    for language in LANGUAGES:
        assert text(language, f"advice.{told.reason}", **told.values)
