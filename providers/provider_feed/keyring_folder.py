"""The key folder: private keys in files that bear the keys' ids, so that a feed's root finds them.

A home has one, outside of every feed; further ones, such as a stick with a root key, are named
where they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from feed_format import PublicKey, SigningKey, is_protected, read_key, write_key
from provider_core.disk.durable import make_folder
from provider_core.disk.failures import disk_errors
from provider_core.errors import UsageError

from .passphrases import Passphrases

__all__ = ["KeyFile", "KeyringFolder", "LazySigner", "keep_outside"]

_NAME = re.compile(r"([0-9a-f]{64})\.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A private key that is here."""

    id: str
    """The TUF key id, 64 hexadecimal digits."""
    path: Path
    """Where it is."""

    @property
    def is_protected(self) -> bool:
        """Whether it has a passphrase.  Raises NoSuchFile, StoreError."""
        return is_protected(self.path)


class LazySigner:
    """A Signer whose key file is read, and its passphrase asked for, when it first signs."""

    def __init__(self, key: PublicKey, load: Callable[[], SigningKey]) -> None:
        self._key = key
        self._load = load
        self._loaded: SigningKey | None = None

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        return self._key.raw

    def sign(self, payload: bytes) -> bytes:
        """Return the signature, 64 bytes.  Raises as `KeyringFolder.read` does."""
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded.sign(payload)


class KeyringFolder:
    """The key folders *folders*: the first that has a key counts, the last is the home's own.

    *passphrases* has, or asks for, those of the keys.
    """

    def __init__(self, folders: Sequence[Path], passphrases: Passphrases) -> None:
        self._folders = tuple(folders)
        self.passphrases = passphrases
        self._open: dict[str, SigningKey] = {}

    @property
    def own(self) -> Path:
        """Where new keys go if nobody says where."""
        return self._folders[-1]

    def files(self) -> tuple[KeyFile, ...]:
        """Return every key that is here, each once, in the order of the ids.  StoreError."""
        found: dict[str, KeyFile] = {}
        for folder in self._folders:
            with disk_errors(folder):
                names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
            for match in filter(None, map(_NAME.fullmatch, names)):
                found.setdefault(match[1], KeyFile(id=match[1], path=folder / match[0]))
        return tuple(found[key_id] for key_id in sorted(found))

    def find(self, key: PublicKey) -> KeyFile | None:
        """Return where the private half of *key* is, None if it is not here.  StoreError."""
        for folder in self._folders:
            path = folder / _file_name(key)
            with disk_errors(path):
                if path.is_file():
                    return KeyFile(id=key.id, path=path)
        return None

    def read(self, file: KeyFile) -> SigningKey:
        """Return the private key in *file*, with its passphrase if it has one.

        Raises UsageError for a missing or wrong passphrase, for a key without one that others
        may read, and for a file that has another key than its name says; NoSuchFile,
        DocumentError, StoreError.
        """
        if file.id in self._open:
            return self._open[file.id]
        label = f"the key {file.path}"
        key = read_key(file.path, lambda: self.passphrases.existing(label))
        if key.id != file.id:
            raise UsageError(
                f"{file.path} has another key than its name says: {key.id}",
                hint="restore it from your backup: `ferry key restore FOLDER`",
                path=str(file.path),
            )
        self._open[file.id] = key
        return key

    def make(
        self, role: str, folder: Path | None = None, passphrases: Passphrases | None = None
    ) -> KeyFile:
        """Make a key for *role* in *folder*, the home's own if None; return where it is.

        Its passphrase is one of *passphrases*, if it is not to be like the others'.

        Raises UsageError without a passphrase or the word that there is none, NoSpace,
        StoreError.
        """
        place = folder or self.own
        passphrase = (passphrases or self.passphrases).new(f"the new {role} key")
        key = SigningKey.generate()
        with disk_errors(place):
            make_folder(place, 0o700)
        path = place / _file_name(PublicKey.of(key))
        write_key(path, key, passphrase=passphrase)
        self._open[key.id] = key
        return KeyFile(id=key.id, path=path)

    def public(self, file: KeyFile) -> PublicKey:
        """Return the public half of the key in *file*.  Raises as `read` does."""
        return PublicKey.of(self.read(file))

    def signers(self, keys: Iterable[PublicKey]) -> tuple[LazySigner, ...]:
        """Return a signer for each of *keys* that is here; none is read before it signs."""
        found = ((key, self.find(key)) for key in keys)
        return tuple(
            LazySigner(key, partial(self.read, file)) for key, file in found if file is not None
        )

    def unlock(self, keys: Iterable[PublicKey]) -> None:
        """Read those of *keys* that are here and have a passphrase, which may be asked for.

        So nobody waits for somebody to type while a feed is locked.  Raises as `read` does.
        """
        for key in keys:
            file = self.find(key)
            if file is not None and file.is_protected:
                self.read(file)


def keep_outside(feed: Path, folder: Path) -> None:
    """Raise UsageError if the key folder *folder* is in the feed's, and would be handed out."""
    if folder.resolve().is_relative_to(feed.resolve()):
        raise UsageError(
            f"{folder} is inside the feed {feed}: private keys there would be handed out with it",
            hint="keep keys in a folder of their own",
            folder=str(folder),
        )


def _file_name(key: PublicKey) -> str:
    return f"{key.id}.pem"
