from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gpt_sovits.pipeline.project import new_project
from gpt_sovits.workbench.project_view import look_at_project
from gpt_sovits.workbench.reports import report_address, report_route
from tests.pipeline.test_project_state import write_check, write_list
from tests.workbench.fakes import make_project


def test_the_report_of_a_project_opens_in_the_browser(tmp_path: Path) -> None:
    paths = make_project(tmp_path)
    new_project("Anna B", paths=paths)
    page = TestClient(Starlette(routes=[report_route(paths)]))
    (paths.output / "check" / "Anna B").mkdir(parents=True)
    (paths.output / "check" / "Anna B" / "report.html").write_text("<p>1 red", encoding="utf-8")
    assert page.get("/check-report/Anna%20B").status_code == 404, "of no list of its own"
    listed = write_list(paths).rename(paths.output / "transcribed" / "Anna B.list")
    write_check(paths, listed, "red")
    checked = paths.output / "check"
    (checked / "Anna" / "summary.json").rename(checked / "Anna B" / "summary.json")
    view = look_at_project("Anna B", paths)
    assert view is not None
    assert report_address(view) == "check-report/Anna%20B"
    answer = page.get("/" + report_address(view))
    assert (answer.status_code, answer.text) == (200, "<p>1 red")
    assert answer.headers["content-type"].startswith("text/html")
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize(
    "name",
    ["", "Berta", "..", "%2e%2e%2fx", "a;b", "$(id)", "a%00b", "%5C%5Chost%5Cshare", "x" * 4000],
)
def test_what_is_no_project_has_no_report(tmp_path: Path, name: str) -> None:
    page = TestClient(Starlette(routes=[report_route(make_project(tmp_path))]))
    answer = page.get(f"/check-report/{name}", headers={"accept-language": "ja"})
    assert answer.status_code == 404
