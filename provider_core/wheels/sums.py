"""SHA256SUMS: the list of hashes beside files, as sha256sum writes and checks it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from ..digests import Digest
from ..errors import DigestMismatch, DocumentError, IntegrityError, NoSuchFile

__all__ = ["SUMS", "check_sums", "sums_of"]

SUMS: Final = "SHA256SUMS"
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^\n\\]+)")
_LONGEST: Final = 1 << 20


def sums_of(folder: Path) -> str:
    """Return the text that lists every file below *folder*, in the order of their names."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return "".join(
        f"{_digest(path).hex}  {path.relative_to(folder).as_posix()}\n" for path in paths
    )


def check_sums(folder: Path) -> Mapping[str, Digest]:
    """Hold what lies in *folder* against its list; name → digest.

    Raises NoSuchFile without a list or for a file that it names, DigestMismatch for one that
    was changed, IntegrityError for a wheel that it does not name, DocumentError.
    """
    listed = _read(folder / SUMS)
    for name, digest in listed.items():
        path = folder / name
        if not path.is_file():
            raise NoSuchFile(path)
        if (actual := _digest(path)) != digest:
            raise DigestMismatch(digest, actual, what=str(path))
    for path in folder.glob("*.whl"):
        if path.name not in listed:
            raise IntegrityError(
                f"{path} is not in {SUMS}", hint="it was put there by somebody; take it away"
            )
    return listed


def _read(path: Path) -> Mapping[str, Digest]:
    if not path.is_file():
        raise NoSuchFile(path)
    with path.open("rb") as file:
        data = file.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise DocumentError(f"it is longer than {_LONGEST} bytes", what=str(path))
    listed: dict[str, Digest] = {}
    for number, line in enumerate(data.decode(errors="replace").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None or ".." in PurePosixPath(match[2]).parts or match[2].startswith("/"):
            raise DocumentError("it is no hash and name", path=f"line {number}", what=str(path))
        listed[match[2]] = Digest(algorithm="sha256", hex=match[1])
    return listed


def _digest(path: Path) -> Digest:
    with path.open("rb") as file:
        return Digest.of_stream(file)[0]
