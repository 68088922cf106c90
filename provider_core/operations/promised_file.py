"""The file whose digest the user gave: hashed before it is read, and unchanged when it was."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..digests import Digest
from ..errors import Conflict, DigestMismatch, StoreError, UsageError
from ..model import FileMark

__all__ = ["check_unchanged", "no_file", "promised_file"]


def promised_file(path: Path, expected: Digest) -> FileMark:
    """Return *path* as it was before it was hashed.

    Raises DigestMismatch; UsageError if it is no regular file, StoreError if it cannot be read.
    """
    if not path.is_file():
        raise no_file(str(path))
    try:
        mark = FileMark.of(path)
        with path.open("rb") as file:
            actual, _ = Digest.of_stream(file)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}", hint="check its permissions"
        ) from error
    if actual != expected:
        raise DigestMismatch(expected, actual, what=str(path))
    return mark


def no_file(request: str) -> UsageError:
    """Return the error for a digest that was given for something else than a file."""
    return UsageError(
        f"{request} is no file, so it cannot have the digest of --sha256",
        hint="ask for content by its digest: NAME@sha256:…",
    )


def check_unchanged(marks: Iterable[FileMark]) -> None:
    """Raise Conflict if one of the files is not what it was when it was hashed."""
    for mark in marks:
        try:
            now = FileMark.of(Path(mark.path))
        except OSError:
            now = None
        if now != mark:
            raise Conflict(
                f"{mark.path} was changed after its digest was taken",
                hint="fetch it again, and leave it alone meanwhile",
                path=mark.path,
            )
