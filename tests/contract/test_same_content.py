"""A digest is the content, whatever else is said about it; what is said may change daily."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_core import Host, Wishes
from provider_core.model import Package
from provider_core.oci import Descriptor
from provider_core.testing.images import LINUX

from .hosts import Homes
from .shelf_double import Shelf, image_of

APP = image_of("app")
TOLD = [
    {"annotations": {"org.example.seen": "today"}},
    {"platform": LINUX},
    {"artifact_type": "application/x-app"},
    {"urls": ("https://example.org/app",)},
]
EACH = pytest.mark.parametrize("told", TOLD, ids=lambda told: next(iter(told)))


def retold(package: Package, told: dict[str, object]) -> Package:
    """Return *package* with more said in its pin."""
    assert isinstance(package.pin, Descriptor)
    return replace(package, pin=replace(package.pin, **told))  # type: ignore[arg-type]


@EACH
def test_it_is_kept_when_it_is_installed_again(
    host: Host, shelf: Shelf, told: dict[str, object]
) -> None:
    package = shelf.put("lab", "app", "1.0", APP)
    (image,) = host.install("app").installed
    shelf.packages_at["shelf://lab"] = [retold(package, told)]
    assert host.install("app").kept == (image,)
    shelf.opened.clear()
    (again,) = host.install("app", wishes=Wishes(force=True)).installed
    assert again.content.platforms == image.content.platforms
    assert shelf.opened == []


@EACH
def test_it_is_not_ambiguous(host: Host, shelf: Shelf, told: dict[str, object]) -> None:
    package = shelf.put("lab", "app", "1.0", APP)
    shelf.packages_at["shelf://lab"] = [package, retold(package, told)]
    assert len(host.plan_install("app", f"app@{APP.root.digest}").steps) == 1


@EACH
def test_latest_is_shown_once_if_it_is_the_newest(
    host: Host, homes: Homes, shelf: Shelf, told: dict[str, object]
) -> None:
    shelf.put("lab", "app", "1.0", APP)
    latest = shelf.put("lab", "app", "latest", APP)
    shelf.packages_at["shelf://lab"].remove(latest)
    shelf.packages_at["shelf://lab"].append(retold(latest, told))
    assert [one.version for one in host.find("app").packages] == ["1.0"]
    offline = homes(shelf, offline=True)  # answers from what was remembered
    assert [one.version for one in offline.find("app").packages] == ["1.0"]
