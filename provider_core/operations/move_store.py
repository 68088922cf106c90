"""store move: the whole store to another place; one whole store is in charge at every moment."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..disk.failures import disk_errors
from ..disk.folders import remove_folder, rename_folder
from ..errors import Error, Exists, Locked, NoSuchFile, StoreError, UsageError
from ..store_location import StoreLocation, folder_identity
from .results import Moved

if TYPE_CHECKING:
    from ..store import DirectoryStore
    from .resources import Resources

__all__ = ["move_store", "remove_leftover", "settle_store"]

_PAUSE = 0.05
"""Seconds between two looks whether running commands have ended."""


def move_store(resources: Resources, path: str | Path) -> Moved:
    """Move the store to the new folder *path*: renamed, or copied, verified, and removed.

    Other processes wait for the home's lock meanwhile, or are told; running commands are waited
    for.  Raises Exists, NoSuchFile, UsageError, Locked, NoSpace, IntegrityError, StoreError.
    """
    target = Path(os.path.abspath(os.path.expanduser(path)))
    with _at_rest(resources) as store:
        before = store.path
        _check_target(resources, target, before)
        copied = 0
        if not _renamed(resources, before, target):
            copied = _Copying(resources, store, target).run()
    with resources.home.lock(resources.settings.lock_timeout):
        remove_leftover(resources)
    return Moved(before=before, path=target, copied=copied)


def settle_store(resources: Resources) -> None:
    """Say where the store is after a move was interrupted; the caller holds the home's lock."""
    home = resources.home
    if home.store_moved:
        location = home.store_location()
        settled = location.settled()
        if settled != location:
            home.set_store_location(settled)


def remove_leftover(resources: Resources) -> None:
    """Take away what a move has left; the caller holds the home's lock.

    Raises StoreError if it cannot be removed.
    """
    settle_store(resources)
    location = resources.home.store_location()
    if location.leftover is None:
        return
    try:
        remove_folder(location.leftover)
    except OSError as error:
        raise StoreError(
            f"the store is at {location.store}, but {location.leftover}, which a move has left,"
            f" cannot be removed: {error.strerror}",
            hint="nothing of it is needed: remove it yourself",
            path=str(location.leftover),
        ) from error
    resources.home.set_store_location(StoreLocation(store=location.store))


@contextmanager
def _at_rest(resources: Resources) -> Iterator[DirectoryStore]:
    """Yield the store when no command works with it, and hold the home's lock and its own.

    Between two looks both locks are free, for a command that is at work needs them to end.
    """
    seconds = resources.settings.lock_timeout
    deadline = time.monotonic() + seconds
    while True:
        with ExitStack() as stack:
            stack.enter_context(resources.home.lock(max(0.0, deadline - time.monotonic())))
            remove_leftover(resources)
            store = resources.store
            try:
                stack.enter_context(store.at_rest())
            except Locked:
                if time.monotonic() >= deadline:
                    raise Locked(f"the store {store.path}", seconds=seconds) from None
            else:
                yield store
                return
        resources.cancel.wait(_PAUSE)


def _check_target(resources: Resources, target: Path, before: Path) -> None:
    home = resources.home.root
    if home in target.parents and target != home / "store":
        raise UsageError(
            f"{target} is in the home, whose names are its own",
            hint=f"name a folder outside of it, or {home / 'store'}",
        )
    if before in (target, *target.parents):
        raise UsageError(f"{target} is in the store itself", hint="name a folder outside of it")
    if os.path.lexists(target):
        raise Exists(str(target), hint="name a folder that does not exist yet; it is made")
    if not target.parent.is_dir():
        raise NoSuchFile(target.parent)
    try:
        str(target).encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{str(target)!r} is not UTF-8", hint="name another folder") from error


def _renamed(resources: Resources, before: Path, target: Path) -> bool:
    """Move the store by giving it another name; False if that cannot be done."""
    home = resources.home
    with disk_errors(target):
        identity = folder_identity(before)
        home.set_store_location(StoreLocation(store=before, coming=target, identity=identity))
        try:
            renamed = rename_folder(before, target)
        except OSError:
            home.set_store_location(home.store_location().settled())
            raise
    if renamed:
        home.set_store_location(StoreLocation(store=target))
    return renamed


class _Copying:
    """A store on its way to another file system, under a name of its own until it is whole."""

    def __init__(self, resources: Resources, store: DirectoryStore, target: Path) -> None:
        self._resources = resources
        self._store = store
        self._target = target
        self._staging = target.with_name(f".{target.name}.ferry-{secrets.token_hex(4)}")

    def run(self) -> int:
        """Copy, verify, switch; return the bytes.  What is left then is for `remove_leftover`."""
        home, before = self._resources.home, self._store.path
        home.set_store_location(StoreLocation(store=before, leftover=self._staging))
        try:
            copied = self._copy()
            self._switch(before)
        except BaseException:
            with suppress(Error):  # what went wrong is told, not that something is left of it
                remove_leftover(self._resources)
            raise
        return copied

    def _copy(self) -> int:
        progress = self._resources.progress
        key = str(self._target)
        if progress is not None:
            progress.start(key, "store", None)

        def advance(count: int) -> None:
            self._resources.cancel.check()
            if progress is not None:
                progress.advance(key, count)

        try:
            return self._store.copy_to(self._staging, advance)
        finally:
            if progress is not None:
                progress.done(key)

    def _switch(self, before: Path) -> None:
        home = self._resources.home
        with disk_errors(self._target):
            identity = folder_identity(self._staging)
            home.set_store_location(
                StoreLocation(
                    store=before,
                    coming=self._target,
                    identity=identity,
                    leftover=self._staging,
                )
            )
            if os.path.lexists(self._target):
                raise Exists(str(self._target), hint="somebody made it meanwhile; name another")
            if not rename_folder(self._staging, self._target):
                raise StoreError(
                    f"the copy {self._staging} cannot be renamed to {self._target}",
                    hint="look at who owns that folder; the store is where it was",
                    path=str(self._target),
                )
        home.set_store_location(StoreLocation(store=self._target, leftover=before))
