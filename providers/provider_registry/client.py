"""One repository: what its tags are, its manifests, and where its blobs are downloaded from."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provider_core.digests import Digest
from provider_core.errors import DocumentError, HttpStatus
from provider_core.oci import DOCUMENT_LIMIT, Descriptor, parse_root
from provider_core.pouring import read_document
from provider_core.transport import Body, Location, Response
from provider_core.transport.urls import shown

from .auth import RegistryAuth
from .limits import note_pulls, patiently
from .names import is_tag
from .pins import ACCEPT, content_type, pin_of
from .ratelimits import PullLimit, pull_limit
from .registry import Registry
from .tokens import Scope

__all__ = ["PULL", "PUSH", "Repository"]

PULL = frozenset({"pull"})
PUSH = frozenset({"pull", "push"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Repository:
    """A repository of a registry; its methods raise what the transport raises.

    Example::

        repository = Repository(registry=registry, name="team/app")
        pin = repository.head("1.2")
        data = repository.manifest(pin)
    """

    registry: Registry
    name: str
    """Without the endpoint's prefix."""
    actions: frozenset[str] = PULL
    """What is to be done here; a name that is pushed for the first time may be read by nobody."""

    def head(self, reference: str) -> Descriptor | None:
        """Return what a tag or digest (``sha256:…``) is, by HEAD, which costs no pull.

        Where the answer does not say it all, as old registries', the manifest is read.  None if
        it is not there.  Raises DocumentError, DigestMismatch for an answer that makes no sense.
        """
        answer = self._head(reference)
        if answer.status == 404:
            return None
        wanted = Digest.parse(reference) if ":" in reference else None
        pin = pin_of(answer.headers, self.shown(reference), wanted=wanted)
        return pin or self._pin_by_reading(reference, wanted)

    def manifest(self, descriptor: Descriptor) -> bytes:
        """Return a manifest or index, checked: size, digest, and that all agree on its type.

        Spends a pull; where there are none left, the option ``on-limit`` says what happens, but
        not at a mirror that somebody else stands behind.
        Raises HttpStatus 404 if it is not there, RateLimited, DocumentError, DigestMismatch,
        SizeMismatch.
        """
        answer = self._get(str(descriptor.digest))
        if answer.status == 404:
            raise HttpStatus(shown(answer.url), 404, hint="it is gone there; find the image again")
        data = read_document(io.BytesIO(answer.body), descriptor)
        what = self.shown(str(descriptor.digest))
        media_type = content_type(answer.headers, what)
        if media_type != descriptor.media_type:
            reason = f"it came as {media_type}, but was named as {descriptor.media_type[:100]!a}"
            raise DocumentError(reason, path="mediaType", what=what)
        parse_root(data, media_type=media_type)
        return data

    def tags(self) -> Iterator[tuple[str, ...]]:
        """Yield the tags page by page, as they are listed; nothing if there is no such repository.

        Raises DocumentError for a list without end, or with what cannot be a tag.
        """
        for page in self.registry.pages(self.url("tags/list"), "tags", self.auth()):
            for tag in page:
                if not is_tag(tag):
                    raise DocumentError(f"{tag[:80]!a} is no tag", what=self.shown("tags"))
            yield page

    def location(self, path: str) -> Location:
        """Return where *path* (``blobs/sha256:…``) is downloaded from, with what lets us in."""
        return Location(url=self.url(path), auth=self.auth())

    def url(self, path: str) -> str:
        """Return the URL of *path*."""
        return self.registry.endpoint.url(self.name, path, namespace=self.registry.namespace)

    def auth(self, *, mount_from: str = "") -> RegistryAuth:
        """Return what lets us in here, and to pull from the repository to mount."""
        scopes = [self._scope(self.name, self.actions)]
        if mount_from:
            scopes.append(self._scope(mount_from, PULL))
        return self.registry.auth(scopes, repository=self.name)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body = b"",
        limit: int = DOCUMENT_LIMIT,
        mount_from: str = "",
    ) -> Response:
        """Make one request for *path* below the repository, or for a whole URL of its registry.

        404 is an answer.  Raises TransportError; AuthRequired with the way to log in.
        """
        auth = self.auth(mount_from=mount_from)
        url = path if "://" in path else self.url(path)
        return self.registry.request(method, url, auth, headers=headers, body=body, limit=limit)

    def shown(self, reference: str) -> str:
        """Return the full name of a tag or digest here, for people."""
        endpoint = self.registry.endpoint
        joint = "@" if ":" in reference else ":"
        return f"{endpoint.host}/{endpoint.whole(self.name)}{joint}{reference}"

    def _head(self, reference: str) -> Response:
        answer = self.request("HEAD", f"manifests/{reference}", headers={"accept": ACCEPT})
        self._note_pulls(answer)
        return answer

    def _get(self, reference: str) -> Response:
        def get() -> Response:
            return self.request("GET", f"manifests/{reference}", headers={"accept": ACCEPT})

        def probe() -> PullLimit | None:
            return pull_limit(self._head(reference).headers)

        answer = patiently(self.registry.context, get, probe) if self.registry.patient else get()
        self._note_pulls(answer)
        return answer

    def _note_pulls(self, answer: Response) -> None:
        """Remember what is left where it counts: a mirror that refuses is gone around."""
        if self.registry.patient:
            note_pulls(self.registry.context, answer.headers)

    def _pin_by_reading(self, reference: str, wanted: Digest | None) -> Descriptor | None:
        answer = self._get(reference)
        if answer.status == 404:
            return None
        media_type = content_type(answer.headers, self.shown(reference))
        if wanted is None:
            return Descriptor.of(answer.body, media_type)
        pin = Descriptor(media_type=media_type, digest=wanted, size=len(answer.body))
        read_document(io.BytesIO(answer.body), pin)
        return pin

    def _scope(self, name: str, actions: frozenset[str]) -> Scope:
        endpoint = self.registry.endpoint
        return Scope(kind="repository", name=endpoint.whole(name), actions=actions)
