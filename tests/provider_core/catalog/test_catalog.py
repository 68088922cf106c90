"""What the catalog answers about the present."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core.catalog import Catalog, Offers
from provider_core.errors import UsageError
from provider_core.model import FileMark, FileStamp, Hold, Installed, Tag

from .samples import ARM64, Clock, descriptor, image, key, offer, source


def put(catalog: Catalog, *images: Installed) -> None:
    with catalog.change("install") as change:
        for one in images:
            change.put_image(one)


def test_reading_makes_no_file(catalog: Catalog, tmp_path: Path) -> None:
    assert catalog.installed() == ()
    assert catalog.tags() == ()
    assert catalog.holds() == ()
    assert catalog.sources() == ()
    assert catalog.cached() == ()
    assert catalog.log() == ()
    assert catalog.revision() == 0
    assert catalog.check() == ()
    assert list(tmp_path.iterdir()) == []


def test_reading_needs_no_folder(tmp_path: Path) -> None:
    assert Catalog(tmp_path / "nowhere" / "catalog.db").installed() == ()


@pytest.mark.parametrize("name", ["a b", "100%", "%41", "what?mode=memory", "#1", "käse", "\udcff"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    one = image("nginx", "1.0")
    put(Catalog(folder / "catalog.db"), one)
    assert (folder / "catalog.db").is_file()
    assert Catalog(folder / "catalog.db").installed() == (one,)
    Catalog(folder / "catalog.db").backup(folder / "copy.db")
    assert Catalog(folder / "copy.db").check() == ()
    offers = Offers(folder / "offers.db")
    offers.remember("lab", [one.package])
    assert offers.names("") == ("nginx",)
    offers.close()


def test_images_come_by_name_without_case_the_newest_first(catalog: Catalog) -> None:
    versions = ["10.0.9", "10.0.14", "latest", "10.0.14-slim"]
    put(catalog, image("nginx", "1.0"), *(image("NanoServer", version) for version in versions))
    assert [(one.name, one.version) for one in catalog.installed()] == [
        ("NanoServer", "10.0.14-slim"),
        ("NanoServer", "10.0.14"),
        ("NanoServer", "10.0.9"),
        ("NanoServer", "latest"),
        ("nginx", "1.0"),
    ]


def test_an_image_comes_back_as_it_was(catalog: Catalog) -> None:
    one = image("Nginx", "1.0", publisher="CN=Somebody", created="2026-01-01T00:00:00Z", size=7)
    put(catalog, one)
    assert catalog.image(one.key) == one
    assert catalog.image(key("nginx", "1.1")) is None


def test_platforms_make_different_images(catalog: Catalog) -> None:
    both, one = image("nginx", "1.0"), image("nginx", "1.0", platform=ARM64)
    put(catalog, both, one)
    assert catalog.images_named("NGINX") == (both, one)
    assert catalog.image(key("nginx", "1.0", "linux/arm64")) == one


def test_images_are_named_in_any_case_and_whole(catalog: Catalog) -> None:
    put(catalog, image("NanoServer", "1.0"), image("NanoServerIIS", "1.0"))
    assert [one.name for one in catalog.images_named("nanoserver")] == ["NanoServer"]
    assert catalog.images_named("nano") == ()


@pytest.mark.parametrize("digits", [1, 12, 64])
def test_an_image_is_found_by_the_beginning_of_its_id(catalog: Catalog, digits: int) -> None:
    one = image("nginx", "1.0")
    put(catalog, one)
    beginning = one.image_id.hex[:digits]
    assert catalog.images_with_id(beginning) == (one,)
    assert catalog.images_with_id(beginning.upper()) == (one,)
    assert catalog.images_with_id(f"sha256:{beginning}") == (one,)
    assert catalog.images_with_id(f"sha512:{beginning}") == ()


def test_an_image_is_found_by_the_digest_of_its_root(catalog: Catalog) -> None:
    one, other = image("nginx", "1.0"), image("nginx", "2.0")
    put(catalog, one, other)
    root = descriptor("nginx 1.0 None").digest
    assert catalog.images_with_id(str(root)) == (one,)
    assert catalog.images_with_id(root.short) == (one,)


@pytest.mark.parametrize("text", ["", "sha256:", "xyz", "%", "nginx", ":"])
def test_what_is_no_digest_is_nobodys_id(catalog: Catalog, text: str) -> None:
    put(catalog, image("nginx", "1.0"))
    assert catalog.images_with_id(text) == ()


def test_sources_come_in_the_order_of_asking(catalog: Catalog) -> None:
    with catalog.change("source add") as change:
        for name, priority in [("hub", 0), ("lab", 50), ("Attic", 40), ("usb", 40)]:
            change.put_source(source(name, priority))
    assert [one.name for one in catalog.sources()] == ["lab", "Attic", "usb", "hub"]
    assert catalog.source("ATTIC") == source("Attic", 40)
    assert catalog.source("cellar") is None


def test_tags_and_holds_come_sorted(catalog: Catalog) -> None:
    one = image("nginx", "1.0")
    tags = [Tag(name=name, tag=tag, image=one.key) for name, tag in [("Web", "2"), ("app", "1")]]
    with catalog.change("tag") as change:
        change.put_image(one)
        for tag in tags:
            change.put_tag(tag)
        change.put_hold(Hold(image=one.key, reason="the customer's"))
    assert catalog.tags() == (tags[1], tags[0])
    assert catalog.holds() == (Hold(image=one.key, reason="the customer's"),)


def test_a_name_that_is_no_text_is_refused(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="Unicode"), catalog.change("install") as change:
        change.put_image(image("caf\udce9", "1.0"))
    assert catalog.installed() == ()
    put(catalog, image("nginx", "1.0"))
    with pytest.raises(UsageError, match="Unicode"):
        catalog.images_named("caf\udce9")


# content --------------------------------------------------------------------------------------


def test_a_local_file_is_an_image(catalog: Catalog, tmp_path: Path) -> None:
    stamp = FileStamp(files=(FileMark(path=str(tmp_path), size=1, mtime_ns=2),))
    one = image("windows", "10.0", root=stamp)
    put(catalog, one)
    assert catalog.installed() == (one,)


def test_cached_content_has_the_time_of_its_last_use(catalog: Catalog, clock: Clock) -> None:
    package, content = offer("a", "1"), image("a", "1").content
    for _ in range(2):
        clock.advance(30)
        with catalog.change("save") as change:
            change.put_cached(package, content)
        assert catalog.cached() == ((package, content, clock.now.timestamp()),)


def test_a_change_tells_which_images_are_different(catalog: Catalog) -> None:
    one, other, third = image("a", "1"), image("b", "1"), image("c", "1")
    put(catalog, one, other)
    later = image("a", "1", content="later")
    with catalog.change("install") as change:
        assert change.changed_images() == ()
        change.put_image(later)
        change.put_image(other)
        change.remove_image(other.key)
        change.put_image(third)
        change.put_source(source("lab"))
        assert set(change.changed_images()) == {(one, later), (other, None), (None, third)}
        change.put_image(other)
        change.remove_image(third.key)
        assert change.changed_images() == ((one, later),)


def test_a_call_after_close_is_a_call(catalog: Catalog) -> None:
    put(catalog, image("a", "1"))
    catalog.close()
    assert len(catalog.installed()) == 1
