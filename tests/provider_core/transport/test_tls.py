"""Whom we trust, what we show of ourselves, and what is said when that fails."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core.errors import NoSuchFile, TransportError, UsageError
from provider_core.oci import Descriptor
from provider_core.testing.fault_server import Fault, FaultServer
from provider_core.transport import HttpTransport, Location, TransportSettings
from provider_core.transport.pools import ClockedPools
from provider_core.transport.tls import tls_context

from .conftest import CERTIFICATES, server_context
from .doubles import Recorder, fetch

AUTHORITY = CERTIFICATES / "authority.pem"
CLIENT = CERTIFICATES / "client.pem"
TLS_RECORD = 16 << 10


@pytest.fixture
def trusting(quick: TransportSettings) -> TransportSettings:
    return replace(quick, ca_files=(AUTHORITY,), system_ca=False, stall_limit=5.0, deadline=5.0)


def _refusal(settings: TransportSettings, url: str) -> TransportError:
    with HttpTransport(settings) as transport, pytest.raises(TransportError) as caught:
        transport.request("GET", url)
    return caught.value


def test_a_known_authority(
    content: bytes, descriptor: Descriptor, trusting: TransportSettings
) -> None:
    with FaultServer({"/blob": content}, tls=server_context("server")) as server:
        for url in (server.url("/blob"), server.url("/blob").replace("127.0.0.1", "localhost")):
            with HttpTransport(trusting) as transport:
                fetch(transport, descriptor, [Location(url=url)])


@pytest.mark.parametrize(
    ("certificate", "problem", "hint"),
    [
        ("expired", "has expired", "clock"),
        ("early", "is not valid yet", "clock"),
        ("other-host", "is for another", "host"),
        ("unknown", "comes from an unknown authority", "ca_files"),
    ],
)
def test_bad_certificates_are_named_and_not_tried_again(
    certificate: str, problem: str, hint: str, trusting: TransportSettings
) -> None:
    with FaultServer({"/blob": b"x"}, tls=server_context(certificate)) as server:
        error = _refusal(trusting, server.url("/blob"))
        assert server.asked("/blob") == 0
    assert problem in error.message
    assert hint in error.hint
    assert not error.fields.get("passing")


def test_an_authority_of_ours_does_not_make_others_trusted(quick: TransportSettings) -> None:
    with FaultServer({"/blob": b"x"}, tls=server_context("server")) as server:
        stranger = replace(quick, ca_files=(CERTIFICATES / "stranger.pem",))
        assert "unknown authority" in _refusal(stranger, server.url("/blob")).message
        assert "unknown authority" in _refusal(quick, server.url("/blob")).message


def test_the_environment_names_no_authority(
    quick: TransportSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(AUTHORITY))
    with FaultServer({"/blob": b"x"}, tls=server_context("server")) as server:
        assert "unknown authority" in _refusal(quick, server.url("/blob")).message


def test_a_system_without_authorities_has_mozillas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = str(tmp_path / "none")
    paths = ssl.DefaultVerifyPaths(nowhere, nowhere, "", nowhere, "", nowhere)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr("sys.platform", "linux")
    assert tls_context(TransportSettings()).cert_store_stats()["x509_ca"] > 50


def test_tls_is_set_up_once_and_only_where_it_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def context(settings: TransportSettings) -> ssl.SSLContext:
        made.append(tls_context(settings))
        return made[-1]

    monkeypatch.setattr("provider_core.transport.pools.tls_context", context)
    pools = ClockedPools(TransportSettings())
    pools.get("http", "")
    assert not made
    pools.get("https", "")
    pools.get("https", "http://proxy.example:3128")
    assert len(made) == 1


def test_a_client_certificate(trusting: TransportSettings) -> None:
    context = server_context("server", client_authority="authority")
    with FaultServer({"/blob": b"x"}, tls=context) as server:
        with HttpTransport(replace(trusting, client_certificate=CLIENT)) as transport:
            assert transport.request("GET", server.url("/blob")).body == b"x"
        error = _refusal(replace(trusting, retries=0), server.url("/blob"))
    assert "TLS" in error.message or "broke" in error.message


def test_no_tls_where_it_was_expected(trusting: TransportSettings) -> None:
    with FaultServer({"/blob": b"x"}) as server:
        error = _refusal(trusting, server.url("/blob").replace("http:", "https:"))
    assert "speaks no TLS" in error.message


def test_https_never_leads_to_http(content: bytes, trusting: TransportSettings) -> None:
    with FaultServer({"/blob": content}, tls=server_context("server")) as server:
        server.fail("/blob", Fault.REDIRECT)
        assert "unencrypted" in _refusal(trusting, server.url("/blob")).message
        assert server.canary.heads == []


@pytest.mark.parametrize(
    "fault", [Fault.RESET, Fault.RESET_IN_BODY, Fault.TRUNCATED, Fault.DRIP, Fault.HEADER_DRIP]
)
def test_faults_below_tls_pass_too(
    fault: Fault, content: bytes, descriptor: Descriptor, trusting: TransportSettings
) -> None:
    settings = replace(trusting, stall_limit=0.5)
    with FaultServer({"/blob": content}, tls=server_context("server")) as server:
        server.fail("/blob", fault, times=1)
        with HttpTransport(settings) as transport:
            fetch(transport, descriptor, [Location(url=server.url("/blob"))])
        assert server.asked("/blob") == 2


def test_the_small_pieces_of_tls_are_gathered(
    content: bytes, descriptor: Descriptor, trusting: TransportSettings
) -> None:
    sink = Recorder(len(content))
    with (
        FaultServer({"/blob": content}, tls=server_context("server")) as server,
        HttpTransport(trusting) as transport,
    ):
        transport.download(descriptor, [Location(url=server.url("/blob"))], sink)
    assert sink.data == content
    assert len(sink.pieces) < len(content) // TLS_RECORD


def test_files_that_cannot_be_used(quick: TransportSettings, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    missing = tmp_path / "missing.pem"
    wrong: list[tuple[TransportSettings, type[Exception]]] = [
        (replace(quick, ca_files=(missing,)), NoSuchFile),
        (replace(quick, ca_files=(nonsense,)), UsageError),
        (replace(quick, client_certificate=missing), NoSuchFile),
        (replace(quick, client_certificate=CLIENT, client_key=missing), NoSuchFile),
        (replace(quick, client_certificate=CLIENT, client_key=nonsense), UsageError),
        (replace(quick, client_certificate=AUTHORITY), UsageError),
    ]
    for settings, kind in wrong:
        with HttpTransport(settings) as transport, pytest.raises(kind):
            transport.request("GET", "https://127.0.0.1:9/x")
