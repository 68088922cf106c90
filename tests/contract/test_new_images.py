"""new: images of folders, archives and containers, and what is no way to make one."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, Platform, PlatformSet, Wishes
from provider_core.errors import (
    DocumentError,
    Exists,
    NoSuchFile,
    NotFoundError,
    NotInstalled,
    NotSupported,
    UsageError,
)
from provider_core.model import Installed
from provider_core.oci import Descriptor, ImageConfig, Manifest, RunChanges
from provider_core.operations.new_wishes import NewImage
from provider_core.testing import small_image, small_index

from .engine_double import MemoryEngine
from .hosts import Homes, shelf_sources
from .shelf_double import Shelf

WINDOWS = Platform(os="windows", architecture="amd64", os_version="10.0.14393.0")
EPOCH = 1_400_000_000


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine()


@pytest.fixture
def stocked(homes: Homes, shelf: Shelf, engine: MemoryEngine) -> Host:
    """Return a host with a Linux base, a Windows base and an engine."""
    host = homes(shelf, container_engines=[engine])
    shelf_sources(host, "lab")
    base = small_image({"etc/os": b"base", "bin/sh": b"#!"}, cmd=("sh",), labels={"l": "1"})
    shelf.put("lab", "Base", "1.0", base, publisher="CN=Lab")
    shelf.put("lab", "nano", "10.0", small_image({"x": b"w"}, platform=WINDOWS))
    host.install("Base")
    host.install("nano")
    return host


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the base's file system with a change: os is another, sh is gone, app is new."""
    folder = tmp_path / "root"
    (folder / "etc").mkdir(parents=True)
    (folder / "etc/os").write_bytes(b"mine")
    (folder / "app").write_bytes(b"app")
    os.utime(folder / "app", (EPOCH + 50, EPOCH + 50))
    return folder


def _parts(host: Host, image: Installed) -> tuple[Manifest, ImageConfig]:
    assert isinstance(image.content.root, Descriptor)
    manifest = Manifest.parse(host.store.read(image.content.root))
    return manifest, ImageConfig.parse(host.store.read(manifest.config))


def _layer(files: dict[str, bytes]) -> bytes:
    image = small_image(files)
    return image.blobs[image.layers[-1].digest]


def _members(host: Host, layer: Descriptor) -> dict[str, bytes | None]:
    data = gzip.decompress(host.store.read(layer))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {
            member.name: content.read() if (content := tar.extractfile(member)) else None
            for member in tar
        }


def test_a_folder_is_one_layer_on_its_parent(stocked: Host, root: Path) -> None:
    wish = NewImage(
        name="Demo/App",
        version="1.0",
        publisher="Demo",
        folder=root,
        parent="base",
        changes=RunChanges(cmd=("app",), env={"A": "b"}, labels={"m": "2"}, user="7"),
    )
    image = stocked.new(wish)
    manifest, config = _parts(stocked, image)
    below, _ = _parts(stocked, stocked.show("base"))
    assert manifest.layers[:-1] == below.layers
    members = _members(stocked, manifest.layers[-1])
    assert members["etc/os"] == b"mine"
    assert members["app"] == b"app"
    assert members[".wh.bin"] == b""
    assert (config.cmd, config.env, config.user) == (("app",), ("A=b",), "7")
    assert config.labels == {"l": "1", "m": "2"}
    (listed,) = stocked.list("Demo/App")
    assert listed.parent is not None
    assert (listed.publisher, listed.parent.name, listed.parent.version) == ("Demo", "Base", "1.0")
    assert stocked.history("Demo/App")[0].created_by == "ferry new --from-dir"
    assert stocked.check_store() == ()


def test_a_tag_gives_its_name_to_the_new_image(stocked: Host, root: Path) -> None:
    stocked.tag("Base", "app")
    image = stocked.new(NewImage(name="app", folder=root))
    assert stocked.tags() == ()
    (removed,) = stocked.uninstall("app")
    assert removed.image.key == image.key


