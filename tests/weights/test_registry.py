import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_sovits.config import family_names
from gpt_sovits.errors import InputError, MissingModelError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.weights.hub import hub_of
from gpt_sovits.weights.local import list_models, require_model
from gpt_sovits.weights.options import DownloadOptions
from gpt_sovits.weights.registry import find_models, model_groups, published_models


def test_the_table_is_sound() -> None:
    paths = [file.path for file in published_models()]
    assert len(paths) == len(set(paths))
    for file in published_models():
        assert file.bytes is None or file.bytes > 0
        assert file.sha256 is None or len(bytes.fromhex(file.sha256)) == 32
        is_pinned = re.fullmatch("[0-9a-f]{40}", file.revision) is not None
        assert file.huggingface is None or is_pinned or (file.folder and file.revision == "main")
        assert file.huggingface or file.modelscope or file.by_hand
        assert file.path == f"{file.folder}/{file.remote_path}".removeprefix("/")


def test_a_recogniser_is_brought_whole_into_a_folder_of_its_own() -> None:
    small = find_models("faster-whisper-small")
    names = {"model.bin", "config.json", "tokenizer.json", "vocabulary.txt"}
    assert {file.path for file in small} == {f"faster-whisper-small/{name}" for name in names}
    hub = hub_of(DownloadOptions())
    assert hub.file_url(small[0]).endswith("/Systran/faster-whisper-small/resolve/main/model.bin")
    chinese = find_models("paraformer")
    assert {file.modelscope for file in chinese} >= {"iic/speech_fsmn_vad_zh-cn-16k-common-pytorch"}
    url = hub_of(DownloadOptions(source="modelscope")).file_url(chinese[0])
    assert url.endswith("vocab8404-pytorch/repo?Revision=master&FilePath=model.pt")


def test_what_only_modelscope_has_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match="download paraformer --source modelscope"):
        require_model("paraformer", paths=ProjectPaths(tmp_path))


def test_every_vits_family_brings_all_that_it_needs() -> None:
    groups = model_groups()
    for family in family_names():
        if family not in ("v1", "v2", "v2Pro", "v2ProPlus"):
            continue
        files = groups[family]
        assert sum("s2G" in path for path in files) == 1
        assert sum("s2D" in path for path in files) == 1
        assert sum("s1" in path for path in files) == 1
        assert any(path.startswith("chinese-hubert-base/") for path in files)
        assert any(path.startswith("chinese-roberta-wwm-ext-large/") for path in files)
        assert any(path.startswith("sv/") for path in files) == ("Pro" in family)


def test_an_unknown_model_names_the_groups() -> None:
    with pytest.raises(InputError, match=r"unknown model 'v9'; known groups are .*v2Pro"):
        find_models("v9")


def test_a_missing_model_is_one_sentence_with_the_command(tmp_path: Path) -> None:
    project = ProjectPaths(tmp_path)
    name = "gsv-v2final-pretrained/s1bert25hz-5kh-longer-epoch=12-step=369668.ckpt"
    for wanted in (name, "chinese-hubert-base"):
        with pytest.raises(MissingModelError) as caught:
            require_model(wanted, paths=project)
        message = str(caught.value)
        assert "\n" not in message
        command = shlex.split(message.partition("bring it with: ")[2])
        assert command == ["python", "-m", "gpt_sovits", "models", "download", wanted]
        assert find_models(command[-1])


def test_a_model_that_no_hub_has_says_how_to_bring_it(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"unpack G2PWModel_1\.1\.zip"):
        require_model("g2pw", paths=ProjectPaths(tmp_path))


def test_a_model_that_is_here_is_a_file_or_a_folder(tmp_path: Path) -> None:
    project = ProjectPaths(tmp_path)
    for file in find_models("chinese-hubert-base"):
        path = project.pretrained_models / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as opened:
            opened.truncate(file.bytes or 1)
    folder = project.pretrained_models / "chinese-hubert-base"
    assert require_model("chinese-hubert-base", paths=project) == folder
    assert require_model("chinese-hubert-base/config.json", paths=project) == folder / "config.json"
    states = {model.state for model in list_models("chinese-hubert-base", paths=project)}
    assert states == {"unverified"}
    (folder / "pytorch_model.bin").write_bytes(b"short")
    with pytest.raises(MissingModelError, match="wrong size"):
        require_model("chinese-hubert-base", paths=project)


@pytest.mark.parametrize("memory", ["", "[]", "{broken", json.dumps({"s1v3.ckpt": 3}), "\0"])
def test_a_damaged_memory_counts_as_empty(tmp_path: Path, memory: str) -> None:
    project = ProjectPaths(tmp_path)
    project.pretrained_models.mkdir()
    (project.pretrained_models / ".registry.json").write_text(memory)
    assert {model.state for model in list_models(paths=project)} == {"missing"}


def test_imports_stay_light() -> None:
    modules = ["download", "local", "registry", "describe", "importing", "export", "load", "write"]
    code = "import sys\n" + "".join(f"import gpt_sovits.weights.{name}\n" for name in modules)
    code += "print(*(name for name in ('torch', 'httpx', 'safetensors') if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
