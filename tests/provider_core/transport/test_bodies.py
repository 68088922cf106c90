"""Bodies that are sent as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from provider_core.errors import AuthRequired, StoreError, TimedOut
from provider_core.testing import Answer, Loopback, Request
from provider_core.transport import HttpTransport, Origin, Pace, TransportSettings

PIECES = [b"first ", b"second ", b"third"]


class _Pieces:
    """A body that counts how often it was begun."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self._pieces = pieces
        self.begun = 0

    def __len__(self) -> int:
        return sum(len(piece) for piece in self._pieces if isinstance(piece, bytes))

    def __iter__(self) -> Iterator[bytes]:
        self.begun += 1
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


class _Once:
    """An Auth that has something better after the first refusal."""

    value = "old"

    def headers(self, origin: Origin) -> Mapping[str, str]:
        return {"authorization": self.value}

    def on_401(self, challenge: str) -> bool:
        self.value = "new"
        return True


def test_it_comes_whole_and_with_its_length(transport: HttpTransport) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Answer:
        seen.append(request)
        return Answer()

    with Loopback(answer) as server:
        transport.request("PATCH", server.url, body=_Pieces(*PIECES))
        transport.request("PUT", server.url, body=_Pieces())
    assert [one.body for one in seen] == [b"".join(PIECES), b""]
    assert [one.headers["content-length"] for one in seen] == ["18", "0"]
    assert "transfer-encoding" not in seen[0].headers


def test_it_is_sent_again_from_its_beginning(transport: HttpTransport) -> None:
    seen: list[bytes] = []

    def answer(request: Request) -> Answer:
        seen.append(request.body)
        if request.headers["authorization"] == "old":
            return Answer(status=401, headers={"www-authenticate": "Bearer realm=x"})
        return Answer(status=503 if len(seen) < 3 else 200)

    body = _Pieces(*PIECES)
    with Loopback(answer) as server:
        transport.request("PUT", server.url, body=body, auth=_Once())
    assert seen == [b"".join(PIECES)] * 3
    assert body.begun == 3


def test_what_goes_wrong_in_reading_is_not_the_networks_fault(transport: HttpTransport) -> None:
    with Loopback(lambda _: Answer()) as server:
        with pytest.raises(StoreError, match="damaged"):
            transport.request("PUT", server.url, body=_Pieces(b"x", StoreError("damaged"), b"y"))
        assert transport.request("GET", server.url).status == 200


def test_a_refusal_before_the_end_is_heard(transport: HttpTransport) -> None:
    with Loopback(lambda _: Answer(status=401)) as server, pytest.raises(AuthRequired):
        transport.request("PUT", server.url, body=_Pieces(*[bytes(1 << 20)] * 4))


def test_its_pieces_keep_to_the_deadline() -> None:
    def late() -> Iterator[bytes]:
        while True:
            yield b"x"

    class Endless(_Pieces):
        def __len__(self) -> int:
            return 1 << 26

        def __iter__(self) -> Iterator[bytes]:
            return late()

    with (
        Loopback(lambda _: Answer()) as server,
        HttpTransport(TransportSettings(deadline=0.2, retries=0)) as transport,
        pytest.raises(TimedOut),
    ):
        transport.request("PATCH", server.url, body=Endless())


def test_they_keep_to_the_pace_too() -> None:
    slept: list[float] = []
    pace = Pace(10_000, clock=lambda: sum(slept), sleep=lambda seconds, _: slept.append(seconds))
    with Loopback(lambda _: Answer()) as server, HttpTransport(pace=pace) as transport:
        transport.request("PUT", server.url, body=_Pieces(bytes(30_000), bytes(20_000)))
    assert sum(slept) >= 50_000 / 10_000 - 0.25
    assert max(slept) <= 0.5
