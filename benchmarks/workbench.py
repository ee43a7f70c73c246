"""How long the workbench takes to start, to show a tab, and what it holds in memory.

python benchmarks/workbench.py

It starts `webui.py` as a person does, on this project, and opens every tab in headless Chromium.
Nothing is written but the page's own caches. A second page loads the embedded base, mini, with the
bundled recording, and its memory is read when it rests.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import sync_playwright

from gpt_sovits.address import find_port
from gpt_sovits.paths import PROJECT

LIMITS = {"start": 6.0, "tab": 1.0, "memory": 1.5}
"""Seconds, seconds, GB: what is promised."""

PATIENCE_S = 120.0

SHOW = """async (tab) => {
  const start = performance.now();
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const panel = () => [...document.querySelectorAll("[role=tabpanel]")]
    .find((each) => each.getBoundingClientRect().height > 1);
  const before = panel();
  tab.click();
  while (!panel() || panel() === before) await frame();
  await frame();
  return performance.now() - start;
}"""
"""From a click on a tab until its panel has been painted."""

SETTLE = """async () => {
  const start = performance.now();
  let changed = start;
  const watch = new MutationObserver(() => { changed = performance.now(); });
  watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  while (performance.now() - changed < 500 && performance.now() - start < 10000)
    await new Promise((done) => setTimeout(done, 20));
  watch.disconnect();
}"""
"""Wait until nothing has changed any more for half a second: the server has answered."""


def main() -> None:
    """Measure, and print a table in plain words."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--starts", type=int, default=3, help="how often it is started (3)")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve_with_mini(args.serve)
        return
    starts = []
    for number in range(args.starts):
        with started(find_port("127.0.0.1", None, 18_000)) as (url, seconds, work):
            starts.append((seconds, work))
            if number == args.starts - 1:
                tabs = measure_tabs(url)
    memory = measure_memory()
    tell("from start to the first answer", min(starts)[0], LIMITS["start"], "s")
    print(f"    all starts: {', '.join(f'{seconds:.1f}' for seconds, _ in starts)} s")
    print(f"    of it work of a processor: {min(starts)[1]:.1f} s; a busy machine shares them out")
    for name, shown in tabs:
        tell(f"tab {name}: painted", shown, LIMITS["tab"], "s")
    for what, size in memory:
        tell(what, size, LIMITS["memory"], "GB")


def tell(what: str, value: float, limit: float, unit: str) -> None:
    """One line: what was measured, the promise, and whether it holds."""
    verdict = "holds" if value < limit else "DOES NOT HOLD"
    print(f"{what:<45} {value:6.2f} {unit:<2}  under {limit:g} {unit}: {verdict}")


@contextmanager
def started(port: int) -> Iterator[tuple[str, float, float]]:
    """The page in a process of its own: its address, seconds until it answered, and of work."""
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, str(PROJECT.root / "webui.py"), "--no-browser", f"--port={port}"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not answers(url):
            if process.poll() is not None or time.perf_counter() - begun > PATIENCE_S:
                sys.exit("the workbench does not start")
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
        ticks = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").split()[13:15]
        yield url, seconds, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    """Tell whether the page is there."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def measure_tabs(url: str) -> list[tuple[str, float]]:
    """Seconds until each tab is painted for the first time."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
        page.goto(url)
        page.get_by_role("tab").first.wait_for()
        page.evaluate(SETTLE)
        found = []
        for name in page.get_by_role("tab").all_inner_texts()[::-1]:  # the first is open
            tab = page.get_by_role("tab", name=name, exact=True).element_handle()
            found.append((name, page.evaluate(SHOW, tab) / 1000))
            page.evaluate(SETTLE)
        browser.close()
    return found[::-1]


def measure_memory() -> list[tuple[str, float]]:
    """GB that the page's process holds at rest, before and after mini has spoken."""
    command = [sys.executable, __file__, "--serve", str(find_port("127.0.0.1", None, 18_000))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        sizes = [float(process.stdout.readline()) for _ in range(2)]
    except ValueError:
        sys.exit("mini cannot be loaded")
    finally:
        process.terminate()
        process.wait()
    names = ("memory at rest, no voice loaded", "memory at rest, mini has spoken")
    return list(zip(names, sizes, strict=True))


def serve_with_mini(port: int) -> None:
    """The page in this process: print its memory, let mini speak, and print it again."""
    from gpt_sovits.audio.read import read_audio
    from gpt_sovits.audio.write import write_audio
    from gpt_sovits.config import load_family
    from gpt_sovits.inference.options import SpeakingOptions
    from gpt_sovits.inference.reference import ReferenceClip
    from gpt_sovits.inference.voice_file import VoiceParts
    from gpt_sovits.pipeline.demo import bundled_recording
    from gpt_sovits.weights.networks import base_weights
    from gpt_sovits.workbench.server import serve
    from gpt_sovits.workbench.speak import load_parts

    family = load_family("mini")

    def speak(url: str) -> None:
        answers(url)
        print(resident_gb(), flush=True)
        with TemporaryDirectory() as folder:
            audio, rate = read_audio(bundled_recording())
            clip = Path(folder, "clip.wav")
            write_audio(clip, audio[: 6 * rate], rate)
            files = (base_weights(family, "gpt"), base_weights(family, "sovits"))
            voice = load_parts(VoiceParts(*files, ReferenceClip(clip, None, "en")), PROJECT)
            for _ in voice.stream("Hello there, 大家好。", SpeakingOptions()):
                pass
        print(resident_gb(), flush=True)
        time.sleep(PATIENCE_S)
        del voice

    serve(PROJECT, port=port, on_ready=speak)


def resident_gb() -> float:
    """Memory of this process that is really there, as Linux tells it."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1e6
    raise AssertionError("Linux tells VmRSS of every process")


if __name__ == "__main__":
    main()
