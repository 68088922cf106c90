"""A registry in memory, as a function from requests to answers, with what real ones do wrong."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from provider_core.digests import Digest
from provider_core.oci import Descriptor, Index
from provider_core.oci.media_types import is_index, is_manifest
from provider_core.testing import Answer, Loopback, MemoryTransport, Request

from ...support.images import SmallImage

__all__ = ["URL", "FakeRegistry"]

URL = "https://registry.example"


@dataclass(kw_only=True)
class FakeRegistry:
    """Repositories with tags; answers as the distribution specification says unless told else.

    Example::

        registry = FakeRegistry()
        registry.push("team/app", "1.0", make_image("x"))
        context = make_context(source, transport=registry.network)
    """

    url: str = URL
    login: str = ""
    """``user:password`` that Basic or the token server takes; '' lets everybody in."""
    scheme: str = ""
    """'basic' or 'bearer'; '' asks for nothing."""
    realm: str = ""
    """URL of its token server; its own ``/token`` if ''."""
    lists_referrers: bool = True
    page: int = 1000
    warning: str = ""
    """A Warning header of every answer."""
    denies: frozenset[str] = frozenset()
    """Repositories that no token is good for."""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Path → headers that take the place of the right ones."""
    bodies: dict[str, bytes] = field(default_factory=dict)
    """Path → a body that takes the place of the right one."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Path → a status that takes the place of the right one."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and path (with query) of every request, in order; the token server's too."""
    seen: list[Request] = field(default_factory=list)
    tokens: int = 0
    """How many tokens were given out."""

    def __post_init__(self) -> None:
        self.tags: dict[str, dict[str, Digest]] = defaultdict(dict)
        self.types: dict[Digest, str] = {}
        self.blobs: dict[Digest, bytes] = {}
        self.referrers: dict[Digest, list[Descriptor]] = defaultdict(list)
        self.good: set[str] = set()
        self.realm = self.realm or f"{self.url}/token"
        self.network = MemoryTransport()
        self.serve(self.network)

    def serve(self, network: MemoryTransport) -> None:
        """Be reached over *network* too."""
        network.routes[f"{self.url}/v2/"] = self.answer
        network.routes[self.realm.partition("?")[0]] = self.token

    def push(self, repository: str, tag: str, image: SmallImage) -> SmallImage:
        """Put *image* into a repository; without a tag if that is ''."""
        self.blobs.update(image.blobs)
        for manifest in image.manifests:
            self.types[manifest.digest] = manifest.media_type
        self.types[image.root.digest] = image.root.media_type
        if is_index(image.root.media_type):
            for entry in Index.parse(image.blobs[image.root.digest]).manifests:
                self.types[entry.digest] = entry.media_type
        if tag:
            self.tags[repository][tag] = image.root.digest
        else:
            self.tags[repository].update({})
        return image

    def refer(self, repository: str, subject: Descriptor, image: SmallImage) -> SmallImage:
        """Put *image* beside *subject*, to be listed as its referrer."""
        self.push(repository, "", image)
        self.referrers[subject.digest].append(image.root)
        if not self.lists_referrers:
            index = Index.build(self.referrers[subject.digest])
            self.blobs[index.digest], self.types[index.digest] = index.raw, index.media_type
            self.tags[repository][f"sha256-{subject.digest.hex}"] = index.digest
        return image

    def paths(self, method: str = "") -> list[str]:
        """Return what was asked for below /v2/, of one method."""
        return [path for verb, path in self.asked if method in ("", verb)]

    def token(self, request: Request) -> Answer:
        """Be the token server."""
        self.seen.append(request)
        self.asked.append((request.method, "token"))
        if self.login and request.headers.get("authorization") != _basic(self.login):
            return Answer(status=401, headers={"www-authenticate": "Basic realm=token"})
        scopes = " ".join(parse_qs(urlsplit(request.url).query).get("scope", []))
        self.tokens += 1
        value = f"token-{self.tokens}"
        if not any(f":{name}:" in scopes for name in self.denies):
            self.good.add(value)
        return Answer(body=json.dumps({"token": value}).encode())

    def listen(self) -> Loopback:
        """Be reached on loopback, under a URL of its own; close what is returned."""
        server = Loopback(
            lambda request: (self.token if "/v2/" not in request.url else self.answer)(request)
        )
        self.url, self.realm = server.url, f"{server.url}/token"
        return server

    def answer(self, request: Request) -> Answer:
        """Be the registry."""
        parts = urlsplit(request.url)
        path = parts.path.partition("/v2/")[2]
        self.seen.append(request)
        self.asked.append((request.method, path + (f"?{parts.query}" if parts.query else "")))
        refused = self._refused(request)
        answer = refused or self._answer(path, parts.query)
        headers = {**answer.headers, **self.headers.get(path, {})}
        if self.warning:
            headers["warning"] = self.warning
        body = self.bodies.get(path, answer.body)
        headers = {name: value for name, value in headers.items() if value}
        status = answer.status if refused else self.statuses.get(path, answer.status)
        return Answer(status=status, body=body, headers=headers)

    def _refused(self, request: Request) -> Answer | None:
        said = request.headers.get("authorization", "")
        if self.scheme == "basic" and said != _basic(self.login):
            return Answer(status=401, headers={"www-authenticate": 'Basic realm="it"'})
        if self.scheme == "bearer" and said.removeprefix("Bearer ") not in self.good:
            challenge = f'Bearer realm="{self.realm}",service="registry.example"'
            return Answer(status=401, headers={"www-authenticate": challenge})
        return None

    def _answer(self, path: str, query: str) -> Answer:
        if not path:
            return Answer(body=b"{}")
        if path == "_catalog":
            return Answer(body=json.dumps({"repositories": sorted(self.tags)}).encode())
        repository, _, last = path.rpartition("/")
        repository, _, kind = repository.rpartition("/")
        if kind == "tags":
            return self._tags(repository, query)
        if kind == "manifests":
            return self._manifest(repository, last)
        if kind == "blobs" and (body := self.blobs.get(Digest.parse(last))) is not None:
            return Answer(body=body)
        if kind == "referrers" and self.lists_referrers:
            return Answer(body=Index.build(self.referrers[Digest.parse(last)]).raw)
        return Answer(status=404, body=b"<html>not here</html>")

    def _tags(self, repository: str, query: str) -> Answer:
        if repository not in self.tags:
            return Answer(status=404)
        known = sorted(self.tags[repository])
        last = parse_qs(query).get("last", [""])[0]
        rest = [tag for tag in known if tag > last]
        body = json.dumps({"name": repository, "tags": rest[: self.page]}).encode()
        link = ""
        if len(rest) > self.page:
            after = rest[self.page - 1]
            link = f'</v2/{repository}/tags/list?last={after}&n={self.page}>; rel="next"'
        return Answer(body=body, headers={"link": link} if link else {})

    def _manifest(self, repository: str, last: str) -> Answer:
        digest = Digest.parse(last) if ":" in last else self.tags[repository].get(last)
        if digest is None or digest not in self.types:
            return Answer(status=404)
        media_type = self.types[digest]
        assert is_manifest(media_type) or is_index(media_type)
        headers = {"content-type": media_type, "docker-content-digest": str(digest)}
        return Answer(body=self.blobs[digest], headers=headers)


def _basic(login: str) -> str:
    return f"Basic {base64.b64encode(login.encode()).decode()}"