def test_the_parent_stays_while_it_is_needed(stocked: Host, root: Path) -> None:
    stocked.new(NewImage(name="app", folder=root, parent="Base"))
    with pytest.raises(Exception, match="app"):
        stocked.uninstall("Base")
    stocked.uninstall("app")
    stocked.uninstall("Base")


def test_the_same_files_and_epoch_are_the_same_image(
    homes: Homes, stocked: Host, shelf: Shelf, root: Path, tmp_path: Path
) -> None:
    wish = NewImage(name="app", folder=root, parent="Base", newest=EPOCH)
    first = stocked.new(wish)
    copy = tmp_path / "copy"
    (copy / "etc").mkdir(parents=True)
    (copy / "app").write_bytes(b"app")
    (copy / "etc/os").write_bytes(b"mine")
    other = homes(shelf, name="other")
    shelf_sources(other, "lab")
    other.install("Base")
    second = other.new(replace(wish, folder=copy))
    assert first.content.root == second.content.root
    assert first.created == "2014-05-13T16:53:20Z"


def test_an_archive_is_the_layer_as_it_is(stocked: Host, tmp_path: Path) -> None:
    data = _layer({"srv/x": b"content", "etc/.wh.os": b""})
    (tmp_path / "l.tar").write_bytes(data)
    (tmp_path / "l.tgz").write_bytes(gzip.compress(data))
    wish = NewImage(name="a", archive=tmp_path / "l.tar", parent="Base", newest=EPOCH)
    plain = stocked.new(wish)
    packed = stocked.new(replace(wish, archive=tmp_path / "l.tgz", name="b"))
    piped = stocked.new(replace(wish, archive=io.BytesIO(data), name="c"))
    assert plain.diff_ids == packed.diff_ids == piped.diff_ids
    assert plain.content.root == packed.content.root
    alone = stocked.new(replace(wish, name="d", parent=""))
    assert alone.diff_ids == plain.diff_ids[1:]
    assert alone.parent is None


@pytest.mark.parametrize("data", [b"no archive", b""], ids=["none", "empty"])
def test_what_is_no_layer_is_refused(stocked: Host, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "l.tar").write_bytes(data)
    with pytest.raises(DocumentError):
        stocked.new(NewImage(name="a", archive=tmp_path / "l.tar"))
    assert stocked.list("a") == ()


def test_a_container_stands_on_what_is_installed(stocked: Host, engine: MemoryEngine) -> None:
    stocked.load("Base")
    engine.create("base:1.0", "web", added=_layer({"log": b"line"}))
    held = engine.images()
    wish = NewImage(
        name="Made", version="2", publisher="P", container="docker-daemon://container/web"
    )
    image = stocked.new(replace(wish, changes=RunChanges(entrypoint=("run",))))
    manifest, config = _parts(stocked, image)
    below, _ = _parts(stocked, stocked.show("Base"))
    assert manifest.layers[0] == below.layers[0]
    assert "log" in _members(stocked, manifest.layers[-1])
    assert (config.entrypoint, config.cmd) == (("run",), ())
    assert b"container_config" not in config.raw
    assert engine.images() == held
    assert list((stocked.home.root / "spool").iterdir()) == []
    (listed,) = stocked.list("Made")
    assert listed.parent is not None
    assert listed.parent.name == "Base"


def test_a_bare_id_is_of_the_only_engine(homes: Homes, stocked: Host, engine: MemoryEngine) -> None:
    stocked.load("Base")
    engine.create("base:1.0", "475059caef8f", added=_layer({"log": b"line"}))
    image = stocked.new(NewImage(name="made", container="475059caef8f"))
    assert len(image.diff_ids) == 2
    two = homes(name="two", container_engines=[engine, MemoryEngine("podman")])
    with pytest.raises(UsageError, match="docker, podman"):
        two.new(NewImage(name="made", container="475059caef8f"))


