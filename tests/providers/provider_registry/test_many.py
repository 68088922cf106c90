"""Lists and upgrades of full references, which belong to no source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Host, Settings, Wishes
from provider_core.errors import PackageNotFound
from provider_core.lists import Wanted

from ...support.images import make_image
from .fake_registry import FakeRegistry

NAME = "registry.example/team/app"


@pytest.fixture
def registry() -> FakeRegistry:
    """Return a registry with two versions of an image."""
    registry = FakeRegistry()
    for version in ("1.0", "1.1"):
        registry.push("team/app", version, make_image(version))
    return registry


@pytest.fixture
def host(tmp_path: Path, registry: FakeRegistry) -> Iterator[Host]:
    """Return a host for which that registry is the whole network."""
    settings = Settings(disabled_sources=("hub",))
    with Host(tmp_path / "home", settings=settings, transport=registry.network) as host:
        yield host


def test_all_versions_of_a_full_reference(host: Host) -> None:
    found = host.requests_for(Wanted(request=NAME, keep=0))
    tags = [one.text.partition("@")[0].rpartition(":")[2] for one in found]
    assert (tags, {one.source for one in found}) == (["1.1", "1.0"], {""})
    result = host.install(*found)
    assert sorted(image.version for image in result.installed) == ["1.0", "1.1"]


def test_all_versions_of_a_full_reference_are_found(host: Host) -> None:
    everything = Wishes(all_versions=True)
    for request, versions in ((NAME, ["1.1", "1.0"]), (f"{NAME}<1.1", ["1.0"])):
        found = host.find(request, wishes=everything).packages
        assert [(one.version, one.id.source) for one in found] == [(it, "") for it in versions]
    with pytest.raises(PackageNotFound, match=r"registry\.example"):
        host.find("registry.example/team/nothing", wishes=everything)


def test_the_newest_two(host: Host, registry: FakeRegistry) -> None:
    registry.push("team/app", "1.2", make_image("1.2"))
    assert len(host.requests_for(Wanted(request=NAME, keep=2))) == 2


def test_a_full_reference_is_upgraded_from_its_registry(host: Host, registry: FakeRegistry) -> None:
    host.install(f"{NAME}:1.1")
    assert host.outdated().rows == ()
    registry.push("team/app", "1.2", make_image("1.2"))
    (row,) = host.outdated().rows
    assert (row.image.name, row.package.version, row.source) == (NAME, "1.2", None)
    host.upgrade()
    assert sorted(image.version for image in host.list()) == ["1.1", "1.2"]


def test_older_versions_are_not_asked_for(host: Host, registry: FakeRegistry) -> None:
    host.install(f"{NAME}:1.1")
    registry.push("team/app", "1.2", make_image("1.2"))
    before = len(registry.network.requests)
    assert len(host.outdated(f"{NAME}<2").rows) == 1
    assert host.outdated(f"{NAME}<1.1").rows == ()
    asked = [one.url.rpartition("/")[2] for one in registry.network.requests[before:]]
    assert "1.2" in asked
    assert "1.0" not in asked


def test_a_lock_of_a_full_reference(host: Host, registry: FakeRegistry) -> None:
    (pin,), _ = host.lock(f"{NAME}:1.0")
    assert (pin.name, pin.version, pin.source) == (NAME, "1.0", "")
    registry.push("team/app", "1.0", make_image("moved"))
    (image,) = host.install(pin.exact).installed
    assert image.package.pin == make_image("1.0").root


def test_a_full_reference_that_is_nowhere_names_its_registry(host: Host) -> None:
    for ask in (host.install, host.find):
        with pytest.raises(PackageNotFound) as caught:
            ask(f"{NAME}:9")
        assert caught.value.fields["sources"] == [NAME.partition("/")[0]]
