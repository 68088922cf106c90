"""The transport against a real web server over TLS and a real proxy."""

from __future__ import annotations

import math
import random
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from provider_core.errors import AuthRequired, TransportError
from provider_core.oci import Descriptor
from provider_core.store import DirectoryStore
from provider_core.testing.fault_server import FaultServer
from provider_core.transport import HttpTransport, Location, Proxies, TransportSettings

from .servers import free_port, running

CERTIFICATES = Path(__file__).parents[1] / "provider_core" / "transport" / "certificates"
CONTENT = random.Random(3).randbytes(3_000_000)
DESCRIPTOR = Descriptor.of(CONTENT, "application/octet-stream")
USER, PASSWORD = "courier", "pass-word"

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    gzip on; gzip_types *; gzip_min_length 1;
    ssl_certificate {certificates}/server.pem; ssl_certificate_key {certificates}/server.pem;
    server {{ listen 127.0.0.1:{tls} ssl; root {folder}/www; }}
    server {{
        listen 127.0.0.1:{mutual} ssl; root {folder}/www;
        ssl_client_certificate {certificates}/authority.pem; ssl_verify_client on;
    }}
    server {{ listen 127.0.0.1:{plain}; root {folder}/www; }}
}}
"""

TINYPROXY = """
Port {port}
Listen 127.0.0.1
Timeout 20
LogFile "{folder}/log"
LogLevel Info
PidFile "{folder}/pid"
MaxClients 20
BasicAuth {user} {password}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServer:
    """URLs of the same file."""

    tls: str
    mutual: str
    """Wants a client certificate."""
    plain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardProxy:
    """A proxy that wants a user and password."""

    place: str
    """host:port."""
    log: Path

    @property
    def url(self) -> str:
        return f"http://{USER}:{PASSWORD}@{self.place}"

    def connections(self, what: str) -> int:
        """Return how many requests that name *what* went through."""
        return sum(what in line for line in self.log.read_text().splitlines() if "Request" in line)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "www").mkdir()
    (folder / "www" / "blob.json").write_bytes(CONTENT)
    for path in (*folder.parents, folder, folder / "www"):
        if path.is_relative_to(tmp_path_factory.getbasetemp()):
            path.chmod(0o755)
    ports = {name: free_port() for name in ("tls", "mutual", "plain")}
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, certificates=CERTIFICATES, **ports))
    with running("nginx", "-c", config, "-e", folder / "errors", port=ports["plain"]):
        yield WebServer(
            tls=f"https://127.0.0.1:{ports['tls']}/blob.json",
            mutual=f"https://127.0.0.1:{ports['mutual']}/blob.json",
            plain=f"http://127.0.0.1:{ports['plain']}/blob.json",
        )


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForwardProxy]:
    folder = tmp_path_factory.mktemp("tinyproxy")
    port = free_port()
    config = folder / "tinyproxy.conf"
    config.write_text(TINYPROXY.format(folder=folder, port=port, user=USER, password=PASSWORD))
    with running("tinyproxy", "-d", "-c", config, port=port):
        yield ForwardProxy(place=f"127.0.0.1:{port}", log=folder / "log")


@pytest.fixture
def settings() -> TransportSettings:
    return TransportSettings(
        ca_files=(CERTIFICATES / "authority.pem",),
        parallel_from=1_000_000,
        segment=500_000,
        fast=math.inf,
        retries=1,
        backoff=0.01,
    )


def _fetch(settings: TransportSettings, url: str, folder: Path, *, begun: int = 0) -> bytes:
    store = DirectoryStore(folder)
    with HttpTransport(settings) as transport, store.lease() as lease:
        partial = store.writer(lease).expect(DESCRIPTOR)
        assert partial is not None
        with partial:
            partial.write(0, CONTENT[:begun])
            transport.download(DESCRIPTOR, [Location(url=url)], partial)
            partial.commit()
    return store.read(DESCRIPTOR)


