"""Where things live: one host's folders, its lock, its settings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .disk.failures import disk_errors, translated
from .disk.owners import require_own
from .errors import Locked, UsageError
from .settings import Layer, environment_layer, file_layer

if TYPE_CHECKING:
    from .store_location import StoreLocation

__all__ = ["Home", "default_home", "layers"]

SYSTEM_HOME = Path("/var/lib/imageferry")
SYSTEM_CONFIG = Path("/etc/imageferry/config.toml")


class Home:
    """The folders of one home.  Nothing is made before it is needed."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self._own_store = self.root / "store"
        self._location_file = self.root / "store.location"

    @property
    def store(self) -> Path:
        """The OCI layout; may have been moved elsewhere (`store.location` names the place).

        Raises StoreError if that file cannot be read.
        """
        return self.store_location().current if self.store_moved else self._own_store

    @property
    def store_moved(self) -> bool:
        """Whether a file says where the store is."""
        return os.path.exists(self._location_file)  # asked often, and faster than a Path's own

    def store_location(self) -> StoreLocation:
        """Return where the store is and what a move has left to do.  Raises StoreError."""
        from .store_location import StoreLocation, read_location

        if self.store_moved:
            require_own(self.root, self._location_file)
        found = read_location(self._location_file)
        return found or StoreLocation(store=self._own_store)

    def set_store_location(self, location: StoreLocation) -> None:
        """Say where the store is; the caller holds this home's lock.  Raises StoreError."""
        from .store_location import write_location

        self.prepare()
        write_location(self._location_file, location)

    @property
    def catalog(self) -> Path:
        """The historic database: images, tags, holds, sources, changes."""
        return self.root / "catalog.db"

    @property
    def offers(self) -> Path:
        """The rebuildable database of what sources offer."""
        return self.root / "offers.db"

    @property
    def config(self) -> Path:
        """Settings of this home."""
        return self.root / "config.toml"

    @property
    def logins(self) -> Path:
        """Who to be at which source (0600); secrets only where the user wanted them here."""
        return self.root / "logins.json"

    @property
    def providers(self) -> Path:
        """Third-party providers installed into this home."""
        return self.root / "providers"

    @property
    def state(self) -> Path:
        """Providers' own files, a folder a source."""
        return self.root / "state"

    @property
    def keys(self) -> Path:
        """Private keys that sign feeds and bundles; `folder("keys")` makes it."""
        return self.root / "keys"

    def prepare(self) -> None:
        """Make the home's folder, private (0700); StoreError if that cannot be done."""
        with disk_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def folder(self, *names: str) -> Path:
        """Make a private folder (0700) of this home, and those above it; return it.

        Raises StoreError if that cannot be done.
        """
        self.prepare()
        path = self.root
        for name in names:
            path = path / name
            with disk_errors(path):
                path.mkdir(exist_ok=True, mode=0o700)
        return path

    def own_settings(self) -> Layer:
        """Read this home's config.toml; an absent one sets nothing.

        Raises UsageError for what is no setting, StoreError if others could have written it.
        """
        layer = file_layer("home", self.config)
        if layer.values:
            require_own(self.root, self.config)
        return layer

    @contextmanager
    def lock(self, seconds: float) -> Iterator[None]:
        """Hold the lock of everything that changes this home; Locked after *seconds*."""
        from filelock import FileLock, Timeout

        self.prepare()
        path = self.root / "lock"
        lock = FileLock(path, timeout=seconds)
        try:
            lock.acquire()
        except Timeout as error:
            raise Locked(f"the home {self.root}", seconds=seconds) from error
        except OSError as error:
            raise translated(error, self.root) from error
        try:
            yield
        finally:
            lock.release()


def default_home(environ: Mapping[str, str], *, system: bool = False) -> Path:
    """Return the home that the environment names, or the user's, or the system's."""
    if system:
        return SYSTEM_HOME
    named = environ.get("FERRY_HOME", "")
    if named:
        if not os.path.isabs(os.path.expanduser(named)):
            raise UsageError(
                f"FERRY_HOME is {named!r}, which is not absolute", hint="give the whole path"
            )
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("imageferry", appauthor=False)


def layers(home: Home, environ: Mapping[str, str]) -> tuple[Layer, ...]:
    """Return the settings of the system, the user, the home and the environment, in order."""
    from platformdirs import user_config_path

    user = user_config_path("imageferry", appauthor=False) / "config.toml"
    return (
        file_layer("system", SYSTEM_CONFIG),
        file_layer("user", user),
        home.own_settings(),
        environment_layer(environ),
    )
