"""Whose secrets go where: never to another origin, never into a message or a log."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core.errors import AuthRequired, TimedOut, TransportError
from provider_core.oci import Descriptor
from provider_core.testing.fault_server import Fault, FaultServer
from provider_core.transport import HttpTransport, Location, Origin, Proxies, TransportSettings

from .doubles import SECRET, FixedAuth, fetch

KEY = "another-secret"


def test_a_redirect_elsewhere_takes_no_secret_along(
    server: FaultServer, descriptor: Descriptor, transport: HttpTransport
) -> None:
    server.fail("/blob", Fault.REDIRECT)
    location = Location(
        url=server.url("/blob"),
        auth=FixedAuth(server.url("/")),
        headers={"X-Api-Key": KEY, "Cookie": KEY, "Accept": "application/x-wanted"},
    )
    fetch(transport, descriptor, [location])
    answer = transport.request(
        "GET", location.url, auth=location.auth, headers={"X-Api-Key": KEY, "Referer": KEY}
    )
    assert answer.url.startswith(server.canary.url)
    assert len(server.canary.heads) == 2
    assert not server.leaked(SECRET)
    assert not server.leaked(KEY)
    assert server.leaked("application/x-wanted")
    assert all(SECRET.encode() in head for head in server.listener.heads)


def test_nor_back_to_where_it_came_from(
    server: FaultServer, descriptor: Descriptor, transport: HttpTransport
) -> None:
    with FaultServer(server.files) as second:
        second.elsewhere = server.url("")
        second.fail("/blob", Fault.REDIRECT)
        server.elsewhere = second.url("")
        server.fail("/blob", Fault.REDIRECT, times=1)
        auth = FixedAuth(server.url("/"))
        fetch(transport, descriptor, [Location(url=server.url("/blob"), auth=auth)])
    sent = [SECRET.encode() in head for head in server.listener.heads]
    assert sent == [True, False]


def test_a_foreign_challenge_is_not_shown_to_the_credentials(
    server: FaultServer, transport: HttpTransport
) -> None:
    with FaultServer(server.files) as foreign:
        foreign.fail("/blob", Fault.CHALLENGE_ELSEWHERE)
        server.elsewhere = foreign.url("")
        server.fail("/blob", Fault.REDIRECT)
        auth = FixedAuth(server.url("/"))
        with pytest.raises(AuthRequired):
            transport.request("GET", server.url("/blob"), auth=auth)
    assert auth.challenges == []


def test_a_server_sets_no_cookies(server: FaultServer, transport: HttpTransport) -> None:
    server.fail("/blob", Fault.COOKIES)
    for _ in range(2):
        answer = transport.request("GET", server.url("/blob"))
        assert "set-cookie" in answer.headers
    assert not any(b"of-the-server" in head for head in server.listener.heads)


def test_netrc_and_the_environment_are_not_read(
    server: FaultServer,
    transport: HttpTransport,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login user password hidden\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert transport.request("GET", server.url("/blob")).status == 200
    assert b"authorization" not in server.listener.heads[0].lower()


@pytest.mark.parametrize(
    "fault", [Fault.RESET, Fault.FORBIDDEN, Fault.STALL, Fault.REDIRECT_USER, Fault.LIMITED]
)
def test_no_error_and_no_log_tells_a_secret(
    fault: Fault,
    server: FaultServer,
    quick: TransportSettings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fail("/blob", fault)
    with (
        HttpTransport(replace(quick, deadline=0.3)) as transport,
        pytest.raises(TransportError) as caught,
    ):
        transport.request(
            "GET",
            server.url(f"/blob?signature={KEY}"),
            auth=FixedAuth(server.url("/")),
            headers={"X-Api-Key": KEY},
        )
    told = f"{caught.value!r} {caught.value.as_json()} {caplog.text}"
    assert KEY not in told
    assert SECRET not in told
    assert caught.value.__cause__ is None


def test_no_error_tells_a_proxys_password(quick: TransportSettings) -> None:
    proxies = Proxies(http=f"http://user:{KEY}@127.0.0.1:9")
    with (
        HttpTransport(replace(quick, proxies=proxies, retries=0)) as transport,
        pytest.raises(TransportError) as caught,
    ):
        transport.request("GET", "http://127.0.0.1/x")
    assert KEY not in f"{caught.value!r} {caught.value.as_json()}"


def test_what_an_auth_raises_comes_through(server: FaultServer, transport: HttpTransport) -> None:
    class Failing(FixedAuth):
        def on_401(self, challenge: str) -> bool:
            raise TimedOut("the token server", 1.0)

    server.fail("/blob", Fault.CHALLENGE_ELSEWHERE)
    with pytest.raises(TimedOut, match="token server"):
        transport.request("GET", server.url("/blob"), auth=Failing(server.url("")))


@pytest.mark.parametrize(
    "url", ["http://registry.example/x", "https://127.0.0.1/x", "https://169.254.169.254/x"]
)
def test_what_a_server_names_leads_where_its_redirects_may(
    url: str, transport: HttpTransport
) -> None:
    with pytest.raises(TransportError, match="refused"):
        transport.request("GET", url, told_by=Origin.of("https://registry.example"))


def test_a_name_that_leads_into_this_machine_is_refused(
    server: FaultServer, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS answers for the token server of somebody else with an address of ours."""
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)
    with pytest.raises(TransportError, match=r"127\.0\.0\.1, which is refused"):
        transport.request(
            "GET", "https://auth.example/token", told_by=Origin.of("https://registry.example")
        )


def test_a_blob_elsewhere_is_told_by_its_document(
    server: FaultServer, transport: HttpTransport, descriptor: Descriptor
) -> None:
    elsewhere = Origin.of("https://registry.example")
    with pytest.raises(TransportError, match="refused"):
        fetch(transport, descriptor, [Location(url=server.url("/blob"), told_by=elsewhere)])
    here = Origin.of(server.url(""))
    fetch(transport, descriptor, [Location(url=server.url("/blob"), told_by=here)])
