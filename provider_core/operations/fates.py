"""What happens to a package that is asked for, by what is installed under its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import Exists, InUse
from ..installed_names import own_name
from ..model import Action, FileStamp, ImageKey, Installed, Package, same_pin
from ..oci import Descriptor
from ..oci.media_types import is_index
from ..platforms import PlatformSet
from ..versions import Version, floating
from .facts import is_here, is_whole
from .wanted_platforms import has_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Fates", "require_not_held"]


class Fates:
    """Decides for packages of one plan."""

    def __init__(
        self,
        resources: Resources,
        wishes: Wishes,
        platforms: PlatformSet,
        installed: Mapping[ImageKey, Installed],
    ) -> None:
        """Go by *installed*, what was here when planning began."""
        self._resources = resources
        self._wishes = wishes
        self._platforms = platforms
        self._installed = installed
        self._held = {hold.image: hold.reason for hold in resources.catalog.holds()}

    def action(self, package: Package) -> Action:
        """Return what happens to *package*; Exists where a numbered version would be replaced."""
        old = self._installed.get(ImageKey.of(package))
        if old is None:
            return Action.INSTALL
        if self._covers(old, package):
            whole = is_here(old.content, self._resources.store)
            again = self._wishes.force or self._lacks_original(old, package)
            return Action.KEEP if whole and not again else Action.REPLACE
        if same_pin(old.package.pin, package.pin):
            return Action.REPLACE
        if isinstance(package.pin, Descriptor):
            require_not_held(old, self._held, self._wishes)
        if self.moves(package):
            return Action.REPLACE
        if isinstance(package.pin, FileStamp):
            return Action.REPLACE  # a copy may be the same image; it is compared when it is read
        raise Exists(
            f"{old.name} {old.version} with other content",
            hint="--force replaces it by what the source has now",
        )

    def _covers(self, old: Installed, package: Package) -> bool:
        """Whether *old* is this very package, with every platform that is wanted now."""
        root = old.content.root
        if not any(same_pin(package.pin, pin) for pin in (old.package.pin, root)):
            return False
        if not isinstance(root, Descriptor) or not is_index(root.media_type):
            return True
        if self._platforms.is_all:
            return is_whole(root, self._resources.store)
        return has_platforms(old.platforms, self._platforms)

    def _lacks_original(self, old: Installed, package: Package) -> bool:
        """Whether *old* was converted, and what from is to be kept now and was not then."""
        converted = not same_pin(package.pin, old.content.root)
        return bool(self._wishes.keep_original) and converted and old.content.original is None

    def moves(self, package: Package) -> bool:
        """Whether the version may mean something else today: a label, or the user says so."""
        return self._wishes.force or package.version in floating([Version.parse(package.version)])


def require_not_held(old: Installed, holds: Mapping[ImageKey, str], wishes: Wishes) -> None:
    """Raise InUse if *old*, which other content would replace, is held, unless by force."""
    if old.key in holds and not wishes.force:
        reason = holds[old.key] or "no reason given"
        raise InUse(
            f"{old.name} {old.version}",
            [f"a hold ({reason})"],
            hint="its source has other content under this version by now; `ferry unhold"
            f" {own_name(old)}`, or --force, lets that take its place",
        )
