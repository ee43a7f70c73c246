import json
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from gpt_sovits.audio.write import write_audio
from gpt_sovits.errors import InputError
from subfix.server import security
from tests.subfix.lists import RATE, make_list, samples
from tests.subfix.server.serving import JSON, Served, served

SECRET = b"the planted secret"

LOUD = samples(99)
"""A recording that nobody may hear."""


CHUNKS = b"800\r\n" + b" " * 2048 + b"\r\n0\r\n\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    (root / "secret.txt").write_bytes(SECRET)
    write_audio(root / "outside" / "loud.wav", LOUD, RATE)
    return root


@pytest.fixture(scope="module")
def page(folder: Path) -> Iterator[Served]:
    path = make_list(folder / "list")
    (folder / "list" / "wavs" / "link.wav").symlink_to(folder / "outside" / "loud.wav")
    (folder / "list" / "away").symlink_to(folder / "outside")
    named = "wavs/link.wav|ann|en|A link.\nbroken\n"
    path.write_text(path.read_text(encoding="utf-8") + named, encoding="utf-8")
    ui = folder / "ui"
    (ui / "vendor").mkdir(parents=True)
    (ui / "index.html").write_text("the page", encoding="utf-8")
    (ui / "vendor" / "a.js").write_text("// a", encoding="utf-8")
    (ui / "linked.js").symlink_to(folder / "secret.txt")
    with served(path, ui=ui) as page:
        yield page


