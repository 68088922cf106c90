"""A registry: find asks over the network, cheaply, and what it found answers offline."""

from __future__ import annotations

import pytest

from provider_core import Host, Wishes
from provider_core.errors import Offline, PackageNotFound
from provider_core.testing import small_index

from .hosts import Homes
from .registry_double import RegistryDouble
from .registry_server import REGISTRY, RegistryServer
from .shelf_double import image_of


@pytest.fixture
def server() -> RegistryServer:
    """Return a registry with ``team/app`` in many versions."""
    server = RegistryServer()
    for number in range(1, 30):
        server.push("team/app", f"1.{number}", image_of(f"app {number}"))
    return server


@pytest.fixture
def client(homes: Homes, server: RegistryServer) -> Host:
    """Return a host with that registry as its source ``work``."""
    host = homes(RegistryDouble(), transport=server.network)
    host.add_source("work", REGISTRY, provider="registry-double")
    return host


def test_the_newest_costs_one_list_and_one_head(client: Host, server: RegistryServer) -> None:
    (found,) = client.find("team/app").packages
    assert found.version == "1.29"
    assert found.pin == image_of("app 29").root
    assert server.pulls == 0
    paths = {request.url.removeprefix(REGISTRY) for request in server.network.requests}
    assert len([path for path in paths if "/manifests/" in path]) == 1


def test_whether_a_name_is_known_does_not_cost_every_tag(
    client: Host, server: RegistryServer
) -> None:
    with pytest.raises(PackageNotFound, match="work"):
        client.install("team/app>=7")
    looked_at = {one.url for one in server.network.requests if "/manifests/" in one.url}
    assert len(looked_at) == 1


def test_a_broad_question_stays_at_home_unless_remote(client: Host, server: RegistryServer) -> None:
    assert client.find().packages == ()
    assert client.find("*").packages == ()
    assert server.network.requests == []
    remote = client.find(wishes=Wishes(remote=True)).packages
    assert [one.name for one in remote] == ["team/app"]
    assert [one.name for one in client.find().packages] == ["team/app"]


def test_what_was_found_answers_offline(client: Host, homes: Homes, server: RegistryServer) -> None:
    client.find("team/app>=1.5,<1.7", wishes=Wishes(all_versions=True))
    offline = homes(RegistryDouble(), transport=server.network, offline=True)
    asked = len(server.network.requests)
    found = offline.find("team/app", wishes=Wishes(all_versions=True)).packages
    assert [one.version for one in found] == ["1.6", "1.5"]
    assert found[0].pin == image_of("app 6").root
    with pytest.raises(Offline, match="team/other"):
        offline.find("team/other")
    with pytest.raises(Offline):
        offline.install("team/app:1.6")
    assert len(server.network.requests) == asked


def test_a_full_reference_needs_no_source(homes: Homes, server: RegistryServer) -> None:
    host = homes(RegistryDouble(), transport=server.network)
    (image,) = host.install("registry.example/team/app:1.2").installed
    assert (image.name, image.version) == ("registry.example/team/app", "1.2")
    assert image.package.id.source == ""
    assert host.install("registry.example/team/app:1.2").kept == (image,)
    pinned = f"registry.example/team/app@{image_of('app 3').root.digest}"
    assert host.plan_install(pinned).steps[0].package.pin == image_of("app 3").root
    with pytest.raises(PackageNotFound):
        host.install("registry.example/team/app:9")


def test_a_source_is_not_asked_for_another_hosts_image(
    client: Host, server: RegistryServer
) -> None:
    client.install("registry.example/team/app:1.2")
    assert not [one for one in server.network.requests if "v2/registry.example" in one.url]


def test_an_index_is_one_package(client: Host, server: RegistryServer) -> None:
    index = small_index(image_of("a"))
    server.push("team/multi", "1.0", index)
    (found,) = client.find("team/multi").packages
    assert found.pin == index.root
