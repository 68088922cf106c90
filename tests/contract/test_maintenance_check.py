"""`store check` and `store repair`: what the catalog says is here must be here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.digests import Digest
from provider_core.errors import StoreError
from provider_core.oci import Descriptor, Index
from provider_core.platforms import Platform, PlatformSet
from provider_core.store import put
from provider_core.testing import SmallImage, small_image, small_index

from .shelf_double import Shelf, image_of

AMD = Platform(os="linux", architecture="amd64")
ARM = Platform(os="linux", architecture="arm64")
BOTH = small_index(
    small_image({"srv/arch": b"amd"}, platform=AMD), small_image({"srv/arch": b"arm"}, platform=ARM)
)


def blob(host: Host, descriptor: Descriptor) -> Path:
    """Return where *descriptor* is."""
    return host.home.store / "blobs" / "sha256" / descriptor.digest.hex


def manifests(image: SmallImage) -> dict[Platform, Descriptor]:
    """Return the entries of an index by platform."""
    entries = Index.parse(image.blobs[image.root.digest]).manifests
    return {entry.platform: entry for entry in entries if entry.platform is not None}


def ruin_catalog(host: Host) -> None:
    """Write over the catalog."""
    host.home.catalog.write_bytes(b"no database at all" * 1000)


@pytest.mark.parametrize("platform", [AMD, ARM])
def test_a_platform_whose_manifest_is_gone_is_damage(
    host: Host, shelf: Shelf, platform: Platform
) -> None:
    shelf.put("lab", "app", "1", BOTH)
    host.install("app", wishes=Wishes(platforms=PlatformSet.all()))
    assert host.check_store() == ()
    gone = manifests(BOTH)[platform]
    blob(host, gone).unlink()
    (damage,) = host.check_store()
    assert (damage.kind, damage.digest) == ("missing", gone.digest)
    assert gone.digest.hex in damage.detail


def test_a_platform_that_was_not_wanted_is_not_missed(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1", BOTH)
    host.install("app", wishes=Wishes(platforms=PlatformSet.of(ARM)))
    assert not host.store.has(manifests(BOTH)[AMD])
    assert host.check_store() == ()


def test_a_platform_of_an_index_below_is_missed(host: Host, shelf: Shelf) -> None:
    outer = Index.build([BOTH.root])
    nested = SmallImage(
        root=outer.descriptor(),
        blobs={**BOTH.blobs, outer.digest: outer.raw},
        contents=(outer.descriptor(), *BOTH.contents),
        platforms=BOTH.platforms,
    )
    shelf.put("lab", "app", "1", nested)
    host.install("app", wishes=Wishes(platforms=PlatformSet.all()))
    assert host.check_store() == ()
    gone = manifests(BOTH)[ARM]
    blob(host, gone).unlink()
    assert [damage.digest for damage in host.check_store()] == [gone.digest]
    blob(host, BOTH.root).unlink()
    assert [damage.digest for damage in host.check_store()] == [BOTH.root.digest]


def test_an_index_that_does_not_say_its_platforms(host: Host, shelf: Shelf) -> None:
    entries = manifests(BOTH)
    silent = [
        Descriptor(media_type=one.media_type, digest=one.digest, size=one.size)
        for one in entries.values()
    ]
    index = Index.build(silent)
    image = SmallImage(
        root=index.descriptor(),
        blobs={**BOTH.blobs, index.digest: index.raw},
        contents=(index.descriptor(), *BOTH.contents[1:]),
        platforms=BOTH.platforms,
    )
    shelf.put("lab", "app", "1", image)
    (installed,) = host.install("app", wishes=Wishes(platforms=PlatformSet.all())).installed
    assert set(installed.platforms) == {AMD, ARM}
    assert host.check_store() == ()
    blob(host, entries[AMD]).unlink()
    assert [damage.digest for damage in host.check_store()] == [entries[AMD].digest]


def test_of_two_manifests_for_a_platform_one_is_enough(host: Host, shelf: Shelf) -> None:
    entry = manifests(BOTH)[AMD]
    absent = replace(entry, digest=Digest.of(b"never was here"))
    index = Index.build([absent, entry])
    root = index.descriptor()
    shelf.put("lab", "app", "1", BOTH)
    (image,) = host.install("app").installed
    with host.store.lease() as lease:
        put(host.store.writer(lease), index.raw, index.media_type)
        with host.catalog.change("install") as change:
            change.put_image(replace(image, content=replace(image.content, root=root)))
    assert host.check_store() == ()
    blob(host, entry).unlink()
    assert [damage.digest for damage in host.check_store()] == [absent.digest]


def test_a_damaged_index_is_named_once(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1", BOTH)
    host.install("app")
    path = blob(host, BOTH.root)
    path.chmod(0o600)
    path.write_bytes(b"{" * BOTH.root.size)
    (damage,) = host.check_store()
    assert (damage.kind, damage.digest) == ("altered", BOTH.root.digest)
    assert host.repair_store() == (damage,)
    assert [one.kind for one in host.check_store()] == ["missing"]
    host.install("app", wishes=Wishes(force=True))
    assert host.check_store() == ()


# a damaged catalog ----------------------------------------------------------------------------


def test_a_damaged_catalog_stops_neither_check_nor_repair(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1", image_of("app"))
    host.install("app")
    layer = image_of("app").layers[0]
    path = blob(host, layer)
    path.chmod(0o600)
    path.write_bytes(b"other bytes")
    ruin_catalog(host)
    catalog, damage = host.check_store()
    assert (catalog.kind, catalog.digest) == ("catalog", None)
    assert str(host.home.catalog) in catalog.detail
    assert damage.digest == layer.digest
    assert host.repair_store() == (catalog, damage)
    assert not path.exists()
    assert [one.kind for one in host.check_store()] == ["catalog"]


def test_a_row_that_cannot_be_read_is_damage_too(
    host: Host, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put("lab", "app", "1", image_of("app"))
    host.install("app")
    with host.catalog.change("install") as change:
        monkeypatch.setattr("provider_core.catalog.changing.to_text", lambda _: "{}")
        change.put_image(host.show("app"))
    monkeypatch.undo()
    assert [damage.kind for damage in host.check_store()] == ["catalog"]


def test_what_is_no_damage_stops_them(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> None:
        raise StoreError("the catalog is busy")

    monkeypatch.setattr(host.catalog, "installed", busy)
    for ask in (host.check_store, host.repair_store):
        with pytest.raises(StoreError, match="busy"):
            ask()


def test_a_damaged_catalog_and_a_damaged_record(host: Host, shelf: Shelf) -> None:
    for name in ("app", "other"):
        shelf.put("lab", name, "1", image_of(name))
        host.install(name)
    (record,) = (host.home.store / "records").glob(f"{image_of('other').root.digest.hex}-*")
    record.write_bytes(record.read_bytes().replace(b"other", b"OTHER"))
    ruin_catalog(host)
    assert {damage.kind for damage in host.repair_store()} == {"catalog", "record"}
    assert host.rebuild_catalog() == 1
    assert [image.name for image in host.list()] == ["app"]
    assert host.check_store() == ()


def test_repair_writes_the_records_that_it_moved(host: Host, shelf: Shelf) -> None:
    for name in ("app", "other"):
        shelf.put("lab", name, "1", image_of(name))
        host.install(name)
    before = {path.name: path.read_bytes() for path in (host.home.store / "records").iterdir()}
    for path in (host.home.store / "records").iterdir():
        path.write_bytes(b"damaged")
    assert [damage.kind for damage in host.repair_store()] == ["record", "record"]
    after = {path.name: path.read_bytes() for path in (host.home.store / "records").iterdir()}
    assert after == before
    assert host.check_store() == ()
