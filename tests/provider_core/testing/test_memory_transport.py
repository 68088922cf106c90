from __future__ import annotations

import pytest

from provider_core.errors import (
    AuthRequired,
    HttpStatus,
    RateLimited,
    SizeMismatch,
    TransportError,
    UsageError,
)
from provider_core.oci import Descriptor
from provider_core.testing import (
    Answer,
    MemoryStore,
    MemoryTransport,
    Request,
    TokenAuth,
    TokenServer,
)
from provider_core.transport import Location, Origin

URL = "https://registry.example/blob"
MIRROR = "https://mirror.example/blob"
DATA = bytes(range(256)) * 1000
BLOB = Descriptor.of(DATA, "application/octet-stream")


def download(network: MemoryTransport, *locations: Location) -> None:
    """Download BLOB into a new store, which verifies it."""
    store = MemoryStore()
    with store.lease() as lease:
        partial = store.writer(lease).expect(BLOB)
        assert partial is not None
        with partial:
            network.download(BLOB, locations or (Location(url=URL),), partial)
            partial.commit()
    assert store.has(BLOB)


# requests -------------------------------------------------------------------------------


def test_a_route_is_bytes_an_answer_or_a_function() -> None:
    network = MemoryTransport(
        {
            URL: b"bytes",
            MIRROR: Answer(body=b"answer", headers={"etag": "1"}),
            "https://x.example/": lambda request: Answer(body=request.url.encode()),
        }
    )
    assert network.request("GET", URL).body == b"bytes"
    assert network.request("GET", MIRROR).headers == {"etag": "1"}
    assert network.request("GET", "https://x.example/a/b?c=d").body == b"https://x.example/a/b?c=d"


def test_the_longest_folder_answers() -> None:
    network = MemoryTransport({"https://x.example/": b"all", "https://x.example/v2/": b"v2"})
    assert network.request("GET", "https://x.example/v2/tags").body == b"v2"
    assert network.request("GET", "https://x.example/v1").body == b"all"


def test_a_query_counts_only_where_a_route_names_it() -> None:
    network = MemoryTransport({URL: b"plain", URL + "?n=2": b"second"})
    assert network.request("GET", URL + "?n=1").body == b"plain"
    assert network.request("GET", URL + "?n=2").body == b"second"


