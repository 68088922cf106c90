"""index.json: the feed as an OCI image layout, so that ``skopeo copy oci:<feed>:name:tag`` works.

It is for other tools, signed by nobody, and never read by ferry's clients.  A publisher writes it
from the documents that changed and the index that was there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from provider_core.errors import Conflict, DocumentError
from provider_core.model import Package
from provider_core.oci import Descriptor, Index
from provider_core.oci.annotations import CONTAINERD_NAME, REF_NAME
from provider_core.oci.layout import LAYOUT_INDEX_LIMIT, layout_index, parse_layout_index
from provider_core.references import lower_form
from provider_core.versions import Version

from .documents import Document

__all__ = ["LayoutIndex", "changed_index"]

NAME: Final = "imageferry.name"
"""Annotation of an entry: the name it is of, in the form that compares."""

_MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutIndex:
    """A new index.json."""

    data: bytes
    """The file."""
    nested: tuple[Index, ...]
    """Indexes that it refers to and that are no blobs of the feed yet."""


def changed_index(existing: bytes | None, documents: Mapping[str, Document | None]) -> LayoutIndex:
    """Return the index after *documents* (by `name_key`) were written, or taken away by None.

    *existing* is the file as it is; None, or one that is damaged, counts as empty.  Beyond
    10,000 entries each name keeps its newest version, and beyond 10,000 names the first stay.

    Raises Conflict if two names have one lower-case form; UsageError for a name without any.
    """
    kept = [entry for entry in _entries(existing) if entry.annotations.get(NAME) not in documents]
    nested: list[Index] = []
    added = [
        entry
        for key, document in documents.items()
        if document is not None
        for entry in _of_document(key, document, nested)
    ]
    entries = _one_each([*kept, *added])
    if len(entries) > _MOST_ENTRIES:
        entries = _newest_of_each(entries)[:_MOST_ENTRIES]
    return LayoutIndex(data=layout_index(entries), nested=tuple(nested))


def _entries(existing: bytes | None) -> tuple[Descriptor, ...]:
    if existing is None or len(existing) > LAYOUT_INDEX_LIMIT:
        return ()
    try:
        return parse_layout_index(existing).manifests
    except DocumentError:
        return ()


def _of_document(key: str, document: Document, nested: list[Index]) -> Iterable[Descriptor]:
    by_version: defaultdict[str, list[Package]] = defaultdict(list)
    for package in document.packages:
        by_version[package.version].append(package)
    name = lower_form(document.name)
    for version, packages in by_version.items():
        root = _root(packages, nested)
        ref = f"{name}:{version}" if version else name
        names = {REF_NAME: ref, CONTAINERD_NAME: ref, NAME: key}
        yield replace(root, annotations={**root.annotations, **names})


def _root(packages: list[Package], nested: list[Index]) -> Descriptor:
    """Return the one root of a version; an index of them if each platform has its own."""
    pins = [
        replace(package.pin, platform=package.id.platform)
        for package in packages
        if isinstance(package.pin, Descriptor)
    ]
    if len(pins) == 1:
        return pins[0]
    index = Index.build(pins)
    nested.append(index)
    return index.descriptor()


def _one_each(entries: Iterable[Descriptor]) -> list[Descriptor]:
    by_ref: dict[str, Descriptor] = {}
    for entry in entries:
        ref = entry.annotations.get(REF_NAME, "")
        other = by_ref.setdefault(ref, entry)
        if other.annotations.get(NAME) != entry.annotations.get(NAME):
            names = sorted(one.annotations.get(NAME, "") for one in (other, entry))
            raise Conflict(
                f"{names[0]!r} and {names[1]!r} would both be {ref!r} to registries and engines",
                hint="give one of them another name with --name",
                names=names,
                reference=ref,
            )
    return [entry for _, entry in sorted(by_ref.items())]


def _newest_of_each(entries: Iterable[Descriptor]) -> list[Descriptor]:
    newest: dict[str, Descriptor] = {}
    for entry in entries:
        name = entry.annotations.get(NAME, "")
        if name not in newest or _order(entry) > _order(newest[name]):
            newest[name] = entry
    return list(newest.values())


def _order(entry: Descriptor) -> tuple[bool, Version]:
    name = lower_form(entry.annotations.get(NAME, ""))
    version = Version.parse(entry.annotations.get(REF_NAME, "").removeprefix(name).lstrip(":"))
    return not version.is_prerelease, version
