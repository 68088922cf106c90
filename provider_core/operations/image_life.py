"""The life of installed images after they came: names, holds, family, removal, moving house.

`Host` is made of this and of what brings images in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ..model import Hold, Installed, Tag
    from .resources import Resources
    from .results import Branch, HistoryEntry, Moved, PruneResult, Removal

__all__ = ["ImageLife"]


class ImageLife:
    """The verbs for images that are installed."""

    _resources: Resources

    # family -------------------------------------------------------------------------------

    def history(self, request: str) -> tuple[HistoryEntry, ...]:
        """Return an installed image's layers, newest first, as `docker history` shows them."""
        from .history import history

        return history(self._resources, request)

    def tree(self, pattern: str = "") -> tuple[Branch, ...]:
        """Return the installed images below what they were made from.

        With *pattern*, only families in which an image's name fits.
        """
        from .tree import tree

        return tree(self._resources, pattern)

    def dependents(self, request: str) -> tuple[Installed, ...]:
        """Return the installed images that were made from the one *request* names, or need it."""
        from .listing import dependents

        return dependents(self._resources, request)

    # names and holds ----------------------------------------------------------------------

    def tags(self) -> tuple[Tag, ...]:
        """Return the further names of installed images."""
        return self._resources.catalog.tags()

    def holds(self) -> tuple[Hold, ...]:
        """Return the holds on installed images."""
        return self._resources.catalog.holds()

    def tag(self, request: str, name: str) -> Tag:
        """Give the installed image *request* the further name *name* (``NAME[:TAG]``).

        A tag that another image has moves.  Raises NotInstalled, Ambiguous, UsageError, and
        Exists if an image is called so by its own version.
        """
        from .tagging import tag

        return tag(self._resources, request, name)

    def untag(self, name: str) -> Tag:
        """Take the further name ``NAME[:TAG]`` away; the image stays.  Raises NotInstalled."""
        from .tagging import untag

        return untag(self._resources, name)

    def hold(self, request: str, reason: str = "") -> Hold:
        """Keep an installed image from being removed or replaced.  Raises NotInstalled."""
        from .tagging import hold

        return hold(self._resources, request, reason)

    def unhold(self, request: str) -> bool:
        """Let go of an installed image; whether it was held.  Raises NotInstalled."""
        from .tagging import unhold

        return unhold(self._resources, request)

    # removal ------------------------------------------------------------------------------

    def uninstall(
        self,
        *requests: str,
        force: bool = False,
        dry_run: bool = False,
        ignore_engines: Collection[str] = (),
    ) -> tuple[Removal, ...]:
        """Remove installed images and free what nothing else needs; one revision.

        Raises NotInstalled, Ambiguous, InUse (dependents, holds, containers), StoreError also if
        an engine that is not in *ignore_engines* does not answer.
        With *force* the name goes, and content that a dependent needs stays.
        """
        from .uninstall import uninstall

        return uninstall(
            self._resources,
            requests,
            force=force,
            dry_run=dry_run,
            ignore_engines=ignore_engines,
        )

    def prune(
        self,
        *,
        keep_newest: int | None = None,
        older_than: float | None = None,
        dry_run: bool = False,
        ignore_engines: Collection[str] = (),
    ) -> PruneResult:
        """Uninstall old images, but nothing that is held, tagged or needed; one revision.

        An image goes if it is not among the *keep_newest* newest of its name and variant, and was
        installed more than *older_than* seconds ago; None leaves a rule out.  Raises UsageError
        without a rule, and as `uninstall` does.
        """
        from .prune import prune
        from .pruning import PruneRules

        rules = PruneRules(keep_newest=keep_newest, older_than=older_than)
        return prune(self._resources, rules, dry_run=dry_run, ignore_engines=ignore_engines)

    def move_store(self, path: str | Path) -> Moved:
        """Move the verified content to the new folder *path*, all or nothing.

        Raises Exists if something is there, NoSuchFile for its folder, Locked while a command
        uses the store, NoSpace, IntegrityError for damaged content that would have to be copied.
        """
        from .move_store import move_store

        return move_store(self._resources, path)
