"""A registry that takes uploads and can be told to fail at any of them; real sockets."""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from provider_core.digests import Digest
from provider_core.oci import Descriptor, Index, Manifest, parse_root
from provider_core.oci.media_types import is_index
from provider_core.testing import Answer, Loopback, Request

__all__ = ["PushServer"]

_PATH = re.compile(
    r"/v2/(?P<name>.+)/(?P<kind>blobs/uploads|blobs|manifests|referrers)/(?P<rest>.*)"
)
Fault = Callable[[Request], Answer | None]


class PushServer:
    """Repositories with blobs and manifests, uploads with their bytes so far.

    ``faults`` are asked before anything else; what one returns is the answer.
    """

    def __init__(self, *, lists_referrers: bool = True, takes_sparse: bool = True) -> None:
        self.lists_referrers = lists_referrers
        self.takes_sparse = takes_sparse
        self.mounts = True
        self.least = 0
        self.blobs: dict[str, dict[Digest, bytes]] = defaultdict(dict)
        self.manifests: dict[str, dict[str, tuple[str, bytes]]] = defaultdict(dict)
        self.uploads: dict[str, bytearray] = {}
        self.asked: list[Request] = []
        self.faults: list[Fault] = []
        self._numbers = 0
        self._lock = threading.RLock()
        self._server = Loopback(self._answer)
        self.url = self._server.url
        self.host = self.url.removeprefix("http://")

    def counted(self, method: str, part: str = "") -> int:
        """Return how many requests with *method* had *part* in their URL."""
        return sum(one.method == method and part in one.url for one in self.asked)

    def break_next(
        self, method: str, times: int = 1, status: int = 503, *, late: bool = False
    ) -> None:
        """Answer the next requests with *method* with *status*; *late*: after they were done."""
        left = [times]

        def fault(request: Request) -> Answer | None:
            if request.method != method or "uploads" not in request.url or not left[0]:
                return None
            left[0] -= 1
            if late:
                self._work(request)
            return Answer(status=status)

        self.faults.append(fault)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.asked.append(request)
            for fault in self.faults:
                answer = fault(request)
                if answer is not None:
                    return answer
            return self._work(request)

    def _work(self, request: Request) -> Answer:
        parts = urlsplit(request.url)
        if parts.path == "/v2/":
            return Answer()
        match = _PATH.fullmatch(parts.path)
        if match is None:
            return Answer(status=404)
        name, rest = match["name"], match["rest"]
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if match["kind"] == "blobs/uploads":
            return self._upload(request, name, rest, query)
        if match["kind"] == "blobs":
            data = self.blobs[name].get(Digest.parse(rest))
            return Answer(status=404) if data is None else Answer(body=data)
        if match["kind"] == "referrers":
            return self._referrers(name, rest)
        return self._manifest(request, name, rest)

    def _upload(self, request: Request, name: str, key: str, query: dict[str, str]) -> Answer:
        if request.method == "POST":
            wanted, source = query.get("mount", ""), query.get("from", "")
            if self.mounts and wanted and Digest.parse(wanted) in self.blobs[source]:
                digest = Digest.parse(wanted)
                self.blobs[name][digest] = self.blobs[source][digest]
                return Answer(status=201)
            self._numbers += 1
            key = f"u{self._numbers}"
            self.uploads[key] = bytearray()
            return self._progress(name, key)
        if key not in self.uploads:
            return Answer(status=404, body=b'{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}')
        have = self.uploads[key]
        if request.method == "GET":
            return self._progress(name, key, status=204)
        start = request.headers.get("content-range", f"{len(have)}-").partition("-")[0]
        if int(start) != len(have):
            return Answer(status=416)
        have += request.body
        if request.method == "PATCH":
            return self._progress(name, key)
        digest = Digest.parse(query["digest"])
        if Digest.of(bytes(have)) != digest:
            return Answer(status=400, body=b'{"errors":[{"code":"DIGEST_INVALID"}]}')
        self.blobs[name][digest] = bytes(self.uploads.pop(key))
        return Answer(status=201)

    def _progress(self, name: str, key: str, *, status: int = 202) -> Answer:
        headers = {
            "location": f"/v2/{name}/blobs/uploads/{key}?_state=secret",
            "range": f"0-{max(0, len(self.uploads[key]) - 1)}",
        }
        if self.least:
            headers["oci-chunk-min-length"] = str(self.least)
        return Answer(status=status, headers=headers)

    def _manifest(self, request: Request, name: str, reference: str) -> Answer:
        if request.method == "PUT":
            return self._put(request, name, reference)
        found = self.manifests[name].get(reference)
        if found is None:
            return Answer(status=404)
        media_type, data = found
        headers = {"content-type": media_type, "docker-content-digest": str(Digest.of(data))}
        return Answer(body=data, headers=headers)

    def _put(self, request: Request, name: str, reference: str) -> Answer:
        media_type, data = request.headers["content-type"], request.body
        document = parse_root(data, media_type=media_type)
        if is_index(media_type):
            assert isinstance(document, Index)
            lacking = [m for m in document.manifests if str(m.digest) not in self.manifests[name]]
            if lacking and not self.takes_sparse and not reference.startswith("sha256-"):
                body = {"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown"}]}
                return Answer(status=400, body=json.dumps(body).encode())
        else:
            assert isinstance(document, Manifest)
            for blob in (document.config, *document.layers):
                if blob.digest not in self.blobs[name]:
                    return Answer(status=400, body=b'{"errors":[{"code":"BLOB_UNKNOWN"}]}')
        digest = Digest.of(data)
        self.manifests[name][reference] = self.manifests[name][str(digest)] = (media_type, data)
        return Answer(status=201, headers={"docker-content-digest": str(digest)})

    def _referrers(self, name: str, digest: str) -> Answer:
        if not self.lists_referrers:
            return Answer(status=404)
        found: dict[Digest, Descriptor] = {}
        for media_type, data in self.manifests[name].values():
            document = parse_root(data, media_type=media_type)
            if document.subject is not None and str(document.subject.digest) == digest:
                pin = Descriptor.of(data, media_type)
                found[pin.digest] = pin
        return Answer(body=Index.build(list(found.values())).raw)
