"""Which installed images a name means."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from provider_core.digests import Digest
from provider_core.installed_names import fulfils, images_named, names_of, own_name
from provider_core.model import Content, ImageKey, Installed, Package, PackageId, Tag
from provider_core.oci import Descriptor
from provider_core.references import Name, parse_reference


def image(name: str, version: str) -> Installed:
    """Return an image whose content is its name and version."""
    root = Descriptor.of(f"{name} {version}".encode(), "application/vnd.oci.image.manifest.v1+json")
    identity = PackageId(provider="p", source="s", name=name, version=version)
    return Installed(
        package=Package(id=identity, pin=root),
        content=Content(root=root),
        image_id=Digest.of(f"config of {name} {version}".encode()),
    )


ONE, TWO, EDGE, OTHER = (
    image("App", "1"),
    image("App", "2"),
    image("App", "edge"),
    image("Other", "1"),
)
IMAGES = (TWO, ONE, EDGE, OTHER)


def tag(name: str, text: str, of: Installed) -> Tag:
    """Return a tag of an image."""
    return Tag(name=name, tag=text, image=of.key)


def meant(request: str, tags: Sequence[Tag] = (), *more: Installed) -> list[str]:
    """Return the versions of the images that *request* means."""
    name = parse_reference(request)
    assert isinstance(name, Name)
    return [f"{one.name}:{one.version}" for one in images_named(name, (*IMAGES, *more), tags)]


def test_a_bare_name_means_latest_or_all() -> None:
    assert meant("app") == ["App:2", "App:1", "App:edge"]
    assert meant("app", [tag("APP", "latest", ONE)]) == ["App:1"]
    assert meant("app", [], image("app", "latest")) == ["app:latest"]
    assert meant("app:latest") == []
    assert meant("a*", [tag("app", "latest", ONE)]) == ["App:2", "App:1", "App:edge"]
    assert meant("app>=1", [tag("app", "latest", ONE)]) == ["App:2", "App:1"]


def test_latest_is_the_name_of_what_has_no_version() -> None:
    bare = image("App", "")
    assert own_name(bare) == "App:latest"
    assert meant("app:latest", [], bare) == ["App:"]
    assert meant("app:latest", [], bare, image("App", "latest")) == ["App:latest"]
    assert meant("app:latest", [tag("app", "latest", ONE)], bare) == ["App:1"]
    assert meant(f"app:latest@{bare.image_id}", [], bare) == ["App:"]


def test_a_tag_comes_before_a_version() -> None:
    assert meant("app:2", [tag("app", "2", ONE)]) == ["App:1"]
    assert meant("other:stable", [tag("other", "stable", ONE)]) == ["App:1"]


@pytest.mark.parametrize("of", ["root", "config"])
def test_a_digest_says_which(of: str) -> None:
    digest = ONE.content.root.digest if of == "root" else ONE.image_id
    assert meant(f"app@{digest}") == meant(f"app:1@{digest}") == ["App:1"]
    assert meant(f"app:2@{digest}") == []
    assert meant(f"app:stable@{digest}", [tag("app", "stable", TWO)]) == []
    assert meant(f"app:stable@{digest}", [tag("app", "stable", ONE)]) == ["App:1"]


def test_what_is_required_may_have_any_of_its_names() -> None:
    tags = [tag("base", "latest", ONE)]
    assert fulfils(ONE, Name(name="base", tag="latest"), tags)
    assert not fulfils(TWO, Name(name="base", tag="latest"), tags)
    assert fulfils(TWO, Name(name="APP"), tags)
    assert not fulfils(ONE, Name(name="base"), tags)  # a range cannot be read off a tag
    assert not fulfils(ONE, Name(name="base", tag="latest", digest=TWO.image_id), tags)


def test_the_version_is_the_first_name() -> None:
    tags = [tag("app", "latest", ONE), tag("x", "y", TWO), tag("App", "1", ONE)]
    assert names_of(ONE, tags) == ("App:1", "app:latest")
    assert names_of(image("App", ""), []) == ("App:latest",)
    assert ONE.key == ImageKey(name="app", version="1")
