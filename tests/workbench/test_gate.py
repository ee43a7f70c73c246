import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from gpt_sovits.workbench.front import read_front
from gpt_sovits.workbench.gate import LOGIN, LOGOUT, Gate
from gpt_sovits.workbench.labelling import OpenLists
from gpt_sovits.workbench.login import GUESSES, Logins
from gpt_sovits.workbench.page import build_page
from gpt_sovits.workbench.places import Places
from gpt_sovits.workbench.server import create_app
from gpt_sovits.workbench.settings import SettingsKeeper
from gpt_sovits.workbench.speak import VoiceKeeper
from tests.subfix.lists import make_list
from tests.workbench.fakes import make_project

PASSWORD = "open sesame"
OURS = "http://127.0.0.1:7860"


async def show(request: Request) -> Response:
    if request.url.path.endswith("/"):
        return HTMLResponse("<html><head><base href='./'></head></html>")
    return JSONResponse(
        {"url": str(request.url), "language": request.headers.get("accept-language", "")}
    )


def client(
    root_path: str = "", password: str = "", language: str = "", base: str = OURS
) -> TestClient:
    methods = ["GET", "POST"]
    inner = Starlette(routes=[Route("/{path:path}", show, methods=methods)])
    front = read_front("127.0.0.1", root_path)
    logins = Logins(password) if password else None
    gate = Gate(inner, front, logins, lambda: language)
    return TestClient(gate, base_url=base, follow_redirects=False, client=("1.2.3.4", 5))


def log_in(page: TestClient, password: str = PASSWORD, prefix: str = "") -> int:
    return page.post(f"{prefix}{LOGIN}", data={"password": password}).status_code


