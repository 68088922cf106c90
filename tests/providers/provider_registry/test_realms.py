"""Which token servers a registry may name; each rule with the vulnerability it is there for."""

from __future__ import annotations

import pytest

from provider_core.errors import AuthRequired, TransportError
from provider_core.transport import Origin
from provider_registry.realms import checked_realm

HUB = Origin.of("https://registry-1.docker.io")
REGISTRY = Origin.of("https://registry.example.com")
LOOPBACK = Origin.of("http://127.0.0.1:5000")


@pytest.mark.parametrize(
    ("realm", "registry"),
    [
        ("https://auth.docker.io/token", HUB),
        ("https://registry.example.com/token", REGISTRY),
        ("https://registry.example.com:8443/token?x=1", REGISTRY),
        ("https://auth.registry.example.com/token", REGISTRY),
        ("https://example.com/jwt/auth", REGISTRY),
        ("http://127.0.0.1:5000/token", LOOPBACK),
    ],
)
def test_its_own_token_server_may_see_the_secret(realm: str, registry: Origin) -> None:
    assert checked_realm(realm, registry, secret=True) == realm


@pytest.mark.parametrize(
    "realm",
    [
        pytest.param("https://attacker.example/token", id="CVE-2020-15157 credentials elsewhere"),
        pytest.param("https://evil.com/token", id="CVE-2026-33540 another domain"),
        pytest.param(
            "https://auth.example.com/token", id="CVE-2026-48978 a neighbour nobody named"
        ),
        pytest.param(
            "https://registry.example.com.evil.com/token", id="CVE-2026-105769 lookalike in front"
        ),
        pytest.param(
            "https://evilregistry.example.com/token", id="CVE-2026-105769 lookalike suffix"
        ),
        pytest.param("https://com/token", id="a top-level domain"),
        pytest.param("https://203.0.113.9/token", id="an address"),
    ],
)
def test_no_other_host_sees_the_secret(realm: str) -> None:
    with pytest.raises(AuthRequired, match="nobody said it may") as caught:
        checked_realm(realm, REGISTRY, secret=True)
    assert "--token-host" in caught.value.hint
    assert checked_realm(realm, REGISTRY, secret=False) == realm


def test_the_user_may_name_a_further_one() -> None:
    realm = "https://auth.example.com/token"
    assert checked_realm(realm, REGISTRY, secret=True, trusted=("auth.example.com",)) == realm
    with pytest.raises(AuthRequired):
        checked_realm("https://x.auth.example.com/t", REGISTRY, secret=True, trusted=("example",))


@pytest.mark.parametrize(
    "realm",
    [
        pytest.param("http://registry.example.com/token", id="CVE-2026-24845 unencrypted"),
        pytest.param("http://169.254.169.254/latest", id="CVE-2026-33990 metadata"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("https://user:password@registry.example.com/", id="a user in it"),
        pytest.param("https://registry.example.com/token#x", id="a fragment"),
        pytest.param("https://registry.example.com\\@evil.com/", id="two readings"),
        pytest.param("//registry.example.com/token", id="no scheme"),
        pytest.param("", id="nothing"),
    ],
)
@pytest.mark.parametrize("secret", [True, False])
def test_what_no_registry_may_name(realm: str, secret: bool) -> None:
    with pytest.raises(TransportError, match="token server"):
        checked_realm(realm, REGISTRY, secret=secret)


def test_another_port_of_this_machine_may_be_anybodys() -> None:
    realm = "http://127.0.0.1:5001/token"
    assert checked_realm(realm, LOOPBACK, secret=False) == realm
    with pytest.raises(AuthRequired):
        checked_realm(realm, LOOPBACK, secret=True)
    assert checked_realm(realm, LOOPBACK, secret=True, trusted=("127.0.0.1:5001",)) == realm


def test_loopback_speaks_plainly_with_itself_only() -> None:
    with pytest.raises(TransportError):
        checked_realm("http://registry.example.com/token", LOOPBACK, secret=False)
    with pytest.raises(TransportError):
        checked_realm("http://127.0.0.1/token", REGISTRY, secret=False)
