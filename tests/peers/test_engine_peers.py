"""Real Docker, Podman and containerd: what ferry installs arrives there, and comes back, whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, Settings, Wishes
from provider_core.errors import EngineRefused, InUse, NotFoundError, NotSupported, PackageNotFound
from provider_core.model import Installed
from provider_core.oci import Descriptor, Manifest, RunChanges
from provider_core.operations.engine_loading import Outcome
from provider_core.operations.new_wishes import NewImage

from .archives import Archive
from .daemons import ApiEngine, RealEngine, started
from .images import SITE_NAMES
from .layer_dump import dump_layer
from .layouts import LayoutImage, blob_path
from .tools import gnu_tar

pytestmark = pytest.mark.peer("podman", "umoci", "skopeo")


@pytest.fixture(scope="module", params=["podman", "docker", "containerd"])
def running(request: pytest.FixtureRequest) -> Iterator[RealEngine]:
    """Give each engine, started once."""
    with started(request.param) as engine:
        yield engine


@pytest.fixture
def engine(running: RealEngine) -> Iterator[RealEngine]:
    """Give an engine that is empty."""
    yield running
    running.clear()


@pytest.fixture
def host(engine: RealEngine, tmp_path: Path) -> Iterator[Host]:
    """Open a home that knows the engine."""
    with Host(tmp_path / "home", settings=_settings(engine)) as opened:
        yield opened


def _settings(engine: RealEngine) -> Settings:
    return Settings(engines=(f"{engine.name}={engine.url}",))


def test_an_image_arrives_whole_and_once(
    engine: RealEngine,
    host: Host,
    site_archive: Archive,
    site_builds: tuple[LayoutImage, LayoutImage],
) -> None:
    host.install(str(site_archive.path))
    loaded = host.load("example.org/site:1.0", "example.org/site:1.1", engine=engine.name)
    assert [one.outcome for one in loaded] == [Outcome.LOADED] * 2
    for name, build in zip(SITE_NAMES, site_builds, strict=True):
        assert engine.image(name) == (build.configs[0], build.diff_ids[0])
    held = {name: row for row in host.engine_images(engine.name) for name in row.image.names}
    assert set(held) == set(SITE_NAMES)
    assert all(row.installed for row in held.values())
    again = host.load("example.org/site:1.1", engine=engine.name)
    assert [one.outcome for one in again] == [Outcome.KEPT]


def test_what_is_there_only_gets_its_name(
    engine: RealEngine, host: Host, busybox_image: LayoutImage
) -> None:
    host.install(str(busybox_image.layout), wishes=_called("Tools/First", "1"))
    host.load("Tools/First", engine=engine.name)
    host.install(str(busybox_image.layout), wishes=_called("second", "2"))
    (loaded,) = host.load("second", engine=engine.name)
    assert loaded.outcome is Outcome.TAGGED
    assert loaded.names == ("second:2",)
    assert len({row.image.image_id for row in host.engine_images(engine.name)}) == 1


def test_a_container_that_never_ran_keeps_its_image(
    engine: RealEngine, host: Host, site_archive: Archive
) -> None:
    host.install(str(site_archive.path))
    host.load("example.org/site:1.0", engine=engine.name)
    engine.create("example.org/site:1.0", "kept")
    with pytest.raises(InUse, match=f"container kept of {engine.name}"):
        host.uninstall("example.org/site:1.0")
    host.uninstall("example.org/site:1.1")
    engine.remove("kept")
    host.uninstall("example.org/site:1.0")
    assert host.list() == ()


def test_an_image_comes_out_as_it_went_in(
    engine: RealEngine,
    host: Host,
    site_archive: Archive,
    site_builds: tuple[LayoutImage, LayoutImage],
    tmp_path: Path,
) -> None:
    host.install(str(site_archive.path))
    host.load("example.org/site:1.1", engine=engine.name)
    with Host(tmp_path / "far", settings=_settings(engine)) as far:
        uri = f"{engine.scheme}://Example.org/Site:1.1"
        (image,) = far.install(uri).installed
        assert (image.name, image.version) == ("Example.org/Site", "1.1")
        assert str(image.image_id) == site_builds[1].configs[0]
        assert tuple(map(str, image.diff_ids)) == site_builds[1].diff_ids[0]
        assert [one.key for one in far.install(uri).kept] == [image.key]
        assert list((far.home.root / "spool").iterdir()) == []
        with pytest.raises(PackageNotFound):
            far.install(f"{engine.scheme}://example.org/other:1")


def test_damage_on_the_way_is_not_taken_in(
    engine: RealEngine, host: Host, site_archive: Archive
) -> None:
    host.install(str(site_archive.path))
    with pytest.raises(EngineRefused):
        host._resources.engines.get(engine.name).load([b"no archive" * 100])
    assert host.engine_images(engine.name) == ()


def test_a_new_image_runs(
    engine: RealEngine, host: Host, busybox_image: LayoutImage, tmp_path: Path
) -> None:
    """`ferry new`, an engine, and a process that reads the new layer's file."""
    host.install(str(busybox_image.layout), wishes=_called("busybox", "1"))
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/greeting").write_text("built by ferry\n")
    archive = tmp_path / "layer.tar"
    gnu_tar("--create", "--file", archive, "--directory", tmp_path / "root", "etc")
    host.new(NewImage(name="Greeter", version="1", archive=archive, parent="busybox"))
    (loaded,) = host.load("Greeter", engine=engine.name)
    name = next(one for row in host.engine_images(engine.name) for one in row.image.names)
    assert loaded.names == ("greeter:1",)
    # ctr loses the output of a process that has ended before it listens.
    script = "/bin/busybox cat /etc/greeting; /bin/busybox sleep 1"
    assert engine.run(name, "/bin/busybox", "sh", "-c", script) == "built by ferry\n"
    assert len(host.show("Greeter").diff_ids) == 2


