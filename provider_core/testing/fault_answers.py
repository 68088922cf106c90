"""What a `FaultServer` sends for each kind of fault: bytes on a socket, nothing in between."""

from __future__ import annotations

import gzip
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from .fault_kinds import Fault

__all__ = ["Call", "Surroundings", "answer"]

_PIECE = 64 << 10
_BOMB = 200 << 20
_ENOUGH = 1000
"""Bytes that a token is good for at least, so that halves come to an end."""


class Surroundings(Protocol):
    """What an answer needs of its server."""

    token: str
    """Accepted by TOKEN_EXPIRES, as ``Bearer …``."""
    elsewhere: str
    """URL of the canary, without a path."""
    drip: float
    """Seconds between the bytes of a drip."""

    def sleep(self, seconds: float) -> None:
        """Wait; ConnectionError when the server is closed."""

    def expire(self) -> None:
        """Make another token the accepted one."""

    def count(self) -> int:
        """Return another number each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request and the socket to answer on."""

    method: str
    path: str
    """With the query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes | None
    """What the path has; None for 404."""
    socket: socket.socket
    around: Surroundings
    closing: bool
    """Whether the connection ends with the answer."""
    lines: tuple[str, ...] = ()
    """Header lines of every answer that has the content, unless it has others of their names."""

    def head(self, status: int, *headers: str) -> None:
        """Send the status line and *headers* (``Name: value``)."""
        ending = ("Connection: close",) if self.closing else ()
        more = self._more(headers) if self.lines and status in (200, 206) else ()
        lines = (f"HTTP/1.1 {status} Status", *headers, *more, *ending, "", "")
        self.socket.sendall("\r\n".join(lines).encode("latin-1"))

    def _more(self, headers: tuple[str, ...]) -> list[str]:
        names = {line.partition(":")[0].lower() for line in headers}
        return [line for line in self.lines if line.partition(":")[0].lower() not in names]

    def send(self, data: bytes | memoryview) -> None:
        """Send *data*; nothing to a HEAD."""
        if self.method != "HEAD":
            self.socket.sendall(data)

    def whole(self, status: int, body: bytes = b"", *headers: str) -> None:
        """Send a complete answer."""
        self.head(status, f"Content-Length: {len(body)}", *headers)
        self.send(body)

    def asked_range(self) -> tuple[int, int] | None:
        """Return the range that is asked for, [start, end); None for the whole."""
        first, dash, last = self.headers.get("range", "").removeprefix("bytes=").partition("-")
        if not dash or self.content is None:
            return None
        return int(first), min(int(last) + 1 if last else len(self.content), len(self.content))

    def part(self, start: int, end: int, *headers: str) -> None:
        """Send [start, end) as 206."""
        body = self.known()
        where = f"Content-Range: bytes {start}-{end - 1}/{len(body)}"
        self.whole(206, body[start:end], where, *headers)

    def known(self) -> bytes:
        """Return the content, which is there."""
        return self.content or b""


def answer(call: Call, fault: Fault | None) -> None:
    """Answer *call*, wrongly in the way of *fault*."""
    if call.content is None:
        call.whole(404)
    elif fault is None:
        _healthy(call)
    else:
        _ANSWERS[fault](call)


def _healthy(call: Call) -> None:
    span = call.asked_range()
    if span is None:
        call.whole(200, call.known(), "Accept-Ranges: bytes", 'ETag: "one"')
    elif span[0] >= span[1]:
        call.whole(416, b"", f"Content-Range: bytes */{len(call.known())}")
    else:
        call.part(*span, 'ETag: "one"')


def _reset(call: Call) -> None:
    call.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _promised(call: Call) -> memoryview:
    """Send a head that promises what was asked for, and return that."""
    start, end = call.asked_range() or (0, len(call.known()))
    body = memoryview(call.known())[start:end]
    where = f"Content-Range: bytes {start}-{end - 1}/{len(call.known())}"
    status = 200 if call.asked_range() is None else 206
    call.head(status, f"Content-Length: {len(body)}", where)
    return body


def _begun(call: Call) -> None:
    """Send a head that promises everything, and half of it."""
    body = _promised(call)
    call.send(body[: len(body) // 2])


def _reset_in_body(call: Call) -> None:
    _begun(call)
    call.around.sleep(0.05)
    _reset(call)


def _truncated(call: Call) -> None:
    _begun(call)


def _truncated_without_length(call: Call) -> None:
    call.head(200)
    call.send(call.known()[: len(call.known()) // 2])


def _longer(call: Call) -> None:
    call.whole(200, call.known())
    call.send(b"and more")


def _other_length(call: Call) -> None:
    call.whole(200, call.known() + b"and more")


def _two_lengths(call: Call) -> None:
    size = len(call.known())
    call.head(200, f"Content-Length: {size}", f"Content-Length: {size // 2}")
    call.send(call.known())


def _bad_chunk(call: Call) -> None:
    call.head(200, "Transfer-Encoding: chunked")
    call.send(b"5\r\n" + call.known()[:5] + b"\r\nlots\r\n")


def _endless_chunks(call: Call) -> None:
    call.head(200, "Transfer-Encoding: chunked")
    chunk = b"%x\r\n" % _PIECE + bytes(_PIECE) + b"\r\n"
    while True:
        call.send(chunk)


def _endless(call: Call) -> None:
    call.head(200)
    while True:
        call.send(bytes(_PIECE))


def _stall(call: Call) -> None:
    while True:
        call.around.sleep(1)


def _stall_in_body(call: Call) -> None:
    _begun(call)
    _stall(call)


def _drip(call: Call) -> None:
    for byte in _promised(call):
        call.around.sleep(call.around.drip)
        call.send(bytes([byte]))


def _header_drip(call: Call) -> None:
    call.socket.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        call.around.sleep(call.around.drip)
        call.socket.sendall(b"x")


def _endless_continue(call: Call) -> None:
    while True:
        call.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def _many_headers(call: Call) -> None:
    call.whole(200, call.known(), *(f"X-{number}: x" for number in range(100_000)))


def _huge_header(call: Call) -> None:
    call.whole(200, call.known(), "X-Huge: " + "x" * (1 << 20))


def _garbage(call: Call) -> None:
    call.socket.sendall(b"\x00\xff no HTTP at all\r\n\r\n")


@cache
def _bomb() -> bytes:
    # A gzip file may have many members: one, repeated, is made in no time.
    return gzip.compress(bytes(_BOMB >> 8)) * 256


def _encoded(call: Call) -> None:
    call.whole(200, _bomb(), "Content-Encoding: gzip")


def _wrong_bytes(call: Call) -> None:
    start, end = call.asked_range() or (0, len(call.known()))
    call.whole(200, bytes(255 - byte for byte in call.known()[start:end]))


def _wrong_type(call: Call) -> None:
    call.whole(200, call.known(), "Content-Type: text/html")


def _wrong_digest(call: Call) -> None:
    call.whole(200, call.known(), "Docker-Content-Digest: sha256:" + "0" * 64)


def _cookies(call: Call) -> None:
    call.whole(200, call.known(), "Set-Cookie: session=of-the-server; Path=/")


def _range_ignored(call: Call) -> None:
    call.whole(200, call.known())


def _wrong_range(call: Call) -> None:
    if call.asked_range() is None:
        _healthy(call)
    else:
        call.part(0, len(call.known()) // 2)


def _short_range(call: Call) -> None:
    start, end = call.asked_range() or (0, 0)
    if end - start < 2:
        _healthy(call)
    else:
        call.part(start, start + (end - start) // 2)


def _changed(call: Call) -> None:
    span = call.asked_range()
    if span is None:
        _healthy(call)
    else:
        call.part(*span, f'ETag: "{call.around.count()}"')


def _range_refused(call: Call) -> None:
    if call.asked_range() is None:
        _healthy(call)
    else:
        call.whole(416, b"", f"Content-Range: bytes */{len(call.known())}")


def _status(status: int, *headers: str) -> Callable[[Call], None]:
    def send(call: Call) -> None:
        call.whole(status, b"no", *headers)

    return send


def _token_expires(call: Call) -> None:
    if call.headers.get("authorization") != f"Bearer {call.around.token}":
        call.whole(401, b"", 'WWW-Authenticate: Bearer realm="http://127.0.0.1/token"')
        return
    body = _promised(call)
    call.send(body[: max(len(body) // 2, _ENOUGH)])
    call.around.expire()


def _challenge_elsewhere(call: Call) -> None:
    realm = f'Bearer realm="{call.around.elsewhere}/token",service="x"'
    call.whole(401, b"", f"WWW-Authenticate: {realm}")


def _redirect(prefix: str) -> Callable[[Call], None]:
    """Send a redirect to *prefix* and the same path, ``{…}`` filled in."""

    def send(call: Call) -> None:
        elsewhere = call.around.elsewhere
        place = elsewhere.partition("://")[2]
        target = prefix.format(elsewhere=elsewhere, place=place)
        call.whole(302, b"", f"Location: {target}{call.path}")

    return send


_ANSWERS: Mapping[Fault, Callable[[Call], None]] = {
    Fault.RESET: _reset,
    Fault.RESET_IN_BODY: _reset_in_body,
    Fault.TRUNCATED: _truncated,
    Fault.TRUNCATED_WITHOUT_LENGTH: _truncated_without_length,
    Fault.LONGER: _longer,
    Fault.OTHER_LENGTH: _other_length,
    Fault.TWO_LENGTHS: _two_lengths,
    Fault.BAD_CHUNK: _bad_chunk,
    Fault.ENDLESS_CHUNKS: _endless_chunks,
    Fault.ENDLESS: _endless,
    Fault.STALL: _stall,
    Fault.STALL_IN_BODY: _stall_in_body,
    Fault.DRIP: _drip,
    Fault.HEADER_DRIP: _header_drip,
    Fault.ENDLESS_CONTINUE: _endless_continue,
    Fault.MANY_HEADERS: _many_headers,
    Fault.HUGE_HEADER: _huge_header,
    Fault.GARBAGE: _garbage,
    Fault.ENCODED: _encoded,
    Fault.WRONG_BYTES: _wrong_bytes,
    Fault.WRONG_TYPE: _wrong_type,
    Fault.WRONG_DIGEST: _wrong_digest,
    Fault.COOKIES: _cookies,
    Fault.RANGE_IGNORED: _range_ignored,
    Fault.WRONG_RANGE: _wrong_range,
    Fault.SHORT_RANGE: _short_range,
    Fault.CHANGED: _changed,
    Fault.RANGE_REFUSED: _range_refused,
    Fault.LIMITED: _status(429, "Retry-After: 1"),
    Fault.LIMITED_LONG: _status(429, "Retry-After: 1000000000"),
    Fault.LIMITED_PAST: _status(429, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT"),
    Fault.LIMITED_GARBAGE: _status(429, "Retry-After: soon, or later"),
    Fault.BUSY: _status(503, "Retry-After: 1"),
    Fault.STATUS_500: _status(500),
    Fault.STATUS_502: _status(502),
    Fault.STATUS_503: _status(503),
    Fault.FORBIDDEN: _status(403),
    Fault.TOKEN_EXPIRES: _token_expires,
    Fault.CHALLENGE_ELSEWHERE: _challenge_elsewhere,
    Fault.REDIRECT: _redirect("{elsewhere}"),
    Fault.REDIRECT_LOOP: _redirect(""),
    Fault.REDIRECT_FILE: _redirect("file:///etc/passwd#"),
    Fault.REDIRECT_USER: _redirect("http://user:password@{place}"),
    Fault.REDIRECT_METADATA: _redirect("http://169.254.169.254"),
}
