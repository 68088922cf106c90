"""The logins of one home: from the environment, else from its file or the system's keyring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path

from ..errors import AuthRequired
from ..references import name_key
from ..transport import Origin
from . import system_keyring
from .login_file import Entry, read_entries, write_entries
from .values import Credential
from .variables import login_from_variables

__all__ = ["Logins", "Place"]


class Place(Enum):
    """Where a secret is kept."""

    KEYRING = "keyring"
    FILE = "file"


class Logins:
    """Who to be at the origin of each source.

    Example::

        logins = Logins(home / "logins.json", variables=login_variables(os.environ))
        logins.keep("work", origin, Credential(username="me", secret=password), Place.FILE)
        logins.find("work", origin)     # that credential
        logins.find("work", other)      # None: another origin is another server
    """

    def __init__(self, path: Path, *, variables: Mapping[str, str] | None = None) -> None:
        """Keep logins in the file *path*; *variables* are those of the environment."""
        self._path = path
        self._variables = dict(variables or {})

    def find(
        self, source: str, origin: Origin, *, sources: Iterable[str] = ()
    ) -> Credential | None:
        """Return the login of *source* at *origin*, None if there is none.

        *origin* is where the source is now; *sources* are the names of all.

        Raises UsageError and Ambiguous for the environment's, StoreError and DocumentError for
        the file's, AuthRequired if the keyring lost the secret.
        """
        found = login_from_variables(source, self._variables, sources)
        if found is not None:
            return found
        for entry in read_entries(self._path):
            if _is_for(entry, source) and entry.origin == str(origin):
                return Credential(username=entry.username, secret=self._secret(entry))
        return None

    def keep(self, source: str, origin: Origin, credential: Credential, place: Place) -> None:
        """Keep a login in the place of the source's older one; the caller holds the home's lock.

        Raises NotSupported without a keyring, StoreError.
        """
        entry = Entry(
            source=source,
            origin=str(origin),
            username=credential.username,
            secret=credential.secret if place is Place.FILE else None,
        )
        if place is Place.KEYRING:
            system_keyring.keep_secret(self._key(entry), credential.secret)
        gone, rest = self._split(source)
        write_entries(self._path, [*rest, entry])
        taken = self._key(entry) if place is Place.KEYRING else ""
        self._drop(one for one in gone if self._key(one) != taken)

    def forget(self, source: str) -> bool:
        """Forget the logins of *source*; whether there was one.  Raises StoreError."""
        gone, rest = self._split(source)
        if gone:
            write_entries(self._path, rest)
            self._drop(gone)
        return bool(gone)

    def _split(self, source: str) -> tuple[list[Entry], list[Entry]]:
        """Return the logins of *source*, and those of all others."""
        entries = read_entries(self._path)
        return (
            [entry for entry in entries if _is_for(entry, source)],
            [entry for entry in entries if not _is_for(entry, source)],
        )

    def _secret(self, entry: Entry) -> str:
        if entry.secret is not None:
            return entry.secret
        secret = system_keyring.secret_of(self._key(entry))
        if secret is None:
            raise AuthRequired(
                f"the system's keyring no longer has the login of the source {entry.source!r}",
                hint=f"`ferry source login {entry.source}`",
                source=entry.source,
            )
        return secret

    def _drop(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.secret is None:
                system_keyring.drop_secret(self._key(entry))

    def _key(self, entry: Entry) -> str:
        """Return the keyring's name of a login; each home has its own."""
        return f"{name_key(entry.source)} at {entry.origin} for {self._path}"


def _is_for(entry: Entry, source: str) -> bool:
    return name_key(entry.source) == name_key(source)
