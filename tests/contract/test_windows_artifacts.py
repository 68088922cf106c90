"""The same Windows file inside another provider's package: an artifact, converted by its owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core import Content, Context, Feature, Host, ProviderInfo, Wishes, hookimpl
from provider_core.errors import BlobNotFound, Error, NotSupported, ProviderFault
from provider_core.hookspecs import ProviderSpec
from provider_core.model import FileStamp
from provider_core.oci import Descriptor
from provider_core.store import Reader, Writer
from provider_core.testing import small_artifact

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of
from .windows_double import WIM, WindowsDouble, wim_bytes

VERSION = "10.0.10586.0"
FILE = wim_bytes(("NanoServer", VERSION, b"nano" * 5_000))
ARTIFACT = small_artifact({"NanoServer.wim": FILE}, WIM)
WITHOUT = Wishes(keep_original=False)


@pytest.fixture
def windows(homes: Homes, shelf: Shelf) -> Host:
    """Return a host whose shelf offers the artifact, and which has the provider of its type."""
    host = homes(shelf, WindowsDouble())
    shelf_sources(host, "lab")
    shelf.put("lab", "NanoServer", VERSION, ARTIFACT, publisher="CN=Microsoft")
    return host


def test_an_artifact_becomes_an_image(windows: Host) -> None:
    (image,) = windows.install("nanoserver").installed
    assert image.package.pin == ARTIFACT.root
    assert image.content.root != ARTIFACT.root
    assert (image.publisher, image.is_os_image) == ("CN=Microsoft", True)
    assert [one.os_version for one in image.platforms] == [VERSION]
    assert windows.install("nanoserver").kept == (image,)


def test_it_is_the_image_that_the_file_itself_gives(
    windows: Host, homes: Homes, tmp_path: Path
) -> None:
    (from_shelf,) = windows.install("nanoserver").installed
    path = tmp_path / "nano.wim"
    path.write_bytes(FILE)
    (from_file,) = homes(WindowsDouble(), name="other").install(str(path)).installed
    assert from_file.image_id == from_shelf.image_id


def test_the_type_may_stand_in_the_manifest_alone(windows: Host, shelf: Shelf) -> None:
    plain = Descriptor(
        media_type=ARTIFACT.root.media_type, digest=ARTIFACT.root.digest, size=ARTIFACT.root.size
    )
    shelf.packages_at["shelf://lab"].clear()
    untold = type(ARTIFACT)(root=plain, blobs=ARTIFACT.blobs, contents=ARTIFACT.contents)
    shelf.put("lab", "NanoServer", VERSION, untold)
    (image,) = windows.install("nanoserver").installed
    assert image.is_os_image


def test_the_original_is_kept_unless_the_user_says_otherwise(windows: Host, tmp_path: Path) -> None:
    windows.install("nanoserver", wishes=WITHOUT)
    windows.collect(grace=0)
    assert not windows.store.has(ARTIFACT.layers[0])
    with pytest.raises(NotSupported, match="original"):
        windows.save("nanoserver", to=str(tmp_path / "x.wim"))
    windows.uninstall("nanoserver")
    (image,) = windows.install("nanoserver").installed
    assert image.content.original == ARTIFACT.root
    windows.collect(grace=0)
    windows.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").read_bytes() == FILE


def test_a_kept_file_is_saved_byte_for_byte(homes: Homes, tmp_path: Path) -> None:
    path = tmp_path / "nano.wim"
    path.write_bytes(FILE)
    host = homes(WindowsDouble())
    host.install(str(path), wishes=Wishes(keep_original=True))
    path.unlink()
    host.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").read_bytes() == FILE
    host.uninstall("nanoserver")
    assert list(host.store.blobs()) == []


def test_raw_content_is_saved_as_it_is(windows: Host, tmp_path: Path) -> None:
    windows.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").read_bytes() == FILE
    assert windows.list() == ()
    windows.save("nanoserver", to=str(tmp_path / "x.tar"))
    far = windows.install(str(tmp_path / "x.tar")).installed
    assert far[0].is_os_image


def test_a_linux_image_is_refused_with_the_way_out(
    windows: Host, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.put("lab", "linux", "1", image_of("linux"))
    with pytest.raises(NotSupported):
        windows.save("linux", to=str(tmp_path / "x.wim"))
    assert not (tmp_path / "x.wim").exists()


def test_without_its_provider_an_artifact_stays_one(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "NanoServer", VERSION, ARTIFACT)
    (image,) = host.install("nanoserver").installed
    assert image.content.root == ARTIFACT.root
    assert (image.platforms, image.is_os_image) == ((), False)


class Odd(ProviderSpec):
    """Accepts the type and answers with something that is no image."""

    def __init__(self, answer: Content | None) -> None:
        self.answer = answer

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Say what it claims to convert."""
        return ProviderInfo(
            name="odd", version="1", features=frozenset({Feature.CONVERT}), accepts=(WIM,)
        )

    @hookimpl
    def convert(
        self, content: Content, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Answer as it was told."""
        return self.answer


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Content(root=FileStamp(files=(), media_type=WIM)), ProviderFault),
        (Content(root=Descriptor.of(b"raw", WIM)), ProviderFault),
        (Content(root=image_of("never poured").root), ProviderFault),
    ],
)
def test_a_converter_that_makes_no_image_is_at_fault(
    homes: Homes, shelf: Shelf, answer: Content, error: type[Error]
) -> None:
    host = homes(shelf, Odd(answer))
    shelf_sources(host, "lab")
    shelf.put("lab", "NanoServer", VERSION, ARTIFACT)
    with pytest.raises(error) as caught:
        host.install("nanoserver")
    assert caught.value.exit_code == 7
    assert not isinstance(caught.value, BlobNotFound)
    assert host.list() == ()
