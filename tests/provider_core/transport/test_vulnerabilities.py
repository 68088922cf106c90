"""What others got wrong: each published vulnerability that concerns this room, as a test."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from provider_core.errors import TransportError
from provider_core.oci import Descriptor
from provider_core.testing.fault_server import Fault, FaultServer
from provider_core.transport import HttpTransport, Location, Proxies, TransportSettings
from provider_core.transport.tls import tls_context

from .doubles import SECRET, FixedAuth, failure, fetch

ENDLESS = [
    Fault.ENDLESS,
    Fault.ENDLESS_CHUNKS,
    Fault.ENDLESS_CONTINUE,
    Fault.ENCODED,
    Fault.MANY_HEADERS,
    Fault.HUGE_HEADER,
]
MOST_GROWTH = 64 << 20

CHILD = """
import resource, sys
from dataclasses import replace
from provider_core.errors import Error
from provider_core.oci import Descriptor
from provider_core.testing import MemoryStore
from provider_core.transport import HttpTransport, Location, TransportSettings

url, healthy = sys.argv[1:]
settings = TransportSettings(deadline=2, stall_limit=2, retries=1, backoff=0.01)
descriptor = Descriptor.of(bytes(1 << 20) + b"x", "application/octet-stream")
with HttpTransport(settings) as transport:
    transport.request("GET", healthy)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    store = MemoryStore()
    with store.lease() as lease:
        for ask in range(2):
            try:
                if ask:
                    transport.request("GET", url)
                else:
                    partial = store.writer(lease).expect(descriptor)
                    transport.download(descriptor, [Location(url=url)], partial)
                    partial.commit()
                sys.exit("it succeeded")
            except Error:
                pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10)
"""


@pytest.mark.parametrize("fault", ENDLESS)
def test_cve_2025_66418_66471_2026_21441_memory_stays_bounded(
    fault: Fault, server: FaultServer
) -> None:
    """Bombs and endless answers (urllib3) cost time up to a limit, and little memory."""
    server.fail("/blob", fault)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, server.url("/blob"), server.url("/other")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MOST_GROWTH


def test_cve_2026_21441_the_body_of_a_redirect_is_not_unpacked(
    server: FaultServer, transport: HttpTransport
) -> None:
    server.fail("/blob", Fault.ENCODED)
    with pytest.raises(TransportError, match="Content-Encoding"):
        transport.request("GET", server.url("/blob"))


def test_cve_2020_15157_a_layers_foreign_url_gets_no_credential(
    server: FaultServer, descriptor: Descriptor, transport: HttpTransport
) -> None:
    """A challenge from a foreign URL (containerd) is answered by that location's Auth alone."""
    auth = FixedAuth(server.url("/"))
    server.fail("/blob", Fault.RESET)
    locations = [
        Location(url=server.url("/blob"), auth=auth),
        Location(url=f"{server.canary.url}/blob"),
    ]
    fetch(transport, descriptor, locations)
    assert len(server.canary.heads) == 1
    assert not server.leaked(SECRET)


def test_cve_2026_33540_a_foreign_realm_is_never_asked(
    server: FaultServer, transport: HttpTransport
) -> None:
    """The transport itself follows no realm; an Auth has to, by its own rules."""
    server.fail("/blob", Fault.CHALLENGE_ELSEWHERE)
    auth = FixedAuth(server.url("/"))
    with pytest.raises(TransportError):
        transport.request("GET", server.url("/blob"), auth=auth)
    assert len(auth.challenges) == 1
    assert server.canary.heads == []


def test_cve_2026_105769_a_lookalike_host_is_another_origin(
    server: FaultServer, transport: HttpTransport
) -> None:
    """Credentials of a host go to no host whose name merely contains it (kaniko)."""
    server.elsewhere = server.canary.url.replace("127.0.0.1", "127.0.0.1.localhost")
    server.fail("/blob", Fault.REDIRECT)
    with pytest.MonkeyPatch.context() as patch:
        _resolve(patch, "127.0.0.1.localhost", "127.0.0.1")
        transport.request("GET", server.url("/blob"), auth=FixedAuth(server.url("/")))
    assert len(server.canary.heads) == 1
    assert not server.leaked(SECRET)


def test_cve_2024_35195_certificates_are_checked_on_every_connection() -> None:
    """No setting switches the check off (requests: verify=False stuck to a connection)."""
    context = tls_context(TransportSettings())
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_cve_2023_32681_proxy_credentials_do_not_reach_the_server(
    server: FaultServer, quick: TransportSettings
) -> None:
    """A redirect to a host without a proxy does not take Proxy-Authorization along (requests)."""
    # The server plays the proxy, and redirects to a host that is reached without it.
    canary = server.canary.url.removeprefix("http://")
    proxy = server.url("").replace("http://", "http://user:hidden@")
    settings = replace(quick, proxies=Proxies(http=proxy, no_proxy=(canary,)))
    server.fail("/blob", Fault.REDIRECT)
    with HttpTransport(settings) as transport:
        transport.request("GET", "http://127.0.0.1:1/blob")
    assert b"proxy-authorization" in server.listener.heads[0].lower()
    assert len(server.canary.heads) == 1
    assert b"proxy-authorization" not in server.canary.heads[0].lower()


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "fe80::1"])
def test_ssrf_a_redirect_to_a_name_of_the_metadata_service(
    address: str, server: FaultServer, transport: HttpTransport
) -> None:
    """A name that resolves to a link-local address is refused when it is connected to."""
    server.elsewhere = "https://metadata.example"
    server.fail("/blob", Fault.REDIRECT)
    with pytest.MonkeyPatch.context() as patch:
        _resolve(patch, "metadata.example", address)
        with pytest.raises(TransportError, match=r"a redirect to metadata\.example:443 leads to"):
            transport.request("GET", server.url("/blob"))


def test_truncation_is_never_success(server: FaultServer, descriptor: Descriptor) -> None:
    """Early ends without a length are accepted by requests, and not by a download."""
    server.fail("/blob", Fault.TRUNCATED_WITHOUT_LENGTH)
    with HttpTransport(TransportSettings(retries=0)) as transport:
        error = failure(transport, descriptor, server.url("/blob"))
    assert isinstance(error, TransportError)


def test_foreign_urls_of_a_descriptor_are_not_followed(
    server: FaultServer, content: bytes, transport: HttpTransport
) -> None:
    """Only the caller's locations are asked, never ``urls`` of a document."""
    descriptor = replace(
        Descriptor.of(content, "application/octet-stream"), urls=(f"{server.canary.url}/blob",)
    )
    fetch(transport, descriptor, [Location(url=server.url("/blob"))])
    assert server.canary.heads == []


def _resolve(patch: pytest.MonkeyPatch, name: str, address: str) -> None:
    """Let *name* have one address."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return real(address if host == name else host, port, *args, **kwargs)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
