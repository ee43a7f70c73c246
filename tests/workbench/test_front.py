import pytest
from starlette.datastructures import Headers

from gpt_sovits.errors import InputError
from gpt_sovits.workbench.front import Front, read_front

PATH = read_front("127.0.0.1", "/voice")
WHOLE = read_front("127.0.0.1", "https://voice.example.com/a/b/")
ALONE = read_front("127.0.0.1", "")


@pytest.mark.parametrize(
    "root_path",
    [
        "voice",
        "/",
        "//",
        "//host/voice",
        "/a//b",
        "/a/../b",
        "/.",
        "/a?b",
        "/a#b",
        "/a b",
        '/"><script>',
        "/a\nb",
        "/a;b",
        "/$(id)",
        "/ü",
        "ftp://host/a",
        "javascript:alert(1)",
        "https:///a",
        "https://host:port/a",
        "https://me:you@host/a",
        "https://[::1/a",
        "x" * 4000,
        "\0",
    ],
)
def test_what_is_no_path_of_a_proxy_gets_a_sentence(root_path: str) -> None:
    with pytest.raises(InputError, match="--root-path") as caught:
        read_front("127.0.0.1", root_path)
    assert len(str(caught.value)) < 350


def test_a_path_or_a_whole_address_is_read() -> None:
    assert read_front("127.0.0.1", "/user/anna@x/proxy/") == Front(True, True, "/user/anna@x/proxy")
    assert Front(True, True, "/a/b", "https", "voice.example.com") == WHOLE
    assert read_front("0.0.0.0", "http://host:8080") == Front(False, True, "", "http", "host:8080")
    assert Front(True) == ALONE
    assert ALONE.private
    assert not PATH.private, "whoever reaches the proxy reaches the page"


def seen(front: Front, path: str = "/", **headers: str) -> tuple[str, str, str, list[str]]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "scheme": "http", "headers": raw, "client": ("9", 1)}
    found = front.seen(scope)
    names = Headers(scope=found)
    return found["path"], found["scheme"], names.get("host", ""), sorted(names)


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("/", "/voice/"),
        ("", "/voice/"),
        ("/voice", "/voice/"),
        ("/voice/", "/voice/"),
        ("/config", "/voice/config"),
        ("/voice/config", "/voice/config"),
        ("/voices/x", "/voice/voices/x"),
    ],
)
def test_a_proxy_may_cut_its_path_off_or_not(path: str, whole: str) -> None:
    assert seen(PATH, path)[0] == whole
    assert seen(ALONE, path)[0] == path


def test_headers_of_a_proxy_are_believed_only_where_there_is_one() -> None:
    told = {"host": "127.0.0.1", "x_forwarded_host": "a.example", "x_forwarded_proto": "https"}
    assert seen(PATH, **told)[1:] == ("https", "a.example", ["host"])
    assert seen(ALONE, **told)[1:] == ("http", "127.0.0.1", ["host"])
    assert seen(WHOLE, **told)[1:] == ("https", "voice.example.com", ["host"])
    assert seen(WHOLE, host="127.0.0.1")[1:3] == ("https", "voice.example.com")
    assert seen(PATH, **told, x_gradio_server="http://evil")[3] == ["host"]
    assert seen(PATH, **(told | {"x_forwarded_proto": "gopher"}))[1] == "http"


@pytest.mark.parametrize(
    ("proto", "port", "host"),
    [
        ("https", "8443", "a.example:8443"),
        ("https", "443", "a.example"),
        ("http", "80", "a.example"),
    ],
)
def test_a_port_that_the_proxy_tells_apart_is_added(proto: str, port: str, host: str) -> None:
    told = {"x_forwarded_host": "a.example", "x_forwarded_proto": proto, "x_forwarded_port": port}
    assert seen(PATH, **told)[2] == host


def test_guesses_are_counted_for_whom_the_proxy_saw() -> None:
    scope = {"client": ("9.9.9.9", 1), "headers": [(b"x-forwarded-for", b"6.6.6.6, 1.2.3.4")]}
    assert PATH.client(scope) == "1.2.3.4"
    assert ALONE.client(scope) == "9.9.9.9"
    own_line = [(b"x-forwarded-for", b"6.6.6.6"), (b"x-forwarded-for", b"1.2.3.4")]
    assert PATH.client(scope | {"headers": own_line}) == "1.2.3.4"
    assert PATH.client({"client": None, "headers": []}) == ""


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:7860", True),
        ("localhost", True),
        ("[::1]:7860", True),
        ("127.0.0.2", True),
        ("voice.example.com", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("me@127.0.0.1", False),
        ("", False),
        ("127.0.0.1:port", False),
        ("[", False),
    ],
)
def test_only_names_of_this_machine_and_of_its_proxy_are_known(host: str, known: bool) -> None:
    assert WHOLE.knows(host) is known
    if host == "voice.example.com":
        assert not PATH.knows(host)
