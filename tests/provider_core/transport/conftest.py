"""Content, quick settings, and servers on loopback with and without TLS."""

from __future__ import annotations

import random
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core.oci import Descriptor
from provider_core.testing.fault_server import FaultServer
from provider_core.transport import HttpTransport, TransportSettings

CERTIFICATES = Path(__file__).parent / "certificates"
SIZE = 300_000


@pytest.fixture(scope="session")
def content() -> bytes:
    """Give bytes that no fault produces by chance."""
    return random.Random(1).randbytes(SIZE)


@pytest.fixture(scope="session")
def descriptor(content: bytes) -> Descriptor:
    return Descriptor.of(content, "application/octet-stream")


@pytest.fixture(scope="session")
def quick() -> TransportSettings:
    """Give limits that make every failure a matter of a second."""
    return TransportSettings(
        connect_timeout=1.0,
        deadline=1.0,
        stall_limit=0.6,
        stall_bytes=10_000,
        retries=2,
        backoff=0.01,
        retry_after_cap=0.05,
    )


@pytest.fixture
def transport(quick: TransportSettings) -> Iterator[HttpTransport]:
    with HttpTransport(quick) as engine:
        yield engine


@pytest.fixture
def server(content: bytes) -> Iterator[FaultServer]:
    with FaultServer({"/blob": content, "/other": content}) as one:
        yield one


def server_context(name: str, *, client_authority: str = "") -> ssl.SSLContext:
    """Return the TLS side of a server with the certificate *name*."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    if client_authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(CERTIFICATES / f"{client_authority}.pem")
    return context
