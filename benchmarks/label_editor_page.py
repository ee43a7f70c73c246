"""The label editor's page on a long list: `python benchmarks/label_editor_page.py [--clips 20000]`.

Opens the real editor and the real page in headless Chromium and prints how long a person waits, and
what both keep in memory.
"""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright

from gpt_sovits.audio.write import write_audio
from gpt_sovits.paths import PROJECT

N_SOUNDS = 40
RATE = 16_000

JUMP = """async () => {
  const grid = document.querySelector("#grid");
  const times = [];
  for (let n = 0; n < 60; n++) {
    const start = performance.now();
    grid.scrollTop = Math.random() * (grid.scrollHeight - grid.clientHeight);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push(performance.now() - start);
  }
  return times;
}"""
"""Two frames after each jump the rows of the new place are drawn."""

EMPTY_FRAMES = """async () => {
  const times = [];
  for (let n = 0; n < 60; n++) {
    const start = performance.now();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push(performance.now() - start);
  }
  return times;
}"""


def main() -> None:
    """Make a list, open it, scroll, write, search, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--clips", type=int, default=20_000)
    args = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    with TemporaryDirectory(dir=Path.cwd()) as folder, sync_playwright() as playwright:
        listed = write_list(Path(folder), args.clips)
        start = time.perf_counter()
        server, url = start_editor(listed)
        show("server answers after", time.perf_counter() - start)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            measure(page, url)
            print(f"  memory of the server {memory_mb(server.pid):.0f} MB")
        finally:
            browser.close()
            server.terminate()
            server.wait()


def measure(page: Page, url: str) -> None:
    """Print what a person waits for."""
    start = time.perf_counter()
    page.goto(url)
    page.wait_for_selector("main[data-ready]")
    page.wait_for_selector("#grid [role=row]")
    show("page open, first rows drawn", time.perf_counter() - start)
    page.wait_for_timeout(3000)  # lengths of all clips arrive
    idle = page.evaluate(EMPTY_FRAMES)
    show_frames("two frames without doing anything", idle)
    show_frames("two frames after a jump in the list", page.evaluate(JUMP))
    session = page.context.new_cdp_session(page)
    print(f"  rows in the document {page.locator('#grid [role=row]').count()}")
    print(f"  memory of the page's objects {heap_mb(session):.0f} MB")
    show("typing 20 letters until saved (0.25 s are its pause)", typing_s(page))
    for what, expression in (("search a text", "1999"), ("search by expression", "/9+$/")):
        before, start = page.text_content("#count"), time.perf_counter()
        page.fill("#search", expression)
        page.wait_for_function(
            "before => document.querySelector('#count').textContent !== before", arg=before
        )
        show(what, time.perf_counter() - start)
        page.fill("#search", "")
        page.wait_for_timeout(500)


def typing_s(page: Page) -> float:
    """From the last letter to the word "saved"."""
    page.click("#text")
    page.keyboard.type("x" * 20)
    start = time.perf_counter()
    page.wait_for_selector("#save-state:not([data-state=saved])", timeout=2000)
    page.wait_for_selector("#save-state[data-state=saved]")
    return time.perf_counter() - start


def heap_mb(session: CDPSession) -> float:
    """What the page's scripts hold after a collection."""
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def memory_mb(process: int) -> float:
    """Resident memory of a process."""
    told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", told)
    return int(found[1]) / 1024 if found else 0.0


def write_list(folder: Path, n_clips: int) -> Path:
    """A list in which a few sounds stand for many."""
    rng = np.random.default_rng(0)
    for number in range(N_SOUNDS):
        audio = (0.1 * rng.standard_normal(RATE * 4)).astype(np.float32)
        write_audio(folder / f"{number}.wav", audio, RATE)
    path = folder / "long.list"
    path.write_text(
        "".join(
            f"{n % N_SOUNDS}.wav|ann|{('EN', 'ZH')[n % 2]}|"
            f"{('The quick brown fox jumps over it.', '今天天气很好，我们去公园。')[n % 2]} {n}\n"
            for n in range(n_clips)
        ),
        encoding="utf-8",
    )
    return path


def start_editor(listed: Path) -> "tuple[subprocess.Popen[str], str]":
    """The editor in a process of its own, and its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "subfix", str(listed), "--no-browser"],
        cwd=PROJECT.root,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    found = re.search(r"http://\S+", server.stdout.readline())
    if found is None:
        sys.exit("the editor ended before it was up")
    return server, found[0]


def show(what: str, seconds: float) -> None:
    """Print one row."""
    print(f"  {what:50} {1000 * seconds:8.0f} ms")


def show_frames(what: str, times: list[float]) -> None:
    """Print median and worst of times in milliseconds."""
    print(f"  {what:50} {statistics.median(times):8.1f} ms, worst {max(times):.1f} ms")


if __name__ == "__main__":
    main()
