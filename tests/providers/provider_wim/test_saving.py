from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from provider_archive import ArchiveProvider
from provider_core import Host, PlatformSet, Wishes
from provider_core.digests import Digest
from provider_core.errors import (
    BlobNotFound,
    Exists,
    IntegrityError,
    NoSuchFile,
    NotSupported,
    UsageError,
)
from provider_core.model import Installed
from provider_core.oci import Descriptor, ImageConfig, Manifest
from provider_core.oci.media_types import OCI_CONFIG, OCI_LAYER
from provider_core.platforms import Platform
from provider_core.testing import RecordingProgress, SmallImage, small_image, small_index
from provider_wim import WimProvider
from provider_wim.reading import WimFile
from provider_wim.tree import WimImage

from ...contract.hosts import Homes
from ...contract.shelf_double import Shelf
from ...support.layers import tar_layer
from ...support.wims import FIXTURES
from ...support.windows import NANO, file, folder, sample_tree, wim_bytes

KEEP = Wishes(keep_original=True)
UTILITY = replace(NANO, index=2, name="UtilityVM")
WINDOWS = Platform(os="windows", architecture="amd64", os_version="10.0.17763.1")
BASE = tar_layer(("Files/",), ("Files/a", b"1"), ("Files/b", b"2"))
UPPER = tar_layer(("Files/c", b"3"), ("Files/.wh.a", b""))
REGISTRY = tar_layer(("Files/",), ("Hives/",), ("Hives/System_Delta", b"regf"))


def images_in(path: Path) -> tuple[WimImage, ...]:
    with path.open("rb") as file:
        return WimFile([file]).images


def windows_image(shelf: Shelf, name: str, *layers: bytes, **more: object) -> None:
    """Put an image with these layers on the shelf ``lab``."""
    config = ImageConfig.build(WINDOWS, [Digest.of(layer) for layer in layers])
    blobs = {Descriptor.of(layer, OCI_LAYER): layer for layer in layers}
    named = Descriptor.of(config.raw, OCI_CONFIG)
    manifest = Manifest.build(named, list(blobs))
    root = manifest.descriptor()
    contents = (root, named, *blobs)
    data = {root.digest: manifest.raw, named.digest: config.raw}
    data |= {blob.digest: layer for blob, layer in blobs.items()}
    image = SmallImage(root=root, blobs=data, contents=contents, platforms=(WINDOWS,))
    shelf.put("lab", name, "1.0", image, **more)


@pytest.fixture
def lab(homes: Homes, shelf: Shelf) -> Host:
    """Return a host whose shelf has images of other makers."""
    host = homes(shelf, WimProvider(), ArchiveProvider(), progress=RecordingProgress())
    host.add_source("lab", "shelf://lab", provider="shelf")
    return host


def reinstalled(homes: Homes, path: Path, name: str = "far") -> Installed:
    (image,) = homes(WimProvider(), name=name).install(str(path)).installed
    return image


def test_saved_and_read_again_it_is_the_same_image(
    host: Host, homes: Homes, nano: Path, tmp_path: Path
) -> None:
    (image,) = host.install(str(nano)).installed
    saved = host.save("nanoserver", to=str(tmp_path / "x.wim")).saved
    assert saved.location == str(tmp_path / "x.wim")
    assert saved.written == (tmp_path / "x.wim").stat().st_size
    again = reinstalled(homes, tmp_path / "x.wim")
    assert (again.image_id, again.name, again.version) == (
        image.image_id,
        image.name,
        image.version,
    )
    (described,) = images_in(tmp_path / "x.wim")
    (original,) = images_in(nano)
    assert described == original


def test_under_another_name_too(host: Host, homes: Homes, nano: Path, tmp_path: Path) -> None:
    (image,) = host.install(str(nano), wishes=Wishes(options={"name": "base"})).installed
    host.save("base", to=str(tmp_path / "x.wim"))
    again = reinstalled(homes, tmp_path / "x.wim")
    assert (again.image_id, again.name) == (image.image_id, "NanoServer")


def test_after_a_journey_in_an_archive(
    host: Host, homes: Homes, nano: Path, tmp_path: Path
) -> None:
    (image,) = host.install(str(nano)).installed
    host.save("nanoserver", to=str(tmp_path / "x.tar"))
    far = homes(WimProvider(), ArchiveProvider(), name="far")
    far.install(str(tmp_path / "x.tar"))
    far.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert reinstalled(homes, tmp_path / "x.wim", "third").image_id == image.image_id


