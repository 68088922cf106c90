"""What operations work with: one home's parts, each made when it is first needed."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from ..cancel import CancelToken
from ..errors import StoreError
from ..home import Home
from ..settings import Settings

if TYPE_CHECKING:
    from ..catalog import Catalog, CatalogChange, Offers
    from ..context import Credentials, Progress, Signer
    from ..credentials import Logins
    from ..discovery import Candidate
    from ..dispatch import Dispatcher
    from ..engines import Engine, EngineAddress
    from ..model import Source
    from ..plugins import Plugins
    from ..store import DirectoryStore
    from ..transport import Transport
    from .engine_access import Engines
    from .engine_exports import Exports
    from .engine_users import EngineUsers
    from .networks import Networks

__all__ = ["Resources"]

_T = TypeVar("_T")


class _part(Generic[_T]):  # noqa: N801 - a decorator, beside `property`
    """A part that is made when it is first asked for, and once, whichever thread asks."""

    def __init__(self, make: Callable[[Resources], _T]) -> None:
        self._make = make
        self._name = make.__name__

    def __get__(self, resources: Resources, kind: type[Resources]) -> _T:
        with resources.making:
            parts = resources.__dict__
            if self._name not in parts:
                parts[self._name] = self._make(resources)
            made: _T = parts[self._name]
            return made


class Signature(TypedDict):
    """Who does something, as revisions of the catalog say it."""

    actor: str
    host: str
    ticket: str


class Resources:
    """The parts of one home, and how things are to be done in it."""

    def __init__(
        self,
        *,
        home: Home,
        providers: tuple[object, ...],
        provider_paths: tuple[Path, ...],
        settings: Settings,
        progress: Progress | None,
        cancel: CancelToken | None,
        clock: Callable[[], datetime] | None,
        transport: Transport | None,
        credentials: Credentials | None,
        login_variables: Mapping[str, str] | None,
        sign: Callable[[str], Signer] | None,
        engine_users: EngineUsers | None,
        actor: str,
        ticket: str,
        engines: Iterable[EngineAddress | Engine] = (),
    ) -> None:
        self.making = threading.RLock()
        self.home = home
        self.settings = settings
        self.cancel = cancel or CancelToken()
        self.clock = clock or _utc_now
        self.progress = progress
        self.credentials = credentials
        self.sign = sign
        self._providers = providers
        self._provider_paths = provider_paths
        self._transport = transport
        self._login_variables = login_variables
        self._engine_users = engine_users
        self._actor = actor
        self._ticket = ticket
        self._engines = engines

    @_part
    def catalog(self) -> Catalog:
        """Return the historic database."""
        from ..catalog import Catalog

        return Catalog(self.home.catalog, clock=self.clock, timeout=self.settings.lock_timeout)

    @_part
    def offers(self) -> Offers:
        """Return the database of what sources offer."""
        from ..catalog import Offers

        return Offers(self.home.offers, clock=self.clock, timeout=self.settings.lock_timeout)

    @property
    def store(self) -> DirectoryStore:
        """Return the verified bytes by digest, where they are now: another process may move them.

        Raises StoreError if they are not where a move has put them.
        """
        place = self.home.store
        with self.making:
            store: DirectoryStore | None = self.__dict__.get("_store")
            if store is None or store.path != place:
                store = self.__dict__["_store"] = self._store_at(place)
        if self.home.store_moved and not place.is_dir():
            raise StoreError(
                f"the store {place} is not there",
                hint="mount its disk; or, if it is lost, remove `store.location` from the home"
                " and install again",
                path=str(place),
            )
        return store

    def _store_at(self, place: Path) -> DirectoryStore:
        from ..store import DirectoryStore

        return DirectoryStore(
            place,
            clock=lambda: self.clock().timestamp(),
            timeout=self.settings.lock_timeout,
            place=lambda: self.home.store,
        )

    @_part
    def networks(self) -> Networks:
        """Return the ways to the network."""
        from .networks import Networks

        return Networks(self.settings, self._transport)

    @_part
    def logins(self) -> Logins:
        """Return who to be at which source."""
        from ..credentials import Logins

        return Logins(self.home.logins, variables=self._login_variables)

    @_part
    def plugins(self) -> Plugins:
        """Return providers and policies; importing them waits until one is asked for."""
        from ..plugins import Plugins

        return Plugins(self._candidates, disabled=self.settings.disabled_providers)

    @_part
    def builtin_sources(self) -> tuple[Source, ...]:
        """Return the sources that the ready providers bring with them."""
        from .builtin_sources import builtin_sources

        return builtin_sources(self)

    @_part
    def dispatcher(self) -> Dispatcher:
        """Return the guarded way to call a provider."""
        from ..dispatch import Dispatcher

        return Dispatcher(
            self.plugins,
            question_limit=self.settings.question_timeout,
            stall_limit=self.settings.stall_timeout,
        )

    @_part
    def engines(self) -> Engines:
        """Return the container engines; none is asked before it is used."""
        from itertools import chain

        from ..engines.addresses import parse_setting
        from .engine_access import Engines

        said = chain(self._engines, parse_setting(self.settings.engines, {}))
        return Engines(said, patience=self.settings.question_timeout)

    @_part
    def engine_users(self) -> EngineUsers:
        """Return whom to ask which containers use an image."""
        from .container_users import ContainerUsers

        return self._engine_users or ContainerUsers(self)

    @_part
    def exports(self) -> Exports:
        """Return the archives that engines write for a while."""
        from .engine_exports import Exports

        return Exports(self)

    def transaction(self, operation: str) -> AbstractContextManager[CatalogChange]:
        """Open the one transaction of an operation; see `publishing.recorded`."""
        return self.catalog.change(operation, **self.signature())

    def signature(self) -> Signature:
        """Return who changes the catalog, for its revisions."""
        return {
            "actor": self._actor or _login(),
            "host": platform.node(),
            "ticket": self._ticket,
        }

    def now(self) -> str:
        """Return the time, ISO 8601 in UTC, to the second."""
        return self.clock().astimezone(UTC).isoformat(timespec="seconds")

    def free_bytes(self) -> int:
        """Return the bytes free where the store is, or will be."""
        from ..disk.failures import free_bytes

        return free_bytes(self.home.store)

    @_part
    def read_only(self) -> bool:
        """Whether this home cannot be written to, so that nothing is remembered in it."""
        place = self.home.root
        while not place.exists():
            place = place.parent
        return not os.access(place, os.W_OK)

    def close(self) -> None:
        """Close what was opened."""
        for part in ("networks", "catalog", "offers", "_store", "engines"):
            if part in self.__dict__:
                self.__dict__.pop(part).close()

    def _candidates(self) -> Iterator[Candidate]:
        from ..discovery import from_files, from_groups, from_home
        from ..plugins import instance_candidate

        yield from map(instance_candidate, self._providers)
        yield from from_files(self._provider_paths)
        from_home(self.home.providers)
        # A policy that a flag of the user's could leave out would be none.
        yield from (
            candidate
            for candidate in from_groups()
            if self.settings.plugins or candidate.policy or _is_own(candidate)
        )


def _is_own(candidate: Candidate) -> bool:
    return candidate.origin.startswith("imageferry ")


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _login() -> str:
    """Return who runs this process; `getpass` would ask the environment first."""
    try:
        import pwd
    except ImportError:  # Windows
        return os.getlogin()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # no name for this uid, as in many containers
        return "unknown"
