"""Documents: everything that a feed says of one name, and the packages they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.model import Package
from provider_core.oci import Descriptor, dump_json, read_document
from provider_core.references import name_key
from provider_core.versions import MOST_CHARACTERS

from .document_fields import entry_fields, read_entry
from .format_version import FORMAT, FORMAT_KEY, check_format
from .shards import DocumentRef

__all__ = [
    "DOCUMENT_LIMIT",
    "Document",
    "Key",
    "document_of",
    "package_key",
    "packages_of",
]

DOCUMENT_LIMIT: Final = 8 << 20
"""Bytes of the largest document that is read."""

_MOST_VERSIONS = 50_000
_MOST_NAME = 255
_WHAT = "feed document"

Key = tuple[str, str]
"""What tells the packages of one name apart: version, and platform ('' for none)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One name and its versions; made by `document_of` or `parse`."""

    name: str
    """As its publisher spells it."""
    packages: tuple[Package, ...]
    """In the order of `package_key`; provider and source of their ids are ''."""
    referrers: tuple[Descriptor, ...] = ()
    """Manifests about them (signatures, SBOMs), whose subjects say about which; by digest."""

    @classmethod
    def parse(cls, data: bytes) -> Document:
        """Read a document of at most 8 MiB.

        Raises DocumentError, with the path, for what breaks the format; NotSupported for
        another major version of it.
        """
        node = read_document(data, limit=DOCUMENT_LIMIT, what=_WHAT)
        check_format(node)
        name = node.required("name", str)
        packages: dict[Key, Package] = {}
        for entry in node.array("versions", limit=_MOST_VERSIONS):
            package = read_entry(entry, name)
            if package_key(package) in packages:
                raise entry.error("version and platform appear twice", "version")
            packages[package_key(package)] = package
        referrers = map(Descriptor.from_node, node.array("referrers", limit=_MOST_VERSIONS))
        return _checked(name, packages.values(), referrers)

    def as_bytes(self) -> bytes:
        """Return the document, the same for the same packages, which `parse` reads."""
        document: dict[str, object] = {
            FORMAT_KEY: FORMAT,
            "name": self.name,
            "versions": [entry_fields(package) for package in self.packages],
        }
        if self.referrers:
            document["referrers"] = [descriptor.as_json() for descriptor in self.referrers]
        return dump_json(document)

    def ref(self, data: bytes) -> DocumentRef:
        """Return what a shard says of this document, whose bytes are *data*."""
        return DocumentRef(name=self.name, digest=Digest.of(data), size=len(data))

    def merged(self, newer: Document) -> Document:
        """Return the document with *newer*'s packages added or in place; its spelling counts."""
        packages = {package_key(package): package for package in self.packages}
        packages |= {package_key(package): package for package in newer.packages}
        renamed = (_renamed(package, newer.name) for package in packages.values())
        return document_of(renamed, (*self.referrers, *newer.referrers))

    def without(self, keys: Iterable[Key]) -> Document | None:
        """Return the document without the packages of *keys*; None if nothing is left."""
        gone = frozenset(keys)
        kept = tuple(package for package in self.packages if package_key(package) not in gone)
        return replace(self, packages=kept) if kept else None


def document_of(packages: Iterable[Package], referrers: Iterable[Descriptor] = ()) -> Document:
    """Return the document of *packages*, all of one name, and of what *referrers* say of them.

    Raises DocumentError for no package, several names, a version and platform that appear
    twice, and a pin that is no descriptor: files of this host are nothing for a feed.
    """
    unbound = [_unbound(package) for package in packages]
    if not unbound:
        raise DocumentError("it has no package", what=_WHAT)
    by_key = {package_key(package): package for package in unbound}
    if len(by_key) != len(unbound):
        raise DocumentError("version and platform appear twice", path="versions", what=_WHAT)
    for position, package in enumerate(unbound):
        if not isinstance(package.pin, Descriptor):
            raise DocumentError(
                "files of this host are no content of a feed",
                path=f"versions[{position}].pin",
                what=_WHAT,
            )
    return _checked(unbound[-1].name, unbound, referrers)


def packages_of(document: Document, provider: str, source: str) -> tuple[Package, ...]:
    """Return what *document* offers, as packages of *provider*'s *source*."""
    return tuple(
        replace(package, id=replace(package.id, provider=provider, source=source))
        for package in document.packages
    )


def package_key(package: Package) -> Key:
    """Return what tells *package* from the others of its name."""
    return package.version, str(package.id.platform or "")


def _checked(name: str, packages: Iterable[Package], referrers: Iterable[Descriptor]) -> Document:
    if not 1 <= len(name) <= _MOST_NAME or not name.isprintable():
        reason = f"a name is 1 to {_MOST_NAME} printable characters"
        raise DocumentError(reason, path="name", what=_WHAT)
    ordered = tuple(sorted(packages, key=package_key))
    for package in ordered:
        if name_key(package.name) != name_key(name):
            reason = f"{package.name!r} is another name than {name!r}"
            raise DocumentError(reason, path="name", what=_WHAT)
        if len(package.version) > MOST_CHARACTERS:
            reason = f"a version has at most {MOST_CHARACTERS} characters"
            raise DocumentError(reason, path="versions", what=_WHAT)
    by_digest = {descriptor.digest: descriptor for descriptor in referrers}
    return Document(
        name=name,
        packages=tuple(_renamed(package, name) for package in ordered),
        referrers=tuple(by_digest[digest] for digest in sorted(by_digest)),
    )


def _unbound(package: Package) -> Package:
    return replace(package, id=replace(package.id, provider="", source=""))


def _renamed(package: Package, name: str) -> Package:
    return package if package.name == name else replace(package, id=replace(package.id, name=name))