def test_with_the_system_of_hyper_v(host: Host, homes: Homes, tmp_path: Path) -> None:
    path = tmp_path / "both.wim"
    path.write_bytes(wim_bytes((NANO, sample_tree()), (UTILITY, folder("", file("boot", b"b")))))
    (image,) = host.install(str(path)).installed
    host.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert [one.name for one in images_in(tmp_path / "x.wim")] == ["NanoServer", "UtilityVM"]
    assert reinstalled(homes, tmp_path / "x.wim").image_id == image.image_id


def test_without_a_windows_section(host: Host, homes: Homes, tmp_path: Path) -> None:
    path = tmp_path / "data.wim"
    path.write_bytes(wim_bytes((WimImage(index=1, name="Data"), sample_tree())))
    (image,) = host.install(str(path)).installed
    host.save("data", to=str(tmp_path / "x.wim"))
    assert reinstalled(homes, tmp_path / "x.wim").image_id == image.image_id


def test_a_kept_file_is_saved_byte_for_byte(host: Host, nano: Path, tmp_path: Path) -> None:
    data = nano.read_bytes()
    host.install(str(nano), wishes=KEEP)
    nano.unlink()
    host.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").read_bytes() == data
    host.uninstall("nanoserver")
    assert list(host.store.blobs()) == []


def test_a_kept_file_is_not_compressed_otherwise(homes: Homes, nano: Path, tmp_path: Path) -> None:
    told = RecordingProgress()
    host = homes(WimProvider(), progress=told)
    host.install(str(nano), wishes=KEEP)
    lzx = Wishes(options={"wim-compression": "lzx"})
    host.save("nanoserver", to=str(tmp_path / "x.wim"), wishes=lzx)
    assert (tmp_path / "x.wim").read_bytes() == nano.read_bytes()
    assert any("--wim-compression is for files that are made" in text for text in told.notices)


def test_an_option_of_another_destination_is_a_slip(host: Host, nano: Path, tmp_path: Path) -> None:
    host.install(str(nano))
    lzx = Wishes(options={"wim-compression": "lzx"})
    with pytest.raises(UsageError, match="'archive', which writes there") as caught:
        host.save("nanoserver", to=str(tmp_path / "x.tar"), wishes=lzx)
    assert "'wim'" in caught.value.hint
    with pytest.raises(UsageError, match="wim-compression"):
        host.plan_save("nanoserver", to=str(tmp_path / "x.tar"), wishes=lzx)


