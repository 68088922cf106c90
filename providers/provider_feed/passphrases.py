"""Passphrases of key files: from a file, from the environment, or typed, and never guessed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from getpass import getpass
from pathlib import Path
from typing import Final

from provider_core.disk.failures import disk_errors
from provider_core.errors import NoSuchFile, UsageError

__all__ = ["PASSPHRASE_VARIABLE", "Passphrases", "passphrase_from"]

PASSPHRASE_VARIABLE: Final = "FERRY_PASSPHRASE"
"""The environment variable that is asked where no file is named."""

_LIMIT = 4096
_HINT = f"say --passphrase-file FILE, or set {PASSPHRASE_VARIABLE}"


def passphrase_from(path: Path) -> bytes:
    """Return the passphrase in the file *path*: its first line, of at most 4,096 bytes.

    Raises NoSuchFile, StoreError, UsageError if there is nothing in it.
    """
    with disk_errors(path):
        try:
            with path.open("rb") as file:
                line = file.readline(_LIMIT).rstrip(b"\r\n")
        except FileNotFoundError:
            raise NoSuchFile(path) from None
    if not line:
        raise UsageError(
            f"the first line of {path} is empty, which is no passphrase",
            hint="write the passphrase into its first line",
            path=str(path),
        )
    return line


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passphrases:
    """Where the passphrases of one run come from."""

    file: Path | None = None
    """Has the one passphrase in its first line; None for no such file."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """May have it too."""
    none: bool = False
    """Whether new keys get none, whatever the others have."""
    is_terminal: Callable[[], bool] = _is_terminal
    """Whether somebody is there to ask."""
    ask: Callable[[str], str] = getpass
    """Asks for one, without showing what is typed."""

    def existing(self, label: str) -> bytes:
        """Return the passphrase of a key that has one; *label* says which key it is.

        Raises UsageError if nobody is there to ask, NoSuchFile, StoreError.
        """
        told = self._told()
        if told is not None:
            return told
        if not self.is_terminal():
            raise UsageError(
                f"{label} needs its passphrase, and there is no terminal to ask on", hint=_HINT
            )
        return self._typed(f"Passphrase of {label}: ").encode()

    def new(self, label: str) -> bytes | None:
        """Return the passphrase for a new key, typed twice; None if it is to have none.

        Raises UsageError if nobody is there to ask, if the two differ, or if nothing is typed.
        """
        if self.none:
            return None
        told = self._told()
        if told is not None:
            return told
        if not self.is_terminal():
            raise UsageError(
                f"{label} needs a passphrase, and there is no terminal to ask on",
                hint=f"{_HINT}, or say --no-passphrase: then file permissions alone protect it",
            )
        typed = self._typed(f"New passphrase of {label}: ")
        if not typed:
            raise UsageError(
                "an empty passphrase protects nothing",
                hint="type one, or say --no-passphrase",
            )
        if self._typed("The same again: ") != typed:
            raise UsageError("the passphrases differ", hint="run the command again")
        return typed.encode()

    def _typed(self, prompt: str) -> str:
        try:
            return self.ask(prompt)
        except EOFError:  # Ctrl-D
            raise UsageError("no passphrase was typed", hint=_HINT) from None

    def _told(self) -> bytes | None:
        if self.file is not None:
            return passphrase_from(self.file)
        text = self.environ.get(PASSPHRASE_VARIABLE, "")
        return text.encode() if text else None
