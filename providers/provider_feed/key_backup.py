"""Backups of keys: the key files as they are, and the roots that say what they are for.

```
<folder>/<key id>.pem                     private keys
<folder>/<fingerprint>/1.root.json …      all roots of a feed, to go on if its folder is lost
<folder>/courier.…                        the home's courier, which signs its bundles
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from feed_format import PublishedFeed, copy_key
from feed_format.key_files import copy_file
from feed_format.root_chain import ROOT_LIMIT
from provider_core.disk.durable import make_folder
from provider_core.disk.failures import disk_errors
from provider_core.errors import NoSuchFile, UsageError

from .courier import COURIER_FILES
from .feed_keys import FeedKey, keys_here
from .keyring_folder import KeyFile, KeyringFolder
from .whole_files import replace_file

__all__ = ["Copied", "back_up", "backed_up_roots", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Keys that were copied to another folder."""

    new: tuple[FeedKey, ...]
    """Those that it did not have, as they are there."""
    same: tuple[FeedKey, ...]
    """Those that it had."""
    courier: int
    """How many of the courier's files were copied, or there already."""


def back_up(
    feed: PublishedFeed, keys: Iterable[FeedKey], keyring: KeyringFolder, folder: Path
) -> Copied:
    """Copy those of *keys* that are here, the roots of *feed* and the courier to *folder*.

    Raises UsageError if there is no key, Exists if it has another one of that name, NoSpace,
    StoreError.
    """
    here = [key for key in keys if key.file is not None]
    if not here:
        raise UsageError(
            "no key of this feed is here", hint="say where they are: --keys DIR", keys=0
        )
    copied = _copy(here, keyring.own, folder)
    roots = folder / feed.fingerprint.hex
    with disk_errors(roots):
        make_folder(roots)
    for version, root in enumerate(feed.roots, start=1):
        replace_file(roots / f"{version}.root.json", root)
    return copied


def restore(folder: Path, keyring: KeyringFolder) -> Copied:
    """Copy the keys in *folder*, and the courier, to the home's own key folder.

    Raises NoSuchFile if there is none; Exists, DocumentError, NoSpace, StoreError.
    """
    copied = _copy(keys_here(KeyringFolder((folder,), keyring.passphrases)), folder, keyring.own)
    if not (copied.new or copied.same or copied.courier):
        raise NoSuchFile(folder / "….pem")
    return copied


def backed_up_roots(folder: Path) -> tuple[bytes, ...]:
    """Return the roots in *folder*, from version 1 on; nothing is verified.

    Raises NoSuchFile if there is none, StoreError.
    """
    roots: list[bytes] = []
    while (path := folder / f"{len(roots) + 1}.root.json").exists():
        with disk_errors(path), path.open("rb") as file:
            roots.append(file.read(ROOT_LIMIT + 1))
    if not roots:
        raise NoSuchFile(folder / "1.root.json")
    return tuple(roots)


def _copy(keys: Iterable[FeedKey], source: Path, folder: Path) -> Copied:
    """Copy *keys*, and the courier in *source*, to *folder*."""
    with disk_errors(folder):
        make_folder(folder)
    new: list[FeedKey] = []
    same: list[FeedKey] = []
    for key in keys:
        if key.file is not None and key.file.path.parent != folder:
            path = folder / key.file.path.name
            copied = replace(key, file=KeyFile(id=key.id, path=path))
            (new if copy_key(key.file.path, path) else same).append(copied)
    return Copied(new=tuple(new), same=tuple(same), courier=_copy_courier(source, folder))


def _copy_courier(source: Path, folder: Path) -> int:
    with disk_errors(source):
        files = sorted(source.glob(COURIER_FILES)) if source.is_dir() else []
    for file in files:
        copy_file(file, folder / file.name)
    return len(files)
