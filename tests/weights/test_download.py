import errno
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from filelock import FileLock

from gpt_sovits.errors import ConfigError, DownloadError, InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.report import StageReport
from gpt_sovits.weights import fetch, local, registry
from gpt_sovits.weights.download import download_models
from gpt_sovits.weights.hub import Hub
from gpt_sovits.weights.local import list_models
from gpt_sovits.weights.options import DownloadOptions
from gpt_sovits.weights.registry import PublishedFile, published_models
from tests.weights.hub_server import REVISION, FakeHub, serving

NAME = "v2Pro/s2G=test 1.pth"
CONTENT = random.Random(0).randbytes(3_000_000)


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with serving(FakeHub(files={NAME: CONTENT})) as hub:
        yield hub


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    publish(monkeypatch, row())
    return ProjectPaths(tmp_path)


def row(path: str = NAME, *, known: bool = True) -> PublishedFile:
    return replace(
        published_models()[0],
        path=path,
        bytes=len(CONTENT) if known else None,
        sha256=hashlib.sha256(CONTENT).hexdigest() if known else None,
        groups=("test",),
    )


def publish(monkeypatch: pytest.MonkeyPatch, *files: PublishedFile) -> None:
    for module in (registry, local):  # each has its own name for it
        monkeypatch.setattr(module, "published_models", lambda: files)


def bring(
    hub: FakeHub, project: ProjectPaths, name: str = "test", attempts: int = 3
) -> StageReport:
    options = DownloadOptions(endpoint=hub.address + "/", attempts=attempts, backoff_s=0.0)
    return download_models(name, options, paths=project)


def here(project: ProjectPaths) -> list[str]:
    """Files that a person sees below pretrained_models/."""
    files = project.pretrained_models.rglob("*")
    return sorted(file.name for file in files if file.is_file() and file.name[0] != ".")


def part(project: ProjectPaths) -> Path:
    return project.pretrained_models / f"{NAME}.part"


def test_a_group_arrives_whole_and_is_remembered(hub: FakeHub, project: ProjectPaths) -> None:
    seen: list[tuple[int, int, str]] = []
    options = DownloadOptions(endpoint=hub.address)
    report = download_models(
        "test", options, paths=project, progress=lambda *step: seen.append(step)
    )
    target = project.pretrained_models / NAME
    assert (report.written, report.skipped) == ([target], [])
    assert target.read_bytes() == CONTENT
    assert here(project) == ["s2G=test 1.pth"]
    assert seen[0] == (0, len(CONTENT), NAME)
    assert seen[-1] == (len(CONTENT), len(CONTENT), NAME)
    memory = json.loads((project.pretrained_models / ".registry.json").read_text())[NAME]
    assert (memory["revision"], memory["source"]) == (REVISION, hub.address)
    assert [model.state for model in list_models(paths=project)] == ["verified"]


def test_what_is_here_is_not_asked_for_again(hub: FakeHub, project: ProjectPaths) -> None:
    bring(hub, project)
    asked = len(hub.requests)
    assert bring(hub, project, NAME).skipped == [
        (project.pretrained_models / NAME, "is here already")
    ]
    assert len(hub.requests) == asked


def test_a_file_put_there_by_hand_is_checked_and_kept(hub: FakeHub, project: ProjectPaths) -> None:
    target = project.pretrained_models / NAME
    target.parent.mkdir(parents=True)
    target.write_bytes(CONTENT)
    assert list_models(paths=project)[0].state == "unverified"
    assert bring(hub, project).written == []
    assert list_models(paths=project)[0].state == "verified"
    target.write_bytes(CONTENT[::-1])
    reason = bring(hub, project).skipped[0][1]
    assert "is not the published file and is not replaced" in reason
    assert target.read_bytes() == CONTENT[::-1]
    assert hub.requests == []