@pytest.mark.peer("nginx")
@pytest.mark.parametrize("begun", [0, 1, 2_900_000])
def test_nginx_over_tls_by_ranges(
    begun: int, web: WebServer, settings: TransportSettings, tmp_path: Path
) -> None:
    assert _fetch(settings, web.tls, tmp_path / "store", begun=begun) == CONTENT


@pytest.mark.peer("nginx")
def test_nginx_over_one_connection(
    web: WebServer, settings: TransportSettings, tmp_path: Path
) -> None:
    alone = replace(settings, connections=1)
    assert _fetch(alone, web.tls, tmp_path / "store") == CONTENT


@pytest.mark.peer("nginx")
def test_nginx_does_not_compress_what_is_asked_for_as_it_is(
    web: WebServer, settings: TransportSettings
) -> None:
    with HttpTransport(settings) as transport:
        answer = transport.request("GET", web.tls)
        etag = answer.headers["etag"]
        again = transport.request("GET", web.tls, headers={"If-None-Match": etag})
    assert answer.body == CONTENT
    assert (again.status, again.body) == (304, b"")


@pytest.mark.peer("nginx")
def test_nginx_wants_a_client_certificate(
    web: WebServer, settings: TransportSettings, tmp_path: Path
) -> None:
    with HttpTransport(settings) as transport, pytest.raises(TransportError):
        transport.request("GET", web.mutual)
    known = replace(settings, client_certificate=CERTIFICATES / "client.pem")
    assert _fetch(known, web.mutual, tmp_path / "store") == CONTENT


@pytest.mark.peer("nginx")
def test_nginx_has_an_authority_that_is_not_known(web: WebServer) -> None:
    with HttpTransport() as transport, pytest.raises(TransportError, match="unknown authority"):
        transport.request("GET", web.tls)


@pytest.mark.peer("nginx", "tinyproxy")
@pytest.mark.parametrize("scheme", ["tls", "plain", "mutual"])
def test_tinyproxy_with_a_password(
    scheme: str, web: WebServer, proxy: ForwardProxy, settings: TransportSettings, tmp_path: Path
) -> None:
    url: str = getattr(web, scheme)
    through = replace(
        settings,
        proxies=Proxies(http=proxy.url, https=proxy.url),
        client_certificate=CERTIFICATES / "client.pem",
    )
    place = url.split("/")[2]
    before = proxy.connections(place)
    assert _fetch(through, url, tmp_path / "store") == CONTENT
    assert proxy.connections(place) > before


@pytest.mark.peer("nginx", "tinyproxy")
@pytest.mark.parametrize("scheme", ["tls", "plain"])
def test_tinyproxy_without_one(
    scheme: str, web: WebServer, proxy: ForwardProxy, settings: TransportSettings
) -> None:
    nameless = f"http://{proxy.place}"
    through = replace(settings, proxies=Proxies(http=nameless, https=nameless))
    with HttpTransport(through) as transport, pytest.raises(AuthRequired, match="proxy"):
        transport.request("GET", getattr(web, scheme))


@pytest.mark.peer("nginx", "tinyproxy")
def test_no_proxy_goes_past_it(
    web: WebServer, proxy: ForwardProxy, settings: TransportSettings, tmp_path: Path
) -> None:
    environ = {"https_proxy": proxy.url, "NO_PROXY": "example.org, 127.0.0.0/8"}
    past = replace(settings, proxies=Proxies.from_environment(environ))
    place = web.tls.split("/")[2]
    before = proxy.connections(place)
    assert _fetch(past, web.tls, tmp_path / "store") == CONTENT
    assert proxy.connections(place) == before


@pytest.mark.peer("tinyproxy")
def test_a_proxys_password_reaches_no_server(
    proxy: ForwardProxy, settings: TransportSettings
) -> None:
    through = replace(settings, proxies=Proxies(http=proxy.url))
    token = b64encode(f"{USER}:{PASSWORD}".encode())
    with FaultServer({"/x": b"x"}) as server, HttpTransport(through) as transport:
        assert transport.request("GET", server.url("/x")).body == b"x"
        heads = server.listener.heads
    assert len(heads) == 1
    assert token not in heads[0]
    assert b"Via:" in heads[0]
