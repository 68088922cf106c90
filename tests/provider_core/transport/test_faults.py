"""Every fault of a server: the right bytes, or an error that says what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_core.errors import (
    AuthRequired,
    DigestMismatch,
    Error,
    HttpStatus,
    RateLimited,
    SizeMismatch,
    TimedOut,
    TransportError,
)
from provider_core.oci import Descriptor
from provider_core.testing.fault_server import Fault, FaultServer, closed_port_url
from provider_core.transport import HttpTransport, TransportSettings

from .doubles import failure

# fault: (fresh download, resumed download, request)
OUTCOMES: dict[Fault, tuple[type[Error] | None, type[Error] | None, type[Error] | None]] = {
    Fault.RESET: (TransportError, TransportError, TransportError),
    Fault.RESET_IN_BODY: (TransportError, TransportError, TransportError),
    Fault.TRUNCATED: (TransportError, TransportError, TransportError),
    Fault.TRUNCATED_WITHOUT_LENGTH: (TransportError, TransportError, None),
    Fault.LONGER: (None, None, None),
    Fault.OTHER_LENGTH: (SizeMismatch, SizeMismatch, None),
    Fault.TWO_LENGTHS: (TransportError, TransportError, TransportError),
    Fault.BAD_CHUNK: (TransportError, TransportError, TransportError),
    Fault.ENDLESS_CHUNKS: (DigestMismatch, DigestMismatch, SizeMismatch),
    Fault.ENDLESS: (DigestMismatch, DigestMismatch, SizeMismatch),
    Fault.STALL: (TimedOut, TimedOut, TimedOut),
    Fault.STALL_IN_BODY: (TimedOut, TimedOut, TimedOut),
    Fault.DRIP: (TimedOut, TimedOut, TimedOut),
    Fault.HEADER_DRIP: (TimedOut, TimedOut, TimedOut),
    Fault.ENDLESS_CONTINUE: (TransportError, TransportError, TransportError),
    Fault.MANY_HEADERS: (TransportError, TransportError, TransportError),
    Fault.HUGE_HEADER: (TransportError, TransportError, TransportError),
    Fault.GARBAGE: (TransportError, TransportError, TransportError),
    Fault.ENCODED: (TransportError, TransportError, TransportError),
    Fault.WRONG_BYTES: (DigestMismatch, SizeMismatch, None),
    Fault.WRONG_TYPE: (None, None, None),
    Fault.WRONG_DIGEST: (None, None, None),
    Fault.COOKIES: (None, None, None),
    Fault.RANGE_IGNORED: (None, None, None),
    Fault.WRONG_RANGE: (None, None, None),
    Fault.SHORT_RANGE: (None, None, None),
    Fault.CHANGED: (None, None, None),
    Fault.RANGE_REFUSED: (None, None, None),
    Fault.LIMITED: (RateLimited, RateLimited, RateLimited),
    Fault.LIMITED_LONG: (RateLimited, RateLimited, RateLimited),
    Fault.LIMITED_PAST: (RateLimited, RateLimited, RateLimited),
    Fault.LIMITED_GARBAGE: (RateLimited, RateLimited, RateLimited),
    Fault.BUSY: (RateLimited, RateLimited, RateLimited),
    Fault.STATUS_500: (HttpStatus, HttpStatus, HttpStatus),
    Fault.STATUS_502: (HttpStatus, HttpStatus, HttpStatus),
    Fault.STATUS_503: (HttpStatus, HttpStatus, HttpStatus),
    Fault.FORBIDDEN: (HttpStatus, HttpStatus, HttpStatus),
    Fault.TOKEN_EXPIRES: (AuthRequired, AuthRequired, AuthRequired),
    Fault.CHALLENGE_ELSEWHERE: (AuthRequired, AuthRequired, AuthRequired),
    Fault.REDIRECT: (None, None, None),
    Fault.REDIRECT_LOOP: (TransportError, TransportError, TransportError),
    Fault.REDIRECT_FILE: (TransportError, TransportError, TransportError),
    Fault.REDIRECT_USER: (TransportError, TransportError, TransportError),
    Fault.REDIRECT_METADATA: (TransportError, TransportError, TransportError),
}

PASSING = [
    Fault.RESET,
    Fault.RESET_IN_BODY,
    Fault.TRUNCATED,
    Fault.TRUNCATED_WITHOUT_LENGTH,
    Fault.BAD_CHUNK,
    Fault.STALL,
    Fault.STALL_IN_BODY,
    Fault.DRIP,
    Fault.HEADER_DRIP,
    Fault.GARBAGE,
    Fault.LIMITED,
    Fault.LIMITED_LONG,
    Fault.LIMITED_PAST,
    Fault.LIMITED_GARBAGE,
    Fault.BUSY,
    Fault.STATUS_500,
    Fault.STATUS_502,
    Fault.STATUS_503,
]


@pytest.fixture
def impatient(quick: TransportSettings, fault: Fault) -> TransportSettings:
    """Give limits for faults that stay: one further attempt, a fifth of a second if it hangs."""
    limits = replace(quick, retries=1)
    if TimedOut not in OUTCOMES[fault]:
        return limits
    return replace(limits, stall_limit=0.2, deadline=0.4)


def test_every_fault_has_an_outcome() -> None:
    assert set(OUTCOMES) == set(Fault)


@pytest.mark.parametrize("fault", Fault)
def test_a_fresh_download(
    fault: Fault, server: FaultServer, descriptor: Descriptor, impatient: TransportSettings
) -> None:
    server.fail("/blob", fault)
    with HttpTransport(impatient) as transport:
        error = failure(transport, descriptor, server.url("/blob"))
    assert type(error) is (OUTCOMES[fault][0] or type(None))
    assert error is None or error.hint


@pytest.mark.parametrize("fault", Fault)
def test_a_download_that_goes_on(
    fault: Fault,
    server: FaultServer,
    descriptor: Descriptor,
    content: bytes,
    impatient: TransportSettings,
) -> None:
    server.fail("/blob", fault)
    with HttpTransport(impatient) as transport:
        error = failure(transport, descriptor, server.url("/blob"), begun=content[:1000])
    assert type(error) is (OUTCOMES[fault][1] or type(None))


@pytest.mark.parametrize("fault", Fault)
def test_a_request(fault: Fault, server: FaultServer, impatient: TransportSettings) -> None:
    server.fail("/blob", fault)
    expected = OUTCOMES[fault][2]
    with HttpTransport(impatient) as transport:
        if expected is None:
            assert transport.request("GET", server.url("/blob")).status == 200
            return
        with pytest.raises(Error) as caught:
            transport.request("GET", server.url("/blob"))
    assert type(caught.value) is expected
    assert caught.value.hint


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes(
    fault: Fault, server: FaultServer, descriptor: Descriptor, transport: HttpTransport
) -> None:
    server.fail("/blob", fault, times=1)
    assert failure(transport, descriptor, server.url("/blob")) is None
    assert server.asked("/blob") == 2


def test_nobody_listens(transport: HttpTransport, descriptor: Descriptor) -> None:
    error = failure(transport, descriptor, closed_port_url())
    assert isinstance(error, TransportError)
    assert "cannot be reached" in error.message


def test_a_name_that_does_not_exist(transport: HttpTransport, descriptor: Descriptor) -> None:
    error = failure(transport, descriptor, "https://no-such-host.invalid/blob")
    assert isinstance(error, TransportError)
    assert "no-such-host.invalid:443 cannot be reached" in error.message


def test_what_a_limit_says_is_told(server: FaultServer, transport: HttpTransport) -> None:
    server.fail("/blob", Fault.LIMITED_LONG)
    with pytest.raises(RateLimited) as caught:
        transport.request("GET", server.url("/blob"))
    assert caught.value.fields["retry_after"] == 1e9
    assert caught.value.headers["retry-after"] == "1000000000"
    assert isinstance(caught.value.said, str)