def test_cut_connections_are_taken_up_where_they_broke(hub: FakeHub, project: ProjectPaths) -> None:
    hub.cut_after = [1_000_000, 500_000]
    assert len(bring(hub, project).written) == 1
    begins = [headers.get("Range") for headers in hub.asked("resolve")]
    assert begins[0] is None
    assert begins[1:] == ["bytes=1000000-", "bytes=1500000-"]
    assert "If-Range" in hub.asked("resolve")[1]


def test_a_connection_that_keeps_breaking_leaves_what_came(
    hub: FakeHub, project: ProjectPaths
) -> None:
    hub.cut_after = [100_000, 100_000]
    with pytest.raises(DownloadError, match=r"broke off 2 times .*200000 bytes are kept"):
        bring(hub, project, attempts=2)
    assert part(project).read_bytes() == CONTENT[:200_000]
    assert list_models(paths=project)[0].state == "partial"
    assert len(bring(hub, project).written) == 1
    assert hub.asked("resolve")[-1]["Range"] == "bytes=200000-"


def test_a_server_without_ranges_begins_again(hub: FakeHub, project: ProjectPaths) -> None:
    hub.cut_after, hub.ranges = [1_000_000], False
    assert bring(hub, project).written[0].read_bytes() == CONTENT


def test_a_file_that_changed_begins_again(hub: FakeHub, project: ProjectPaths) -> None:
    target = part(project)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"of another file")
    target.with_name(f"{target.name}.etag").write_text('"another"')
    assert bring(hub, project).written[0].read_bytes() == CONTENT


def test_a_beginning_that_nothing_vouches_for_is_not_used(
    hub: FakeHub, project: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, row(known=False))
    hub.listed = False
    part(project).parent.mkdir(parents=True)
    part(project).write_bytes(b"unknown")
    assert bring(hub, project).written[0].read_bytes() == CONTENT
    assert "Range" not in hub.asked("resolve")[0]


def test_a_beginning_longer_than_the_file_begins_again(hub: FakeHub, project: ProjectPaths) -> None:
    part(project).parent.mkdir(parents=True)
    part(project).write_bytes(CONTENT + b"more")
    assert bring(hub, project).written[0].read_bytes() == CONTENT


def test_all_bytes_here_are_only_checked(hub: FakeHub, project: ProjectPaths) -> None:
    part(project).parent.mkdir(parents=True)
    part(project).write_bytes(CONTENT)
    assert bring(hub, project).written[0].read_bytes() == CONTENT
    assert hub.requests == []


def test_no_such_range_begins_again(
    hub: FakeHub, project: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, replace(row(), bytes=None, sha256=None))
    bring(hub, project)
    (project.pretrained_models / NAME).rename(part(project))
    (project.pretrained_models / ".registry.json").unlink()
    etag = hashlib.sha256(CONTENT).hexdigest()[:16]
    part(project).with_name(f"{part(project).name}.etag").write_text(f'"{etag}"')
    hub.listed = False
    part(project).write_bytes(CONTENT[:1000])
    hub.statuses = [416]
    assert bring(hub, project).written[0].read_bytes() == CONTENT
    assert "Range" not in hub.asked("resolve")[-1]


def test_size_and_hash_come_from_the_hub_and_are_remembered(
    hub: FakeHub, project: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, row(known=False))
    bring(hub, project)
    assert len(hub.asked("/api/models/")) == 1
    model = list_models(paths=project)[0]
    assert (model.file.bytes, model.file.sha256) == (row().bytes, row().sha256)
    assert model.state == "verified"


def test_another_source_gives_the_same_file(hub: FakeHub, project: ProjectPaths) -> None:
    options = DownloadOptions(source="modelscope", endpoint=hub.address)
    assert len(download_models("test", options, paths=project).written) == 1
    assert hub.requests[0][0] == (
        "/api/v1/models/lj1995/GPT-SoVITS/repo?Revision=master&FilePath=v2Pro%2Fs2G%3Dtest%201.pth"
    )


