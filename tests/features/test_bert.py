import json
import logging
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from gpt_sovits.errors import ConfigError, MissingModelError, WeightsError
from gpt_sovits.features import bert
from gpt_sovits.features.bert import BertFeatures, bert_features, load_bert, zero_features
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.text.frontend import SegmentReading, TextReport
from gpt_sovits.text.reading import Language, Word

TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"今天气好你我们的,.!?…1a", "##天", "今天", "12"]
COMMAND = "python -m gpt_sovits models download chinese-roberta-wwm-ext-large"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as it is published, with a tiny model of five layers."""
    target = tmp_path_factory.mktemp("bert")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(TOKENS),
        hidden_size=16,
        num_hidden_layers=5,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=0.5,
    )
    (target / "config.json").write_text(config.to_json_string(), encoding="utf-8")
    torch.save(BertForMaskedLM(config).state_dict(), target / "pytorch_model.bin")
    vocabulary = {token: index for index, token in enumerate(TOKENS)}
    (target / "tokenizer.json").write_text(
        json.dumps({"model": {"vocab": vocabulary}}), encoding="utf-8"
    )
    return target


@pytest.fixture(scope="module")
def features(folder: Path) -> BertFeatures:
    return load_bert(folder)


def segment(language: Language, text: str, counts: tuple[int, ...] | None) -> SegmentReading:
    phones = ("a",) * (sum(counts) if counts else 3)
    return SegmentReading(text, (Word(text, language, "", phones, "rule", counts),), (), language)


def report(*segments: SegmentReading) -> TextReport:
    words = tuple(word for each in segments for word in each.words)
    return TextReport("".join(each.norm_text for each in segments), words, (), segments)


def test_reads_the_third_last_hidden_layer(folder: Path, features: BertFeatures) -> None:
    config = BertConfig.from_json_file(folder / "config.json")
    whole = BertForMaskedLM(config)
    whole.train(False)
    whole.load_state_dict(torch.load(folder / "pytorch_model.bin", weights_only=True))
    ids = torch.tensor([[2, *(TOKENS.index(character) for character in "今天好."), 3]])
    with torch.inference_mode():
        hidden = whole(input_ids=ids, output_hidden_states=True).hidden_states[-3]
    torch.testing.assert_close(features.encode(["今天好."])[0], hidden[0, 1:-1])


def test_every_character_is_one_token(features: BertFeatures) -> None:
    text = "今天12A你龘 a"
    assert features.encode([text])[0].shape == (len(text), 16)
    assert [TOKENS[features._id(character)] for character in text] == [
        "今", "天", "1", "[UNK]", "a", "你", "[UNK]", "[UNK]", "a",
    ]  # fmt: skip


def test_batches_give_what_single_texts_give(features: BertFeatures) -> None:
    texts = ["今天", "天气好!" * 9, "我", "你们的天气,好?" * 3] * 6
    together = features.encode(texts)
    for text, row in zip(texts, together, strict=True):
        torch.testing.assert_close(row, features.encode([text])[0], rtol=1e-4, atol=1e-5)


def test_long_texts_are_encoded_in_pieces(features: BertFeatures) -> None:
    first, second = "今天气好" * 100 + ".", "你我们的" * 60
    row = features.encode([first + second])[0]
    assert row.shape == (len(first + second), 16)
    expected = torch.cat(features.encode([first, second]))
    torch.testing.assert_close(row, expected, rtol=1e-4, atol=1e-5)


def test_columns_repeat_by_phones_and_are_zero_elsewhere(features: BertFeatures) -> None:
    mixed = report(
        segment("zh", "今天,", (2, 2, 1)), segment("en", "ok", None), segment("zh", "好", (2,))
    )
    other = report(segment("yue", "好", (2,)))
    made, zeros = features([mixed, other])
    assert made.shape == (16, 10)
    assert made.dtype == torch.float32
    characters = features.encode(["今天,"])[0]
    torch.testing.assert_close(made[:, :5], characters[[0, 0, 1, 1, 2]].T)
    assert not made[:, 5:8].any()
    torch.testing.assert_close(made[:, 8], features.encode(["好"])[0][0])
    assert zeros.shape == (16, 2)
    assert not zeros.any()


def test_reads_half_precision_safetensors_and_a_list_of_tokens(
    folder: Path, features: BertFeatures, tmp_path: Path
) -> None:
    from safetensors.torch import save_file

    state = torch.load(folder / "pytorch_model.bin", weights_only=True)
    save_file(
        {key: tensor.half().clone() for key, tensor in state.items()},
        tmp_path / "model.safetensors",
    )
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (tmp_path / "vocab.txt").write_text("\n".join(TOKENS), encoding="utf-8")
    row = load_bert(tmp_path).encode(["今天"])[0]
    assert row.dtype == torch.float32
    torch.testing.assert_close(row, features.encode(["今天"])[0], rtol=0.05, atol=0.05)


def test_zeros_where_the_model_is_missing_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = [report(segment("zh", "今天", (2, 2))), report(segment("en", "ok", None))]
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            made = bert_features(texts, paths=ProjectPaths(tmp_path))
    assert [row.shape for row in made] == [(1024, 4), (1024, 3)]
    assert not any(row.any() for row in made)
    assert [COMMAND in record.message for record in caplog.records] == [True]


def test_a_model_that_arrives_later_is_used(folder: Path, tmp_path: Path) -> None:
    texts = [report(segment("zh", "今天", (2, 2)))]
    paths = ProjectPaths(tmp_path)
    assert not bert_features(texts, paths=paths)[0].any()
    paths.pretrained_models.mkdir()
    (paths.pretrained_models / bert.MODEL).symlink_to(folder, target_is_directory=True)
    assert bert_features(texts, paths=paths)[0].any()


def test_texts_without_chinese_load_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = bert_features([report(segment("en", "ok", None))], paths=ProjectPaths(tmp_path))
    assert made[0].shape == (1024, 3)
    assert caplog.records == []
    assert torch.equal(made[0], zero_features(report(segment("en", "ok", None))))


@pytest.mark.parametrize("name", ["config.json", "pytorch_model.bin", "tokenizer.json"])
def test_a_missing_file_names_the_command(folder: Path, tmp_path: Path, name: str) -> None:
    for file in folder.iterdir():
        if file.name != name:
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(MissingModelError, match=COMMAND):
        load_bert(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("config.json", b"{", ConfigError, "cannot be read as JSON"),
        ("config.json", b"[]", ConfigError, "is no JSON object"),
        ("config.json", b"{}", ConfigError, "num_hidden_layers must be over 2"),
        ("config.json", b'{"num_hidden_layers": 3}', WeightsError, "config.json beside it"),
        ("tokenizer.json", b'{"model": {}}', ConfigError, r"has no token \[PAD\]"),
        ("tokenizer.json", b'{"model": {"vocab": {"[PAD]": 0}}}', ConfigError, r"\[UNK\]"),
        ("pytorch_model.bin", b"", WeightsError, "is empty"),
        ("pytorch_model.bin", b"no weights at all", WeightsError, "no weights file"),
    ],
)
def test_a_damaged_file_is_one_sentence(
    folder: Path, tmp_path: Path, name: str, content: bytes, error: type[Exception], message: str
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(content if file.name == name else file.read_bytes())
    with pytest.raises(error, match=message) as caught:
        load_bert(tmp_path)
    assert str(caught.value).startswith(str(tmp_path))


def test_another_network_is_refused(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    torch.save({"linear.weight": torch.zeros(2, 2)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(WeightsError, match=r"has no embeddings\.word_embeddings\.weight"):
        load_bert(tmp_path)