def test_two_images_of_one_kept_file_are_saved_as_it(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "two.wim"
    core = replace(NANO, index=2, name="Core")
    path.write_bytes(wim_bytes((NANO, sample_tree()), (core, folder(""))))
    host.add_source("share", str(path), provider="wim")
    host.save("nanoserver", "core", to=str(tmp_path / "w.wim"))
    assert (tmp_path / "w.wim").read_bytes() == path.read_bytes()
    host.install("nanoserver", "core", wishes=KEEP)
    host.save("nanoserver", "core", to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").read_bytes() == path.read_bytes()
    host.save("core", to=str(tmp_path / "y.wim"))
    assert (tmp_path / "y.wim").read_bytes() == path.read_bytes()


def test_a_file_that_is_not_installed_is_saved_as_it_is(
    host: Host, nano: Path, tmp_path: Path
) -> None:
    host.save(str(nano), to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").read_bytes() == nano.read_bytes()


def test_a_kept_split_set_is_saved_as_one_new_file(
    host: Host, homes: Homes, tmp_path: Path
) -> None:
    wishes = Wishes(keep_original=True, options={"leave-out": True})
    (image,) = host.install(str(FIXTURES / "split.swm"), wishes=wishes).installed
    assert image.content.original is not None
    host.save(image.name, to=str(tmp_path / "x.wim"))
    assert reinstalled(homes, tmp_path / "x.wim").diff_ids == image.diff_ids
    with pytest.raises(NotSupported, match="split into 4"):
        host.save(str(FIXTURES / "split.swm"), to=str(tmp_path / "y.wim"), wishes=wishes)


def test_layers_become_one_image(lab: Host, shelf: Shelf, homes: Homes, tmp_path: Path) -> None:
    windows_image(shelf, "base", BASE)
    windows_image(shelf, "app", BASE, UPPER)
    lab.install("base", "app")
    lab.save("app", to=str(tmp_path / "x.wim"))
    with (tmp_path / "x.wim").open("rb") as stream:
        wim = WimFile([stream])
        with wim.blobs(lambda limit: io.BytesIO()) as blobs:
            root = wim.tree(1, blobs)
    assert [node.name for node in root.children] == ["b", "c"]
    (described,) = images_in(tmp_path / "x.wim")
    assert (described.name, described.version) == ("app", "10.0.17763.1")


def test_what_an_image_is_made_from_goes_into_it(lab: Host, shelf: Shelf, tmp_path: Path) -> None:
    windows_image(shelf, "base", BASE)
    windows_image(shelf, "app", BASE, UPPER)
    lab.save("app", "base", to=str(tmp_path / "x.wim"))
    assert [one.name for one in images_in(tmp_path / "x.wim")] == ["app"]


def test_several_images_are_refused(lab: Host, shelf: Shelf, tmp_path: Path) -> None:
    windows_image(shelf, "one", BASE)
    windows_image(shelf, "two", UPPER)
    with pytest.raises(NotSupported, match="cannot hold both") as caught:
        lab.save("one", "two", to=str(tmp_path / "x.wim"))
    assert ".tar" in caught.value.hint
    assert not (tmp_path / "x.wim").exists()


def test_other_systems_are_refused_with_the_way_out(
    lab: Host, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.put("lab", "linux", "1", small_image({"a": b"b"}))
    with pytest.raises(NotSupported, match="no Windows image") as caught:
        lab.save("linux", to=str(tmp_path / "x.wim"))
    assert ".tar" in caught.value.hint
    assert list(tmp_path.glob("*.wim")) == []


def test_one_platform_of_several(lab: Host, shelf: Shelf, tmp_path: Path) -> None:
    arm = Platform(os="windows", architecture="arm64", os_version="10.0.1.2")
    index = small_index(
        small_image({"Files/a": b"1"}, platform=WINDOWS),
        small_image({"Files/a": b"2"}, platform=arm),
    )
    shelf.put("lab", "both", "1", index)
    with pytest.raises(NotSupported, match="several platforms"):
        lab.save("both", to=str(tmp_path / "x.wim"))
    lab.save("both", to=str(tmp_path / "x.wim"), wishes=Wishes(platforms=PlatformSet.of(arm)))
    (described,) = images_in(tmp_path / "x.wim")
    assert (described.architecture, described.version) == ("arm64", "10.0.1.2")


def test_changes_of_the_registry(lab: Host, shelf: Shelf, tmp_path: Path) -> None:
    windows_image(shelf, "app", BASE, REGISTRY)
    with pytest.raises(NotSupported, match="registry"):
        lab.save("app", to=str(tmp_path / "x.wim"))
    assert list(tmp_path.glob("*.wim")) == []
    wishes = Wishes(options={"without-registry": True})
    lab.save("app", to=str(tmp_path / "x.wim"), wishes=wishes)
    assert [one.name for one in images_in(tmp_path / "x.wim")] == ["app"]


def test_existing_files_and_missing_folders(host: Host, nano: Path, tmp_path: Path) -> None:
    host.install(str(nano))
    with pytest.raises(Exists):
        host.save("nanoserver", to=str(nano))
    with pytest.raises(NoSuchFile):
        host.save("nanoserver", to=str(tmp_path / "no" / "x.wim"))
    host.save("nanoserver", to=str(nano), wishes=Wishes(force=True))
    assert len(images_in(nano)) == 1


def test_a_damaged_layer_is_never_saved(host: Host, nano: Path, tmp_path: Path) -> None:
    (image,) = host.install(str(nano)).installed
    assert isinstance(image.content.root, Descriptor)
    layer = Manifest.parse(host.store.read(image.content.root)).layers[0]
    path = host.home.store / "blobs" / "sha256" / layer.digest.hex
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(IntegrityError):
        host.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert not (tmp_path / "x.wim").exists()
    path.unlink()
    with pytest.raises(BlobNotFound):
        host.save("nanoserver", to=str(tmp_path / "x.wim"))