def test_of_several_platforms_the_container_stands_on_its_own(
    stocked: Host, shelf: Shelf, engine: MemoryEngine
) -> None:
    arm = small_image({"x": b"arm"}, platform=Platform(os="linux", architecture="arm64"))
    own = small_image({"x": b"own"}, platform=engine.platform)
    shelf.put("lab", "multi", "1.0", small_index(arm, own))
    stocked.install("multi", wishes=Wishes(platforms=PlatformSet.all()))
    stocked.load("multi")
    engine.create("multi:1.0", "web", added=_layer({"log": b"line"}))
    image = stocked.new(NewImage(name="made", container="docker-daemon://container/web"))
    manifest, config = _parts(stocked, image)
    assert manifest.layers[0] == own.layers[0]
    assert config.platform == engine.platform


def test_a_container_of_what_is_not_installed_has_no_parent(
    stocked: Host, engine: MemoryEngine
) -> None:
    stocked.load("Base")
    engine.create("base:1.0", "web", added=b"")
    stocked.uninstall("Base", force=True)
    engine.added["web"] = _layer({"x": b""})
    image = stocked.new(NewImage(name="made", container="docker-daemon://container/web"))
    assert len(image.diff_ids) == 2
    assert image.parent is None


@pytest.mark.parametrize(
    "container",
    ["web:1", "docker-daemon://web", "docker-daemon://container/", "https://container/x"],
)
def test_what_names_no_container(stocked: Host, container: str) -> None:
    with pytest.raises(UsageError):
        stocked.new(NewImage(name="made", container=container))


def test_a_container_that_is_not_there(stocked: Host) -> None:
    with pytest.raises(NotFoundError):
        stocked.new(NewImage(name="made", container="docker-daemon://container/none"))


def test_windows_is_refused_with_a_clear_word(stocked: Host, root: Path) -> None:
    with pytest.raises(NotSupported, match="Windows image") as caught:
        stocked.new(NewImage(name="a", folder=root, parent="nano"))
    assert "docker build" in caught.value.hint


def test_another_image_of_that_name_stays(stocked: Host, root: Path) -> None:
    wish = NewImage(name="app", version="1", folder=root, newest=EPOCH)
    first = stocked.new(wish)
    assert stocked.new(wish).content.root == first.content.root
    (root / "more").touch()
    with pytest.raises(Exists):
        stocked.new(wish)
    assert stocked.new(replace(wish, force=True)).content.root != first.content.root


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (NewImage(name="a"), UsageError),
        (NewImage(name="a", folder=Path("x"), archive=Path("y")), UsageError),
        (NewImage(name="a", container="podman://container/x", parent="Base"), UsageError),
        (NewImage(name="a*", folder=Path("x")), UsageError),
        (NewImage(name="./a", folder=Path("x")), UsageError),
        (NewImage(name="a", version="1:2", folder=Path("x")), UsageError),
        (NewImage(name="a", version="", folder=Path("x")), UsageError),
        (NewImage(name="a", folder=Path("/missing")), NoSuchFile),
        (NewImage(name="a", archive=Path("/missing.tar")), NoSuchFile),
        (NewImage(name="a", folder=Path("/"), parent="missing"), NotInstalled),
        (
            NewImage(
                name="a",
                folder=Path("/"),
                parent="Base",
                platform=Platform(os="linux", architecture="s390x"),
            ),
            NotSupported,
        ),
    ],
)
def test_what_makes_no_image(stocked: Host, wish: NewImage, error: type[Exception]) -> None:
    before = stocked.catalog.revision()
    with pytest.raises(error):
        stocked.new(wish)
    assert stocked.catalog.revision() == before


def test_it_travels_like_any_other(stocked: Host, root: Path, homes: Homes, tmp_path: Path) -> None:
    image = stocked.new(NewImage(name="Demo/App", version="1", publisher="D", folder=root))
    stocked.save("Demo/App", to=str(tmp_path / "app.tar"))
    far = homes(name="far")
    (there,) = far.install(str(tmp_path / "app.tar")).installed
    assert there.content.root == image.content.root
    assert (there.name, there.publisher) == ("Demo/App", "D")
