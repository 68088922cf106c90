"""A registry of the OCI distribution specification on a memory network."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

from provider_core.digests import Digest
from provider_core.oci import Descriptor, Index, Manifest
from provider_core.oci.media_types import is_index, is_manifest
from provider_core.testing import Answer, MemoryTransport, Request, SmallImage, TokenServer

__all__ = ["AUTH", "REGISTRY", "RegistryServer", "signature_of"]

REGISTRY = "https://registry.example"
AUTH = "https://auth.example/token"


def signature_of(image: SmallImage) -> tuple[Manifest, bytes]:
    """Return an artifact about *image* and its config's bytes."""
    empty = Descriptor.of(b"{}", "application/vnd.oci.empty.v1+json")
    manifest = Manifest.build(
        empty, (), artifact_type="application/vnd.example.signature", subject=image.root
    )
    return manifest, b"{}"


class RegistryServer:
    """Repositories with tags, behind bearer tokens that are good for so many bytes."""

    def __init__(self, *, bytes_per_token: int | None = None) -> None:
        self.tokens = TokenServer(REGISTRY, bytes_per_token=bytes_per_token)
        self.tokens.challenge = f'Bearer realm="{AUTH}",service="registry.example"'
        self.network = MemoryTransport(tokens=self.tokens)
        self.network.routes[f"{REGISTRY}/v2/"] = self._answer
        self.network.routes[AUTH] = self._token
        self.pulls_allowed: int | None = None
        """How many manifests may be read; None for any number."""
        self.pulls = 0
        """How many manifests were read; HEAD costs nothing."""
        self._tags: dict[str, dict[str, Digest]] = defaultdict(dict)
        self._types: dict[Digest, str] = {}
        self._blobs: dict[Digest, bytes] = {}
        self._referrers: dict[Digest, list[Descriptor]] = defaultdict(list)

    def push(self, repository: str, tag: str, image: SmallImage) -> None:
        """Put *image* into a repository."""
        self._blobs.update(image.blobs)
        self._types.update({blob.digest: blob.media_type for blob in image.contents})
        self._tags[repository][tag] = image.root.digest

    def refer(self, image: SmallImage) -> Descriptor:
        """Put a signature of *image* beside it."""
        manifest, config = signature_of(image)
        self._blobs.update({manifest.digest: manifest.raw, manifest.config.digest: config})
        self._types[manifest.digest] = manifest.media_type
        self._referrers[image.root.digest].append(manifest.descriptor())
        return manifest.descriptor()

    def attach(self, image: Digest, referrer: Descriptor, blobs: Mapping[Digest, bytes]) -> None:
        """Put a *referrer* of *image*, which consists of *blobs*, beside it."""
        self._blobs.update(blobs)
        self._types[referrer.digest] = referrer.media_type
        self._referrers[image].append(referrer)

    def blob_url(self, repository: str, digest: Digest) -> str:
        """Return where a blob is read from."""
        return f"{REGISTRY}/v2/{repository}/blobs/{digest}"

    def _token(self, request: Request) -> Answer:
        return Answer(body=json.dumps({"token": self.tokens.issue()}).encode())

    def _answer(self, request: Request) -> Answer:
        path = request.url.removeprefix(f"{REGISTRY}/v2/")
        if path == "_catalog":
            return _json({"repositories": sorted(self._tags)})
        repository, _, last = path.rpartition("/")
        repository, _, kind = repository.rpartition("/")
        if kind == "tags" and repository in self._tags:
            return _json({"name": repository, "tags": sorted(self._tags[repository])})
        if kind == "manifests":
            return self._manifest(repository, last, request)
        if kind == "blobs" and Digest.parse(last) in self._blobs:
            return Answer(body=self._blobs[Digest.parse(last)])
        if kind == "referrers":
            return Answer(body=Index.build(self._referrers[Digest.parse(last)]).raw)
        return Answer(status=404)

    def _manifest(self, repository: str, last: str, request: Request) -> Answer:
        digest = self._tags[repository].get(last)
        if digest is None and ":" in last:
            digest = Digest.parse(last)
        if digest not in self._types:
            return Answer(status=404)
        if request.method == "GET":
            if self.pulls == self.pulls_allowed:
                return Answer(status=429, headers={"retry-after": "60"})
            self.pulls += 1
        media_type = self._types[digest]
        assert is_manifest(media_type) or is_index(media_type)
        return Answer(
            body=self._blobs[digest],
            headers={"content-type": media_type, "docker-content-digest": str(digest)},
        )


def _json(document: object) -> Answer:
    return Answer(body=json.dumps(document).encode())
