"""Every fault at token, manifest and blob: the image, or an error that says what is wrong.

Nothing half is visible then, and no credential was sent elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from provider_core.credentials import Credential
from provider_core.errors import Error
from provider_core.model import Source
from provider_core.testing import MemoryStore, make_context
from provider_core.testing.fault_server import Fault, FaultServer
from provider_core.transport import HttpTransport, Origin, TransportSettings

from ...support.images import make_image
from .fake_registry import FakeRegistry
from .stores import install, package_of

IMAGE = make_image("x" * 3000, wrapping="")
MANIFEST = f"/v2/team/app/manifests/{IMAGE.root.digest}"
LAYER = f"/v2/team/app/blobs/{IMAGE.manifest.layers[0].digest}"
CONFIG = f"/v2/team/app/blobs/{IMAGE.manifest.config.digest}"
TOKEN = b'{"token": "a-good-token", "expires_in": 300}'
SECRET = "s3cret-of-the-robot"
QUICK = TransportSettings(
    connect_timeout=1.0,
    deadline=0.4,
    stall_limit=0.2,
    retries=1,
    backoff=0.01,
    retry_after_cap=0.01,
)

HARMLESS = {Fault.LONGER, Fault.WRONG_DIGEST, Fault.COOKIES, Fault.RANGE_IGNORED}
HARMLESS |= {Fault.WRONG_RANGE, Fault.SHORT_RANGE, Fault.CHANGED, Fault.RANGE_REFUSED}
FINE = {
    "blob": HARMLESS | {Fault.WRONG_TYPE, Fault.REDIRECT},
    "manifest": HARMLESS | {Fault.REDIRECT},
    "token": HARMLESS | {Fault.WRONG_TYPE},
}
"""After which faults the image comes all the same."""


@contextmanager
def faulty(part: str, fault: Fault) -> Iterator[tuple[FaultServer, str]]:
    """Give a registry on loopback whose *part* has *fault*, and its URL."""
    files = {
        "/v2/": b"{}",
        MANIFEST: IMAGE.manifest.raw,
        LAYER: IMAGE.blobs[IMAGE.manifest.layers[0].digest],
        CONFIG: IMAGE.blobs[IMAGE.manifest.config.digest],
        "/token": TOKEN,
    }
    headers = {MANIFEST: (f"Content-Type: {IMAGE.root.media_type}",)}
    with FaultServer(files, headers=headers, drip=0.05) as server:
        server.fail({"blob": LAYER, "manifest": MANIFEST, "token": "/token"}[part], fault)
        if part != "token":
            yield server, server.url("")
            return
        one = FakeRegistry(scheme="bearer", realm=server.url("/token"))
        one.push("team/app", "1.0", IMAGE)
        one.good.add("a-good-token")
        with one.listen() as registry:
            one.realm = server.url("/token")
            yield server, registry.url


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("part", list(FINE))
def test_a_fault(part: str, fault: Fault) -> None:
    store, failure = MemoryStore(), None
    with faulty(part, fault) as (server, url), HttpTransport(QUICK) as transport:

        def lookup(origin: Origin) -> Credential | None:
            return Credential(username="robot", secret=SECRET) if origin == Origin.of(url) else None

        context = make_context(
            Source(name="work", provider="registry", location=url),
            transport=transport,
            credentials=lookup,
            options={"referrers": False, "token-host": (Origin.of(server.url("")).host,)}
            if part == "token"
            else {"referrers": False},
        )
        try:
            install(package_of(IMAGE.root), context, store)
        except Error as error:
            failure = error
        assert not server.canary.heads or not any(
            b"authorization" in head.lower() for head in server.canary.heads
        )
        assert not server.leaked("a-good-token")
    blobs = dict(store.blobs())
    assert set(blobs) <= set(IMAGE.blobs)
    if fault in FINE[part]:
        assert failure is None
        assert set(blobs) == set(IMAGE.blobs)
    else:
        assert failure is not None, "it should have failed"
        assert failure.hint
        assert SECRET not in str(failure) + str(failure.as_json())
        assert set(blobs) < set(IMAGE.blobs)
