"""gather: images whole in the store while a block runs, for whoever writes them elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core import Host
from provider_core.errors import PackageNotFound
from provider_core.model import FileStamp, Requirement
from provider_core.references import Name

from .hosts import Homes
from .shelf_double import Shelf, image_of
from .windows_double import WindowsDouble, wim_bytes


def test_what_is_asked_for_comes_first_then_what_it_requires(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "base", "1.0", image_of("base"))
    shelf.put("lab", "app", "1.0", image_of("app"), requires=(Requirement(name=Name(name="base")),))
    with host.gather("app") as gathered:
        assert [held.package.name for held in gathered.images] == ["app", "base"]
        assert gathered.requested == 1
        for image in (image_of("app"), image_of("base")):
            assert all(gathered.reader.has(blob) for blob in image.contents)
    assert host.list() == ()


def test_nothing_is_collected_while_the_block_runs(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1.0", image_of("app"))
    with host.gather("app") as gathered:
        host.collect(grace=0)
        assert all(gathered.reader.has(blob) for blob in image_of("app").contents)
    host.collect(grace=0)
    assert not any(host.store.has(blob) for blob in image_of("app").contents)


def test_a_file_that_is_no_image_stays_a_file(homes: Homes, tmp_path: Path) -> None:
    path = tmp_path / "base.wim"
    path.write_bytes(wim_bytes(("NanoServer", "10.0", b"nano" * 1000)))
    with homes(WindowsDouble()).gather(str(path)) as gathered:
        (held,) = gathered.images
        assert isinstance(held.content.root, FileStamp)
        assert held.content.root.media_type == "application/x-ms-wim"


def test_what_is_not_there_is_not_found(host: Host) -> None:
    with pytest.raises(PackageNotFound), host.gather("nothing"):
        raise AssertionError("nothing was gathered")
