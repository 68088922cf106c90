"""User and password: sent where the server takes Basic, and to nobody else."""

from __future__ import annotations

import pytest

from provider_core.context import Credential
from provider_core.transport import Origin
from provider_feed.web_auth import BasicAuth

FEED = Origin.of("https://feeds.example.org/lab")


def _auth() -> BasicAuth:
    return BasicAuth(FEED, lambda origin: Credential(username="user", secret="pass"))


@pytest.mark.parametrize(
    ("challenge", "takes_basic"),
    [
        ('Basic realm="feeds"', True),
        ("basic", True),
        ('Negotiate, NTLM, Basic realm="feeds"', True),
        ('Digest realm="a, basic b", nonce="c"', False),
        ("Basically", False),
        ("Negotiate", False),
        ("", False),
    ],
)
def test_basic_is_one_of_the_schemes_that_a_server_offers(
    challenge: str, takes_basic: bool
) -> None:
    auth = _auth()
    assert auth.on_401(challenge) is takes_basic
    assert bool(auth.headers(FEED)) is takes_basic


def test_the_header_goes_to_its_own_origin_once_it_was_asked_for() -> None:
    auth = _auth()
    assert auth.headers(FEED) == {}
    assert auth.on_401("Basic")
    assert auth.headers(FEED) == {"authorization": "Basic dXNlcjpwYXNz"}
    assert auth.headers(Origin.of("http://feeds.example.org/")) == {}
    assert not auth.on_401("Basic")  # what was refused is not tried again
