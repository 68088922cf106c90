"""Credentials and keys reach a provider only if the program that opens the host gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from provider_core import Context, Query
from provider_core.context import Credential, Signer, no_signer
from provider_core.model import Package
from provider_core.transport import Origin

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf

ORIGIN = Origin(scheme="https", host="x.example", port=443)


class Curious(Shelf):
    """Notes who it may be."""

    who: Credential | None = None
    sign: Callable[[str], Signer] | None = None

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        """Look at what it is given."""
        self.who = context.credentials(ORIGIN)
        self.sign = context.sign
        yield from super().packages(query, context)


def no_key(role: str) -> Signer:
    """Have no key at all."""
    raise AssertionError(role)


def test_a_host_passes_them_on(homes: Homes) -> None:
    curious = Curious()
    who = Credential(username="carrier", secret="s3cret")
    host = homes(curious, credentials=lambda origin: who, sign=no_key)
    shelf_sources(host, "lab")
    host.find("x*")
    assert curious.who is who
    assert curious.sign is no_key


def test_without_them_it_is_anonymous(homes: Homes) -> None:
    curious = Curious()
    host = homes(curious)
    shelf_sources(host, "lab")
    host.find("x*")
    assert curious.who is None
    assert curious.sign is no_signer
