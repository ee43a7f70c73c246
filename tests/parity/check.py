"""Check our networks and text front end against published numbers.

python tests/parity/check.py DIR [--seed 0] [--all]

Every fixture found in DIR is one row: the number that agrees least, its error beside the limit.
Weights are made from tensor names by fill.py with the seed. The last line counts the rows.
"""

import argparse
import sys
from pathlib import Path

# Run by its path from any folder: the project is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gpt_sovits.config import load_vits_family
from tests.parity import (
    gpt_checks,
    sovits_checks,
    spectrogram_checks,
    text_checks,
)
from tests.parity.rows import Row


def check_file(path: Path, seed: int) -> list[Row]:
    """All numbers of one fixture, chosen by its file name; none for a file that is no fixture."""
    kind, _, rest = path.stem.partition("_")
    family = rest.partition("_")[0]
    if path.suffix == ".npz" and kind == "gpt":
        return gpt_checks.check_gpt(path, load_vits_family(family).gpt, seed)
    if path.suffix == ".npz" and kind == "sovits":
        return sovits_checks.check_sovits(path, load_vits_family(family), seed)
    if path.suffix == ".npz" and kind == "disc":
        return sovits_checks.check_discriminator(path, load_vits_family(family), seed)
    if path.suffix == ".npz" and kind == "sampling":
        return gpt_checks.check_sampling_dpo(path)
    if path.suffix == ".npz" and kind == "spectrogram":
        return spectrogram_checks.check_spectrogram(path, load_vits_family("v2").spectrogram)
    if path.name == "symbols.json":
        return text_checks.check_symbols(path)
    if path.name == "text_frontend.json":
        return text_checks.check_text(path)
    return []


def fixtures(folder: Path) -> list[Path]:
    """Files of a folder that may be fixtures, in a fixed order."""
    return sorted(path for path in folder.iterdir() if path.suffix in {".npz", ".json"})


def main() -> int:
    """Print a row a fixture; 0 when all agree, 1 when one does not, 2 when there are none."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with the fixtures")
    parser.add_argument("--seed", type=int, default=0, help="seed of the weights")
    parser.add_argument("--all", action="store_true", help="print every number, not the worst")
    args = parser.parse_args()
    if not args.folder.is_dir():
        print(f"error: {args.folder} is not a folder; name the one that holds the fixtures")
        return 2
    passed = failed = 0
    for path in fixtures(args.folder):
        rows = check_file(path, args.seed)
        if not rows:
            print(f"{path.name:24} no check for this file")
            continue
        agrees = all(row.passed for row in rows)
        passed, failed = passed + agrees, failed + (not agrees)
        shown = rows if args.all else [max(rows, key=lambda row: row.error / max(row.limit, 1e-9))]
        for row in shown:
            word = "pass" if row.passed else "FAIL"
            print(f"{word} {path.name:22} {row.what:26} error {row.error:.2e} limit {row.limit:g}")
    print(f"{passed} passed, {failed} failed")
    return 2 if passed + failed == 0 else int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
