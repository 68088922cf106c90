"""`ferry new` beside umoci: the same change of the same file system, entry for entry."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from provider_core import Host
from provider_core.oci import Descriptor
from provider_core.operations.new_wishes import NewImage

from .busy_tree import change_tree, grow_tree
from .layer_dump import dump_layer
from .layouts import blob_path, read_image
from .peer import require_root
from .tools import skopeo_copy, umoci

pytestmark = pytest.mark.peer("umoci", "skopeo")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a layout with an image of 2,000 entries."""
    require_root()
    folder = tmp_path_factory.mktemp("grown")
    layout, bundle = folder / "busy", folder / "bundle"
    umoci("init", "--layout", layout)
    umoci("new", "--image", f"{layout}:1.0")
    umoci("unpack", "--image", f"{layout}:1.0", bundle)
    grow_tree(bundle / "rootfs", random.Random("grown"), 2000)
    umoci("repack", "--image", f"{layout}:1.0", bundle)
    umoci("config", "--image", f"{layout}:1.0", "--os", "linux", "--architecture", "amd64")
    shutil.rmtree(bundle)
    return layout


@pytest.fixture
def busy(grown: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return a copy of that layout, and its unpacked bundle."""
    layout, bundle = tmp_path / "busy", tmp_path / "bundle"
    shutil.copytree(grown, layout)
    umoci("unpack", "--image", f"{layout}:1.0", bundle)
    return layout, bundle


def _top_layer(layout: Path, tag: str) -> Path:
    return blob_path(layout, read_image(layout, tag).layers[0][-1])


def _new_layer(host: Host, wish: NewImage) -> Path:
    root = host.new(wish).content.root
    assert isinstance(root, Descriptor)
    manifest = json.loads(host.store.read(root))
    return blob_path(host.home.store, manifest["layers"][-1]["digest"])


@pytest.mark.parametrize("seed", ["one", "two"])
def test_a_change_is_the_layer_that_umoci_makes(
    busy: tuple[Path, Path], tmp_path: Path, seed: str
) -> None:
    layout, bundle = busy
    with Host(tmp_path / "home") as host:
        host.install(str(layout))
        change_tree(bundle / "rootfs", random.Random(seed))
        made = dump_layer(
            _new_layer(
                host,
                NewImage(name="new", version="1", folder=bundle / "rootfs", parent="busy"),
            )
        )
    umoci("repack", "--image", f"{layout}:1.0", bundle)
    expected = dump_layer(_top_layer(layout, "1.0"))
    assert len(expected) > 400
    assert {line.type for line in expected} == {b"0", b"1", b"2", b"3", b"4", b"5", b"6"}
    assert made == expected


def test_a_whole_tree_is_the_layer_that_umoci_makes(
    busy: tuple[Path, Path], tmp_path: Path
) -> None:
    layout, bundle = busy
    with Host(tmp_path / "home") as host:
        made = dump_layer(_new_layer(host, NewImage(name="base", folder=bundle / "rootfs")))
    assert len(made) == 2000
    root, *expected = dump_layer(_top_layer(layout, "1.0"))
    assert root.name == "."  # which says of the root what holds without an entry
    assert made == expected


def test_umoci_unpacks_to_what_was_packed(busy: tuple[Path, Path], tmp_path: Path) -> None:
    _, bundle = busy
    far = tmp_path / "far.tar"
    with Host(tmp_path / "home") as host:
        host.new(NewImage(name="base", version="1", folder=bundle / "rootfs"))
        host.save("base", to=str(far))
        again = tmp_path / "again"
        skopeo_copy(f"docker-archive:{far}", f"oci:{tmp_path / 'far'}:1")
        umoci("unpack", "--image", f"{tmp_path / 'far'}:1", again)
        first, second = (
            dump_layer(_new_layer(host, NewImage(name=name, folder=folder)))
            for name, folder in (("one", bundle / "rootfs"), ("two", again / "rootfs"))
        )
    assert first == second


def test_nothing_changed_is_no_layer(busy: tuple[Path, Path], tmp_path: Path) -> None:
    layout, bundle = busy
    with Host(tmp_path / "home") as host:
        host.install(str(layout))
        image = host.new(NewImage(name="same", folder=bundle / "rootfs", parent="busy"))
        assert image.diff_ids == host.show("busy").diff_ids
        assert image.image_id != host.show("busy").image_id


def test_a_folder_that_became_a_file_needs_no_whiteout(
    busy: tuple[Path, Path], tmp_path: Path
) -> None:
    """umoci 0.4.7 writes whiteouts below the file, which no folder is there for."""
    layout, bundle = busy
    with Host(tmp_path / "home") as host:
        host.install(str(layout))
        folder = next(
            path
            for path in sorted((bundle / "rootfs").iterdir())
            if path.is_dir() and not path.is_symlink() and any(path.iterdir())
        )
        shutil.rmtree(folder)
        folder.write_text("a file now")
        wish = NewImage(name="new", folder=bundle / "rootfs", parent="busy")
        made = {line.name: line for line in dump_layer(_new_layer(host, wish))}
    assert made[folder.name].type == b"0"
    assert not any(name.startswith(f"{folder.name}/") for name in made)
