from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, PlatformSet, Wishes
from provider_core.errors import (
    Ambiguous,
    Error,
    NoSuchFile,
    NotSupported,
    PackageNotFound,
    StoreError,
    UsageError,
    WimError,
)
from provider_core.model import FileStamp, Package
from provider_core.platforms import Platform
from provider_wim import finding
from provider_wim.choosing import candidates, choose, utility_of
from provider_wim.media import WIM
from provider_wim.reading import Listing
from provider_wim.tree import WimImage

from ...support.wims import FIXTURES
from ...support.windows import NANO, folder, sample_tree, wim_bytes

CORE = replace(NANO, index=2, name="WindowsServerCore", version="10.0.14393.0")
UTILITY = replace(NANO, index=2, name="UtilityVM")
DATA = WimImage(index=1, name="Data")


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Return a file with two images."""
    path = tmp_path / "two.wim"
    path.write_bytes(wim_bytes((NANO, folder("")), (CORE, folder(""))))
    return path


def found(host: Host, path: Path, **options: object) -> list[Package]:
    plan = host.plan_install(str(path), wishes=Wishes(options=options))
    return [step.package for step in plan.steps]


def test_a_folder_is_a_source(host: Host, nano: Path) -> None:
    (nano.parent / "readme.wim").write_text("not one of ours")
    source = host.add_source("share", str(nano.parent))
    assert source.provider == "wim"
    (package,) = host.find("nanoserver").packages
    assert (package.name, package.version) == ("NanoServer", "10.0.10586.0")
    assert package.summary == "Container OS Image of Windows Server 2016"
    assert package.published == "2015-10-31T00:00:00.1234567Z"
    assert package.is_os_image
    assert package.id.platform == Platform(
        os="windows", architecture="amd64", os_version="10.0.10586.0"
    )
    assert isinstance(package.pin, FileStamp)
    assert (package.pin.media_type, package.pin.selector) == (WIM, "1")
    assert host.find("other*", wishes=Wishes(source="share")).packages == ()


def test_a_listing_reads_the_head_alone(host: Host, nano: Path) -> None:
    host.add_source("share", str(nano.parent))
    with nano.open("ab") as file:
        file.truncate(15 << 30)  # sparse: reading it whole would take minutes
    (package,) = host.find("nanoserver").packages
    assert package.size == 15 << 30


def test_each_image_is_a_package_of_a_source(host: Host, two: Path) -> None:
    host.add_source("share", str(two.parent))
    names = [package.name for package in host.find("*", wishes=Wishes(remote=True)).packages]
    assert names == ["NanoServer", "WindowsServerCore"]


def test_of_a_split_set_the_first_part_counts(host: Host, tmp_path: Path) -> None:
    folder = tmp_path / "split"
    folder.mkdir()
    for part in FIXTURES.glob("split*.swm"):
        (folder / part.name).write_bytes(part.read_bytes())
    host.add_source("share", str(folder))
    (package,) = host.find("*", wishes=Wishes(remote=True)).packages
    assert isinstance(package.pin, FileStamp)
    assert [Path(mark.path).name for mark in package.pin.files] == [
        "split.swm",
        "split2.swm",
        "split3.swm",
        "split4.swm",
    ]
    with pytest.raises(NotSupported, match="part 2"):
        host.plan_install(str(folder / "split2.swm"))
    (folder / "split3.swm").unlink()
    with pytest.raises(WimError, match=r"split3\.swm is missing"):
        host.plan_install(str(folder / "split.swm"))


def test_several_images_are_ambiguous(host: Host, two: Path) -> None:
    with pytest.raises(Ambiguous) as caught:
        host.plan_install(str(two))
    assert "1: NanoServer 10.0.10586.0, 2: WindowsServerCore 10.0.14393.0" in caught.value.message
    assert "--index" in caught.value.hint


def test_one_of_several(host: Host, two: Path) -> None:
    (by_index,) = found(host, two, index=2)
    (by_name,) = found(host, two, name="windowsservercore")
    assert by_index == by_name
    assert by_name.name == "WindowsServerCore"
    (renamed,) = found(host, two, index="2", name="Core", version="1")
    assert (renamed.name, renamed.version) == ("Core", "1")


def test_what_is_not_there(host: Host, two: Path) -> None:
    with pytest.raises(PackageNotFound) as caught:
        host.plan_install(str(two), wishes=Wishes(options={"index": 3}))
    assert "2 (WindowsServerCore)" in caught.value.hint
    with pytest.raises(Ambiguous) as unclear:
        host.plan_install(str(two), wishes=Wishes(options={"name": "other"}))
    assert "none is called 'other'" in unclear.value.hint


def test_a_pipable_file_is_refused_with_the_way_out(host: Host, nano: Path) -> None:
    nano.write_bytes(b"WLPWM\0\0\0" + nano.read_bytes()[8:])
    with pytest.raises(NotSupported, match="pipable") as caught:
        host.plan_install(str(nano))
    assert "wimlib-imagex export" in caught.value.hint


def test_one_image_gets_the_name_that_the_user_gives(host: Host, nano: Path) -> None:
    (package,) = found(host, nano, name="base", publisher="CN=Microsoft")
    assert (package.name, package.publisher) == ("base", "CN=Microsoft")
    with pytest.raises(UsageError, match="no name"):
        host.plan_install(str(nano), wishes=Wishes(options={"name": "a\nb"}))


def test_a_utility_vm_is_no_choice() -> None:
    images = (NANO, UTILITY)
    assert candidates(images) == (NANO,)
    assert utility_of(images, NANO) == UTILITY
    assert choose(images, index=None, name="", what="it") == NANO
    assert choose(images, index=2, name="", what="it") == UTILITY
    assert utility_of(images, UTILITY) is None
    assert candidates((NANO, CORE)) == (NANO, CORE)


def test_a_file_that_says_nothing_of_windows(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "data.wim"
    path.write_bytes(wim_bytes((DATA, sample_tree())))
    (package,) = found(host, path)
    assert (package.name, package.version) == ("Data", "")
    assert package.id.platform == Platform(os="windows", architecture="amd64")
    arm = PlatformSet.of(Platform(os="windows", architecture="arm64"))
    (step,) = host.plan_install(str(path), wishes=Wishes(platforms=arm)).steps
    assert step.package.id.platform == Platform(os="windows", architecture="arm64")
    (named,) = found(host, path, version="2.0")
    assert named.version == "2.0"


def test_a_damaged_file_is_named(host: Host, nano: Path) -> None:
    damaged = bytearray(nano.read_bytes())
    damaged[80:88] = b"\xff" * 8  # where the XML is
    nano.write_bytes(damaged)
    with pytest.raises(WimError, match=r"nano\.bin\.wim"):
        host.plan_install(str(nano))


def test_a_damaged_file_hides_no_other(host: Host, nano: Path, two: Path) -> None:
    damaged = bytearray(two.read_bytes())
    damaged[80:88] = b"\xff" * 8
    two.write_bytes(damaged)
    host.add_source("share", str(nano.parent))
    (package,) = host.find("nanoserver").packages
    assert package.name == "NanoServer"
    with pytest.raises(WimError, match=r"two\.wim"):
        host.find("WindowsServerCore")  # which may be in the damaged one


def test_a_file_that_cannot_be_read(
    host: Host, nano: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(stream: object) -> Listing:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(finding, "list_file", failing)
    with pytest.raises(StoreError, match=r"nano\.bin\.wim cannot be read: Input/output error"):
        host.plan_install(str(nano))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("http://x/y.wim", UsageError),
        ("/nowhere", NoSuchFile),
        (str(Path(__file__).parent), UsageError),
    ],
)
def test_what_is_no_source(host: Host, text: str, error: type[Error]) -> None:
    with pytest.raises(error):
        host.add_source("share", text, provider="wim")
