"""Backups of keys: the key files as they are, and the roots that say what they are for.

```
<folder>/<key id>.pem                     private keys
<folder>/<fingerprint>/1.root.json …      all roots of a feed, to go on if its folder is lost
```
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from feed_format import PublishedFeed, copy_key
from feed_format.root_chain import ROOT_LIMIT
from provider_core.disk.durable import make_folder
from provider_core.disk.failures import disk_errors
from provider_core.errors import NoSuchFile, UsageError

from .keyring_folder import KeyFile, KeyringFolder
from .whole_files import replace_file

__all__ = ["Copied", "back_up", "backed_up_roots", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Keys that were copied to another folder."""

    new: tuple[KeyFile, ...]
    """Those that it did not have."""
    same: tuple[KeyFile, ...]
    """Those that it had."""


def back_up(feed: PublishedFeed, files: Iterable[KeyFile], folder: Path) -> Copied:
    """Copy the keys in *files* and the roots of *feed* to *folder*, made if need be.

    Raises UsageError if there is no key, Exists if it has another key of that name, NoSpace,
    StoreError.
    """
    copied = _copy(files, folder)
    if not copied.new and not copied.same:
        raise UsageError(
            "no key of this feed is here", hint="say where they are: --keys DIR", keys=0
        )
    roots = folder / feed.fingerprint.hex
    with disk_errors(roots):
        make_folder(roots)
    for version, root in enumerate(feed.roots, start=1):
        replace_file(roots / f"{version}.root.json", root)
    return copied


def restore(folder: Path, keyring: KeyringFolder) -> Copied:
    """Copy the keys in *folder* to the home's own key folder.

    Raises NoSuchFile if there is none; Exists, DocumentError, NoSpace, StoreError.
    """
    files = KeyringFolder((folder,), keyring.passphrases).files()
    if not files:
        raise NoSuchFile(folder / "….pem")
    return _copy(files, keyring.own)


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


def _copy(files: Iterable[KeyFile], folder: Path) -> Copied:
    with disk_errors(folder):
        make_folder(folder)
    new: list[KeyFile] = []
    same: list[KeyFile] = []
    for file in files:
        target = KeyFile(id=file.id, path=folder / file.path.name)
        if target.path == file.path:
            continue
        (new if copy_key(file.path, target.path) else same).append(target)
    return Copied(new=tuple(new), same=tuple(same))
