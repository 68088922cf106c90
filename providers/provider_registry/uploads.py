"""One blob into one repository (distribution-spec 1.1, "Pushing blobs").

What is there costs a HEAD; what is elsewhere in the registry is mounted; the rest is sent, and an
upload that broke, in this process or another, goes on where the server has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.errors import HttpStatus, TransportError
from provider_core.oci import Descriptor
from provider_core.store import Reader
from provider_core.transport import Body, Response
from provider_core.transport.urls import next_url, shown

from .client import Repository
from .sending import CHUNK, Place, Sending, bytes_there, least_chunk
from .unfinished import Unfinished

__all__ = ["Uploader"]

_LOST = frozenset({400, 404, 410})
"""What servers say of an upload that they no longer know."""
_OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Uploader:
    """Uploads blobs to one repository; threads may share it."""

    repository: Repository
    reader: Reader
    context: Context
    unfinished: Unfinished
    chunk: int = CHUNK
    """Bytes sent at a time, and the size up to which a blob goes in one piece."""

    def has(self, blob: Descriptor) -> bool:
        """Whether the repository has *blob*, by HEAD."""
        return self._ask("HEAD", f"blobs/{blob.digest}").status == 200

    def upload(self, blob: Descriptor, *, elsewhere: Iterable[str] = ()) -> bool:
        """Bring *blob* there; False if it was there, or could be mounted from *elsewhere*.

        *elsewhere* are repositories of the registry that have it.  Raises TransportError;
        HttpStatus with what the registry said.
        """
        if self.has(blob):
            return False
        place = self._resumed(blob) or self.begin(blob, elsewhere)
        if place is None:
            return False
        key = f"push {self.repository.name}@{blob.digest}"
        self.context.progress.start(key, f"push {blob.digest.hex[:12]}", blob.size)
        try:
            with self.reader.open(blob) as stream:
                Sending(self, blob, stream, place, key).run()
        finally:
            self.context.progress.done(key)
        self.forget(blob.digest)
        return True

    def begin(self, blob: Descriptor, elsewhere: Iterable[str] = ()) -> Place | None:
        """Begin an upload; None if the registry mounted *blob* from *elsewhere* instead."""
        source = next((name for name in elsewhere if name != self.repository.name), "")
        query = ""
        if source:
            whole = self.repository.registry.endpoint.whole(source)
            query = "?" + urlencode({"mount": str(blob.digest), "from": whole})
        path = f"blobs/uploads/{query}"
        answer = self.repository.request("POST", path, mount_from=source)
        # Nothing is there yet, whatever a Range says.
        return None if answer.status == 201 else replace(self.place(answer), offset=0)

    def status(self, url: str) -> Place | None:
        """Return how far the upload at *url* is, None if the server does not know it."""
        try:
            answer = self._ask("GET", url)
        except HttpStatus as error:
            if error.fields["status"] in _LOST:
                return None
            raise
        return None if answer.status == 404 else self.place(answer, url)

    def place(self, answer: Response, url: str = "") -> Place:
        """Return where an upload goes on, from an answer about it; *url* if it does not say.

        Raises HttpStatus for an answer that is no consent, TransportError for a place that may
        not be spoken to (`next_url`), or none.
        """
        if answer.status not in (202, 204):
            raise HttpStatus(
                shown(answer.url), answer.status, hint="check its name and your permissions there"
            )
        location = answer.headers.get("location", "") or url
        if not location:
            raise TransportError(
                f"{shown(answer.url)} names no place to upload to",
                hint="ask whoever runs that registry",
            )
        home = self.repository.registry.endpoint.origin
        plain = {f"{home.host}:{home.port}"} if home.scheme == "http" else set[str]()
        return Place(
            url=next_url(answer.url, location, home, plain),
            offset=bytes_there(answer.headers.get("range", "")),
            least=least_chunk(answer.headers.get("oci-chunk-min-length", "")),
        )

    def send(self, method: str, url: str, body: Body, headers: dict[str, str]) -> Response:
        """Send a piece of a blob."""
        return self.repository.request(
            method, url, headers={"content-type": _OCTETS, **headers}, body=body
        )

    def remember(self, digest: Digest, url: str) -> None:
        """Keep where the upload of *digest* goes on, for another process."""
        self.unfinished.keep(self._whole, digest, url)

    def forget(self, digest: Digest) -> None:
        """Let the next upload of *digest* begin anew."""
        self.unfinished.drop(self._whole, digest)

    @property
    def _whole(self) -> str:
        endpoint = self.repository.registry.endpoint
        return f"{endpoint.origin}/{endpoint.whole(self.repository.name)}"

    def _resumed(self, blob: Descriptor) -> Place | None:
        """Return where an earlier upload of *blob* goes on, None if there is none."""
        url = self.unfinished.find(self._whole, blob.digest)
        if url is None:
            return None
        try:
            place = self.status(url)
        except TransportError:
            return None  # a new upload will tell what is wrong; this one may be there still
        if place is None or place.offset > blob.size:
            self.forget(blob.digest)
            return None
        return place

    def _ask(self, method: str, path: str) -> Response:
        return self.repository.request(method, path)
