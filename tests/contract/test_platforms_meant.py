"""A platform that the user names is installed, or refused; this host's own is a mere default."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.errors import NotSupported
from provider_core.platforms import Platform, PlatformSet
from provider_core.testing import small_artifact, small_image, small_index

from ..support.archives import docker_archive, oci_archive
from ..support.images import make_image
from .hosts import Homes, shelf_sources
from .shelf_double import Shelf

AMD = Platform(os="linux", architecture="amd64")
ARM = Platform(os="linux", architecture="arm64")
Z = Platform(os="linux", architecture="s390x")
ON_ARM = small_image({"srv/arch": b"arm"}, platform=ARM)
ON_AMD = small_image({"srv/arch": b"amd"}, platform=AMD)
BOTH = small_index(ON_AMD, ON_ARM)
BOXED_ON_ARM = make_image("arm", platform=ARM)


def only(*platforms: Platform) -> Wishes:
    """Wish for *platforms*."""
    return Wishes(platforms=PlatformSet.of(*platforms))


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host with an image for one platform, one for two, and an artifact."""
    shelf.put("lab", "single", "1", ON_ARM)
    shelf.put("lab", "both", "1", BOTH)
    shelf.put("lab", "chart", "1", small_artifact({"chart.tgz": b"chart"}, "application/x-chart"))
    return host


@pytest.mark.parametrize(
    ("name", "wanted"), [("single", (AMD,)), ("single", (AMD, ARM)), ("both", (AMD, Z))]
)
def test_what_lacks_a_named_platform_is_refused_before_a_byte_moves(
    stocked: Host, shelf: Shelf, tmp_path: Path, name: str, wanted: tuple[Platform, ...]
) -> None:
    lacking = "s390x" if Z in wanted else "amd64"
    with pytest.raises(NotSupported, match=rf"nothing for linux/{lacking}$") as caught:
        stocked.install(name, wishes=only(*wanted))
    assert "linux/arm64" in caught.value.hint
    with pytest.raises(NotSupported, match=lacking):
        stocked.save(name, to=str(tmp_path / "x.tar"), wishes=only(*wanted))
    assert (shelf.opened, stocked.list()) == ([], ())


def test_what_is_for_others_is_not_found(stocked: Host) -> None:
    def found(*requests: str, platform: Platform) -> list[str]:
        return [one.name for one in stocked.find(*requests, wishes=only(platform)).packages]

    everything = ("both", "chart", "single")
    assert found(*everything, platform=AMD) == ["both", "chart"]
    assert found(*everything, platform=ARM) == ["both", "chart", "single"]
    with pytest.raises(NotSupported, match="nothing for linux/amd64"):
        found("single", platform=AMD)


def test_what_its_source_does_not_say_is_seen_when_it_came(
    stocked: Host, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.packages_at["shelf://lab"] = [
        replace(package, platforms=()) for package in shelf.packages_at["shelf://lab"]
    ]
    for name, wanted in (("single", (AMD,)), ("both", (AMD, Z))):
        with pytest.raises(NotSupported, match="nothing for"):
            stocked.install(name, wishes=only(*wanted))
        with pytest.raises(NotSupported, match="nothing for"):
            stocked.save(name, to=str(tmp_path / "x.tar"), wishes=only(*wanted))
    assert stocked.list() == ()


def test_what_is_here_for_another_platform_is_not_enough(stocked: Host) -> None:
    (image,) = stocked.install("single", wishes=only(ARM)).installed
    with pytest.raises(NotSupported, match="linux/amd64"):
        stocked.install("single", wishes=only(AMD))
    assert stocked.install("single", wishes=only(ARM)).kept == (image,)


def test_what_has_no_platform_comes_with_any(stocked: Host) -> None:
    assert stocked.install("chart", wishes=only(Z)).installed[0].platforms == ()


@pytest.mark.parametrize(
    "archive", [docker_archive((["app:1"], BOXED_ON_ARM)), oci_archive(("app:1", BOXED_ON_ARM))]
)
def test_an_archive_is_held_to_it(homes: Homes, tmp_path: Path, archive: bytes) -> None:
    path = tmp_path / "app.tar"
    path.write_bytes(archive)
    host = homes()
    with pytest.raises(NotSupported, match="nothing for linux/amd64"):
        host.install(str(path), wishes=only(AMD))
    assert list(host.store.blobs()) == []
    assert host.install(str(path), wishes=only(ARM)).installed[0].platforms == (ARM,)


def test_defaults_are_lenient(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf, platforms=("linux/s390x", "linux/arm64"))
    shelf_sources(host, "lab")
    shelf.put("lab", "single", "1", ON_AMD)
    shelf.put("lab", "both", "1", BOTH)
    single, both = host.install("single", "both").installed
    assert (single.platforms, both.platforms) == ((AMD,), (ARM,))


def test_of_offers_for_one_platform_each_the_named_one_is_meant(host: Host, shelf: Shelf) -> None:
    for image in (ON_AMD, ON_ARM):
        package = shelf.put("lab", "app", "1", image)
        shelf.packages_at["shelf://lab"].remove(package)
        own = replace(package.id, platform=image.platforms[0])
        shelf.packages_at["shelf://lab"].append(replace(package, id=own))
    assert host.install("app", wishes=only(ARM)).installed[0].platforms == (ARM,)
    with pytest.raises(NotSupported, match="nothing for linux/s390x") as caught:
        host.plan_install("app", wishes=only(Z))
    assert "linux/amd64, linux/arm64" in caught.value.hint
