"""Data files that lie in other packages, found without importing those packages."""

from importlib.util import find_spec
from pathlib import Path

from gpt_sovits.errors import MissingModelError


def packaged_file(package: str, name: str) -> Path:
    """Path of a data file of an installed package.

    The package is not imported: `g2p_en` would load a tagger and fetch its data.

    Raises:
        MissingModelError: the package or the file is not there.
    """
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / name).is_file():
            return path
    raise MissingModelError(
        f"{name} of the package {package} is not installed; run `pip install -r requirements.txt`."
    )