def test_what_has_no_route_is_not_found_and_said_so() -> None:
    assert MemoryTransport().request("GET", URL).status == 404


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(status=401), AuthRequired),
        (Answer(status=403), HttpStatus),
        (Answer(status=500), HttpStatus),
        (Answer(status=429, headers={"retry-after": "7"}), RateLimited),
        (Answer(body=b"12345"), SizeMismatch),
    ],
)
def test_refusals_are_errors(answer: Answer, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        MemoryTransport({URL: answer}).request("GET", URL, limit=4)


def test_a_rate_limit_says_when() -> None:
    network = MemoryTransport({URL: Answer(status=429, headers={"retry-after": "7"})})
    with pytest.raises(RateLimited) as caught:
        network.request("GET", URL)
    assert caught.value.fields["retry_after"] == 7


def test_a_head_has_a_length_and_no_body() -> None:
    answer = MemoryTransport({URL: b"12345"}).request("HEAD", URL)
    assert (answer.body, answer.headers["content-length"]) == (b"", "5")


def test_everything_that_was_asked_is_recorded() -> None:
    network = MemoryTransport({URL: b""})
    network.request("PUT", URL, headers={"Content-Type": "text/plain"}, body=b"new")
    assert network.requests == [
        Request(method="PUT", url=URL, headers={"content-type": "text/plain"}, body=b"new")
    ]
    assert network.requests[0].headers == {"content-type": "text/plain"}


def test_a_request_may_break() -> None:
    network = MemoryTransport({URL: b"12345"})
    network.cut(URL, after=2)
    with pytest.raises(TransportError, match="broke after 2 bytes"):
        network.request("GET", URL)
    assert network.request("GET", URL).body == b"12345"


# downloads ------------------------------------------------------------------------------


def test_a_broken_connection_goes_on_at_the_gap() -> None:
    network = MemoryTransport({URL: DATA})
    network.cut(URL, after=1000)
    network.cut(URL, after=5)
    download(network)
    assert network.asked(URL) == 3
    assert network.served[URL] == len(DATA)
    assert network.requests[2].headers["range"] == f"bytes=1005-{len(DATA) - 1}"


def test_a_server_without_ranges_sends_all_again() -> None:
    network = MemoryTransport({URL: DATA}, ranges=False)
    network.cut(URL, after=1000)
    download(network)
    assert network.served[URL] == len(DATA) + 1000


def test_the_next_location_goes_on_where_the_first_failed() -> None:
    network = MemoryTransport({URL: DATA, MIRROR: DATA})
    network.cut(URL, after=1000)
    network.cut(URL, after=0)
    download(network, Location(url=URL), Location(url=MIRROR))
    assert network.served[URL] == 1000
    assert network.served[MIRROR] == len(DATA) - 1000


def test_the_last_locations_error_comes_out() -> None:
    network = MemoryTransport({URL: Answer(status=500)})
    with pytest.raises(HttpStatus) as caught:
        download(network, Location(url=URL), Location(url=MIRROR))
    assert caught.value.fields == {"url": MIRROR, "status": 404}


def test_a_blob_that_nobody_has_is_an_error() -> None:
    with pytest.raises(TransportError, match=str(BLOB.digest)):
        MemoryTransport().download(BLOB, [], _NoSink())


def test_a_server_that_has_less_than_promised_is_given_up() -> None:
    with pytest.raises(TransportError):
        download(MemoryTransport({URL: DATA[:-1]}))


def test_a_sink_is_lent_what_it_writes() -> None:
    sink = _Keeper()
    MemoryTransport({URL: DATA}).download(BLOB, [Location(url=URL)], sink)
    with pytest.raises(ValueError, match="released"):
        bytes(sink.kept[0])


class _Keeper:
    """A sink that is wrong: it keeps what it is handed, and not a copy."""

    def __init__(self) -> None:
        self.kept: list[bytes | bytearray | memoryview] = []

    def gaps(self) -> tuple[tuple[int, int], ...]:
        return ((0, BLOB.size),)

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        self.kept.append(data)


class _NoSink:
    def gaps(self) -> tuple[tuple[int, int], ...]:
        return ((0, 1),)

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        raise AssertionError("nothing was to be written")


# tokens ---------------------------------------------------------------------------------


def test_a_token_that_expires_in_mid_download_is_renewed() -> None:
    tokens = TokenServer("https://registry.example", bytes_per_token=100_000)
    network = MemoryTransport({URL: DATA}, tokens=tokens)
    download(network, Location(url=URL, auth=TokenAuth(tokens.origin, tokens.issue)))
    assert tokens.issued == 3
    assert network.served[URL] == len(DATA)


def test_without_auth_a_guarded_url_wants_credentials() -> None:
    tokens = TokenServer("https://registry.example")
    network = MemoryTransport({URL: DATA, MIRROR: DATA}, tokens=tokens)
    with pytest.raises(AuthRequired):
        network.request("GET", URL, limit=1 << 20)
    assert network.request("GET", MIRROR, limit=1 << 20).body == DATA


def test_a_token_that_is_refused_again_ends_it() -> None:
    tokens = TokenServer("https://registry.example")
    network = MemoryTransport({URL: DATA}, tokens=tokens)
    auth = TokenAuth(tokens.origin, lambda challenge: "forged")
    with pytest.raises(AuthRequired):
        network.request("GET", URL, auth=auth)
    assert network.asked(URL) == 2


def test_expired_tokens_are_worth_nothing() -> None:
    tokens = TokenServer("https://registry.example")
    auth = TokenAuth(tokens.origin, tokens.issue)
    network = MemoryTransport({URL: b"text"}, tokens=tokens)
    network.request("GET", URL, auth=auth)
    tokens.expire()
    network.request("GET", URL, auth=auth)
    assert tokens.issued == 2


def test_a_token_is_shown_to_its_origin_only() -> None:
    tokens = TokenServer("https://registry.example")
    auth = TokenAuth(tokens.origin, tokens.issue)
    assert auth.on_401(tokens.challenge)
    assert auth.headers(Origin.of(URL)) == {"authorization": "Bearer token-1"}
    assert auth.headers(Origin.of("https://registry.example:444/")) == {}
    assert auth.headers(Origin.of("http://registry.example/")) == {}


def test_other_challenges_are_not_answered() -> None:
    assert not TokenAuth(Origin.of(URL), lambda challenge: "x").on_401('Basic realm="x"')


def test_only_web_addresses_have_an_origin() -> None:
    with pytest.raises(UsageError):
        TokenServer("registry.example")
