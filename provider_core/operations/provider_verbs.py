"""The verbs of a Host that bring providers and take them away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .resources import Resources

if TYPE_CHECKING:
    from ..digests import Digest
    from ..wheels.facts import Wheel
    from ..wheels.target import Target
    from .results import Delivered

__all__ = ["ProviderVerbs"]


class ProviderVerbs:
    """A part of `Host`."""

    _resources: Resources

    def save_providers(
        self, *names: str, to: str | Path, target: Target | None = None
    ) -> tuple[Wheel, ...]:
        """Write the wheels of providers, and SHA256SUMS, to the folder *to*, which is new.

        A name is that of a provider that is installed here, a distribution as pip takes it, a
        wheel, or a project's folder.  What ferry itself brings is left out.  *target* is the
        Python on the other side; this one if None.  Raises Exists, NotFoundError, Offline,
        TransportError, NotSupported.
        """
        from ..errors import Offline
        from ..wheels.target import Target
        from .provider_wheels import save_providers

        if self._resources.settings.offline:
            raise Offline("fetching wheels")
        return save_providers(names, Path(to), target or Target.of(), self._resources.cancel)

    def install_provider(
        self, name: str = "", *, folder: str | Path | None = None, hashes: Sequence[Digest] = ()
    ) -> tuple[Delivered, ...]:
        """Bring a provider into this home, from a folder of `save_providers` or an index.

        Without a *name*, all of the *folder*; without a folder *name* is a distribution, and
        *hashes* must have those of all wheels.  The next Host uses it.  Raises Exists if another
        version is there or the name is taken, Untrusted without hashes, IntegrityError,
        NotFoundError, NotSupported if ferry is too old for it, Offline, StoreError.
        """
        from .provider_delivery import install

        return install(self._resources, name, _path(folder), hashes)

    def upgrade_provider(
        self, name: str, *, folder: str | Path | None = None, hashes: Sequence[Digest] = ()
    ) -> Delivered:
        """Put a newer version of a provider of this home in its place; an older one is left.

        Raises UnknownProvider, NotSupported for one that is not this home's, and as
        `install_provider` does.
        """
        from .provider_delivery import upgrade

        return upgrade(self._resources, name, _path(folder), hashes)

    def remove_provider(self, name: str) -> Delivered:
        """Take a provider of this home away; installed images stay.

        Raises UnknownProvider, NotSupported for one that is not this home's, InUse while a source
        needs it, StoreError.
        """
        from .provider_delivery import remove

        return remove(self._resources, name)


def _path(folder: str | Path | None) -> Path | None:
    return None if folder is None else Path(folder)
