"""A numbered version means one content for good; a label may mean another one every day."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provider_core import Context, Host, Wishes
from provider_core.errors import Conflict, Exists
from provider_core.model import Action, ImageKey, Tag
from provider_core.oci import Descriptor
from provider_core.platforms import Platform, PlatformSet
from provider_core.testing import small_image, small_index

from .hosts import Homes
from .shelf_double import Shelf, image_of

AMD = Platform(os="linux", architecture="amd64")
ARM = Platform(os="linux", architecture="arm64")
BOTH = small_index(
    small_image({"srv/arch": b"amd"}, platform=AMD), small_image({"srv/arch": b"arm"}, platform=ARM)
)


def only(*platforms: Platform) -> Wishes:
    """Wish for *platforms*."""
    return Wishes(platforms=PlatformSet.of(*platforms))


def test_other_content_under_a_number_is_refused(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1.0", image_of("first"))
    (first,) = host.install("app").installed
    shelf.put("lab", "app", "1.0", image_of("second"))
    with pytest.raises(Exists, match="other content"):
        host.install("app")
    assert host.show("app") == first
    result = host.install("app", wishes=Wishes(force=True))
    assert [step.action for step in result.plan.steps] == [Action.REPLACE]
    assert host.show("app").content.root == image_of("second").root
    host.collect(grace=0)
    assert host.check_store() == ()
    assert not host.store.has(image_of("first").root)


def test_a_label_moves(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "latest", image_of("monday"))
    host.install("app")
    shelf.put("lab", "app", "latest", image_of("tuesday"))
    (image,) = host.install("app").installed
    assert image.content.root == image_of("tuesday").root
    assert len(host.list()) == 1


def test_force_brings_the_same_again(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1.0", image_of("first"))
    host.install("app")
    shelf.opened.clear()
    assert host.install("app", wishes=Wishes(force=True)).installed
    assert shelf.opened == []


def test_tags_outlive_a_replacement_and_a_rebuild(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "latest", image_of("monday"))
    host.install("app")
    with host.catalog.change("tag") as change:
        change.put_tag(Tag(name="app", tag="mine", image=ImageKey(name="app", version="latest")))
    shelf.put("lab", "app", "latest", image_of("tuesday"))
    host.install("app")
    assert host.show("app:mine").content.root == image_of("tuesday").root
    host.collect(grace=0)
    assert host.rebuild_catalog() == 1
    assert host.show("app:mine").content.root == image_of("tuesday").root


def test_a_platform_more_is_merged(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1.0", BOTH)
    (amd,) = host.install("app", wishes=only(AMD)).installed
    assert amd.platforms == (AMD,)
    assert host.install("app", wishes=only(AMD)).kept == (amd,)
    shelf.opened.clear()
    (both,) = host.install("app", wishes=only(ARM)).installed
    assert set(both.platforms) == {AMD, ARM}
    assert BOTH.layers[0].digest not in shelf.opened
    assert host.install("app", wishes=only(AMD)).kept == (both,)
    assert host.install("app", wishes=Wishes(platforms=PlatformSet.all())).kept == (both,)
    host.collect(grace=0)
    assert host.check_store() == ()


def meanwhile(shelf: Shelf, call: Callable[[], object]) -> None:
    """Make *call* when the first blob is brought."""

    def once(descriptor: Descriptor, context: Context) -> None:
        shelf.before_open = lambda _, __: None
        call()

    shelf.before_open = once


def test_a_platform_of_another_process_is_not_lost(host: Host, homes: Homes, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1.0", BOTH)
    other = homes(shelf)
    meanwhile(shelf, lambda: other.install("app", wishes=only(ARM)))
    (image,) = host.install("app", wishes=only(AMD)).installed
    assert set(image.platforms) == {AMD, ARM}
    assert host.show("app") == image
    host.rebuild_catalog()
    assert set(host.show("app").platforms) == {AMD, ARM}


def test_other_content_of_another_process_is_a_conflict(
    host: Host, homes: Homes, shelf: Shelf
) -> None:
    shelf.put("lab", "app", "1.0", image_of("first"))
    other = homes(shelf)

    def install_another() -> None:
        shelf.put("lab", "app", "1.0", image_of("second"))
        other.install("app")

    meanwhile(shelf, install_another)
    with pytest.raises(Conflict, match="another process"):
        host.install("app")
    assert host.show("app").content.root == image_of("second").root


def test_the_platforms_of_other_content_are_not_merged(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "latest", BOTH)
    host.install("app", wishes=only(AMD))
    later = small_index(
        small_image({"srv/arch": b"amd 2"}, platform=AMD),
        small_image({"srv/arch": b"arm 2"}, platform=ARM),
    )
    shelf.put("lab", "app", "latest", later)
    (image,) = host.install("app", wishes=only(ARM)).installed
    assert image.platforms == (ARM,)


def test_a_platform_that_nobody_has_is_refused(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1.0", BOTH)
    with pytest.raises(Exception, match=r"nothing for linux/riscv64") as caught:
        host.install("app", wishes=only(Platform(os="linux", architecture="riscv64")))
    assert "linux/arm64" in getattr(caught.value, "hint", "")


def test_settings_name_the_platforms(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf, platforms=("linux/arm64",))
    host.add_source("lab", "shelf://lab")
    shelf.put("lab", "app", "1.0", BOTH)
    assert host.install("app").installed[0].platforms == (ARM,)