def test_redirects_are_followed_and_the_token_stays_at_home(
    hub: FakeHub, project: ProjectPaths
) -> None:
    with serving(FakeHub(files=hub.files)) as store:
        hub.redirect = store.address
        options = DownloadOptions(endpoint=hub.address, token="secret")
        assert len(download_models("test", options, paths=project).written) == 1
        assert hub.asked("resolve")[0]["Authorization"] == "Bearer secret"
        assert "Authorization" not in store.asked("resolve")[0]


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"statuses": [401]}, r"asks for permission \(401\).*HF_TOKEN"),
    ({"statuses": [403]}, r"asks for permission \(403\)"),
    ({"files": {}}, r"no such file there \(404\)"),
    ({"statuses": [418]}, "the server answers 418"),
    ({"statuses": [503] * 3}, "broke off 3 times .the server answers 503"),
    ({"files": {NAME: CONTENT[:-1]}}, "broke off 3 times"),
    ({"files": {NAME: CONTENT + b"a"}}, "sends more than the 3000000 bytes"),
    ({"files": {NAME: CONTENT[::-1]}}, "another hash .* and was deleted"),
    ({"redirect": "ftp://127.0.0.1"}, "leads nowhere"),
]


@pytest.mark.parametrize(("trouble", "words"), REFUSED)
def test_what_goes_wrong_is_one_sentence(
    hub: FakeHub, project: ProjectPaths, trouble: dict[str, object], words: str
) -> None:
    for name, value in trouble.items():
        setattr(hub, name, value)
    with pytest.raises(DownloadError, match=words) as caught:
        bring(hub, project)
    assert "\n" not in str(caught.value)
    assert "s2G=test 1.pth" not in here(project)


def test_a_file_in_place_of_the_folder_is_named(hub: FakeHub, project: ProjectPaths) -> None:
    project.pretrained_models.touch()
    with pytest.raises(DownloadError, match="pretrained_models: cannot be used"):
        bring(hub, project)


def test_a_lock_that_cannot_be_made_is_named(hub: FakeHub, project: ProjectPaths) -> None:
    (project.pretrained_models / "v2Pro" / ".s2G=test 1.pth.lock").mkdir(parents=True)
    with pytest.raises(DownloadError, match="lock: cannot be used"):
        bring(hub, project)


def test_the_host_that_cannot_be_reached_is_the_one_named(
    hub: FakeHub, project: ProjectPaths
) -> None:
    with serving(FakeHub()) as gone:
        hub.redirect = gone.address
    with pytest.raises(DownloadError, match=f"^{gone.address[7:]} cannot be reached"):
        bring(hub, project)


def test_a_redirect_in_a_circle_ends(hub: FakeHub, project: ProjectPaths) -> None:
    hub.redirect, hub.statuses = hub.address, [302] * 20
    with pytest.raises(DownloadError):
        bring(hub, project)


def test_a_wrong_hash_leaves_no_part(hub: FakeHub, project: ProjectPaths) -> None:
    hub.files[NAME] = CONTENT[::-1]
    with pytest.raises(DownloadError, match="another hash"):
        bring(hub, project)
    assert here(project) == []


def test_no_network_names_mirror_and_place(project: ProjectPaths) -> None:
    with serving(FakeHub()) as gone:
        pass
    with pytest.raises(DownloadError) as caught:
        bring(gone, project)
    assert "127.0.0.1" in str(caught.value)
    assert "--endpoint" in str(caught.value)
    assert str(project.pretrained_models / NAME) in str(caught.value)


def test_no_network_while_the_hub_is_asked_for_sizes(
    project: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, row(known=False))
    with serving(FakeHub()) as gone:
        pass
    with pytest.raises(DownloadError, match=r"cannot be reached .*--endpoint"):
        bring(gone, project)


