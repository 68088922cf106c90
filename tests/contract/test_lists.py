"""Many images: what entries of a list stand for, locks, and keeping to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.errors import (
    NotSupported,
    PackageNotFound,
    TimedOut,
    UnknownSource,
    UsageError,
)
from provider_core.lists import Lock, Wanted
from provider_core.model import Requirement
from provider_core.operations.requests import Request
from provider_core.references import Name

from .hosts import shelf_sources
from .shelf_double import Shelf, image_of

VERSIONS = ("1.0", "1.1", "1.1-slim", "1.2", "2.0rc1", "latest", "1")


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host whose shelf has several versions of one image."""
    for version in VERSIONS:
        shelf.put("lab", "app", version, image_of(version))
    return host


def _tags(requests: tuple[Request, ...]) -> list[str]:
    return [one.text.partition("@")[0].partition(":")[2] for one in requests]


@pytest.mark.parametrize(
    ("wanted", "tags"),
    [
        (Wanted(request="app", keep=2), ["1.2", "1.1"]),
        (Wanted(request="app<1.2", keep=5), ["1.1", "1.0"]),
        (Wanted(request="app[slim]", keep=2), ["1.1-slim"]),
        (Wanted(request="app", keep=0, tags="^1[.][01]$"), ["1.1", "1.0"]),
        (Wanted(request="app", keep=1, tags="slim"), ["1.1-slim"]),
        (Wanted(request="app>=1.1,<1.2", keep=0), ["1.1", "1.1-slim"]),
    ],
)
def test_entries_stand_for_versions(stocked: Host, wanted: Wanted, tags: list[str]) -> None:
    found = stocked.requests_for(wanted)
    assert sorted(_tags(found)) == sorted(tags)
    assert all("@sha256:" in one.text and one.source == "lab" for one in found)


def test_all_means_labels_too(stocked: Host) -> None:
    found = stocked.requests_for(Wanted(request="app", keep=0))
    assert set(_tags(found)) == set(VERSIONS) - {"2.0rc1"}


def test_a_plain_entry_is_its_request(stocked: Host) -> None:
    wanted = Wanted(request="./any.tar", source="lab")
    assert stocked.requests_for(wanted) == (Request(text="./any.tar", source="lab"),)


def test_an_entry_that_nothing_fits(stocked: Host) -> None:
    with pytest.raises(PackageNotFound):
        stocked.requests_for(Wanted(request="app>5", keep=2))
    with pytest.raises(PackageNotFound):
        stocked.requests_for(Wanted(request="nothing", keep=2))
    with pytest.raises(UsageError):
        stocked.requests_for(Wanted(request="./app.tar", keep=2))


def test_each_request_has_its_own_source(host: Host, shelf: Shelf) -> None:
    shelf_sources(host, "other")
    shelf.put("lab", "app", "1", image_of("lab"))
    shelf.put("other", "app", "2", image_of("other"))
    result = host.install("app", Request(text="app", source="other"))
    assert [image.package.id.source for image in result.installed] == ["lab", "other"]
    with pytest.raises(UnknownSource):
        host.install(Request(text="app", source="gone"))


def test_a_lock_has_digests_and_fetches_nothing(stocked: Host, shelf: Shelf) -> None:
    pins, failed = stocked.lock("app==1.1", Request(text="app", source="lab"))
    assert failed == ()
    assert [(pin.request, pin.version, pin.source) for pin in pins] == [
        ("app==1.1", "1.1", "lab"),
        ("app", "latest", "lab"),
    ]
    assert pins[0].digest == image_of("1.1").root.digest
    assert pins[0].location == "shelf://lab"
    assert not shelf.opened
    assert stocked.list() == ()


def test_a_lock_has_what_is_required_too(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "base", "1", image_of("base"))
    needs = Requirement(name=Name(name="base"), reason="base image")
    shelf.put("lab", "app", "1", image_of("app"), requires=(needs,))
    host.install("base")  # what is installed here may be missing there
    pins, _ = host.lock("app")
    assert [(pin.name, pin.request) for pin in pins] == [
        ("base", "base image of app"),
        ("app", "app"),
    ]


def test_what_cannot_be_locked(
    stocked: Host, shelf: Shelf, tmp_path: Path, saved: Callable[[], Path]
) -> None:
    with pytest.raises(NotSupported, match="local file"):
        stocked.lock(str(saved()))
    pins, failed = stocked.lock("nothing", "app==1.0", wishes=Wishes(keep_going=True))
    assert [pin.version for pin in pins] == ["1.0"]
    assert [request for request, _ in failed] == ["nothing"]


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[], Path]:
    """Make a docker-archive, whose pin is the file."""

    def make() -> Path:
        import json
        import tarfile
        from io import BytesIO

        image = image_of("file")
        config = image.config.raw
        with tarfile.open(tmp_path / "file.tar", "w") as archive:
            manifest = [{"Config": "c.json", "RepoTags": ["file:1"], "Layers": ["l.tar"]}]
            members = {
                "c.json": config,
                "l.tar": image.blobs[image.layers[0].digest],
                "manifest.json": json.dumps(manifest).encode(),
            }
            for name, data in members.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, BytesIO(data))
        return tmp_path / "file.tar"

    return make


def test_a_locked_command_brings_nothing_else(
    stocked: Host, shelf: Shelf, tmp_path: Path, saved: Callable[[], Path]
) -> None:
    pins, _ = stocked.lock("app==1.1")
    locked = Wishes(locked=Lock(images=pins).digests)
    with pytest.raises(UsageError, match="not in the lock"):
        stocked.install("app==1.2", wishes=locked)
    with pytest.raises(UsageError, match="not in the lock"):
        stocked.install(str(saved()), wishes=locked)
    with pytest.raises(UsageError, match="not in the lock"):
        stocked.save("app==1.2", to=str(tmp_path / "x.tar"), wishes=locked)
    assert not shelf.opened
    shelf.put("lab", "app", "1.1", image_of("moved"))
    with pytest.raises(UsageError, match="not in the lock"):
        stocked.install("app==1.1", wishes=locked)
    shelf.put("lab", "app", "1.1", image_of("1.1"))
    stocked.install(pins[0].exact, wishes=locked)
    stocked.save("app==1.1", to=str(tmp_path / "x.tar"), wishes=locked)


def test_a_locked_command_brings_no_unlocked_requirement(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "base", "1", image_of("base"))
    needs = Requirement(name=Name(name="base"), reason="base image")
    shelf.put("lab", "app", "1", image_of("app"), requires=(needs,))
    with pytest.raises(UsageError, match="base 1 is not in the lock"):
        host.install("app", wishes=Wishes(locked=frozenset({image_of("app").root.digest})))


def test_a_fault_of_a_source_is_no_empty_list(stocked: Host, shelf: Shelf) -> None:
    shelf.faults["shelf://lab"] = TimedOut("the shelf", 3)
    with pytest.raises(TimedOut):
        stocked.requests_for(Wanted(request="app", keep=2))
