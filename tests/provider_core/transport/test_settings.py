"""Settings of one source over the global ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core.errors import UsageError
from provider_core.transport import Proxies, TransportSettings, for_source

URL = "http://feed.example:8080/x"
BASE = TransportSettings(
    ca_files=(Path("site.pem"),), proxies=Proxies(http="http://user:secret@proxy:3128")
)


def test_without_options_nothing_changes() -> None:
    assert for_source(BASE, URL, {"other": "x"}) == BASE


def test_files_of_a_source() -> None:
    options = {"ca-file": "own.pem", "client-certificate": "c.pem", "client-key": "k.pem"}
    settings = for_source(BASE, URL, options)
    assert settings.ca_files == (Path("site.pem"), Path("own.pem"))
    assert settings.client_certificate == Path("c.pem")
    assert settings.client_key == Path("k.pem")


def test_plain_http_is_for_the_host_of_the_source_alone() -> None:
    assert for_source(BASE, URL, {"plain-http": True}).plain_http_hosts == {"feed.example:8080"}
    assert for_source(BASE, URL, {"plain-http": False}).plain_http_hosts == frozenset()


def test_what_is_reached_over_tls_stays_so() -> None:
    assert for_source(BASE, "https://feed.example", {"plain-http": True}) == BASE


def test_proxies_of_a_source() -> None:
    settings = for_source(BASE, URL, {"proxy": "http://other:1", "no-proxy": "a, B"})
    assert settings.proxies == Proxies(
        http="http://other:1", https="http://other:1", no_proxy=("a", "b")
    )
    assert for_source(BASE, URL, {"proxy": "none"}).proxies == Proxies()


def test_a_sources_proxy_bears_no_password() -> None:
    with pytest.raises(UsageError, match="password") as caught:
        for_source(BASE, URL, {"proxy": "http://user:hidden@proxy:3128"})
    assert "hidden" not in str(caught.value)


def test_settings_show_no_password() -> None:
    assert "secret" not in repr(BASE)
