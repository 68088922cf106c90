"""What a user of a host with this policy sees."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from publisher_policy import PublisherPolicy

from provider_core import Context, Host, Package, PackageId, Query, SimpleProvider
from provider_core.errors import Untrusted
from provider_core.oci import Descriptor
from provider_core.testing import small_image

IMAGE = small_image({"hello.txt": b"hello"})
PUBLISHERS = {"NanoServer": "CN=Microsoft", "Rocket": "ACME", "Stray": ""}


class Shelf(SimpleProvider):
    """Three images of three publishers."""

    name = "shelf"
    opened = 0

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        for name, publisher in PUBLISHERS.items():
            identity = PackageId(provider=self.name, source="shelf", name=name, version="1.0")
            yield Package(id=identity, pin=IMAGE.root, publisher=publisher)

    def open(self, descriptor: Descriptor, package: Package, context: Context) -> BinaryIO:
        self.opened += 1
        return io.BytesIO(IMAGE.blobs[descriptor.digest])


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    """Return the list of publishers; Microsoft alone is on it."""
    path = tmp_path / "publishers.txt"
    path.write_text("# who may be installed\nCN=Microsoft\n")
    return path


@pytest.fixture
def host(tmp_path: Path, allowed: Path) -> Iterator[Host]:
    """Return a host with the shelf and the policy."""
    with Host(home=tmp_path / "home", providers=[Shelf, PublisherPolicy(allowed)]) as host:
        host.add_source("shelf", "shelf", provider="shelf")
        yield host


def test_a_listed_publisher_is_installed(host: Host) -> None:
    host.install("NanoServer")
    assert [image.name for image in host.list()] == ["NanoServer"]


@pytest.mark.parametrize(("name", "who"), [("Rocket", "'ACME'"), ("Stray", "nobody")])
def test_others_are_refused_by_the_policys_name(host: Host, name: str, who: str) -> None:
    with pytest.raises(Untrusted, match=f"{name} 1.0 is published by {who}") as caught:
        host.install(name)
    assert caught.value.exit_code == 2
    assert caught.value.provider == "publishers"
    assert host.list() == ()
    assert list(host.store.blobs()) == []


def test_finding_is_not_forbidden(host: Host) -> None:
    assert len(host.find("Rocket", "Stray").packages) == 2


def test_an_empty_line_lets_in_what_has_no_publisher(host: Host, allowed: Path) -> None:
    allowed.write_text("CN=Microsoft\n\n")
    host.install("Stray")
    assert [image.name for image in host.list()] == ["Stray"]


def test_without_its_list_nothing_is_installed(host: Host, allowed: Path) -> None:
    allowed.unlink()
    with pytest.raises(Untrusted, match="nothing may be installed"):
        host.install("NanoServer")


def test_it_is_a_row_among_the_providers(host: Host) -> None:
    assert ("publishers", "policy") in {(row.name, row.status) for row in host.providers()}
