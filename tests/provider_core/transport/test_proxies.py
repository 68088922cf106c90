"""Which proxy a request goes through."""

from __future__ import annotations

import pytest

from provider_core.errors import UsageError
from provider_core.transport import Origin, Proxies

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("feed.example", "https://feed.example"),
        ("example", "https://feed.example"),
        (".example", "https://feed.example"),
        ("*.example", "https://feed.example"),
        ("feed.example:8443", "https://feed.example:8443"),
        ("10.0.0.0/8", "https://10.1.2.3"),
        ("10.1.2.3", "https://10.1.2.3"),
        ("127.0.0.1:81", "http://127.0.0.1:81"),
        ("::1", "https://[::1]"),
        ("[::1]:8443", "https://[::1]:8443"),
        ("*", "https://anything.example"),
    ],
)
def test_no_proxy_entries_that_mean_a_host(entry: str, url: str) -> None:
    assert Proxies(http=PROXY, https=PROXY, no_proxy=(entry,)).choose(Origin.of(url)) == ""


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("feed.example", "https://myfeed.example"),
        ("feed.example", "https://feed.example.evil"),
        ("feed.example:8443", "https://feed.example"),
        ("10.0.0.0/8", "https://11.1.2.3"),
        ("10.0.0.0/8", "https://ten.example"),
        ("127.0.0.1:81", "http://127.0.0.1:82"),
    ],
)
def test_no_proxy_entries_that_do_not(entry: str, url: str) -> None:
    assert Proxies(http=PROXY, https=PROXY, no_proxy=(entry,)).choose(Origin.of(url)) == PROXY


def test_a_proxy_is_for_its_scheme() -> None:
    proxies = Proxies(https=PROXY)
    assert proxies.choose(Origin.of("https://feed.example")) == PROXY
    assert proxies.choose(Origin.of("http://feed.example")) == ""


def test_the_environment_is_read_when_asked_lower_case_first() -> None:
    environ = {
        "https_proxy": "one.example:1",
        "HTTPS_PROXY": "http://two.example:2",
        "ALL_PROXY": "http://three.example:3",
        "NO_PROXY": "a.example, b.example c.example",
    }
    assert Proxies.from_environment(environ) == Proxies(
        http="http://three.example:3",
        https="http://one.example:1",
        no_proxy=("a.example", "b.example", "c.example"),
    )
    assert Proxies.from_environment({}) == Proxies()


def test_a_requests_header_sets_no_proxy_of_a_cgi_program() -> None:
    environ = {"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}
    assert Proxies.from_environment(environ).http == ""


@pytest.mark.parametrize("url", ["socks5://proxy:1080", "https://proxy", "http://", "http://p:x"])
def test_what_is_no_proxy_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="proxy"):
        Proxies(http=url)


def test_passwords_are_not_shown() -> None:
    proxies = Proxies(http="http://user:secret@proxy:3128", https="http://user:secret@proxy:3128")
    assert "secret" not in repr(proxies)
    with pytest.raises(UsageError) as caught:
        Proxies(http="socks://user:secret@proxy:3128")
    assert "secret" not in str(caught.value)
