"""save: what an image requires travels with it, wherever it is at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, combinations
from pathlib import Path

import pytest

from provider_core import Context, Host, Package, Wishes, hookimpl
from provider_core.errors import Conflict, PackageNotFound
from provider_core.model import Requirement
from provider_core.platforms import Platform, PlatformSet
from provider_core.references import Name
from provider_core.testing import small_image, small_index

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

NAMES = ("base", "middle", "top", "other")
AMD = Platform(os="linux", architecture="amd64")
ARM = Platform(os="linux", architecture="arm64")


class Needy(Shelf):
    """Its packages do not say what they need; it does when it is asked."""

    needs: dict[str, tuple[str, ...]]

    @hookimpl
    def dependencies(self, package: Package, context: Context) -> Iterator[Requirement]:
        """Say what *package* needs, and that twice."""
        for name in self.needs.get(package.name, ()) * 2:
            yield Requirement(name=Name(name=name), reason="base image")


@pytest.fixture
def needy() -> Needy:
    """Return a shelf with `top`, which needs `middle`, which needs `base`; and another."""
    shelf = Needy()
    shelf.needs = {"top": ("middle",), "middle": ("base",)}
    for name in NAMES:
        shelf.put("lab", name, "1", image_of(name))
    return shelf


@pytest.fixture
def stocked(homes: Homes, needy: Needy) -> Host:
    """Return a host with that shelf."""
    host = homes(needy)
    shelf_sources(host, "lab")
    return host


def subsets(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield every choice among *names*."""
    listed = list(names)
    return chain.from_iterable(combinations(listed, count) for count in range(len(listed) + 1))


def test_an_archive_does_not_depend_on_what_is_installed(
    homes: Homes, needy: Needy, tmp_path: Path
) -> None:
    archives = set()
    for number, installed in enumerate(subsets(NAMES)):
        host = homes(needy, name=f"home{number}")
        shelf_sources(host, "lab")
        if installed:
            host.install(*installed)
        target = tmp_path / f"{number}.tar"
        result = host.save("other", "top", to=str(target))
        names = [package.name for package in result.packages]
        assert names == ["other", "top", "middle", "base"]
        assert result.saved.roots == tuple(image_of(name).root.digest for name in names)
        archives.add(target.read_bytes())
    assert len(archives) == 1


def test_requests_come_in_their_order_whatever_they_require(stocked: Host, tmp_path: Path) -> None:
    result = stocked.save("base", "top", "other", "base", to=str(tmp_path / "x.tar"))
    assert [one.name for one in result.packages] == ["base", "top", "other", "middle"]


def test_what_is_required_is_known_to_the_home(stocked: Host, needy: Needy, tmp_path: Path) -> None:
    (*_, top) = stocked.install("top").installed
    assert [need.name.name for need in top.package.requires] == ["middle"]
    needy.needs = {}
    needy.asked.clear()
    result = stocked.save("top", to=str(tmp_path / "x.tar"))
    assert [one.name for one in result.packages] == ["top", "middle", "base"]
    assert (result.plan.steps, needy.asked) == ((), [])


def test_what_is_required_and_gone_is_fetched_again_or_named(
    stocked: Host, needy: Needy, tmp_path: Path
) -> None:
    stocked.install("top")
    stocked.uninstall("base", force=True)
    plan = stocked.plan_save("top", to=str(tmp_path / "x.tar"))
    assert [(step.package.name, step.reason) for step in plan.steps] == [
        ("base", "base image of middle")
    ]
    needy.packages_at["shelf://lab"].clear()
    with pytest.raises(PackageNotFound, match="base") as caught:
        stocked.save("top", to=str(tmp_path / "x.tar"))
    assert "middle 1 needs it" in caught.value.hint


def test_of_several_that_would_do_the_one_that_is_asked_for_is_taken(
    stocked: Host, needy: Needy, tmp_path: Path
) -> None:
    needy.put("lab", "base", "2", image_of("base 2"))
    stocked.install("base:1", "base:2")
    newest = stocked.save("top", to=str(tmp_path / "newest.tar")).packages
    assert [str(one) for one in newest] == ["top 1", "middle 1", "base 2"]
    asked = stocked.save("top", "base:1", to=str(tmp_path / "asked.tar")).packages
    assert [str(one) for one in asked] == ["top 1", "base 1", "middle 1"]


def test_what_is_required_has_the_platforms_that_are_wanted(
    stocked: Host, needy: Needy, tmp_path: Path
) -> None:
    for name in NAMES:
        sides = [small_image({"srv/n": name.encode()}, platform=one) for one in (AMD, ARM)]
        needy.put("lab", name, "1", small_index(*sides))
    on_arm = Wishes(platforms=PlatformSet.of(ARM))
    stocked.install("base", wishes=Wishes(platforms=PlatformSet.of(AMD)))
    plan = stocked.plan_save("middle", to=str(tmp_path / "x.tar"), wishes=on_arm)
    assert [step.package.name for step in plan.steps] == ["base", "middle"]
    assert stocked.save("middle", to=str(tmp_path / "x.tar"), wishes=on_arm).packages


def test_installed_images_may_require_each_other(homes: Homes, tmp_path: Path) -> None:
    shelf = Needy()
    shelf.needs = {}
    host = homes(shelf)
    shelf_sources(host, "lab")
    egg = Requirement(name=Name(name="egg"))
    hen = Requirement(name=Name(name="hen"))
    shelf.put("lab", "egg", "1", image_of("egg"))
    shelf.put("lab", "hen", "1", image_of("hen"), requires=(egg,))
    host.install("hen")
    shelf.put("lab", "egg", "1", image_of("egg"), requires=(hen,))
    host.install("egg", wishes=Wishes(force=True))
    result = host.save("egg", to=str(tmp_path / "x.tar"))
    assert [one.name for one in result.packages] == ["egg", "hen"]


def test_one_name_with_two_contents_is_refused(stocked: Host, needy: Needy, tmp_path: Path) -> None:
    (here,) = stocked.install("base").installed
    another = image_of("another base")
    needy.put("lab", "base", "1", another)
    pinned = Name(name="base", digest=image_of("base").root.digest)
    needy.put("lab", "picky", "1", image_of("picky"), requires=(Requirement(name=pinned),))
    fetched = f"base@{another.root.digest}"
    for requests in (("base", fetched), (fetched, "base"), (fetched, "picky")):
        with pytest.raises(Conflict, match="asked for twice"):
            stocked.save(*requests, to=str(tmp_path / "x.tar"))
    assert stocked.save("picky", to=str(tmp_path / "x.tar")).packages[1].pin == here.package.pin
