"""save: of what is installed, what the request and the flags both mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core import Host, VersionRange, Wishes
from provider_core.errors import PackageNotFound, TransportError
from provider_core.model import ImageKey, Tag

from .shelf_double import Shelf, image_of

VERSIONS = ("1.0", "1.0-slim", "2.0", "3.0-rc.1")


@pytest.fixture
def stocked(host: Host, shelf: Shelf) -> Host:
    """Return a host with several versions of `app` installed, and a newer one on the shelf."""
    for version in VERSIONS:
        shelf.put("lab", "app", version, image_of(version))
        host.install(f"app:{version}")
    shelf.put("lab", "app", "4.0", image_of("4.0"))
    shelf.asked.clear()
    return host


def saved(host: Host, folder: Path, request: str, **wishes: object) -> str:
    """Save *request* and return the version that was taken."""
    target = folder / f"{len(list(folder.iterdir()))}.tar"
    result = host.save(request, to=str(target), wishes=Wishes(**wishes))  # type: ignore[arg-type]
    (package,) = result.packages
    return package.version


def between(minimum: str = "", maximum: str = "") -> VersionRange:
    """Return what --min and --max make."""
    return VersionRange.parse(
        ",".join([*([f">={minimum}"] if minimum else []), *([f"<={maximum}"] if maximum else [])])
    )


def test_flags_choose_among_what_is_installed(stocked: Host, shelf: Shelf, tmp_path: Path) -> None:
    assert saved(stocked, tmp_path, "app") == "2.0"
    assert saved(stocked, tmp_path, "app", versions=between(maximum="1.9")) == "1.0"
    assert saved(stocked, tmp_path, "app", variant="slim") == "1.0-slim"
    assert saved(stocked, tmp_path, "app", versions=VersionRange.parse("==2.0")) == "2.0"
    assert saved(stocked, tmp_path, "app", prereleases=True) == "3.0-rc.1"
    assert shelf.asked == []


def test_what_the_flags_exclude_is_fetched(stocked: Host, tmp_path: Path) -> None:
    assert saved(stocked, tmp_path, "app", versions=between(minimum="3.5")) == "4.0"
    with pytest.raises(PackageNotFound):
        saved(stocked, tmp_path, "app", versions=between(minimum="5"))


def test_a_tag_of_the_users_does_not_outdo_the_flags(stocked: Host, tmp_path: Path) -> None:
    with stocked.catalog.change("tag") as change:
        key = ImageKey(name="app", version="1.0")
        change.put_tag(Tag(name="app", tag="latest", image=key))
    assert saved(stocked, tmp_path, "app") == "1.0"
    assert saved(stocked, tmp_path, "app:latest") == "1.0"
    assert saved(stocked, tmp_path, "app", versions=between("1.5", "2.5")) == "2.0"


def test_an_id_is_an_id_only_where_no_source_knows_the_name(
    stocked: Host, shelf: Shelf, tmp_path: Path
) -> None:
    digits = stocked.show("app:2.0").image_id.hex[:12]
    assert saved(stocked, tmp_path, digits) == "2.0"
    assert shelf.asked != []
    shelf.put("lab", digits, "7", image_of("named like an id"))
    assert saved(stocked, tmp_path, digits) == "7"
    shelf.faults["shelf://lab"] = TransportError("down")
    with pytest.raises(TransportError):
        saved(stocked, tmp_path, stocked.show("app:1.0").image_id.hex[:12])


def test_an_id_is_not_looked_for_in_a_source(stocked: Host, tmp_path: Path) -> None:
    digits = stocked.show("app:2.0").image_id.hex[:12]
    with pytest.raises(PackageNotFound):
        saved(stocked, tmp_path, digits, source="lab")
