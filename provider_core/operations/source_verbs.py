"""The verbs of a Host that are about sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .resources import Resources

if TYPE_CHECKING:
    from ..credentials import Credential, Place
    from ..model import Source
    from .results import RefreshResult, SourceRow
    from .withdrawn import Withdrawn

__all__ = ["SourceVerbs"]


class SourceVerbs:
    """A part of `Host`."""

    _resources: Resources

    def sources(self) -> tuple[SourceRow, ...]:
        """Return the sources, the one that is asked first in front, built-in ones too."""
        from .sources import source_rows

        return source_rows(self._resources)

    def add_source(
        self,
        name: str,
        location: str,
        *,
        provider: str = "",
        priority: int | None = None,
        options: Mapping[str, str | Sequence[str]] | None = None,
        force: bool = False,
    ) -> Source:
        """Register a source; its provider is recognised by scheme or content if not named.

        Raises Exists (unless *force*), UnknownProvider, NotSupported, and what its provider says.
        """
        from .sources import add_source

        return add_source(
            self._resources, name, location, provider, priority, dict(options or {}), force
        )

    def set_source(
        self,
        name: str,
        *,
        location: str = "",
        priority: int | None = None,
        options: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Source:
        """Change a registered source; what is not named stays.  Raises UnknownSource."""
        from .sources import set_source

        return set_source(self._resources, name, location, priority, dict(options or {}))

    def remove_source(self, name: str) -> Source:
        """Forget a source and its offers; installed images stay.  Raises UnknownSource."""
        from .sources import remove_source

        return remove_source(self._resources, name)

    def login(self, source: str, credential: Credential, *, place: Place | None = None) -> str:
        """Keep who to be at a source, after it took the login; return the origin it is bound to.

        *place* is the system's keyring if None.  Offline, nobody is asked.  Raises UnknownSource,
        UsageError for a source without a server, AuthRequired, NotSupported without a keyring.
        """
        from .logins import login

        return login(self._resources, source, credential, place)

    def logout(self, source: str) -> bool:
        """Forget who to be at a source; whether a login was kept."""
        from .logins import logout

        return logout(self._resources, source)

    def refresh(self, *names: str) -> tuple[RefreshResult, ...]:
        """Bring the offers of indexed sources up to date; all of them if none is named."""
        from .refresh import refresh

        return refresh(self._resources, names)

    def withdrawn(self, pattern: str = "") -> tuple[Withdrawn, ...]:
        """Return the installed images that a source advises to use no more, and why."""
        from .withdrawn import withdrawn

        return withdrawn(self._resources, pattern)
