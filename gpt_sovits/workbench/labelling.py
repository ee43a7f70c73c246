"""The label editor inside the workbench: which lists there are, and which are open."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from starlette.routing import Mount

from gpt_sovits.errors import InputError
from gpt_sovits.paths import ProjectPaths
from gpt_sovits.workbench.places import Places
from subfix.server.app import create_app, key_of
from subfix.store import Store

PREFIX = "label-editor"
"""Where the editor lies below the page's own address."""

MAX_LISTS = 200


class OpenLists:
    """The lists that are open in the page; each until the page's process ends.

    Args:
        places: which lists and sounds may be reached.
        program: what runs `check` and `transcribe`.
    """

    def __init__(self, places: Places, *, program: Sequence[str]) -> None:
        self.places = places
        self._stores: dict[str, Store] = {}
        self._opening = threading.Lock()
        """Two windows that ask for one list get the same."""
        self._app = create_app({}, paths=places.paths, program=program, hosts=None)  # `Gate` looks

    @property
    def route(self) -> Mount:
        """What answers below `PREFIX`."""
        return Mount(f"/{PREFIX}", self._app)

    @property
    def latest(self) -> str:
        """Key of the list that was opened last; empty where none is."""
        return next(reversed(self._stores), "")

    def open(self, name: str) -> str:
        """Open a list, or find the one that is open.

        Args:
            name: its path, as `Places.file` takes it.

        Returns:
            Its key: the editor shows it at PREFIX/KEY/.

        Raises:
            InputError: there is none, it is open elsewhere, or it may not be opened.
        """
        if not name.strip():
            raise InputError("No list is named: choose one, or type the path of one.")
        path = self.places.file(name)
        with self._opening:
            for key, store in self._stores.items():
                if store.path == path:
                    self._stores[key] = self._stores.pop(key)  # the latest comes last
                    return key
            key = key_of(path, self._stores)
            places = self.places
            store = self._stores[key] = Store.open(path, paths=places.paths, inside=places.holds)
            self._app.state.desks.add(key, store)
            return key

    def close(self) -> None:
        """Save everything and let the lists go."""
        self._app.state.desks.close()
        for store in self._stores.values():
            store.close()
        self._stores.clear()


def list_choices(paths: ProjectPaths) -> list[str]:
    """Lists of the project from its root, the latest first."""
    found = sorted(_lists(paths), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [paths.name_of(path) for path in found[:MAX_LISTS]]


def _lists(paths: ProjectPaths) -> Iterator[Path]:
    places = ((paths.input, "**/*.list"), (paths.output, "*/*.list"), (paths.logs, "*/*.list"))
    for folder, pattern in places:
        for path in folder.glob(pattern):
            if path.is_file() and not any(part.endswith(".subfix") for part in path.parts):
                yield path
