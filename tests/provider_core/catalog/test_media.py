"""Read-only folders and media, full disks: reading goes on, errors are ours."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core.catalog import Catalog, Offers
from provider_core.errors import NoSpace, StoreError
from provider_core.model import Query, Snapshot

from .samples import image, offer

NGINX, REDIS = image("nginx", "1.0"), image("redis", "7.0")
WEB = offer("nginx", "1.0", summary="a web server")


def fill(folder: Path) -> None:
    with Catalog(folder / "catalog.db").change("install") as change:
        change.put_image(NGINX)
    offers = Offers(folder / "offers.db")
    offers.apply("lab", Snapshot(since=None, token="1", upserts=[WEB]))
    offers.close()


def check_reading(folder: Path) -> None:
    assert Catalog(folder / "catalog.db").installed() == (NGINX,)
    assert Catalog(folder / "catalog.db").check() == ()
    offers = Offers(folder / "offers.db")
    assert offers.find(Query(words="web"), ["lab"]) == (WEB,)
    offers.close()


def check_no_change(folder: Path) -> None:
    with pytest.raises(StoreError), Catalog(folder / "catalog.db").change("install") as change:
        change.put_image(REDIS)
    with pytest.raises(StoreError):
        Offers(folder / "offers.db").remember("lab", [WEB])


@pytest.fixture
def medium(tmp_path: Path) -> Iterator[Path]:
    """Give a small file system of its own, 4 MiB of memory."""
    folder = tmp_path / "medium"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def use_up(folder: Path) -> Path:
    path = folder / "full"
    with path.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(bytes(4096)):
            pass
    assert os.statvfs(folder).f_bavail == 0
    return path


@contextlib.contextmanager
def powerless(folder: Path) -> Iterator[None]:
    """Run the body as somebody who may read what is in *folder*, but change nothing."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="permissions are other things there")
def test_a_folder_that_must_not_be_changed_is_read() -> None:
    # Pytest's own folders are closed to others.
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name))
        before = sorted(os.listdir(name))
        with powerless(Path(name)):
            check_reading(Path(name))
            check_no_change(Path(name))
        assert sorted(os.listdir(name)) == before


@pytest.mark.skipif(os.name == "nt", reason="permissions are other things there")
def test_damaged_offers_that_cannot_be_removed_are_our_error() -> None:
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name))
        (Path(name) / "offers.db").write_bytes(b"no database at all" * 1_000)
        with powerless(Path(name)), pytest.raises(StoreError, match="offers"):
            Offers(Path(name) / "offers.db").find(Query(), ["lab"])


@pytest.mark.privileged
def test_a_read_only_medium_is_read(medium: Path) -> None:
    fill(medium)
    mount("-o", "remount,ro", str(medium))
    check_reading(medium)
    check_no_change(medium)


@pytest.mark.privileged
def test_a_read_only_medium_with_an_unfinished_change_is_not_guessed_at(medium: Path) -> None:
    fill(medium)
    (medium / "catalog.db-journal").write_bytes(b"what was left of a change")
    mount("-o", "remount,ro", str(medium))
    with pytest.raises(StoreError, match="never finished") as caught:
        Catalog(medium / "catalog.db").installed()
    assert "copy" in caught.value.hint


@pytest.mark.privileged
def test_a_full_disk_is_read_and_uninstalled_from(medium: Path) -> None:
    fill(medium)
    catalog = Catalog(medium / "catalog.db")
    use_up(medium)
    check_reading(medium)
    with catalog.change("uninstall") as change:
        change.remove_image(NGINX.key)
    assert catalog.installed() == ()
    assert catalog.revision() == 2


@pytest.mark.privileged
def test_a_change_that_finds_no_room_leaves_nothing(medium: Path) -> None:
    fill(medium)
    catalog = Catalog(medium / "catalog.db")
    (medium / "catalog.db.ballast").unlink()
    rest = use_up(medium)
    many = [image("redis", f"7.{number}") for number in range(100)]
    with pytest.raises(NoSpace), catalog.change("install") as change:
        list(map(change.put_image, many))
    assert catalog.installed() == (NGINX,)
    assert catalog.check() == ()
    with pytest.raises(NoSpace):
        catalog.backup(medium / "copy.db")
    assert not (medium / "copy.db").exists()
    with pytest.raises(NoSpace):
        catalog.rebuild([])
    assert catalog.installed() == (NGINX,)
    rest.unlink()
    with catalog.change("install") as change:
        change.put_image(REDIS)
    assert catalog.installed() == (NGINX, REDIS)


@pytest.mark.privileged
def test_offers_that_find_no_room_leave_nothing(medium: Path) -> None:
    fill(medium)
    use_up(medium)
    offers = Offers(medium / "offers.db")
    many = [offer(f"name-{number}", "1.0") for number in range(2_000)]
    with pytest.raises(NoSpace):
        offers.apply("usb", Snapshot(since=None, token="1", upserts=many))
    assert offers.state("usb") is None
    assert offers.find(Query(), ["lab", "usb"]) == (WEB,)
    offers.close()
