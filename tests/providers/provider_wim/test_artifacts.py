"""The same file inside another provider's package: an artifact in a feed or registry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.errors import Ambiguous, NotSupported
from provider_core.testing import small_artifact
from provider_wim import WimProvider
from provider_wim.media import WIM

from ...contract.hosts import Homes, shelf_sources
from ...contract.shelf_double import Shelf
from ...support.wims import FIXTURES
from ...support.windows import NANO, folder, sample_tree, wim_bytes

FILE = wim_bytes((NANO, sample_tree()))
ARTIFACT = small_artifact({"NanoServer.wim": FILE}, WIM)
VERSION = "10.0.10586.0"


@pytest.fixture
def lab(homes: Homes, shelf: Shelf) -> Host:
    """Return a host whose shelf has the artifact."""
    host = homes(shelf, WimProvider())
    shelf_sources(host, "lab")
    shelf.put("lab", "NanoServer", VERSION, ARTIFACT, publisher="CN=Microsoft")
    return host


def test_it_is_the_image_that_the_file_itself_gives(lab: Host, homes: Homes, nano: Path) -> None:
    (image,) = lab.install("nanoserver").installed
    assert (image.publisher, image.version, image.is_os_image) == ("CN=Microsoft", VERSION, True)
    (from_file,) = homes(WimProvider(), name="other").install(str(nano)).installed
    assert from_file.image_id == image.image_id
    assert from_file.content.root == image.content.root


def test_saving_gives_the_published_bytes(lab: Host, tmp_path: Path) -> None:
    lab.install("nanoserver")
    lab.collect(grace=0)
    lab.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").read_bytes() == FILE


def test_without_the_original_a_new_file_is_made(lab: Host, homes: Homes, tmp_path: Path) -> None:
    (image,) = lab.install("nanoserver", wishes=Wishes(keep_original=False)).installed
    lab.collect(grace=0)
    lab.save("nanoserver", to=str(tmp_path / "x.wim"))
    far = homes(WimProvider(), name="far").install(str(tmp_path / "x.wim"))
    assert far.installed[0].image_id == image.image_id


def test_what_is_not_installed_is_saved_as_it_is(lab: Host, tmp_path: Path) -> None:
    lab.save("nanoserver", to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").read_bytes() == FILE
    assert lab.list() == ()


def test_one_of_several_images(lab: Host, shelf: Shelf) -> None:
    core = replace(NANO, index=2, name="Core")
    both = wim_bytes((NANO, sample_tree()), (core, folder("")))
    shelf.put("lab", "both", "1", small_artifact({"both.wim": both}, WIM))
    with pytest.raises(Ambiguous, match="2: Core") as caught:
        lab.install("both")
    assert caught.value.hint == "say which: --index NUMBER"
    (image,) = lab.install("both", wishes=Wishes(options={"index": 1})).installed
    assert image.image_id == lab.install("nanoserver").installed[0].image_id


def test_a_split_set_has_a_layer_for_each_part(lab: Host, shelf: Shelf, tmp_path: Path) -> None:
    parts = {path.name: path.read_bytes() for path in sorted(FIXTURES.glob("split*.swm"))}
    shelf.put("lab", "split", "1", small_artifact(parts, WIM))
    wishes = Wishes(options={"leave-out": True})
    (image,) = lab.install("split", wishes=wishes).installed
    assert image.is_os_image
    lab.save("split", to=str(tmp_path / "x.wim"))
    assert (tmp_path / "x.wim").exists()


def test_an_artifact_without_a_file(lab: Host, shelf: Shelf) -> None:
    shelf.put("lab", "empty", "1", small_artifact({}, WIM))
    with pytest.raises(NotSupported, match="no file"):
        lab.install("empty")
