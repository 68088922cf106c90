"""What a member of a layer says of its file, as a WIM keeps it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provider_core.errors import DocumentError, NotSupported
from provider_core.tar.headers import Kind

from ..filetime import from_pax
from ..tree import NOTHING, Attribute, Reparse, TaggedItems
from .headers import CREATION_TIME, FILE_ATTRIBUTES, MOUNT_POINT, SECURITY, SECURITY_TEXT
from .members import Member
from .reparse import link_of
from .xattrs import PREFIX, from_record, pack

__all__ = ["PLAIN_FOLDER", "FileFacts", "facts_of"]

_DIRECTORY: Final = int(Attribute.DIRECTORY)
_REPARSE: Final = int(Attribute.REPARSE_POINT)
_ARCHIVE: Final = int(Attribute.ARCHIVE)
_KNOWN: Final = frozenset(
    {CREATION_TIME, FILE_ATTRIBUTES, MOUNT_POINT, SECURITY, "atime", "ctime", "mtime"}
)
_MOST_ATTRIBUTES: Final = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """Everything of a file but its names and content; fields as `Node` has them."""

    attributes: int
    created: int = 0
    accessed: int = 0
    written: int = 0
    security: bytes | None = None
    reparse: Reparse | None = None
    items: TaggedItems = NOTHING
    strange: int = 0
    """Records that no Windows file has anything for."""


PLAIN_FOLDER: Final = FileFacts(attributes=_DIRECTORY)
"""A directory that the layers have files in, and no member for."""


def facts_of(member: Member) -> FileFacts:
    """Read the records of a file, folder or link.

    A layer that other systems made has none; attributes are then those of its kind.  Raises
    DocumentError for records that break their format, NotSupported for a security descriptor as
    text, which only Windows can read.
    """
    records = member.records
    written = _time(records, "mtime", 0)
    return FileFacts(
        attributes=_attributes(member),
        created=_time(records, CREATION_TIME, written),
        accessed=_time(records, "atime", written),
        written=written,
        security=_security(records),
        reparse=_reparse(member),
        items=_items(records),
        strange=sum(1 for key in records if key not in _KNOWN and not key.startswith(PREFIX)),
    )


def _time(records: Mapping[str, str], key: str, default: int) -> int:
    return from_pax(records[key]) if key in records else default


def _attributes(member: Member) -> int:
    text = member.records.get(FILE_ATTRIBUTES, "0")
    if len(text) > 10 or not (text.isascii() and text.isdecimal()):
        raise DocumentError(f"{text[:20]!a} are no file attributes", what="layer")
    attributes = int(text)
    if attributes >= _MOST_ATTRIBUTES:
        raise DocumentError(f"{attributes} are no file attributes", what="layer")
    if member.kind is Kind.SYMLINK:
        folder = attributes & _DIRECTORY or (MOUNT_POINT in member.records and _DIRECTORY)
        return attributes & ~_DIRECTORY | _REPARSE | folder
    attributes &= ~(_DIRECTORY | _REPARSE)
    if member.kind is Kind.FOLDER:
        return attributes | _DIRECTORY
    return attributes or _ARCHIVE


def _security(records: Mapping[str, str]) -> bytes | None:
    if SECURITY in records:
        try:
            return base64.b64decode(records[SECURITY], validate=True)
        except ValueError as error:
            raise DocumentError("a security descriptor that is no base64", what="layer") from error
    if SECURITY_TEXT in records:
        raise NotSupported(
            "a layer has security descriptors as text, which only Windows can read",
            hint="save the image as it is: `ferry save NAME --to FILE.tar`",
        )
    return None


def _reparse(member: Member) -> Reparse | None:
    if member.kind is not Kind.SYMLINK:
        return None
    try:
        return link_of(member.link, junction=MOUNT_POINT in member.records)
    except (ValueError, UnicodeEncodeError) as error:
        raise DocumentError("a link with a target that is no text", what="layer") from error


def _items(records: Mapping[str, str]) -> TaggedItems:
    found = [from_record(key, value) for key, value in records.items() if key.startswith(PREFIX)]
    return TaggedItems(xattrs=pack(found)) if found else NOTHING
