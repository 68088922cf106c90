"""The provider of registries keeps the plugin contract."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from provider_core.model import Query, Source
from provider_core.references import parse_reference
from provider_core.testing import ProviderCase, ProviderConformance
from provider_core.transport import HttpTransport
from provider_registry import RegistryProvider

from ...support.images import ARM64, make_artifact, make_image, make_index, make_referrer
from .fake_registry import FakeRegistry
from .push_server import PushServer


def filled(one: FakeRegistry) -> None:
    """Put an image, an index, an artifact and a signature into a registry."""
    image = one.push("team/app", "1.0", make_image("one", "two"))
    one.push("team/app", "1.1", make_image("one", "three"))
    one.push("team/several", "2", make_index(make_image("a"), make_image("b", platform=ARM64)))
    one.push("team/chart", "0.1", make_artifact(b"a chart"))
    one.refer("team/app", image.root, make_referrer(image.root, b"signed"))


@contextmanager
def case_of(one: FakeRegistry, damage: Callable[[], None] | None = None) -> Iterator[ProviderCase]:
    """Give a case whose source is *one*, and whose destination takes what is pushed."""
    filled(one)
    numbers = itertools.count()
    with one.listen() as server, PushServer() as target, HttpTransport() as transport:
        host = server.url.removeprefix("http://")
        yield ProviderCase(
            provider=RegistryProvider,
            source=Source(name="work", provider="registry", location=server.url),
            present=[Query(name="team/app"), Query(name="team/several"), Query(name="team/chart")],
            words="team",
            references=[
                parse_reference(f"{host}/team/app:1.0"),
                parse_reference(f"docker://{host}/team/several:2"),
            ],
            strangers=[parse_reference("./folder"), parse_reference("podman://thing")],
            destination=lambda: f"registry://{target.host}/saved/{next(numbers)}",
            transport=transport,
            damage=damage,
        )


class TestOpenRegistry(ProviderConformance):
    @pytest.fixture
    def case(self) -> Iterator[ProviderCase]:
        with case_of(FakeRegistry()) as case:
            yield case


class TestTokensAndTaggedReferrers(ProviderConformance):
    @pytest.fixture
    def case(self) -> Iterator[ProviderCase]:
        with case_of(FakeRegistry(scheme="bearer", lists_referrers=False)) as case:
            yield case


class TestDamagedRegistry(ProviderConformance):
    @pytest.fixture
    def case(self) -> Iterator[ProviderCase]:
        one = FakeRegistry()

        def damage() -> None:
            one.blobs.update({digest: bytes(len(blob)) for digest, blob in one.blobs.items()})

        with case_of(one, damage) as case:
            yield case
