"""The verbs of a Host that are about many images: lists, locks, what is newer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resources import Resources

if TYPE_CHECKING:
    from ..errors import Error
    from ..lists import Pinned, Wanted
    from ..model import Plan
    from .outdated import Outdated
    from .requests import Request
    from .results import InstallResult
    from .wishes import Wishes

__all__ = ["ListVerbs"]


class ListVerbs:
    """A part of `Host`."""

    _resources: Resources

    def requests_for(self, wanted: Wanted, *, wishes: Wishes | None = None) -> tuple[Request, ...]:
        """Return the requests that an entry of a list stands for: all versions, the newest few.

        Raises PackageNotFound if nothing fits, and what asking the sources raises.
        """
        from .listed import requests_for

        return requests_for(self._resources, wanted, _wishes(wishes))

    def lock(
        self, *requests: str | Request, wishes: Wishes | None = None
    ) -> tuple[tuple[Pinned, ...], tuple[tuple[str, Error], ...]]:
        """Return what *requests* and all that they require mean now, by digest; fetch nothing.

        With ``wishes.keep_going``, what could not be found comes second.  Raises as
        `plan_install` does; NotSupported for a local file.
        """
        from .locking import lock

        return lock(self._resources, requests, _wishes(wishes))

    def outdated(self, *requests: str, wishes: Wishes | None = None) -> Outdated:
        """Compare installed images with what their own sources have; all if none is named.

        A request is a name or pattern, and may have a range.  Raises NotInstalled, UsageError;
        the worst fault of a source when nobody could be asked.
        """
        from .outdated import outdated

        return outdated(self._resources, requests, _wishes(wishes))

    def plan_upgrade(self, *requests: str, wishes: Wishes | None = None) -> Plan:
        """Return what `upgrade` would do, and do nothing."""
        from .outdated import plan_upgrade

        return plan_upgrade(self._resources, requests, _wishes(wishes))

    def upgrade(self, *requests: str, wishes: Wishes | None = None) -> InstallResult:
        """Install what is newer beside what is there; a label means the newer content afterwards.

        Raises as `outdated` and `install` do.
        """
        from .outdated import upgrade

        return upgrade(self._resources, requests, _wishes(wishes))


def _wishes(wishes: Wishes | None) -> Wishes:
    from .wishes import Wishes

    return wishes or Wishes()
