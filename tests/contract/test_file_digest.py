"""--sha256: the one file that is named must have it, from the first look to the last."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provider_core import Content, Context, Host, Package, Wishes, hookimpl
from provider_core.digests import Digest
from provider_core.errors import Conflict, DigestMismatch, NoSuchFile, UsageError
from provider_core.store import Reader, Writer

from .hosts import Homes
from .shelf_double import Shelf, image_of
from .windows_double import WindowsDouble, wim_bytes

FILE = wim_bytes(("NanoServer", "10.0.10586.0", b"nano" * 50))
RIGHT = Wishes(sha256=Digest.of(FILE))


@pytest.fixture
def wim(tmp_path: Path) -> Path:
    """Return a file with an image in it."""
    path = tmp_path / "nano.wim"
    path.write_bytes(FILE)
    return path


def test_the_right_digest_is_taken_and_a_wrong_one_is_not(homes: Homes, wim: Path) -> None:
    host = homes(WindowsDouble())
    with pytest.raises(DigestMismatch):
        host.install(str(wim), wishes=Wishes(sha256=Digest.of(b"other")))
    assert host.install(str(wim), wishes=RIGHT).installed
    assert host.save(str(wim), to=str(wim.with_name("to.wim")), wishes=RIGHT).packages


def test_only_a_file_has_such_a_digest(host: Host, shelf: Shelf, wim: Path, tmp_path: Path) -> None:
    shelf.put("lab", "app", "1", image_of("app"))
    for request in ("app", "https://example.org/app.tar", str(tmp_path)):
        with pytest.raises(UsageError, match="is no file"):
            host.install(request, wishes=RIGHT)
    with pytest.raises(NoSuchFile):
        host.install(str(tmp_path / "nothing.wim"), wishes=RIGHT)
    host.install("app")
    with pytest.raises(UsageError, match="is no file"):
        host.save("app", to=str(tmp_path / "x.tar"), wishes=RIGHT)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_can_be_read_once_only_is_no_file(host: Host, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.tar"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="is no file"):
        host.install(str(pipe), wishes=RIGHT)


class Meddler(WindowsDouble):
    """Somebody exchanges the file when it was recognised, before its bytes are read."""

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Convert at once what the exchanged file holds, without looking at the stamp."""
        path = Path(package.pin.files[0].path)  # type: ignore[union-attr]
        path.write_bytes(path.read_bytes() + b" and more")
        return image_of("of the other file").pour(writer)


def test_a_file_that_changes_after_its_digest_was_taken_is_a_conflict(
    homes: Homes, wim: Path, tmp_path: Path
) -> None:
    host = homes(Meddler())
    with pytest.raises(Conflict, match="changed"):
        host.install(str(wim), wishes=RIGHT)
    assert host.list() == ()
    wim.write_bytes(FILE)
    with pytest.raises(Conflict, match="changed"):
        host.save(str(wim), to=str(tmp_path / "x.tar"), wishes=RIGHT)
    assert not (tmp_path / "x.tar").exists()
