"""Engines: what goes in, what comes out, and who keeps an image from going."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Host, Platform, PlatformSet, Wishes
from provider_core.errors import (
    Ambiguous,
    EngineRefused,
    EngineSilent,
    IntegrityError,
    InUse,
    NotSupported,
    PackageNotFound,
    UsageError,
)
from provider_core.operations.engine_loading import Outcome
from provider_core.testing import small_image, small_index

from .engine_double import MemoryEngine
from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

ARM = Platform(os="linux", architecture="arm64")


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine()


@pytest.fixture
def stocked(homes: Homes, shelf: Shelf, engine: MemoryEngine) -> Host:
    """Return a host with an engine and an installed image."""
    host = homes(shelf, container_engines=[engine])
    shelf_sources(host, "lab")
    base = small_image({"base": b"x" * 5000})
    shelf.put("lab", "Team/App", "1.0", base)
    shelf.put("lab", "tool", "2.0", small_image({"tool": b"y"}, base=base))
    host.install("Team/App")
    host.install("tool")
    return host


# into an engine ---------------------------------------------------------------------------


def test_images_go_in_one_stream_and_shared_layers_once(
    stocked: Host, engine: MemoryEngine
) -> None:
    loaded = stocked.load("Team/App", "tool")
    assert [one.names for one in loaded] == [("team/app:1.0",), ("tool:2.0",)]
    assert {one.outcome for one in loaded} == {Outcome.LOADED}
    assert len(engine.loads) == 1
    assert engine.loads[0] < 40_000  # with the base's layer, 10,240 bytes, twice it would be more
    assert {image.image_id for image in engine.images()} == {
        image.image_id for image in stocked.list()
    }


def test_what_it_has_is_not_sent_again(stocked: Host, engine: MemoryEngine) -> None:
    stocked.load("tool")
    (again,) = stocked.load("tool")
    assert again.outcome is Outcome.KEPT
    assert len(engine.loads) == 1


def test_a_name_that_is_missing_is_given(stocked: Host, engine: MemoryEngine) -> None:
    stocked.load("tool")
    (image,) = engine.held.values()
    engine.held[image.image_id] = replace(image, names=("docker.io/library/other:1",))
    (again,) = stocked.load("tool")
    assert again.outcome is Outcome.TAGGED
    assert engine.images()[0].names == ("docker.io/library/other:1", "tool:2.0")
    assert len(engine.loads) == 1


def test_a_platform_that_it_does_not_run_is_refused(stocked: Host, engine: MemoryEngine) -> None:
    engine.platform = ARM
    with pytest.raises(NotSupported, match="linux/arm64"):
        stocked.load("tool")
    assert not engine.loads


def test_of_several_platforms_it_gets_its_own(
    stocked: Host, shelf: Shelf, engine: MemoryEngine
) -> None:
    amd, arm = small_image({"x": b"amd"}), small_image({"x": b"arm"}, platform=ARM)
    shelf.put("lab", "multi", "1.0", small_index(amd, arm))
    engine.platform = ARM
    stocked.install("multi", wishes=Wishes(platforms=PlatformSet.all()))
    stocked.load("multi")
    assert set(engine.held) == {arm.config.digest}
    (again,) = stocked.load("multi")
    assert again.outcome is Outcome.KEPT


def test_another_platform_of_the_same_index_is_not_the_image(
    stocked: Host, shelf: Shelf, engine: MemoryEngine
) -> None:
    amd, arm = small_image({"x": b"amd"}), small_image({"x": b"arm"}, platform=ARM)
    both = small_index(amd, arm)
    shelf.put("lab", "multi", "1.0", both)
    stocked.install("multi", wishes=Wishes(platforms=PlatformSet.all()))
    engine.platform = ARM
    stocked.load("multi")
    (held,) = engine.held.values()
    engine.held[held.image_id] = replace(held, digests=held.digests | {both.root.digest})
    engine.platform = Platform(os="linux", architecture="amd64")
    (loaded,) = stocked.load("multi")
    assert loaded.outcome is Outcome.LOADED
    assert set(engine.held) == {amd.config.digest, arm.config.digest}


def test_damage_in_the_store_is_what_is_told(
    stocked: Host, engine: MemoryEngine, shelf: Shelf
) -> None:
    image = small_image({"tool": b"y"}, base=small_image({"base": b"x" * 5000}))
    blob = stocked.home.store / "blobs/sha256" / image.layers[-1].digest.hex
    blob.chmod(0o644)
    blob.write_bytes(bytes(image.layers[-1].size))
    with pytest.raises(IntegrityError):
        stocked.load("tool")
    assert not engine.held


def test_a_refusal_is_told(stocked: Host, engine: MemoryEngine) -> None:
    engine.refusal = "no space left on device"
    with pytest.raises(EngineRefused, match="no space left"):
        stocked.load("tool")
    engine.refusal, engine.forgets = "", True
    with pytest.raises(EngineRefused, match="does not have the image"):
        stocked.load("tool")


def test_silence_is_told(stocked: Host, engine: MemoryEngine) -> None:
    engine.is_silent = True
    with pytest.raises(EngineSilent) as caught:
        stocked.load("tool")
    assert caught.value.exit_code == 6
    (row,) = stocked.engines()
    assert row.version is None
    assert isinstance(row.silence, EngineSilent)


def test_which_engine_is_meant(homes: Homes, shelf: Shelf) -> None:
    two = homes(shelf, container_engines=[MemoryEngine("docker"), MemoryEngine("podman")])
    with pytest.raises(Ambiguous, match="docker, podman"):
        two.load()
    none = homes(shelf, name="none")
    with pytest.raises(UsageError, match="no engine is called 'docker'"):
        none.load()
    with pytest.raises(UsageError, match="no engine is called 'other'"):
        two.engine_images("other")


def test_what_an_engine_holds_is_known_by_its_names_here(
    stocked: Host, engine: MemoryEngine
) -> None:
    stocked.load("Team/App")
    (row,) = stocked.engine_images("docker")
    assert row.image.names == ("team/app:1.0",)
    assert [image.name for image in row.installed] == ["Team/App"]


# out of an engine -------------------------------------------------------------------------


@pytest.fixture
def far(homes: Homes, shelf: Shelf, engine: MemoryEngine, stocked: Host) -> Host:
    """Return another home that knows the engine, in which `stocked` has loaded its images."""
    stocked.load("Team/App", "tool")
    return homes(shelf, name="far", container_engines=[engine])


def test_an_image_comes_out_under_the_name_that_was_typed(far: Host, stocked: Host) -> None:
    (image,) = far.install("docker-daemon://Team/APP:1.0").installed
    assert (image.name, image.version) == ("Team/APP", "1.0")
    assert image.image_id == stocked.show("Team/App").image_id


def test_without_a_tag_it_is_the_latest(far: Host, engine: MemoryEngine, stocked: Host) -> None:
    image = engine.image("tool:2.0")
    assert image is not None
    engine.tag(image, "tool:latest")
    (installed,) = far.install("docker-daemon://tool").installed
    assert (installed.name, installed.version) == ("tool", "latest")


def test_an_id_needs_a_name_or_has_the_engines(far: Host, engine: MemoryEngine) -> None:
    image = engine.image("tool:2.0")
    assert image is not None
    uri = f"docker-daemon://{image.image_id.hex}"
    (named,) = far.install(uri, wishes=Wishes(options={"name": "mine"})).installed
    assert (named.name, named.version) == ("mine", "2.0")
    (known,) = far.install(uri).installed
    assert (known.name, known.version) == ("tool", "2.0")
    engine.held[image.image_id] = replace(image, names=())
    with pytest.raises(UsageError, match="has no name"):
        far.install(uri, wishes=Wishes(force=True))


def test_what_is_here_is_not_read_again(far: Host, engine: MemoryEngine) -> None:
    far.install("docker-daemon://tool:2.0")
    assert engine.exports == ["tool:2.0"]
    (kept,) = far.install("docker-daemon://tool:2.0").kept
    assert kept.name == "tool"
    assert engine.exports == ["tool:2.0"]
    far.install("docker-daemon://tool:2.0", wishes=Wishes(force=True))
    assert engine.exports == ["tool:2.0"] * 2


def test_a_plan_reads_it_and_leaves_nothing(far: Host) -> None:
    (step,) = far.plan_install("docker-daemon://tool:2.0").steps
    assert step.package.name == "tool"
    assert far.list() == ()
    assert list((far.home.root / "spool").iterdir()) == []


def test_a_save_reads_it_too(far: Host, tmp_path: Path) -> None:
    saved = far.save("docker-daemon://tool:2.0", to=str(tmp_path / "tool.tar"))
    assert saved.saved.names == ("tool:2.0",)
    assert list((far.home.root / "spool").iterdir()) == []


def test_what_an_engine_does_not_have(far: Host) -> None:
    with pytest.raises(PackageNotFound):
        far.install("docker-daemon://nothing:1")
    with pytest.raises(PackageNotFound) as caught:
        far.install("docker-daemon://container/web")
    assert "--from-container docker-daemon://container/web" in caught.value.hint
    with pytest.raises(UsageError, match="no engine is called 'podman'"):
        far.install("podman://tool:2.0")


def test_what_a_killed_process_left_goes(far: Host) -> None:
    spool = far.home.folder("spool")
    (spool / "old.export.tar").write_bytes(b"x" * 100)
    far.install("docker-daemon://tool:2.0")
    assert list(spool.iterdir()) == []


# who uses an image ------------------------------------------------------------------------


def test_a_container_in_any_state_uses_its_image(stocked: Host, engine: MemoryEngine) -> None:
    stocked.load("tool")
    engine.create("tool:2.0", "web", state="exited")
    asked, image = stocked._resources.engine_users, stocked.show("tool")
    (user,) = asked([image.image_id], ignore=())
    assert str(user) == "container web of docker (exited)"
    assert asked([stocked.show("Team/App").image_id], ignore=()) == ()
    assert asked([image.image_id], ignore=["docker"]) == ()


def test_a_configured_engine_must_answer(homes: Homes, shelf: Shelf) -> None:
    configured, found = MemoryEngine("mine"), MemoryEngine("podman", configured=False)
    configured.is_silent = found.is_silent = True
    asked = homes(shelf, container_engines=[found, configured])._resources.engine_users
    image = image_of("x").config.digest
    with pytest.raises(EngineSilent) as caught:
        asked([image], ignore=())
    assert "--ignore-engine mine" in caught.value.hint
    assert asked([image], ignore=["mine"]) == ()


def test_an_engine_under_two_names_is_asked_once(homes: Homes, shelf: Shelf) -> None:
    first, second = MemoryEngine("docker"), MemoryEngine("again")
    second.address = replace(second.address, url=first.address.url)
    second.is_silent = True
    asked = homes(shelf, container_engines=[first, second])._resources.engine_users
    assert asked([image_of("x").config.digest], ignore=()) == ()


def test_engines_are_closed_with_the_host(homes: Homes, shelf: Shelf) -> None:
    engine = MemoryEngine()
    host = homes(shelf, container_engines=[engine])
    host.engines()
    host.close()
    assert engine.is_closed


def test_uninstalling_asks_the_engines(stocked: Host, engine: MemoryEngine) -> None:
    stocked.load("tool")
    engine.create("tool:2.0", "web", state="exited")
    with pytest.raises(InUse, match=r"container web of docker \(exited\)"):
        stocked.uninstall("tool")
    engine.is_silent = True
    with pytest.raises(EngineSilent) as caught:
        stocked.uninstall("tool")
    assert "--ignore-engine docker" in caught.value.hint
    stocked.uninstall("tool", ignore_engines=["docker"])
