"""Every field of every stage has a label and an explanation in every language."""

import pytest

from gpt_sovits.stages import STAGES, Stage, stage_fields
from gpt_sovits.workbench.option_texts import (
    _find,
    choices_of,
    info_key,
    label_key,
    option_texts,
)
from gpt_sovits.workbench.texts import LANGUAGES, all_texts

EACH_STAGE = pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.name)


@pytest.mark.parametrize("language", LANGUAGES)
@EACH_STAGE
def test_no_field_lacks_a_text(stage: Stage, language: str) -> None:
    for name, _ in stage_fields(stage):
        assert _find(language, stage.name, name, "label"), name
        if language == "en":
            assert not _find(language, stage.name, name, "help"), "it is the sentence of the field"
        else:
            assert _find(language, stage.name, name, "help"), name


@EACH_STAGE
def test_labels_of_a_form_differ(stage: Stage) -> None:
    for language in LANGUAGES:
        texts = option_texts(language)
        labels = [texts[label_key(stage.name, name)] for name, _ in stage_fields(stage)]
        assert len(set(labels)) == len(labels), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_short(language: str) -> None:
    long = {key for key, value in option_texts(language).items() if _is_long(key, value)}
    assert not long


def _is_long(key: str, value: str) -> bool:
    return key.endswith(".label") and len(value) > 36


def test_all_texts_belong_to_a_field() -> None:
    """A field that was renamed leaves none behind."""
    fields = {stage.name: dict(stage_fields(stage)) for stage in STAGES.values()}
    of_any = {field.name for each in fields.values() for field in each.values()}
    for language in LANGUAGES:
        for key in all_texts()[language]:
            if key.startswith("option."):
                _, stage, name, *_ = key.split(".")
                assert name in (of_any if stage == "any" else fields[stage]), key


def test_choices_have_labels_in_all_languages_or_none() -> None:
    english = {key for key in all_texts()["en"] if ".choices." in key}
    for language in LANGUAGES:
        assert {key for key in all_texts()[language] if ".choices." in key} == english


def test_words_that_are_offered_are_choices_too() -> None:
    (field,) = (field for name, field in stage_fields(STAGES["say"]) if name == "language")
    assert [word for _, word in choices_of("say", "language", field)] == list(field.words.offers)


@pytest.mark.parametrize(
    ("stage", "name", "limits"),
    [
        ("slice", "certainty", "0.01 – 0.99"),
        ("slice", "min_s", "> 0, ≤ 30"),
        ("train gpt", "epochs", "1 – 1000000"),
        ("train gpt", "max_minutes", "> 0"),
        ("train gpt", "batch_size", "≥ 1"),
    ],
)
def test_limits_stand_below_a_field(stage: str, name: str, limits: str) -> None:
    info = option_texts("en")[info_key(stage, name)]
    assert info.endswith(f" · {limits} · {name}")
