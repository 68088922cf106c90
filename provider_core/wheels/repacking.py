"""An installed distribution back into a wheel, by its RECORD, each file held against its hash.

The record of installed projects (PyPA) lists every file with its SHA-256; what an installer adds
(byte code, scripts, who installed it) is left out, since the next installer makes it anew.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackagePath
from pathlib import Path, PurePosixPath
from typing import Final

from ..errors import DigestMismatch, NotSupported

__all__ = ["repack"]

_INSTALLERS_OWN: Final = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_SCRIPT_FOLDERS: Final = frozenset({"bin", "Scripts"})
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every member, so that the same files make the same wheel."""


def repack(distribution: Distribution, folder: Path) -> Path:
    """Write the wheel of *distribution* to *folder*; its path.

    Raises NotSupported if it has no RECORD or files elsewhere, DigestMismatch for a file that was
    changed since it was installed.
    """
    members = dict(_members(distribution))
    info = _info_folder(distribution, members)
    tags = _tags(members[f"{info}/WHEEL"].decode())
    path = folder / f"{info.removesuffix('.dist-info')}-{tags}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (*sorted(members.items()), (f"{info}/RECORD", _record(members, info))):
            member = zipfile.ZipInfo(name, date_time=_EPOCH)
            member.external_attr = 0o644 << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return path


def _members(distribution: Distribution) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of what a wheel of *distribution* has, but for its RECORD."""
    files = [path for path in distribution.files or () if not _is_installers(path)]
    if not any(path.hash for path in files):
        raise _cannot(distribution, "has no record of its files")
    scripts = {point.name for point in distribution.entry_points.select(group="console_scripts")}
    for path in files:
        if ".." in path.parts or PurePosixPath(path).is_absolute():
            if path.parent.name in _SCRIPT_FOLDERS and path.stem in scripts:
                continue
            raise _cannot(distribution, f"has a file outside of its folder ({path})")
        data = Path(path.locate()).read_bytes()
        if path.hash is not None and _hash(data) != path.hash.value:
            raise DigestMismatch(path.hash.value, _hash(data), what=f"the installed file {path}")
        yield PurePosixPath(path).as_posix(), data


def _is_installers(path: PackagePath) -> bool:
    return "__pycache__" in path.parts or (
        path.parent.name.endswith(".dist-info") and path.name in _INSTALLERS_OWN
    )


def _info_folder(distribution: Distribution, members: dict[str, bytes]) -> str:
    for name in members:
        if name.endswith(".dist-info/WHEEL"):
            return name.removesuffix("/WHEEL")
    raise _cannot(distribution, "was not installed from a wheel")


def _tags(wheel: str) -> str:
    """Return the tags of a file's name by those in WHEEL, as 'py2.py3-none-any'."""
    tags = [line.removeprefix("Tag:").strip() for line in wheel.splitlines() if line[:4] == "Tag:"]
    parts = zip(*(tag.split("-") for tag in tags), strict=True)
    return "-".join(".".join(sorted(set(part))) for part in parts)


def _record(members: dict[str, bytes], info: str) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for name, data in sorted(members.items()):
        rows.writerow([name, f"sha256={_hash(data)}", len(data)])
    rows.writerow([f"{info}/RECORD", "", ""])
    return text.getvalue().encode()


def _hash(data: bytes) -> str:
    """Return the SHA-256 as a RECORD writes it: URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _cannot(distribution: Distribution, why: str) -> NotSupported:
    name = distribution.metadata["Name"]
    return NotSupported(
        f"no wheel can be made of the installed {name}, which {why}",
        hint=f"name a wheel or the project's folder in place of {name}; or install it from a wheel",
        name=name,
    )
