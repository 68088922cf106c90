"""Referrers: signatures, SBOMs and the like of an image (distribution-spec 1.1, "Referrers").

Where the registry has no list of them there is a tag ``sha256-…`` with one, and cosign's older
tags ``sha256-….sig``, ``.att`` and ``.sbom``, whose manifests do not say what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from provider_core.digests import Digest
from provider_core.errors import AuthRequired, DocumentError, HttpStatus
from provider_core.oci import Descriptor, Index
from provider_core.oci.annotations import REF_NAME
from provider_core.oci.media_types import is_index

from .client import Repository
from .paging import next_query
from .referrer_lists import has_no_lists, says_no_lists

__all__ = ["Referrers"]

_SUFFIXES: Final = (".sig", ".att", ".sbom")
_MOST = 1000
_MOST_PAGES = 100


class Referrers:
    """The referrers of images of one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._registry = repository.registry
        self._origin = repository.registry.endpoint.origin

    def of(self, subjects: Iterable[Digest]) -> tuple[Descriptor, ...]:
        """Return what refers to *subjects*, and what refers to that in turn; each once.

        One that hangs on a tag of cosign's has this tag as its reference name (annotation).

        Raises DocumentError for more than 1,000, or a list that is none; TransportError.
        """
        found: dict[Digest, Descriptor] = {}
        waiting, asked = list(subjects), set[Digest]()
        while waiting:
            subject = waiting.pop(0)
            if subject in asked:
                continue
            asked.add(subject)
            for referrer in self._about(subject):
                if referrer.digest not in found:
                    found[referrer.digest] = referrer
                    waiting.append(referrer.digest)
            if len(found) > _MOST:
                raise DocumentError(f"more than {_MOST}", what=f"the referrers of {subject}")
        return tuple(found.values())

    def _about(self, subject: Digest) -> Iterator[Descriptor]:
        listed = self._listed(subject)
        tag = f"{subject.algorithm}-{subject.hex}"
        if listed is None:
            yield from self._tagged_list(tag)
        else:
            yield from listed
        for suffix in _SUFFIXES:
            pin = self._head(tag + suffix)
            if pin is not None:
                yield replace(pin, annotations={REF_NAME: tag + suffix})

    def _listed(self, subject: Digest) -> list[Descriptor] | None:
        """Return what the registry lists; None if it has no lists."""
        if has_no_lists(self._repository):
            return None
        url = self._repository.url(f"referrers/{subject}")
        joint, query, found = "&" if "?" in url else "?", "", list[Descriptor]()
        for _ in range(_MOST_PAGES):
            try:
                answer = self._repository.request("GET", url + (joint + query if query else ""))
            except HttpStatus as error:
                if says_no_lists(self._repository, error.fields["status"]):
                    return None
                raise
            if says_no_lists(self._repository, answer.status):
                return None
            found += Index.parse(answer.body).manifests
            query = next_query(answer.headers.get("link", ""))
            if not query:
                return found
        raise DocumentError("it does not end", what=f"the list of referrers of {subject}")

    def _tagged_list(self, tag: str) -> Iterator[Descriptor]:
        pin = self._head(tag)
        if pin is not None and is_index(pin.media_type):
            index = Index.parse(self._repository.manifest(pin), media_type=pin.media_type)
            yield from index.manifests

    def _head(self, tag: str) -> Descriptor | None:
        """Return what *tag* is; where all tags are known, those that are not there cost nothing."""
        tags = self._tags()
        if tags is not None and tag not in tags:
            return None
        return self._repository.head(tag)

    def _tags(self) -> frozenset[str] | None:
        """Return the tags of the repository, asked for once; None if they are not one page."""
        registry = self._registry
        key = ("tags", self._origin, registry.endpoint.whole(self._repository.name))
        known: frozenset[str] | str | None = registry.memory.noted(key)
        if known is None:
            known = self._first_page() or "too many"
            registry.memory.note(key, known)
        return known if isinstance(known, frozenset) else None

    def _first_page(self) -> frozenset[str] | None:
        try:
            pages = self._repository.tags()
            first, rest = next(pages, ()), next(pages, None)
        except (AuthRequired, HttpStatus):  # some let us pull, and list nothing
            return None
        return frozenset(first) if rest is None else None
