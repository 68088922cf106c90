"""Whose secrets go where in a push: to the registry alone, whatever it answers."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from provider_core.context import Context
from provider_core.credentials import Credential
from provider_core.errors import Error
from provider_core.oci import Descriptor
from provider_core.testing import (
    Answer,
    MemoryStore,
    MemoryTransport,
    Request,
    TemporaryState,
    make_context,
)
from provider_core.transport import Origin, Response
from provider_registry.client import PUSH, Repository
from provider_registry.endpoints import endpoint_at
from provider_registry.memory import Memory
from provider_registry.registry import Registry
from provider_registry.unfinished import Unfinished
from provider_registry.uploads import Uploader

HERE, THERE = "https://registry.example", "https://storage.evil.example"
DATA = b"layer" * 1000
BLOB = Descriptor.of(DATA, "application/octet-stream")
SECRET = "s3cr3t"
BASIC = base64.b64encode(f"me:{SECRET}".encode()).decode()


class Server:
    """A registry whose uploads are elsewhere, and the elsewhere."""

    def __init__(self, *, challenge: str = "", place: str = f"{THERE}/upload?sig=x") -> None:
        self.challenge, self.place = challenge, place
        self.network = MemoryTransport({f"{HERE}/": self.answer, f"{THERE}/": self.answer})
        self.network.routes["https://auth.evil.example/"] = self.answer

    def answer(self, request: Request) -> Answer:
        known = "authorization" in request.headers or not request.url.startswith(HERE)
        if self.challenge and not known:
            return Answer(status=401, headers={"www-authenticate": self.challenge})
        if request.method == "POST":
            return Answer(status=202, headers={"location": self.place})
        if request.method == "PUT":
            return Answer(status=201)
        return Answer(status=404 if request.method == "HEAD" else 200, body=b'{"token": "t"}')

    def sent(self, where: str) -> Iterator[str]:
        """Yield the Authorization of each request to *where*."""
        for request in self.network.requests:
            if request.url.startswith(where):
                yield request.headers.get("authorization", "")


def _uploader(server: Server) -> tuple[Uploader, Context]:
    store = MemoryStore()
    partial = store.writer(store.lease().__enter__()).expect(BLOB)
    assert partial is not None
    with partial:
        partial.write(0, DATA)
        partial.commit()

    def credentials(origin: Origin) -> Credential | None:
        return Credential(username="me", secret=SECRET) if origin == Origin.of(HERE) else None

    context = make_context(
        transport=server.network, state=TemporaryState(), credentials=credentials
    )
    registry = Registry(endpoint=endpoint_at(HERE), context=context, memory=Memory())
    uploader = Uploader(
        repository=Repository(registry=registry, name="app", actions=PUSH),
        reader=store,
        context=context,
        unfinished=Unfinished(context),
    )
    return uploader, context


def test_an_upload_elsewhere_gets_no_login() -> None:
    server = Server(challenge='Basic realm="x"')
    uploader, _ = _uploader(server)
    assert uploader.upload(BLOB)
    assert set(server.sent(THERE)) == {""}
    assert f"Basic {BASIC}" in set(server.sent(HERE))


@pytest.mark.parametrize(
    "realm",
    [
        "https://auth.evil.example/token",
        "https://registry.example.evil.example/token",
        "http://registry.example/token",
        "https://me@registry.example/token",
        "https://169.254.169.254/token",
    ],
)
def test_cve_2026_33990_a_realm_elsewhere_gets_no_login_on_a_push_either(realm: str) -> None:
    server = Server(challenge=f'Bearer realm="{realm}",service="x"')
    uploader, _ = _uploader(server)
    with pytest.raises(Error):
        uploader.upload(BLOB)
    told = [*server.sent("https://auth.evil.example"), *server.sent("http://")]
    assert not any(told)
    assert not any(BASIC in one or SECRET in one for one in told)


def test_a_push_asks_for_what_it_does_and_no_more() -> None:
    server = Server(challenge=f'Bearer realm="{HERE}/token",service="x"', place="/v2/u/1")
    real = server.answer

    def answer(request: Request) -> Answer:
        if request.url.startswith(f"{HERE}/token"):
            return Answer(body=b'{"token": "t"}')
        return real(request)

    server.network.routes[f"{HERE}/"] = answer
    uploader, _ = _uploader(server)
    assert uploader.upload(BLOB)
    (token,) = [one.url for one in server.network.requests if "/token" in one.url]
    assert "scope=repository%3Aapp%3Apull%2Cpush" in token
    assert set(server.sent(f"{HERE}/v2/u/")) == {"Bearer t"}


def test_where_an_upload_elsewhere_leads_is_on_the_registrys_account() -> None:
    server = Server()
    tellers: dict[str, Origin | None] = {}
    real = server.network.request

    def request(method: str, url: str, **more: Any) -> Response:
        tellers[url.partition("?")[0]] = more.get("told_by")
        return real(method, url, **more)

    server.network.request = request  # type: ignore[method-assign]
    uploader, _ = _uploader(server)
    assert uploader.upload(BLOB)
    assert tellers[f"{THERE}/upload"] == Origin.of(HERE)
    assert tellers[f"{HERE}/v2/app/blobs/uploads/"] is None
