"""Windows images in files: chosen by content, listed by a stamp, converted when installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from provider_core import Content, Context, Host, Package, PlatformSet, Wishes, hookimpl
from provider_core.digests import Digest
from provider_core.errors import Conflict, DigestMismatch, Exists, NotSupported
from provider_core.model import Action, FileStamp
from provider_core.platforms import Platform
from provider_core.store import Reader, Writer

from .hosts import Homes
from .windows_double import WIM, WindowsDouble, wim_bytes

VERSION = "10.0.10586.0"
NANO = ("NanoServer", VERSION, b"nano" * 50_000)
CORE = ("ServerCore", VERSION, b"core" * 60_000)


@pytest.fixture
def windows(homes: Homes) -> Host:
    """Return a host that can open such files."""
    return homes(WindowsDouble())


@pytest.fixture
def wim(tmp_path: Path) -> Path:
    """Return a file with NanoServer in it, whose name does not say what it is."""
    path = tmp_path / "image.bin.wim"
    path.write_bytes(wim_bytes(NANO))
    return path


def test_a_listing_reads_the_head_alone(windows: Host, wim: Path) -> None:
    windows.add_source("share", str(wim.parent))
    with wim.open("ab") as file:
        file.truncate(15 << 30)  # sparse: reading it whole would take minutes
    (found,) = windows.find("nanoserver").packages
    assert isinstance(found.pin, FileStamp)
    assert (found.pin.size, found.pin.media_type) == (15 << 30, WIM)
    assert found.version == VERSION


def test_a_file_is_installed_from_where_it_lies(windows: Host, wim: Path) -> None:
    (image,) = windows.install(str(wim)).installed
    assert (image.name, image.version, image.publisher) == ("NanoServer", VERSION, "")
    assert image.is_os_image
    assert image.platforms == (Platform(os="windows", architecture="amd64", os_version=VERSION),)
    assert not isinstance(image.content.root, FileStamp)
    assert image.content.original is None
    assert windows.check_store() == ()
    assert windows.install(str(wim)).kept == (image,)


@pytest.mark.parametrize("said", [True, False, None])
def test_a_local_file_is_kept_if_the_user_says_so(
    windows: Host, wim: Path, said: bool | None
) -> None:
    (image,) = windows.install(str(wim), wishes=Wishes(keep_original=said)).installed
    assert (image.content.original is not None) == bool(said)


def test_what_was_not_kept_can_be_kept_later(windows: Host, wim: Path) -> None:
    windows.install(str(wim))
    (image,) = windows.install(str(wim), wishes=Wishes(keep_original=True)).installed
    assert image.content.original is not None
    assert windows.install(str(wim), wishes=Wishes(keep_original=True)).kept == (image,)


def test_the_plan_does_not_know_what_only_reading_tells(windows: Host, wim: Path) -> None:
    (step,) = windows.plan_install(str(wim)).steps
    assert (step.action, step.fetch, step.exact) == (Action.INSTALL, wim.stat().st_size, False)


def test_a_copy_of_the_file_is_the_same_image(windows: Host, wim: Path) -> None:
    (image,) = windows.install(str(wim)).installed
    copy = wim.with_name("copy.wim")
    copy.write_bytes(wim.read_bytes())
    result = windows.install(str(copy))
    assert result.installed[0].content.root == image.content.root
    copy.write_bytes(wim_bytes(("NanoServer", VERSION, b"other")))
    with pytest.raises(Exists, match="other content"):
        windows.install(str(copy))
    assert windows.show("nanoserver").content.root == image.content.root
    replaced = windows.install(str(copy), wishes=Wishes(force=True))
    assert replaced.installed[0].content.root != image.content.root


class Meddler(WindowsDouble):
    """Changes the file when it has been listed."""

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Overwrite a byte, then go on as if nothing had happened."""
        assert isinstance(package.pin, FileStamp)
        path = Path(package.pin.files[0].path)
        path.write_bytes(path.read_bytes() + b"more")
        return Content(root=package.pin)


def test_what_changed_after_the_listing_is_a_conflict(homes: Homes, wim: Path) -> None:
    host = homes(Meddler())
    host.add_source("share", str(wim.parent))
    with pytest.raises(Conflict):
        host.install("nanoserver")
    assert host.list() == ()


def test_the_digest_on_the_command_line_is_checked(windows: Host, wim: Path) -> None:
    with pytest.raises(DigestMismatch):
        windows.install(str(wim), wishes=Wishes(sha256=Digest.of(b"other")))
    right = Wishes(sha256=Digest.of(wim.read_bytes()))
    assert windows.install(str(wim), wishes=right).installed


def test_several_images_in_one_file(windows: Host, tmp_path: Path) -> None:
    path = tmp_path / "two.wim"
    path.write_bytes(wim_bytes(NANO, CORE))
    names = [image.name for image in windows.install(str(path)).installed]
    assert names == ["NanoServer", "ServerCore"]
    nano, core = windows.list()
    assert nano.content.root != core.content.root


def test_one_of_several_by_option(windows: Host, tmp_path: Path) -> None:
    path = tmp_path / "two.wim"
    path.write_bytes(wim_bytes(NANO, CORE))
    wishes = Wishes(options={"index": "2", "publisher": "CN=Microsoft"})
    (image,) = windows.install(str(path), wishes=wishes).installed
    assert (image.name, image.publisher) == ("ServerCore", "CN=Microsoft")


def test_what_nobody_opens_is_refused(homes: Homes, wim: Path) -> None:
    with pytest.raises(NotSupported, match="no provider can open"):
        homes().install(str(wim))


def test_a_file_beyond_the_free_space_is_no_matter_if_it_stays(windows: Host, wim: Path) -> None:
    with wim.open("ab") as file:
        file.truncate(shutil.disk_usage(wim).free + (1 << 30))
    (image,) = windows.install(str(wim)).installed
    assert image.size < 1 << 20


def test_a_platform_that_is_named_is_held_to(windows: Host, wim: Path) -> None:
    linux = PlatformSet.of(Platform(os="linux", architecture="amd64"))
    with pytest.raises(NotSupported, match="nothing for linux/amd64"):
        windows.install(str(wim), wishes=Wishes(platforms=linux))
    own = PlatformSet.of(Platform(os="windows", architecture="amd64"))
    assert windows.install(str(wim), wishes=Wishes(platforms=own)).installed