def is_secret(content: bytes) -> bool:
    """Tell whether an answer holds bytes of a file that nobody may see."""
    return (
        SECRET in content
        or b"root:" in content
        or LOUD[:50].tobytes() in content
        or ((LOUD[:50] * 32768).astype("<i2").tobytes() in content)
    )


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "x@127.0.0.1", "[::1",
     "127.0.0.1:port", "localhost.", "192.168.0.1"],
)  # fmt: skip
def test_another_name_of_this_machine_is_refused(page: Served, host: str) -> None:
    answer = page.ask("GET", "/voice/api/state", headers={"Host": host})
    assert answer.status == 400
    assert "clips" not in answer.json


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9999", "LOCALHOST", "[::1]:80"])
def test_our_own_names_are_answered(page: Served, host: str) -> None:
    assert page.ask("GET", "/voice/api/state", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "file://"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_foreign_page_changes_nothing(page: Served, headers: dict[str, str]) -> None:
    answer = page.ask("POST", "/voice/api/delete", b'{"ids":[1]}', {**JSON, **headers})
    assert answer.status == 403
    assert not page.store.clips[1].deleted


def test_our_own_page_may_ask(page: Served) -> None:
    headers = {**JSON, "Origin": f"http://127.0.0.1:{page.port}", "Sec-Fetch-Site": "same-origin"}
    assert page.ask("POST", "/voice/api/delete", b'{"ids":[777]}', headers).status == 404


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_what_a_form_can_send_is_refused(page: Served, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = page.ask("POST", "/voice/api/delete", b'{"ids":[1]}', headers)
    assert answer.status == 415
    assert not page.store.clips[1].deleted


def test_a_body_that_is_too_large_is_not_read(
    page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {**JSON, "Content-Length": str(security.MAX_BODY + 1)}
    assert page.ask("POST", "/voice/api/undo", None, headers).status == 413
    monkeypatch.setattr(security, "MAX_BODY", 1000)
    chunked = {**JSON, "Transfer-Encoding": "chunked"}
    assert page.ask("POST", "/voice/api/undo", CHUNKS, chunked).status == 413


def test_answers_load_nothing_from_elsewhere(page: Served) -> None:
    for path in ("/", "/voice/", "/voice/api/state", "/voice/api/audio/1.wav", "/nothing"):
        headers = page.ask("GET", path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
    refused = page.ask("GET", "/", headers={"Host": "evil.example"})
    assert "default-src 'self'" in refused.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_there_is_no_documentation_that_loads_scripts(page: Served, path: str) -> None:
    assert page.ask("GET", path).status == 404


TRAVERSALS = [
    "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt",
    "..\\secret.txt", "..%5csecret.txt", "....//secret.txt", "%252e%252e/secret.txt",
    "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "file:///etc/passwd", "a%00b", "%00",
    "index.html%00.js", "./../secret.txt", "vendor/../../secret.txt", "%c0%ae%c0%ae/secret.txt",
    "C:/windows/win.ini", "~/.ssh/id_rsa", "..;/secret.txt", "../server/app.py", "../clip.py",
    "linked.js", "__init__.py", ".lock", "journal.jsonl", "voice.list",
]  # fmt: skip


@pytest.mark.parametrize("name", TRAVERSALS)
@pytest.mark.parametrize("before", ["", "api/audio/", "api/export/", "api/words/", "api/jobs/"])
def test_no_path_leads_out_of_the_page(page: Served, before: str, name: str) -> None:
    answer = page.get(f"{before}{name}")
    assert 400 <= answer.status < 500
    assert not is_secret(answer.content)
    assert answer.error


@pytest.mark.parametrize(
    "number",
    ["0", "-1", "99", "1e3", "1.5", "9" * 15, "9" * 400, "one", "1%00", "０", "²", "1/../2"],
)
def test_a_clip_that_is_none_is_not_heard(page: Served, number: str) -> None:
    for path in (f"api/audio/{quote(number)}.wav", f"api/words/{quote(number)}"):
        assert page.get(path).status == 404, path
    assert page.get(f"api/peaks?ids={quote(number)}").status == 404


def test_a_link_that_leads_out_is_not_followed(page: Served) -> None:
    answer = page.get("api/audio/5.wav")
    assert answer.status == 422
    assert "link.wav" in answer.error
    split = page.post("api/split", id=5, at=100, texts=["a", "b"])
    assert split.status == 422
    assert page.get("api/peaks?ids=5").json == {"5": []}


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "{root}/outside/loud.wav", "../outside/loud.wav", "away/loud.wav",
     "wavs/../../outside/loud.wav", "{root}/secret.txt", "{root}/outside/./loud.wav"],
)  # fmt: skip
@pytest.mark.parametrize("rest", ["|ann|en|Mended.", "|ann|qq|Mended."])
def test_a_mended_line_names_no_file_elsewhere(
    page: Served, folder: Path, name: str, rest: str
) -> None:
    line = name.format(root=folder) + rest
    answer = page.post("api/repair", id=6, line=line)
    assert answer.status == 422, answer.content
    assert page.store.clips[6].raw == "broken\n"
    with pytest.raises(InputError):
        page.store.find_sound(page.store.clips[6])


@pytest.mark.parametrize(
    "target",
    ["../out.list", "/tmp/out.list", "a/b.list", "..", ".", "a\0.list", "voice.list", "", "x" * 250,
     "..\\out.list", "voice.list.subfix", ".hidden.list", "con.list", "a\n.list"],
)  # fmt: skip
def test_an_export_stays_in_the_lists_folder(page: Served, folder: Path, target: str) -> None:
    before = sorted(folder.rglob("*"))
    answer = page.post("api/export", format="list", target=target, replace=True)
    assert answer.status == 422, answer.content
    assert sorted(folder.rglob("*")) == before


def test_random_requests_are_refused_and_tell_nothing(page: Served, folder: Path) -> None:
    parts = [
        *TRAVERSALS, "voice", "api", "audio", "export", "events", "state", "..", "%2e%2e", "%2f",
        "1.wav", "-1.wav", "5.wav", "index.html", "vendor", str(folder / "secret.txt"), "%ff", "?",
        "#", ";", "%", "%zz", "away", "wavs", "link.wav", "\\", "loud.wav", "*", "~",
    ]  # fmt: skip
    chance = random.Random(7)
    served_paths = ("/voice/", "/voice/index.html", "/", "/voice")
    for _ in range(500):
        path = "/" + "/".join(chance.choices(parts, k=chance.randint(1, 7)))
        path = path.encode("ascii", "ignore").decode().replace(" ", "%20").replace("\n", "")
        method = chance.choice(["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE"])
        if path.partition("?")[0] in served_paths or "/api/events" in path or "/api/state" in path:
            continue
        answer = page.ask(method, path, b"" if method == "POST" else None)
        assert 400 <= answer.status < 500, (method, path, answer.status)
        assert not is_secret(answer.content), path
        if method != "HEAD":
            assert json.loads(answer.content)["error"] or b"Invalid HTTP" in answer.content
