"""A registry as a destination, and as the source of what is saved elsewhere."""

from __future__ import annotations

from pathlib import Path

from provider_core import Host, Wishes
from provider_core.testing import small_artifact, small_image

from .hosts import Homes
from .registry_double import RegistryDouble
from .registry_server import REGISTRY, RegistryServer
from .shelf_double import Shelf, image_of

BASE = image_of("base")
APP = small_image({"srv/app": b"app"}, base=BASE)


def test_a_push_sends_only_what_is_absent(host: Host, homes: Homes, shelf: Shelf) -> None:
    registry = RegistryDouble()
    opened = homes(shelf, registry)
    shelf.put("lab", "base", "1", BASE)
    shelf.put("lab", "app", "1", APP)
    opened.install("base", "app")
    first = opened.save("base", to="registry://mirror.example/team").saved
    assert (first.roots, first.reused) == ((BASE.root.digest,), 0)
    second = opened.save("base", "app", to="registry://mirror.example/team").saved
    shared = sum(len(data) for digest, data in APP.blobs.items() if digest in BASE.blobs)
    assert second.reused == BASE.size + shared
    pushed = registry.pushed["mirror.example/team"]
    assert pushed == {**BASE.blobs, **APP.blobs}


def test_from_registry_to_archive_without_installing(homes: Homes, tmp_path: Path) -> None:
    server = RegistryServer()
    server.push("team/app", "1.0", APP)
    host = homes(RegistryDouble(), transport=server.network)
    host.add_source("work", REGISTRY, provider="registry-double")
    result = host.save("team/app", to=str(tmp_path / "app.tar"))
    assert result.saved.roots == (APP.root.digest,)
    assert host.list() == ()
    far = homes(name="far", offline=True)
    (image,) = far.install(str(tmp_path / "app.tar")).installed
    assert image.content.root.digest == APP.root.digest


def test_an_artifact_is_pushed_as_itself(homes: Homes) -> None:
    chart = small_artifact({"chart.tgz": b"chart"}, "application/vnd.example.chart")
    server = RegistryServer()
    server.push("team/chart", "1.0", chart)
    registry = RegistryDouble()
    host = homes(registry, transport=server.network)
    host.add_source("work", REGISTRY, provider="registry-double")
    (installed,) = host.install("team/chart").installed
    assert (installed.platforms, installed.diff_ids) == ((), ())
    host.save("team/chart", to="registry://mirror.example", wishes=Wishes())
    assert registry.pushed["mirror.example"] == dict(chart.blobs)
