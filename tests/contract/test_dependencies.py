"""What a package needs comes first, once, and is named when it is nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_core import Host, Name, Wishes, parse_reference
from provider_core.errors import BlobNotFound, Conflict, PackageNotFound
from provider_core.model import Action, Requirement
from provider_core.platforms import Platform

from .shelf_double import Shelf, image_of


def needs(*requests: str, reason: str = "base image") -> tuple[Requirement, ...]:
    """Return requirements for *requests*."""
    names = [parse_reference(request) for request in requests]
    return tuple(Requirement(name=name, reason=reason) for name in names if isinstance(name, Name))


def put_chain(shelf: Shelf) -> None:
    """Lay `top`, which needs `middle`, which needs `base`, on the shelf."""
    shelf.put("lab", "top", "1", image_of("top"), requires=needs("middle>=1"))
    shelf.put("lab", "middle", "1.5", image_of("middle"), requires=needs("base"))
    shelf.put("lab", "base", "3", image_of("base"))


def test_dependencies_come_first_and_once(host: Host, shelf: Shelf) -> None:
    put_chain(shelf)
    plan = host.plan_install("top", "base")
    assert [step.package.name for step in plan.steps] == ["base", "middle", "top"]
    assert [step.reason for step in plan.steps] == [
        "base image of middle",
        "base image of top",
        "requested",
    ]
    result = host.install("top", "base")
    assert [image.name for image in result.installed] == ["base", "middle", "top"]
    assert result.revision == 2


def test_what_is_installed_is_not_asked_for_again(host: Host, shelf: Shelf) -> None:
    put_chain(shelf)
    host.install("base")
    shelf.packages_at["shelf://lab"] = [
        one for one in shelf.packages_at["shelf://lab"] if one.name != "base"
    ]
    assert [step.action for step in host.plan_install("top").steps] == [Action.INSTALL] * 2


def test_cycles_are_named(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "hen", "1", image_of("hen"), requires=needs("egg"))
    shelf.put("lab", "egg", "1", image_of("egg"), requires=needs("hen"))
    with pytest.raises(Conflict, match="hen 1 → egg 1 → hen 1"):
        host.install("hen")
    assert host.list() == ()


def test_a_missing_dependency_names_who_needs_it(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "top", "1", image_of("top"), requires=needs("nothing>=2"))
    with pytest.raises(PackageNotFound, match="nothing") as caught:
        host.install("top")
    assert "top 1 needs it as its base image" in caught.value.hint


def test_keep_going_leaves_nothing_of_a_failed_request(host: Host, shelf: Shelf) -> None:
    put_chain(shelf)
    shelf.put("lab", "lost", "1", image_of("lost"), requires=needs("base", "nothing"))
    shelf.put("lab", "fine", "1", image_of("fine"))
    result = host.install("lost", "fine", "lost", wishes=Wishes(keep_going=True))
    assert [image.name for image in result.installed] == ["fine"]
    assert [request for request, _ in result.failed] == ["lost", "lost"]
    assert {type(error) for _, error in result.failed} == {PackageNotFound}


def test_keep_going_takes_a_failed_dependency_for_a_failure(host: Host, shelf: Shelf) -> None:
    put_chain(shelf)
    layer = image_of("base").layers[0].digest
    shelf.refused[layer] = BlobNotFound(layer, "the shelf")
    shelf.put("lab", "fine", "1", image_of("fine"))
    result = host.install("top", "fine", wishes=Wishes(keep_going=True))
    assert [image.name for image in result.installed] == ["fine"]
    assert [request for request, _ in result.failed] == ["base 3", "middle 1.5", "top 1"]
    assert {error.image for _, error in result.failed} == {"base 3"}
    with pytest.raises(BlobNotFound):
        host.install("top")


def test_two_contents_of_one_version_are_refused(host: Host, shelf: Shelf) -> None:
    one, other = image_of("base"), image_of("other base")
    shelf.put("lab", "base", "3", one)
    shelf.put("lab", "top", "1", image_of("top"), requires=needs("base"))
    plan = host.plan_install("base", "top", f"base@{one.root.digest}")
    assert [step.package.name for step in plan.steps] == ["base", "top"]
    shelf.put("lab", "BASE", "3", other)
    with pytest.raises(Conflict, match="asked for twice"):
        host.plan_install(f"base@{one.root.digest}", f"base@{other.root.digest}")


def windows(version: str) -> tuple[Platform, ...]:
    """Return a platform of one build of Windows."""
    return (Platform(os="windows", architecture="amd64", os_version=version),)


def test_an_image_of_windows_gets_the_base_of_its_build(host: Host, shelf: Shelf) -> None:
    for version in ("10.0.10586.0", "10.0.14393.0", "10.0.14393.447"):
        shelf.put("lab", "NanoServer", version, image_of(version))
    for name, build in (("old-iis", "10.0.10586.1"), ("iis", "10.0.14393.9"), ("odd", "11.0.1")):
        image = replace(image_of(name), platforms=windows(build))
        shelf.put("lab", name, "1", image, requires=needs("NanoServer"))

    def bases(request: str) -> list[str]:
        steps = host.plan_install(request).steps
        return [step.package.version for step in steps if step.package.name == "NanoServer"]

    assert bases("iis") == ["10.0.14393.447"]
    assert bases("old-iis") == ["10.0.10586.0"]
    assert bases("odd") == ["10.0.14393.447"]  # of its own build there is none
    host.install("nanoserver==10.0.10586.0")
    assert bases("old-iis") == bases("odd") == []  # it is here
    assert bases("iis") == ["10.0.14393.447"]  # another build would not do
