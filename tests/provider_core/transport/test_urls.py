"""What a URL may be, and where a redirect may lead."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import TransportError
from provider_core.transport import Origin
from provider_core.transport.urls import (
    Reach,
    check_plain,
    may_lead,
    next_url,
    origin_of,
    reach,
    shown,
)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://user:secret@host/path", "https://host/path"),
        ("https://host:8443/blob?X-Sig=secret#x", "https://host:8443/blob?…"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://host:port/secret", "a malformed URL"),
    ],
)
def test_what_may_be_secret_is_not_shown(url: str, text: str) -> None:
    assert shown(url) == text


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/x",
        "file:///etc/passwd",
        "//host/x",
        "https:///x",
        "https://user@host/x",
        "https://good\\@evil/x",
        "https://host/a b",
        "https://host/\r\nX: y",
        "https://host:99999/",
        "https://host/" + "x" * 9000,
    ],
)
def test_what_is_no_clear_url_is_refused(url: str) -> None:
    with pytest.raises(TransportError):
        origin_of(url)


@given(st.text(max_size=60))
def test_any_text_is_an_origin_or_a_transport_error(text: str) -> None:
    with contextlib.suppress(TransportError):
        assert origin_of(text).scheme in ("http", "https")
    assert isinstance(shown(text), str)


@pytest.mark.parametrize(
    ("host", "where"),
    [
        ("127.0.0.1", Reach.LOOPBACK),
        ("127.9.9.9", Reach.LOOPBACK),
        ("::1", Reach.LOOPBACK),
        ("0.0.0.0", Reach.LOOPBACK),
        ("localhost", Reach.LOOPBACK),
        ("feed.localhost", Reach.LOOPBACK),
        ("::ffff:127.0.0.1", Reach.LOOPBACK),
        ("169.254.169.254", Reach.LINK_LOCAL),
        ("::ffff:169.254.169.254", Reach.LINK_LOCAL),
        ("fe80::1%eth0", Reach.LINK_LOCAL),
        ("fd00:ec2::254", Reach.LINK_LOCAL),
        ("100.100.100.200", Reach.LINK_LOCAL),
        ("10.0.0.1", Reach.ELSEWHERE),
        ("feed.example", Reach.ELSEWHERE),
    ],
)
def test_reach_of_hosts(host: str, where: Reach) -> None:
    assert reach(host) is where


def test_redirects_stay_within_their_reach_or_go_out() -> None:
    for one in Reach:
        assert may_lead(one, one)
        assert may_lead(one, Reach.ELSEWHERE)
    assert not may_lead(Reach.ELSEWHERE, Reach.LOOPBACK)
    assert not may_lead(Reach.LOOPBACK, Reach.LINK_LOCAL)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://feed.example/b"),
        ("c?d=e", "https://feed.example/a/c?d=e"),
        ("https://cdn.example/x", "https://cdn.example/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
    ],
)
def test_redirects_that_are_followed(location: str, url: str) -> None:
    assert (
        next_url("https://feed.example/a/b", location, Origin.of("https://feed.example"), ()) == url
    )


@pytest.mark.parametrize(
    "location",
    [
        "http://feed.example/b",
        "ftp://feed.example/b",
        "https://user:password@feed.example/b",
        "https://127.0.0.1/b",
        "https://[::1]/b",
        "https://localhost/b",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:a9fe:a9fe]/latest/",
        "https://[/",
        "https://host\\@evil.example/",
    ],
)
def test_redirects_that_are_refused(location: str) -> None:
    with pytest.raises(TransportError, match=r"redirects to .*, which is refused"):
        next_url("https://feed.example/a", location, Origin.of("https://feed.example"), ())


def test_plain_http_is_for_this_machine_and_for_hosts_that_are_named() -> None:
    check_plain(Origin.of("http://127.0.0.1:8080"), ())
    check_plain(Origin.of("https://feed.example"), ())
    check_plain(Origin.of("http://feed.example"), {"feed.example"})
    check_plain(Origin.of("http://feed.example:8080"), {"feed.example:8080"})
    for hosts in (set[str](), {"feed.example:8080"}, {"other.example"}):
        with pytest.raises(TransportError, match="not encrypted"):
            check_plain(Origin.of("http://feed.example"), hosts)
