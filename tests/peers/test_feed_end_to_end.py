"""The mission with a feed in the middle, on real images, with the command a person types.

An image that other tools wrote is published, served by nginx over TLS to who has a client
certificate, installed on the near side, carried as a bundle, and installed on a far side that has
no network at all; every digest is the same throughout.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .archives import Archive
from .layouts import LayoutImage
from .peer import require
from .servers import free_port, running
from .side import Side
from .tools import skopeo_copy, skopeo_inspect

pytestmark = pytest.mark.peer("skopeo", "podman", "umoci", "nginx")

CERTIFICATES = Path(__file__).parents[1] / "provider_core" / "transport" / "certificates"
NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
    access_log {folder}/access;
    client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
    uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
    ssl_certificate {certificates}/server.pem; ssl_certificate_key {certificates}/server.pem;
    server {{
        listen 127.0.0.1:{port} ssl; root {root};
        ssl_client_certificate {certificates}/authority.pem; ssl_verify_client on;
    }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes: a home with keys, and the feed that nginx serves."""

    studio: Side
    feed: Path
    fingerprint: str
    url: str

    def publish(self, image: Path, name: str, version: str, *flags: str) -> None:
        """Add an archive or layout to the feed."""
        told = ("--name", name, "--version", version, "--publisher", "Example", *flags)
        self.studio("feed", "add", self.feed, image, *told)


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    studio, feed, folder = Side(tmp_path / "studio"), tmp_path / "www" / "feed", tmp_path / "nginx"
    made = studio("feed", "init", feed, "--no-passphrase")[0]
    folder.mkdir()
    port, config = free_port(), folder / "nginx.conf"
    config.write_text(
        NGINX.format(folder=folder, certificates=CERTIFICATES, port=port, root=feed.parent)
    )
    for path in (*feed.parents, feed):
        if path.is_relative_to(tmp_path.parent):
            path.chmod(0o755)
    with running("nginx", "-c", config, "-e", folder / "errors", port=port):
        yield Publisher(
            studio=studio,
            feed=feed,
            fingerprint=made["fingerprint"],
            url=f"https://127.0.0.1:{port}/feed",
        )


@pytest.fixture
def near(tmp_path: Path, publisher: Publisher) -> Side:
    """Return the near side, which pinned the publisher's feed."""
    near = Side(tmp_path / "near")
    certificates = {"ca-file": "authority.pem", "client-certificate": "client.pem"}
    flags = [
        word for name, file in certificates.items() for word in (f"--{name}", CERTIFICATES / file)
    ]
    add = ("source", "add", "lab", publisher.url, "--provider", "feed")
    near(*add, "--fingerprint", publisher.fingerprint, code=5)  # an authority nobody knows
    near(*add, "--fingerprint", publisher.fingerprint, *flags[:2], code=5)  # and who are we?
    near(*add, "--fingerprint", publisher.fingerprint, *flags)
    return near


@pytest.fixture
def far(tmp_path: Path) -> Side:
    """Return the far side: a home without any network, not even loopback."""
    alone = ("unshare", "--net")
    trial = subprocess.run([*alone, "true"], capture_output=True, check=False)
    require(trial.returncode == 0, "unshare --net is not allowed here")
    return Side(tmp_path / "far", inside=alone)


def courier(near: Side, bundle: Path) -> str:
    """Return the fingerprint of the courier who made *bundle*, as its own side tells it."""
    fingerprint: str = near("key", "show", bundle)[0]["fingerprint"]
    return fingerprint


def test_from_the_publisher_to_the_far_side(
    publisher: Publisher, near: Side, far: Side, busybox_image: LayoutImage, tmp_path: Path
) -> None:
    publisher.publish(busybox_image.layout, "lab/busybox", "1.35")
    near("source", "refresh", "lab")
    (offer,) = near("find", "lab/busybox")
    assert offer["publisher"] == "Example"
    (installed,) = near("install", "lab/busybox")
    assert installed["digest"] == offer["digest"] == busybox_image.root

    bundle = tmp_path / "stick" / "bundle"
    bundle.parent.mkdir()
    near("save", "lab/busybox", "--to", bundle)
    moved = bundle.parent.rename(tmp_path / "mnt") / "bundle"
    far("source", "add", "stick", moved, "--fingerprint", courier(near, moved))
    (there,) = far("install", "lab/busybox==1.35")
    assert (there["digest"], there["id"]) == (installed["digest"], installed["id"])
    assert far("store", "check") == []
    for feed in (publisher.feed, moved):
        assert skopeo_inspect(f"oci:{feed}:lab/busybox:1.35")["Digest"] == installed["digest"]


def test_every_platform_goes_the_whole_way(
    publisher: Publisher,
    near: Side,
    far: Side,
    multiarch_image: LayoutImage,
    multiarch_archive: Archive,
    tmp_path: Path,
) -> None:
    publisher.publish(multiarch_archive.path, "tools/busybox", "2.0", "--all-platforms")
    near("source", "refresh", "lab")
    bundle = tmp_path / "bundle"
    near("save", "tools/busybox", "--to", bundle)  # without being installed
    assert near("list") == []
    far("source", "add", "stick", bundle, "--fingerprint", courier(near, bundle))
    (there,) = far("install", "tools/busybox", "--all-platforms")
    assert there["digest"] == multiarch_image.root
    assert set(multiarch_image.blobs) <= far.blobs()
    copied = tmp_path / "copied"
    skopeo_copy(f"oci:{bundle}:tools/busybox:2.0", f"oci:{copied}:all", "--all")
    assert skopeo_inspect(f"oci:{copied}:all", "--raw") == skopeo_inspect(
        f"oci:{bundle}:tools/busybox:2.0", "--raw"
    )


def test_a_far_side_that_pinned_the_publisher_alone(
    publisher: Publisher, near: Side, far: Side, site_archive: Archive, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    publisher.studio("feed", "add", publisher.feed, site_archive.path)
    near("source", "refresh", "lab")
    names = [f"{one['name']}=={one['version']}" for one in near("find", "--all-versions")]
    assert len(names) == 2
    near("save", *names, "--to", bundle)
    far("source", "add", "stick", bundle, "--fingerprint", publisher.fingerprint)
    there = far("install", *names)
    assert {one["digest"] for one in there} == {
        one["digest"] for one in near("find", "--all-versions")
    }
    assert {one["publisher"] for one in there} == {one["publisher"] for one in near("find")}


def test_a_stick_that_is_plugged_in_elsewhere(
    publisher: Publisher, near: Side, far: Side, busybox_image: LayoutImage, tmp_path: Path
) -> None:
    publisher.publish(busybox_image.layout, "lab/busybox", "1.35")
    near("source", "refresh", "lab")
    bundle = tmp_path / "first" / "bundle"
    bundle.parent.mkdir()
    near("save", "lab/busybox", "--to", bundle)
    far("source", "add", "stick", bundle, "--fingerprint", courier(near, bundle))
    moved = bundle.parent.rename(tmp_path / "second") / "bundle"
    far("install", "lab/busybox", code=3)  # the stick is not where it was
    far("source", "set", "stick", "--location", moved)
    far("install", "lab/busybox")
    publisher.publish(busybox_image.layout, "lab/busybox", "1.36")
    near("source", "refresh", "lab")
    near("save", "lab/busybox==1.36", "--to", moved)
    assert {one["version"] for one in far("find", "lab/busybox", "--all-versions")} == {
        "1.35",
        "1.36",
    }
    assert far("install", "lab/busybox==1.36")
