import gzip
from pathlib import Path

from tests.subfix.lists import make_list
from tests.subfix.server.serving import served

TYPES = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "locales/en.json": "application/json",
    "icon.svg": "image/svg+xml",
}


def make_ui(folder: Path) -> Path:
    for name in ("index.html", *TYPES, "notes.md", "vendor/LICENSE"):
        path = folder / "ui" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n" * 200, encoding="utf-8")
    return folder / "ui"


def test_the_page_comes_with_its_types_and_is_kept_until_it_changes(tmp_path: Path) -> None:
    ui = make_ui(tmp_path)
    with served(make_list(tmp_path), ui=ui) as page:
        assert page.get("").content == (ui / "index.html").read_bytes()
        for name, kind in TYPES.items():
            answer = page.get(name)
            assert (answer.status, answer.headers["content-type"]) == (200, kind)
            tag = answer.headers["etag"]
            again = page.get(name, **{"If-None-Match": tag})
            assert (again.status, again.content) == (304, b"")
            packed = page.get(name, **{"Accept-Encoding": "gzip"})
            assert packed.headers["content-encoding"] == "gzip"
            assert gzip.decompress(packed.content) == answer.content
        (ui / "page.js").write_text("new", encoding="utf-8")
        assert page.get("page.js", **{"If-None-Match": tag}).content == b"new"
        for name in ("notes.md", "vendor/LICENSE", "vendor", "vendor/", "nothing.js"):
            assert page.get(name).status == 404, name


def test_the_root_goes_on_to_the_only_list(tmp_path: Path) -> None:
    with served(make_list(tmp_path), ui=make_ui(tmp_path)) as page:
        for path in ("/", "/voice"):
            answer = page.ask("GET", path)
            assert (answer.status, answer.headers["location"]) == (307, "voice/")
        assert page.ask("GET", "/other/").status == 404


def test_the_state_is_packed(tmp_path: Path) -> None:
    with served(make_list(tmp_path)) as page:
        packed = page.get("api/state", **{"Accept-Encoding": "gzip, br"})
        assert packed.headers["cache-control"] == "no-store"
        assert gzip.decompress(packed.content).startswith(b'{"n":0,"list":{"name":"voice.list"')
