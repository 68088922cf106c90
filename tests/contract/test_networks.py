"""A host makes its own way to the network, for each source as settings and options say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Host, Settings
from provider_core.context import Context
from provider_core.errors import NoSuchFile, Offline, TransportError, UsageError
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import Feature, OptionSpec, Package, PackageId, ProviderInfo, Query, Verb
from provider_core.oci import Descriptor
from provider_core.testing.fault_server import FaultServer, closed_port_url
from provider_core.transport import network_options


class Asking(ProviderSpec):
    """Finds one package, whose summary is what the source's URL answers."""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        return ProviderInfo(
            name="asking", version="1", features=frozenset({Feature.FIND}), schemes=("http",)
        )

    @hookimpl
    def options(self) -> Iterator[OptionSpec]:
        yield from network_options(Verb.SOURCE)

    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        assert context.source is not None
        answer = context.transport.request("GET", context.source.location)
        identity = PackageId(provider="asking", source=context.source.name, name="it", version="1")
        pin = Descriptor.of(answer.body, "text/plain")
        yield Package(id=identity, pin=pin, summary=answer.body.decode())


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer({"/answer": b"hello"}) as server:
        yield server


def _found(host: Host) -> str:
    (package,) = host.find("it").packages
    return package.summary


def test_a_host_reaches_a_source_without_being_given_a_transport(
    server: FaultServer, tmp_path: Path
) -> None:
    with Host(tmp_path / "home", providers=[Asking]) as host:
        host.add_source("web", server.url("/answer"))
        assert _found(host) == "hello"


def test_proxies_are_settings_and_a_sources_own_options(
    server: FaultServer, tmp_path: Path
) -> None:
    settings = Settings(http_proxy=closed_port_url())
    with Host(tmp_path / "home", providers=[Asking], settings=settings) as host:
        host.add_source("web", server.url("/answer"))
        with pytest.raises(TransportError):
            host.find("it")
        host.set_source("web", options={"proxy": "none"})
        assert _found(host) == "hello"
        host.set_source("web", options={"proxy": closed_port_url()})
        with pytest.raises(TransportError):
            host.find("it")
        host.set_source("web", options={"no-proxy": "127.0.0.1"})
        assert _found(host) == "hello"


def test_a_sources_proxy_bears_no_password(server: FaultServer, tmp_path: Path) -> None:
    with Host(tmp_path / "home", providers=[Asking]) as host:
        with pytest.raises(UsageError, match="cannot bear a password"):
            host.add_source(
                "web", server.url("/answer"), options={"proxy": "http://user:hidden@proxy:1"}
            )
        assert "web" not in {row.source.name for row in host.sources()}


def test_a_certificate_file_that_is_not_there(server: FaultServer, tmp_path: Path) -> None:
    settings = Settings(ca_files=(str(tmp_path / "absent.pem"),))
    with Host(tmp_path / "home", providers=[Asking], settings=settings) as host:
        host.add_source("web", server.url("/answer"))
        with pytest.raises(NoSuchFile):
            host.find("it")


def test_offline_nothing_is_reached(server: FaultServer, tmp_path: Path) -> None:
    with Host(tmp_path / "home", providers=[Asking], settings=Settings(offline=True)) as host:
        host.add_source("web", server.url("/answer"))
        with pytest.raises(Offline):
            host.find("it")
    assert server.asked("/answer") == 0
