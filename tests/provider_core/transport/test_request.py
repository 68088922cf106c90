"""Requests whose answer is read whole."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from provider_core.errors import AuthRequired, Cancelled, HttpStatus, SizeMismatch, TransportError
from provider_core.testing.fault_server import Fault, FaultServer
from provider_core.transport import HttpTransport, Proxies, TransportSettings


def test_an_answer(server: FaultServer, content: bytes, transport: HttpTransport) -> None:
    answer = transport.request("get", server.url("/blob?a=b"), headers={"X-Own": "1"})
    assert (answer.status, answer.body, answer.url) == (200, content, server.url("/blob?a=b"))
    assert answer.headers["etag"] == '"one"'
    head = server.listener.heads[0].lower()
    assert head.startswith(b"get /blob?a=b http/1.1\r\n")
    for line in (b"x-own: 1", b"accept-encoding: identity", b"user-agent: imageferry"):
        assert line in head


def test_identity_is_asked_for_whatever_the_caller_says(
    server: FaultServer, transport: HttpTransport
) -> None:
    transport.request("GET", server.url("/blob"), headers={"Accept-Encoding": "gzip"})
    assert b"gzip" not in server.listener.heads[0]


def test_a_proxy_is_told_what_the_caller_accepts(
    server: FaultServer, quick: TransportSettings
) -> None:
    settings = replace(quick, proxies=Proxies(http=server.url("")))
    with HttpTransport(settings) as transport:
        transport.request("GET", "http://127.0.0.1:1/blob", headers={"Accept": "text/plain"})
    lines = server.listener.heads[0].decode().lower().split("\r\n")
    assert [line for line in lines if line.startswith("accept:")] == ["accept: text/plain"]


def test_what_is_not_there_is_an_answer(server: FaultServer, transport: HttpTransport) -> None:
    assert transport.request("GET", server.url("/missing")).status == 404


def test_a_head_has_no_body(server: FaultServer, content: bytes, transport: HttpTransport) -> None:
    answer = transport.request("HEAD", server.url("/blob"), limit=10)
    assert (answer.body, answer.headers["content-length"]) == (b"", str(len(content)))


def test_a_body_is_sent(server: FaultServer, transport: HttpTransport) -> None:
    assert transport.request("PUT", server.url("/blob"), body=b"x" * 100_000).status == 200
    assert b"content-length: 100000" in server.listener.heads[0].lower()


def test_a_limit_in_bytes(server: FaultServer, content: bytes, transport: HttpTransport) -> None:
    assert transport.request("GET", server.url("/blob"), limit=len(content)).body == content
    with pytest.raises(SizeMismatch) as caught:
        transport.request("GET", server.url("/blob"), limit=len(content) - 1)
    assert caught.value.fields["expected"] == len(content) - 1


def test_connections_are_used_again(server: FaultServer, transport: HttpTransport) -> None:
    for path in ("/blob", "/missing", "/blob"):
        transport.request("GET", server.url(path))
    transport.request("HEAD", server.url("/blob"))
    assert server.listener.connections == 1


def test_what_may_have_been_done_is_not_done_again(
    server: FaultServer, transport: HttpTransport
) -> None:
    server.fail("/blob", Fault.STATUS_500)
    with pytest.raises(HttpStatus):
        transport.request("POST", server.url("/blob"))
    assert server.asked("/blob") == 1


def test_only_questions_are_redirected(server: FaultServer, transport: HttpTransport) -> None:
    server.fail("/blob", Fault.REDIRECT)
    answer = transport.request("POST", server.url("/blob"), body=b"secret")
    assert answer.status == 302
    assert server.canary.heads == []


def test_redirects_are_counted(server: FaultServer, transport: HttpTransport) -> None:
    server.fail("/blob", Fault.REDIRECT_LOOP)
    with pytest.raises(TransportError, match="redirects more than 5 times"):
        transport.request("GET", server.url("/blob"))
    assert server.asked("/blob") == 6


def test_without_credentials_a_401_is_auth_required(
    server: FaultServer, transport: HttpTransport
) -> None:
    server.fail("/blob", Fault.CHALLENGE_ELSEWHERE)
    with pytest.raises(AuthRequired):
        transport.request("GET", server.url("/blob"))
    assert server.canary.heads == []


def test_plain_http_is_refused_before_anything_is_sent(transport: HttpTransport) -> None:
    with pytest.raises(TransportError, match="not encrypted"):
        transport.request("GET", "http://192.0.2.1/x")


def test_the_deadline_counts_everything(server: FaultServer, quick: TransportSettings) -> None:
    server.fail("/blob", Fault.LIMITED_LONG)
    patient = replace(quick, retries=1000, retry_after_cap=0.1, deadline=0.5)
    with HttpTransport(patient) as transport, pytest.raises(TransportError):
        transport.request("GET", server.url("/blob"))
    assert 1 < len(server.listener.heads) < 20


def test_a_wait_is_cancelled(server: FaultServer) -> None:
    server.fail("/blob", Fault.LIMITED)
    stop = threading.Event()

    def check() -> None:
        if stop.is_set():
            raise Cancelled
        if server.asked("/blob"):
            stop.set()

    with HttpTransport(TransportSettings(), check=check) as transport, pytest.raises(Cancelled):
        transport.request("GET", server.url("/blob"))


def test_threads_share_a_transport(
    server: FaultServer, content: bytes, quick: TransportSettings
) -> None:
    with HttpTransport(replace(quick, deadline=20)) as transport, ThreadPoolExecutor(8) as pool:
        urls = [server.url("/blob")] * 50
        bodies = list(pool.map(lambda url: transport.request("GET", url).body, urls))
    assert bodies == [content] * 50


def test_the_protocols_cost_no_engine() -> None:
    code = (
        "import sys, provider_core.transport as t; t.Transport; sys.exit('urllib3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_after_closing_connections_are_opened_anew(
    server: FaultServer, transport: HttpTransport
) -> None:
    transport.request("GET", server.url("/blob"))
    transport.close()
    assert transport.request("GET", server.url("/blob")).status == 200
