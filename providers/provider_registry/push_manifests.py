"""Manifests, indexes, tags and referrers of a push (distribution-spec 1.1, "Pushing manifests")."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from provider_core.digests import Digest
from provider_core.errors import HttpStatus, NotSupported
from provider_core.oci import Descriptor, Index, Manifest, parse_root
from provider_core.oci.media_types import OCI_INDEX, is_index
from provider_core.store import Reader
from provider_core.transport import Response

from .client import Repository
from .referrer_lists import has_no_lists, says_no_lists
from .refusals import codes_in, words_in

__all__ = ["has_manifest", "put_manifest", "put_referrer"]

_SPARSE = frozenset({"MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"})


def has_manifest(repository: Repository, manifest: Descriptor) -> bool:
    """Whether *manifest* is in *repository*, by HEAD."""
    return repository.head(str(manifest.digest)) is not None


def put_manifest(
    repository: Repository,
    manifest: Descriptor,
    reader: Reader,
    *,
    reference: str = "",
    known: Collection[Digest] | None = None,
) -> Response:
    """Put *manifest* or an index under *reference*, a tag; under its digest without one.

    *known* are the manifests that were pushed, to tell an index that has only a part of its own.
    Raises NotSupported if the registry takes no such index, HttpStatus with its words.
    """
    body = reader.read(manifest)
    try:
        return _put(repository, reference or str(manifest.digest), manifest.media_type, body)
    except HttpStatus as error:
        if known is not None and _is_sparse(manifest, body, known) and codes_in(error) & _SPARSE:
            host = repository.registry.endpoint.host
            raise NotSupported(
                f"{host} takes no index of which only some platforms come along",
                hint="push all of them: --all-platforms; or one platform's image under its digest",
                digest=str(manifest.digest),
            ) from error
        raise


def put_referrer(repository: Repository, referrer: Descriptor, reader: Reader, *, tag: str) -> None:
    """See to it that *referrer*, which is there, is found by what it is about, if it is one.

    Cosign's hang on a *tag*.  Where the registry keeps no list of referrers, the list under the
    tag ``sha256-…`` is amended (distribution-spec, "Listing Referrers": the client must).
    """
    if tag:
        there = repository.head(tag)
        if there is None or there.digest != referrer.digest:
            put_manifest(repository, referrer, reader, reference=tag)
        return
    document = parse_root(reader.read(referrer), media_type=referrer.media_type)
    if document.subject is not None and not _keeps_lists(repository, document.subject.digest):
        _amend_list(repository, document.subject.digest, _listed(referrer, document))


def _put(repository: Repository, reference: str, media_type: str, body: bytes) -> Response:
    try:
        answer = repository.request(
            "PUT",
            f"manifests/{reference}",
            headers={"content-type": media_type},
            body=body,
        )
    except HttpStatus as error:
        words = words_in(error)
        error.hint = f"the registry says: {words}" if words else error.hint
        raise
    if answer.status != 201:
        raise HttpStatus(answer.url, answer.status, hint="check its name and your permissions")
    return answer


def _is_sparse(descriptor: Descriptor, body: bytes, known: Collection[Digest]) -> bool:
    if not is_index(descriptor.media_type):
        return False
    entries = Index.parse(body, media_type=descriptor.media_type).manifests
    return any(entry.digest not in known for entry in entries)


def _keeps_lists(repository: Repository, subject: Digest) -> bool:
    """Whether the registry lists referrers by itself."""
    if has_no_lists(repository):
        return False
    try:
        status = repository.request("GET", f"referrers/{subject}").status
    except HttpStatus as error:
        if says_no_lists(repository, error.fields["status"]):
            return False
        raise
    return not says_no_lists(repository, status)


def _listed(referrer: Descriptor, document: Manifest | Index) -> Descriptor:
    """Return what a list of referrers says of one (image-spec, "descriptor")."""
    kind = document.artifact_type
    if not kind and isinstance(document, Manifest):
        kind = document.config.media_type
    return replace(referrer, artifact_type=kind, annotations=document.annotations, platform=None)


def _amend_list(repository: Repository, subject: Digest, entry: Descriptor) -> None:
    tag = f"{subject.algorithm}-{subject.hex}"
    pin = repository.head(tag)
    entries: tuple[Descriptor, ...] = ()
    if pin is not None and is_index(pin.media_type):
        entries = Index.parse(repository.manifest(pin), media_type=pin.media_type).manifests
    if any(one.digest == entry.digest for one in entries):
        return
    amended = Index.build((*entries, entry))
    _put(repository, tag, OCI_INDEX, amended.raw)