def test_a_container_becomes_an_image(
    engine: RealEngine, host: Host, site_archive: Archive, tmp_path: Path
) -> None:
    """What `ferry new --from-container` makes stands on the installed layers, byte for byte."""
    if engine.name == "containerd":
        with pytest.raises(NotSupported):
            host.new(NewImage(name="app", container="containerd://container/kept"))
        return
    assert isinstance(engine, ApiEngine)
    host.install(str(site_archive.path))
    host.load("example.org/site:1.0", engine=engine.name)
    engine.create("example.org/site:1.0", "kept")
    (tmp_path / "added").write_text("in the container\n")
    engine.put("kept", tmp_path / "added", "/added")
    before = host.engine_images(engine.name)
    wish = NewImage(
        name="Made",
        version="1.0",
        publisher="Demo",
        container=f"{engine.scheme}://container/kept",
        changes=RunChanges(labels={"made": "yes"}),
    )
    image = host.new(wish)
    parent = host.show("example.org/site:1.0")
    assert image.diff_ids[:-1] == parent.diff_ids
    assert (image.publisher, image.parent and image.parent.name) == ("Demo", parent.name)
    assert host.engine_images(engine.name) == before
    top = _layers(host, image)[-1]
    names = {line.name for line in dump_layer(blob_path(host.home.store, str(top.digest)))}
    assert "added" in names
    assert _layers(host, image)[:-1] == _layers(host, parent)
    with pytest.raises(NotFoundError):
        host.new(replace(wish, container=f"{engine.scheme}://container/nobody"))


def _layers(host: Host, image: Installed) -> tuple[Descriptor, ...]:
    assert isinstance(image.content.root, Descriptor)
    return Manifest.parse(host.store.read(image.content.root)).layers


def _called(name: str, version: str) -> Wishes:
    return Wishes(options={"name": name, "version": version})