def test_an_endpoint_that_is_no_hub(
    hub: FakeHub, project: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, row("other.pth", known=False))
    with pytest.raises(DownloadError, match="does not list it"):
        bring(hub, project)
    monkeypatch.setattr(Hub, "listing_url", lambda self, *place: self.file_url(row()))
    with pytest.raises(DownloadError, match="something else than a list of files"):
        bring(hub, project)


def test_a_known_hash_needs_no_listing(
    hub: FakeHub, project: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, replace(row(), bytes=None))
    monkeypatch.setattr(Hub, "listing_url", lambda self, *place: f"{self.endpoint}/nothing")
    assert bring(hub, project).written[0].read_bytes() == CONTENT
    assert list_models(paths=project)[0].file.bytes == len(CONTENT)


def test_the_disk_is_measured_before_the_first_byte(hub: FakeHub, project: ProjectPaths) -> None:
    options = DownloadOptions(endpoint=hub.address)
    with pytest.raises(DownloadError, match="3 MB have to be brought, but only 60 MB are free"):
        download_models("test", options, paths=project, free_bytes=lambda folder: 60_000_000)
    assert hub.requests == []


def test_a_disk_that_fills_up_keeps_what_came(
    hub: FakeHub, project: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(file: BinaryIO, piece: bytes) -> None:
        if file.tell() > 1_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        file.write(piece)

    with monkeypatch.context() as small:
        small.setattr(fetch, "_write", write)
        with pytest.raises(DownloadError, match="the disk is full"):
            bring(hub, project)
    kept = part(project).stat().st_size
    assert kept > 1_000_000
    assert len(bring(hub, project).written) == 1
    assert hub.asked("resolve")[-1]["Range"] == f"bytes={kept}-"


def test_stopping_keeps_what_came(hub: FakeHub, project: ProjectPaths) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if done > 1_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_models("test", DownloadOptions(endpoint=hub.address), paths=project, progress=stop)
    assert 1_000_000 < part(project).stat().st_size < len(CONTENT)
    assert bring(hub, project).written[0].read_bytes() == CONTENT


def test_a_second_download_of_the_same_file_is_told(hub: FakeHub, project: ProjectPaths) -> None:
    target = project.pretrained_models / NAME
    target.parent.mkdir(parents=True)
    with (
        FileLock(target.with_name(f".{target.name}.lock")),
        pytest.raises(DownloadError, match="is being downloaded by another process"),
    ):
        bring(hub, project)


def test_a_file_on_no_hub_says_how_to_bring_it(
    project: ProjectPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, replace(row(), huggingface=None, by_hand="unpack it"))
    report = download_models("test", paths=project)
    assert report.skipped[0][1] == "lies on no hub by itself: unpack it"
    publish(monkeypatch, replace(row(), modelscope=None))
    with pytest.raises(DownloadError, match="is not on modelscope; choose the other --source"):
        download_models("test", DownloadOptions(source="modelscope"), paths=project)


@pytest.mark.parametrize("path", ["../a.pth", "/a.pth", "a/../../b", "a\\..\\b", "C:/a", ""])
def test_no_path_of_the_table_leaves_the_folder(
    hub: FakeHub, project: ProjectPaths, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    publish(monkeypatch, row(path))
    hub.files[path] = CONTENT
    with pytest.raises(InputError, match="would lie outside"):
        bring(hub, project)


def test_no_linked_folder_leads_out(hub: FakeHub, project: ProjectPaths, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    project.pretrained_models.mkdir()
    (project.pretrained_models / "v2Pro").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="would lie outside"):
        bring(hub, project)
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("source", "github"),
        ("endpoint", "file:///etc"),
        ("endpoint", "hf-mirror.com"),
        ("proxy", "socks"),
        ("attempts", 0),
    ],
)
def test_options_that_cannot_work(option: str, value: object) -> None:
    with pytest.raises(ConfigError, match=option):
        DownloadOptions(**{option: value})  # type: ignore[arg-type]  # wrong on purpose
