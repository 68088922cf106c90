"""Host: the whole of ferry as a library; every verb is a method, every answer a value."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..cancel import CancelToken
from ..engines.addresses import Surroundings
from ..home import Home, default_home, layers
from ..settings import Layer, Settings, merge
from .engine_life import EngineLife
from .image_life import ImageLife
from .list_verbs import ListVerbs
from .provider_verbs import ProviderVerbs
from .resources import Resources
from .source_verbs import SourceVerbs

if TYPE_CHECKING:
    from ..catalog import Catalog, Change, Revision
    from ..context import Credentials, Progress, Signer
    from ..engines import Engine, EngineAddress
    from ..model import FindResult, Installed, OptionSpec, Plan, SearchResult, Verb, Verdict
    from ..plugins import Row
    from ..store import Collected, Damage, Store
    from ..transport import Transport
    from .doctor import Finding
    from .engine_users import EngineUsers
    from .requests import Request
    from .results import (
        Gathered,
        InstallResult,
        SaveResult,
    )
    from .wishes import Wishes

__all__ = ["Host"]


class Host(ImageLife, EngineLife, SourceVerbs, ProviderVerbs, ListVerbs):
    """One home and its providers.

    Thread-safe; prints nothing; reads no environment variable (`from_environment` does); logs
    to the standard logger ``provider_core``.  Close it, or use it as a context manager::

        with Host(home="/srv/images") as host:
            host.install("./nginx.tar")
            for image in host.list():
                print(image.name, image.version)
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        providers: Iterable[object] = (),
        provider_paths: Iterable[Path] = (),
        settings: Settings | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
        clock: Callable[[], datetime] | None = None,
        transport: Transport | None = None,
        credentials: Credentials | None = None,
        login_variables: Mapping[str, str] | None = None,
        sign: Callable[[str], Signer] | None = None,
        engine_users: EngineUsers | None = None,
        actor: str = "",
        ticket: str = "",
        container_engines: Iterable[EngineAddress | Engine] = (),
    ) -> None:
        """Open a home; nothing is read or made before a verb needs it.

        Args:
            home: its folder; the user's data folder if None.
            providers: provider instances or classes, beside the installed ones.
            provider_paths: Python files with a provider in each.
            settings: the defaults if None.
            progress: is told how far things are; nobody if None.
            cancel: set it from anywhere to stop what is running; for good, see `cancel()`.
            clock: gives the time, in UTC.
            transport: the way to the network; made from the settings if None.
            credentials: looks up who to be at an origin; if None, the logins of this home.
            login_variables: logins of sources, as `FERRY_<SOURCE>_PASSWORD` and its like hold them.
            sign: returns the signer of a role; without one, what needs a key is refused.
            engine_users: says which containers use an image; this host's engines if None.
            actor: who is recorded with each change; the login name if empty.
            ticket: a reference that is recorded with each change.
            container_engines: those beside the settings' (`engines`), or in their place.
        """
        self._resources = Resources(
            home=Home(Path(home) if home is not None else default_home({})),
            providers=tuple(providers),
            provider_paths=tuple(provider_paths),
            settings=settings or Settings(),
            progress=progress,
            cancel=cancel,
            clock=clock,
            transport=transport,
            credentials=credentials,
            login_variables=login_variables,
            sign=sign,
            engine_users=engine_users,
            actor=actor,
            ticket=ticket,
            engines=container_engines,
        )

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str] | None = None,
        *,
        home: str | Path | None = None,
        system: bool = False,
        flags: Layer | None = None,
        **arguments: Any,
    ) -> Self:
        """Open the home; settings are what environment, config files and *flags* say.

        Logins of sources are taken from the environment too.
        """
        from ..credentials import login_variables

        environ = os.environ if environ is None else environ
        place = Home(Path(home) if home is not None else default_home(environ, system=system))
        found = (*layers(place, environ), *((flags,) if flags else ()))
        settings = merge(found)
        return cls(
            place.root,
            settings=settings,
            login_variables=login_variables(environ),
            **{"container_engines": Surroundings(environ, settings.engines), **arguments},
        )

    # questions ----------------------------------------------------------------------------

    def find(self, *requests: str, words: str = "", wishes: Wishes | None = None) -> FindResult:
        """Ask the sources which packages fit; everything that is known here without a request.

        With several requests, the packages of each in turn.  Raises the sources' faults when
        nothing was found, or any of them with ``wishes.strict``; UsageError for a bad request.
        """
        from .find import find

        return find(self._resources, requests, words, _wishes(wishes))

    def search(self, words: str, *, limit: int = 25, wishes: Wishes | None = None) -> SearchResult:
        """Ask the sources which names fit *words*, at most *limit* of each source.

        Raises as `find` does.
        """
        from .search import search

        return search(self._resources, words, limit, _wishes(wishes))

    def list(self, pattern: str = "", *, revision: int | None = None) -> tuple[Installed, ...]:
        """Return the installed images whose name fits *pattern*, as of a revision."""
        from .listing import installed

        return installed(self._resources, pattern, revision)

    def show(self, request: str) -> Installed:
        """Return the one installed image that *request* names (name, version, digest or id).

        Its parent is the installed one, if there is one.  Raises NotInstalled, Ambiguous.
        """
        from .listing import one_with_parent

        return one_with_parent(self._resources, request)

    # changes ------------------------------------------------------------------------------

    def plan_install(self, *requests: str | Request, wishes: Wishes | None = None) -> Plan:
        """Return what `install` would do, and do nothing."""
        from .planning import plan_install

        with self._resources.exports.kept():
            return plan_install(self._resources, requests, _wishes(wishes))

    def install(self, *requests: str | Request, wishes: Wishes | None = None) -> InstallResult:
        """Install images by name, file, folder or URL; one revision of the catalog.

        What is installed already is kept (`InstallResult.kept`).  Raises PackageNotFound,
        Ambiguous, Untrusted, Exists, IntegrityError, TransportError, StoreError, ProviderFault.
        """
        from .install import install

        with self._resources.exports.kept():
            return install(self._resources, requests, _wishes(wishes))

    def plan_save(self, *requests: str | Request, to: str, wishes: Wishes | None = None) -> Plan:
        """Return what `save` would fetch before it writes to *to*, and do nothing."""
        from .save import plan_save

        with self._resources.exports.kept():
            return plan_save(self._resources, requests, to, _wishes(wishes))

    def save(self, *requests: str | Request, to: str, wishes: Wishes | None = None) -> SaveResult:
        """Write images to a file, folder or URL; what is not installed is fetched first.

        Raises Exists (unless ``wishes.force``), NotSupported, and as `install` does.
        """
        from .save import save

        return save(self._resources, requests, to, _wishes(wishes))

    def verify(self, *places: str, wishes: Wishes | None = None) -> tuple[Verdict, ...]:
        """Read bundles, archives, image files or homes to their last byte, and import nothing.

        What is wrong is in the verdicts.  Raises NoSuchFile, NotSupported, Ambiguous.
        """
        from .verify import verify

        return verify(self._resources, places, _wishes(wishes))

    def gather(
        self, *requests: str, wishes: Wishes | None = None
    ) -> AbstractContextManager[Gathered]:
        """Bring images into the store, and keep them there for the block, to be written elsewhere.

        Installed ones are taken from the home, the others are fetched and cached, as by `save`;
        files that are no images stay files.  Raises as `save` does.
        """
        from .save import ANYTHING, gather

        return gather(self._resources, requests, ANYTHING, _wishes(wishes))

    # sources and providers ----------------------------------------------------------------

    def providers(self) -> tuple[Row, ...]:
        """Load every plugin and return a row for each, those that failed too."""
        return self._resources.plugins.rows()

    def provider_options(self, *verbs: Verb) -> dict[str, tuple[OptionSpec, ...]]:
        """Return the options for *verbs* by the name of the provider that has them."""
        from .options import options_for

        return options_for(self._resources, verbs)

    def enable_provider(self, name: str) -> bool:
        """Take *name* out of the home's disabled providers; whether that changed anything."""
        from .provider_switch import switch

        return switch(self._resources, name, enabled=True)

    def disable_provider(self, name: str) -> bool:
        """Put *name* among the home's disabled providers; whether that changed anything."""
        from .provider_switch import switch

        return switch(self._resources, name, enabled=False)

    # catalog and store --------------------------------------------------------------------

    @property
    def home(self) -> Home:
        """The folders of this home."""
        return self._resources.home

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._resources.settings

    @property
    def catalog(self) -> Catalog:
        """The catalog, for its log and its backups."""
        return self._resources.catalog

    @property
    def store(self) -> Store:
        """The store; writing to it goes through the verbs."""
        return self._resources.store

    def log(self, *, limit: int | None = None, since: int = 0) -> tuple[Revision, ...]:
        """Return the catalog's revisions, newest first."""
        return self._resources.catalog.log(limit=limit, since=since)

    def diff(self, older: int, newer: int) -> tuple[Change, ...]:
        """Return what changed between two revisions."""
        return self._resources.catalog.diff(older, newer)

    def rebuild_catalog(self) -> int:
        """Make the catalog anew from the store's records; how many images it has then."""
        from .maintenance import rebuild_catalog

        return rebuild_catalog(self._resources)

    def restore_catalog(self, backup: str | Path) -> Path | None:
        """Put a backup of the catalog in the place of the present one; where that is kept."""
        from .maintenance import restore_catalog

        return restore_catalog(self._resources, Path(backup))

    def check_store(self) -> tuple[Damage, ...]:
        """Read and hash everything; what is wrong, () if nothing is."""
        from .maintenance import check_store

        return check_store(self._resources)

    def repair_store(self) -> tuple[Damage, ...]:
        """Move damaged content into quarantine; what was moved."""
        from .maintenance import repair_store

        return repair_store(self._resources)

    def collect(self, *, grace: float | None = None, dry_run: bool = False) -> Collected:
        """Remove content that nothing needs and that is older than *grace* seconds."""
        from .maintenance import collect

        return collect(self._resources, grace, dry_run)

    def doctor(self) -> tuple[Finding, ...]:
        """Look at host, home, catalog and plugins, and change nothing."""
        from .doctor import doctor

        return doctor(self._resources)

    # life ---------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Ask whatever runs in this host to stop, and refuse what is asked of it later.

        What was verified is kept.  There is no way back: open another Host to go on.
        """
        self._resources.cancel.cancel()

    def close(self) -> None:
        """Let go of files and connections; further calls do nothing."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _wishes(wishes: Wishes | None) -> Wishes:
    from .wishes import Wishes

    return wishes or Wishes()
