"""Docker Hub on loopback: registry, tokens, search, API of tags, limits, and a CDN with links."""

from __future__ import annotations

import base64
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import Enum
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from ..digests import Digest
from ..oci.media_types import is_index, is_manifest
from .hub_pages import search_page, tag_entry, tags_page
from .images import SmallImage
from .loopback import Loopback
from .memory_transport import Answer, Request

__all__ = ["DockerHub", "HubTrouble"]

_WINDOW: Final = 21600
_OUT_OF_PULLS: Final = (
    b'{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit. You '
    b"may increase the limit by authenticating and upgrading: "
    b'https://www.docker.com/increase-rate-limit"}]}'
)


class HubTrouble(Enum):
    """What Docker Hub answers 429 for, apart from the pulls that are counted."""

    REQUESTS = "requests"
    """Too many requests from one address: plain text, bare line ends, Retry-After."""
    API = "api"
    """Too many questions to the API: X-Retry-After is a point in time."""


class DockerHub:
    """Docker Hub in a test: everything on one server of this machine, its CDN on another.

    Reading a manifest (not an index) with GET spends a pull; HEAD is free.  Blobs are redirected
    to the CDN with links that can be made to expire, and the CDN refuses whoever sends it an
    Authorization.

    Example::

        with DockerHub() as hub:
            hub.push("library/nginx", "1.27.3", image)
            hub.pulls = 1
            host.add_source("hub", hub.url, provider="registry",
                            options={"hub-url": hub.api, "search-url": hub.search})
            host.install("nginx")
            assert hub.pulls == 0
    """

    def __init__(self, *, users: Mapping[str, str] | None = None) -> None:
        """Listen; *users* is name → password of those who may log in."""
        self.limit = 100
        """Pulls in six hours, as the headers say."""
        self.pulls: int | None = None
        """Pulls that are left; None: unlimited, and the headers are missing."""
        self.trouble: HubTrouble | None = None
        """What every further request that it concerns is answered with."""
        self.moment = 2_000_000_000
        """The point in time, Unix seconds, that X-Retry-After names."""
        self.asked: list[Request] = []
        """Every request to the registry and its API, in order."""
        self.fetched: list[Request] = []
        """Every request to the CDN."""
        self.stars: dict[str, int] = {}
        """Stars by repository."""
        self.summaries: dict[str, str] = {}
        """Descriptions by repository."""
        self.tags: dict[str, dict[str, SmallImage]] = defaultdict(dict)
        """Images by repository and tag."""
        self.before: Callable[[Request], None] = lambda _: None
        """Called with each request to registry and API, before it is answered."""
        self._users = dict(users or {})
        self._lock = threading.Lock()
        self._links = 0
        self._expired = 0
        self._registry = Loopback(self._answer)
        self._cdn = Loopback(self._answer_blob)
        self.url = self._registry.url
        """Where the registry is."""
        self.api = f"{self.url}/api"
        """For the option hub-url."""
        self.search = f"{self.url}/v1/search"
        """For the option search-url."""

    def push(self, repository: str, tag: str, image: SmallImage) -> None:
        """Put *image* under a name such as ``library/nginx``."""
        self.tags[repository][tag] = image

    def expire_links(self) -> None:
        """End every link to the CDN that was given out so far."""
        with self._lock:
            self._expired = self._links

    def counted(self, method: str, part: str) -> int:
        """Return how many requests with *method* had *part* in their URL."""
        return sum(one.method == method and part in one.url for one in self.asked)

    def close(self) -> None:
        """Stop listening."""
        self._registry.close()
        self._cdn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # the registry -------------------------------------------------------------------------

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.asked.append(request)
        self.before(request)
        parts = urlsplit(request.url)
        if self.trouble is HubTrouble.REQUESTS:
            return Answer(
                status=429,
                body=b"Too Many Requests\n",
                headers={"retry-after": "60", "content-type": "text/plain"},
            )
        routes: tuple[tuple[str, Callable[[Request, str], Answer]], ...] = (
            ("/token", self._token),
            ("/v1/search", self._search),
            ("/api/v2/namespaces/", self._api),
            ("/v2/", self._registry_answer),
        )
        for start, route in routes:
            if parts.path.startswith(start):
                return route(request, parts.path.removeprefix(start))
        return Answer(status=404)

    def _token(self, request: Request, rest: str) -> Answer:
        given = request.headers.get("authorization", "")
        if given and not self._knows(given):
            return _json({"details": "incorrect username or password"}, status=401)
        user = base64.b64decode(given.partition(" ")[2]).decode().partition(":")[0] or "anonymous"
        return _json({"token": f"token-of-{user}", "expires_in": 300})

    def _knows(self, authorization: str) -> bool:
        user, _, password = base64.b64decode(authorization[6:]).decode().partition(":")
        return self._users.get(user) == password

    def _registry_answer(self, request: Request, rest: str) -> Answer:
        if not request.headers.get("authorization", "").startswith("Bearer token-of-"):
            scope = rest.partition("/manifests")[0].partition("/blobs")[0].partition("/tags")[0]
            challenge = f'Bearer realm="{self.url}/token",service="registry.docker.io"'
            challenge += f',scope="repository:{scope}:pull"' if scope else ""
            return Answer(status=401, headers={"www-authenticate": challenge})
        if not rest:
            return _json({})
        name, _, last = rest.rpartition("/")
        repository, _, kind = name.rpartition("/")
        if repository not in self.tags:
            return Answer(status=404)
        if kind == "manifests":
            return self._manifest(request, repository, unquote(last))
        if kind == "blobs":
            return self._redirect(repository, unquote(last))
        if kind == "tags":
            return _json({"name": repository, "tags": sorted(self.tags[repository])})
        return Answer(status=404)

    def _manifest(self, request: Request, repository: str, reference: str) -> Answer:
        images = self.tags[repository]
        named = images.get(reference)
        digest = named.root.digest if named else _digest(reference)
        for image in images.values():
            for blob in image.contents:
                document = is_manifest(blob.media_type) or is_index(blob.media_type)
                if document and blob.digest == digest:
                    spends = request.method == "GET" and is_manifest(blob.media_type)
                    if spends and not self._spend():
                        return Answer(status=429, body=_OUT_OF_PULLS, headers=self._limits())
                    headers = {
                        "content-type": blob.media_type,
                        "docker-content-digest": str(digest),
                        **self._limits(),
                    }
                    return Answer(body=image.blobs[digest], headers=headers)
        return Answer(status=404)

    def _spend(self) -> bool:
        with self._lock:
            if self.pulls is None:
                return True
            if self.pulls == 0:
                return False
            self.pulls -= 1
            return True

    def _limits(self) -> dict[str, str]:
        if self.pulls is None:
            return {}
        return {
            "ratelimit-limit": f"{self.limit};w={_WINDOW}",
            "ratelimit-remaining": f"{self.pulls};w={_WINDOW}",
            "docker-ratelimit-source": "127.0.0.1",
        }

    # blobs --------------------------------------------------------------------------------

    def _redirect(self, repository: str, text: str) -> Answer:
        digest = _digest(text)
        if not any(digest in image.blobs for image in self.tags[repository].values()):
            return Answer(status=404)
        with self._lock:
            self._links += 1
            link = self._links
        where = f"{self._cdn.url}/{text}?X-Amz-Signature=secret-{link}"
        return Answer(status=307, headers={"location": where})

    def _answer_blob(self, request: Request) -> Answer:
        with self._lock:
            self.fetched.append(request)
        parts = urlsplit(request.url)
        link = int(parse_qs(parts.query)["X-Amz-Signature"][0].removeprefix("secret-"))
        if "authorization" in request.headers:
            return Answer(status=400, body=b"Only one auth mechanism allowed")
        if link <= self._expired:
            return Answer(status=403, body=b"Request has expired")
        digest = Digest.parse(unquote(parts.path.lstrip("/")))
        images = [image for named in self.tags.values() for image in named.values()]
        data = next(image.blobs[digest] for image in images if digest in image.blobs)
        return _part(data, request.headers.get("range", ""))

    # beside the registry ------------------------------------------------------------------

    def _search(self, request: Request, rest: str) -> Answer:
        query = parse_qs(urlsplit(request.url).query)
        return _json(search_page(self, query["q"][0], int(query.get("n", ["25"])[0])))

    def _api(self, request: Request, rest: str) -> Answer:
        if self.trouble is HubTrouble.API:
            headers = {"x-retry-after": str(self.moment), "x-ratelimit-remaining": "0"}
            return Answer(status=429, headers=headers, body=b'{"detail": "Rate limit exceeded"}')
        namespace, _, more = rest.partition("/repositories/")
        name, _, tag = more.partition("/tags")
        repository, tag = f"{unquote(namespace)}/{unquote(name)}", unquote(tag.removeprefix("/"))
        if repository not in self.tags or (tag and tag not in self.tags[repository]):
            return _json({"message": "object not found"}, status=404)
        if tag:
            return _json(tag_entry(tag, self.tags[repository][tag]))
        return _json(tags_page(self, repository, request.url))


def _json(document: object, *, status: int = 200) -> Answer:
    headers = {"content-type": "application/json"}
    return Answer(status=status, body=json.dumps(document).encode(), headers=headers)


def _digest(text: str) -> Digest | None:
    return Digest.parse(text) if text.startswith("sha256:") else None


def _part(data: bytes, wanted: str) -> Answer:
    """Return *data*, or the one range of it that is *wanted* (RFC 9110 §14)."""
    if not wanted:
        return Answer(body=data, headers={"accept-ranges": "bytes"})
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(data)), len(data) - 1)
    if start > end:
        return Answer(status=416, headers={"content-range": f"bytes */{len(data)}"})
    headers = {"content-range": f"bytes {start}-{end}/{len(data)}"}
    return Answer(status=206, body=data[start : end + 1], headers=headers)