# --- other sites --------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "a@127.0.0.1"])
def test_another_name_of_this_machine_is_refused(host: str) -> None:
    assert client().get("/x", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("root_path", ["", "/voice"])
def test_a_forwarded_name_does_not_help_a_site_that_points_here(root_path: str) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "127.0.0.1:7860"}
    assert client(root_path).get("/x", headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"Sec-Fetch-Site": "none"}, 200),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", {"Sec-Fetch-Site": "same-site"}, 403),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ("POST", {}, 200),
        ("POST", {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}, 200),
        ("POST", {"Origin": "http://evil.example"}, 403),
        ("POST", {"Origin": "http://127.0.0.1:9999"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {"Origin": "file://"}, 403),
        ("POST", {"Origin": f"{OURS}.evil.example"}, 403),
        ("POST", {"Origin": OURS, "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_pages_of_other_sites_are_refused(
    method: str, headers: dict[str, str], status: int
) -> None:
    assert client().request(method, "/gradio_api/queue/join", headers=headers).status_code == status


def test_a_link_of_another_site_may_be_followed_and_a_form_not() -> None:
    follows = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    document, frame = {"Sec-Fetch-Dest": "document"}, {"Sec-Fetch-Dest": "iframe"}
    assert client().get("/", headers=follows | document).status_code == 200
    assert client().get("/", headers=follows | frame).status_code == 403
    assert client().post("/x", headers=follows | document).status_code == 403


def test_every_answer_forbids_what_comes_from_elsewhere() -> None:
    page = client(password=PASSWORD)
    for answer in (page.get("/"), page.get("/x"), page.post(LOGIN, data={"password": "no"})):
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "https://" not in answer.headers["content-security-policy"]


def test_a_websocket_is_closed() -> None:
    with (
        pytest.raises(Exception, match=r"1008|WebSocketDisconnect|"),
        client().websocket_connect("/"),
    ):
        pytest.fail("it was answered")


# --- behind a proxy -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/voice/a", "/a"])
def test_addresses_are_the_ones_of_the_proxy(path: str) -> None:
    headers = {"X-Forwarded-Host": "a.example", "X-Forwarded-Proto": "https"}
    answer = client("/voice").get(path, headers=headers)
    assert answer.json()["url"] == "https://a.example/voice/a"
    origin = headers | {"Origin": "https://a.example"}
    assert client("/voice").post(path, headers=origin).status_code == 200
    assert client("/voice").post(path, headers=headers | {"Origin": OURS}).status_code == 403


@pytest.mark.parametrize("path", ["/voice", "/voice/", "/"])
def test_the_page_begins_where_the_proxy_shows_it(path: str) -> None:
    answer = client("/voice").get(path, headers={"Accept-Encoding": "gzip, br"})
    assert answer.status_code == 200
    assert answer.text.startswith('<html><head><base href="/voice/">')
    assert '<base href="/">' in client().get("/").text


def test_a_proxy_that_keeps_its_own_name_is_told_by_its_address() -> None:
    assert client("/voice").get("/a", headers={"Host": "v.example"}).status_code == 400
    whole = client("https://v.example/voice")
    assert whole.get("/a", headers={"Host": "v.example"}).status_code == 200
    answer = whole.post("/a", headers={"Host": "v.example", "Origin": "https://v.example"})
    assert answer.json()["url"] == "https://v.example/voice/a"


# --- language -----------------------------------------------------------------------------------


def test_a_chosen_language_is_told_to_python_and_to_the_browser() -> None:
    page = client(language="ja")
    assert page.get("/x", headers={"Accept-Language": "zh-CN"}).json()["language"] == "ja"
    assert "'languages', [\"ja\"]" in page.get("/").text.replace('["languages"', "['languages'")
    free = client()
    assert free.get("/x", headers={"Accept-Language": "zh-CN"}).json()["language"] == "zh-CN"
    assert "navigator" not in free.get("/").text


# --- the password -------------------------------------------------------------------------------


def test_a_session_lasts_from_log_in_to_log_out() -> None:
    page = client(password=PASSWORD)
    assert page.get("/x").status_code == 401
    assert log_in(page) == 303
    assert page.get("/x").status_code == 200
    assert page.post(LOGOUT).status_code == 303
    assert page.get("/x").status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites() -> None:
    answer = client(password=PASSWORD).post(LOGIN, data={"password": PASSWORD})
    assert re.fullmatch(
        r"workbench-\d+=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=\d+",
        answer.headers["set-cookie"],
    )
    assert answer.headers["location"] == "/"
    proxied = client("/voice", PASSWORD)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.example"}
    answer = proxied.post(f"/voice{LOGIN}", data={"password": PASSWORD}, headers=headers)
    assert answer.headers["set-cookie"].endswith("; Secure")
    assert "Path=/voice;" in answer.headers["set-cookie"]
    assert answer.headers["location"] == "/voice/"


def test_a_made_up_cookie_opens_nothing() -> None:
    page = client(password=PASSWORD)
    for token in ("", "x", "None", "a" * 5000, "é", '"', "true"):
        cookie = f"workbench-7860={token}; workbench-80={token}".encode()
        assert page.get("/x", headers={b"Cookie": cookie}).status_code == 401


def test_cookies_of_other_programs_do_not_hide_ours() -> None:
    page = client(password=PASSWORD)
    cookie = page.post(LOGIN, data={"password": PASSWORD}).headers["set-cookie"].split(";")[0]
    page.cookies.clear()
    odd = f'a[]={{"x": 1}}; ü=1; =; ;; {cookie}; b="'.encode()
    assert page.get("/x", headers={b"Cookie": odd}).status_code == 200


def test_a_browser_gets_the_page_and_a_program_a_sentence() -> None:
    page = client(password=PASSWORD)
    html = page.get("/", headers={"Accept": "text/html", "Accept-Language": "zh-CN"})
    assert html.status_code == 401
    assert 'lang="zh"' in html.text
    assert 'type="password"' in html.text
    assert "Log in" in page.get("/config").json()["error"]


def test_guesses_are_limited_in_the_page() -> None:
    page = client(password=PASSWORD)
    assert {log_in(page, "wrong") for _ in range(GUESSES)} == {401}
    assert log_in(page) == 429
    answer = page.post(LOGIN, data={"password": PASSWORD})
    assert int(answer.headers["retry-after"]) > 200
    assert "min" in answer.text


@pytest.mark.parametrize(
    "content", [b"", b"password", b"\xff" * 100, b"password=" + b"x" * 100_000, b"{}"]
)
def test_what_is_no_form_is_a_wrong_guess(content: bytes) -> None:
    assert client(password=PASSWORD).post(LOGIN, content=content).status_code == 401


def test_another_site_cannot_log_anybody_in() -> None:
    headers = {"Origin": "http://evil.example"}
    answer = client(password=PASSWORD).post(LOGIN, data={"password": PASSWORD}, headers=headers)
    assert answer.status_code == 403


# --- the whole application ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gate, OpenLists]]:
    """The page as it is served, with a list open in the label editor."""
    paths = make_project(tmp_path_factory.mktemp("project"))
    places = Places(paths)
    lists = OpenLists(places, program=("true",))
    settings = SettingsKeeper(paths)
    page = build_page(settings, places, VoiceKeeper(paths), lists, has_password=True)
    app = create_app(page, lists, read_front("127.0.0.1", ""), settings, Logins(PASSWORD))
    lists.open(str(make_list(paths.input)))
    assert isinstance(app, Gate)
    yield app, lists
    lists.close()


def addresses(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Method and address of every route, those of applications inside too."""
    for route in app.routes:
        if isinstance(route, Mount):
            if hasattr(route.app, "routes"):
                yield from addresses(route.app, prefix + route.path)
            yield "GET", f"{prefix}{route.path}/"
            continue
        if hasattr(route, "original_router"):  # as FastAPI keeps a router that was included
            yield from addresses(route.original_router, prefix)
            continue
        path = re.sub(r"{[^}]*}", "voice", prefix + route.path)
        for method in getattr(route, "methods", None) or {"GET"}:
            yield method, path


def test_nothing_answers_without_a_log_in(whole: tuple[Gate, OpenLists]) -> None:
    gate, _ = whole
    asked = sorted(set(addresses(gate.app)))
    paths = {path for _, path in asked}
    for known in ("/config", "/gradio_api/queue/join", "/gradio_api/upload", "/theme.css"):
        assert known in paths, "the walk misses routes"
    assert any(path.startswith("/label-editor/voice/") for path in paths)
    assert any("file=" in path for path in paths)
    page = TestClient(gate, base_url=OURS, follow_redirects=False)
    more = [("GET", path) for path in ("/gradio_api/file=/etc/passwd", "//config", "/a/../config")]
    for method, path in (*asked, *more):
        answer = page.request(method, path)
        assert answer.status_code == 401, f"{method} {path} answers {answer.status_code}"
    assert len(asked) > 60


def test_everything_answers_after_a_log_in(whole: tuple[Gate, OpenLists]) -> None:
    page = TestClient(whole[0], base_url=OURS, follow_redirects=False)
    assert log_in(page) == 303
    for path in (
        "/",
        "/config",
        "/theme.css",
        "/label-editor/voice/",
        "/gradio_api/startup-events",
    ):
        assert page.get(path).status_code == 200, path
    assert page.get("/gradio_api/file=/etc/passwd").status_code == 403
    assert "window.gradio_config" in page.get("/").text
    assert "manifest.json" not in page.get("/").text
    assert "首页" in page.get("/").text, "the texts of all languages are in the page"


def test_a_stream_passes_the_gate_as_it_comes() -> None:
    async def stream(request: Request) -> Response:
        async def parts() -> Any:
            for number in range(3):
                yield f"{number}".encode()
                await asyncio.sleep(0)

        return StreamingResponse(parts())

    inner = Starlette(routes=[Route("/s", stream)])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()  # the browser stays
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/s",
        "headers": [(b"host", b"127.0.0.1")],
        "scheme": "http",
        "query_string": b"",
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(Gate(inner, read_front("127.0.0.1", ""))(scope, receive, send))
    assert [message.get("body") for message in sent[1:4]] == [b"0", b"1", b"2"]
