"""What we push to a real registry, skopeo finds there, blob for blob."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from provider_core import Host, PlatformSet, Settings, Wishes
from provider_core.credentials import Credential, Place
from provider_core.errors import AuthRequired, HttpStatus, NotSupported
from provider_registry import push_content, uploads

from ..support.images import (
    AMD64,
    ARM64,
    SmallImage,
    make_artifact,
    make_image,
    make_index,
    make_referrer,
)
from .layouts import read_image
from .registries import PASSWORD, DockerRegistry, TlsFiles
from .tools import skopeo_copy, skopeo_inspect

pytestmark = pytest.mark.peer("skopeo", "docker-registry")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    """Return an empty registry over plain http."""
    (tmp_path / "registry").mkdir()
    with DockerRegistry(tmp_path / "registry") as registry:
        yield registry


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Return a host with an empty home."""
    with Host(tmp_path / "home", settings=Settings()) as host:
        yield host


def _layout(folder: Path, **images: SmallImage) -> Path:
    """Write an OCI layout with *images* by their names."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    entries = []
    for name, image in images.items():
        for digest, data in image.blobs.items():
            (blobs / digest.hex).write_bytes(data)
        reference = {"org.opencontainers.image.ref.name": f"{name}:1"}
        entries.append({**image.root.as_json(), "annotations": reference})
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}))
    return folder


def _fetched(registry: DockerRegistry, name: str, folder: Path) -> set[str]:
    """Return the digests of all that skopeo finds under *name*."""
    source = f"docker://{registry.host}/{name}"
    flags = ["--all", "--preserve-digests", "--src-tls-verify=false"]
    skopeo_copy(source, f"oci:{folder}:x", *flags)
    return set(read_image(folder, "x").blobs)


def _save(host: Host, to: str, *requests: str, **wishes: object) -> tuple[str, ...]:
    return host.save(*requests, to=to, wishes=Wishes(**wishes)).saved.names  # type: ignore[arg-type]


@pytest.mark.parametrize(("wrapping", "layers"), [("gzip", 1), ("zstd", 3), ("", 60)])
def test_single_images(
    registry: DockerRegistry, host: Host, tmp_path: Path, wrapping: str, layers: int
) -> None:
    image = make_image(*map(str, range(layers)), wrapping=wrapping)
    host.install(str(_layout(tmp_path / "layout", app=image)))
    place = f"registry://{registry.host}/mirror"
    assert _save(host, place, "app:1") == ("app:1",)
    assert _fetched(registry, "mirror/app:1", tmp_path / "out") == set(map(str, image.blobs))
    before = registry.asked("PUT") + registry.asked("POST") + registry.asked("PATCH")
    again = host.save("app:1", to=place).saved
    assert again.written == 0
    assert registry.asked("PUT") + registry.asked("POST") + registry.asked("PATCH") == before


def test_all_platforms(registry: DockerRegistry, host: Host, tmp_path: Path) -> None:
    index = make_index(make_image("x"), make_image("y", platform=ARM64))
    layout = str(_layout(tmp_path / "layout", app=index))
    host.install(layout, wishes=Wishes(platforms=PlatformSet.all()))
    _save(host, f"registry://{registry.host}", "app:1", options={"map": ["app=deep/er/app"]})
    found = _fetched(registry, "deep/er/app:1", tmp_path / "out")
    assert found == set(map(str, index.blobs))


def test_a_registry_that_takes_no_index_with_one_platform(
    registry: DockerRegistry, host: Host, tmp_path: Path
) -> None:
    index = make_index(make_image("x"), make_image("y", platform=ARM64))
    layout = str(_layout(tmp_path / "layout", app=index))
    host.install(layout, wishes=Wishes(platforms=PlatformSet.of(AMD64)))
    with pytest.raises(NotSupported) as caught:
        _save(host, f"registry://{registry.host}", "app:1", platforms=PlatformSet.of(AMD64))
    assert "--all-platforms" in caught.value.hint


def test_mounts_save_bytes(registry: DockerRegistry, host: Host, tmp_path: Path) -> None:
    base, app = make_image("base"), make_image("base", "app")
    host.install(str(_layout(tmp_path / "layout", base=base, app=app)))
    saved = host.save("base:1", "app:1", to=f"registry://{registry.host}").saved
    assert saved.reused == base.manifest.layers[0].size
    assert _fetched(registry, "app:1", tmp_path / "out") == set(map(str, app.blobs))


def test_a_large_layer_goes_in_chunks_and_on_after_a_kill(
    registry: DockerRegistry, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = partial(uploads.Uploader, chunk=64 << 10)
    monkeypatch.setattr(push_content, "Uploader", small)
    image = make_image("x" * (1 << 20), wrapping="")
    host.install(str(_layout(tmp_path / "layout", app=image)))
    real, sent = uploads.Uploader.send, list[int]()

    def breaking(self: uploads.Uploader, *args: object, **more: object) -> object:
        sent.append(len(args[2]))  # type: ignore[arg-type]
        if len(sent) == 12:
            raise HttpStatus("the network", 403)
        return real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(uploads.Uploader, "send", breaking)
    with pytest.raises(HttpStatus):
        host.save("app:1", to=f"registry://{registry.host}")
    first = sum(sent[:-1])
    host.save("app:1", to=f"registry://{registry.host}")
    assert _fetched(registry, "app:1", tmp_path / "out") == set(map(str, image.blobs))
    layer = image.manifest.layers[0].size
    assert sum(sent[12:]) <= layer + (4 << 10) - first + (64 << 10)


def test_referrers_arrive_under_the_tag_of_the_old_way(
    registry: DockerRegistry, host: Host, tmp_path: Path
) -> None:
    image = make_image("signed")
    signature = make_referrer(image.root, b"signature")
    host.install(str(_layout(tmp_path / "layout", app=image, sig=signature)))
    rule = {"map": ["sig=app"]}
    _save(host, f"registry://{registry.host}/near", "app:1", options=rule)
    with Host(tmp_path / "signer") as signer:
        signer.install(str(_layout(tmp_path / "other", sig=signature)))
        signer.save(
            "sig:1", to=f"registry://{registry.host}/near", wishes=Wishes(force=True, options=rule)
        )
    host.save("app:1", to=f"registry://{registry.host}/near", wishes=Wishes(force=True))
    with Host(tmp_path / "third") as third:
        third.install(f"{registry.host}/near/app:1")
        (installed,) = third.list()
        assert [one.digest for one in installed.content.referrers] == [signature.root.digest]
        third.save(installed.name, to=f"registry://{registry.host}/far")
    tag = f"sha256-{image.root.digest.hex}"
    listed = skopeo_inspect(
        f"docker://{registry.host}/far/near/app:{tag}", "--raw", "--tls-verify=false"
    )
    assert [entry["digest"] for entry in listed["manifests"]] == [str(signature.root.digest)]


def test_an_artifact_arrives_as_itself(
    registry: DockerRegistry, host: Host, tmp_path: Path
) -> None:
    chart = make_artifact(b"chart", "application/vnd.example.chart")
    host.install(str(_layout(tmp_path / "layout", chart=chart)))
    _save(host, f"registry://{registry.host}", "chart:1")
    raw = skopeo_inspect(f"docker://{registry.host}/chart:1", "--raw", "--tls-verify=false")
    assert raw["artifactType"] == "application/vnd.example.chart"


def test_users_and_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "registry").mkdir()
    tls = TlsFiles(tmp_path)
    image = make_image("private")
    layout = str(_layout(tmp_path / "layout", app=image))
    with (
        DockerRegistry(tmp_path / "registry", users=["me"], tls=tls) as registry,
        Host(tmp_path / "home") as host,
    ):
        host.install(layout)
        place, options = f"registry://{registry.host}", {"ca-file": str(tls.certificate)}
        with pytest.raises(AuthRequired):
            _save(host, place, "app:1", options=options)
        wrong = Credential(username="me", secret="wrong")
        host.add_source("work", registry.url, provider="registry", options=options)
        with pytest.raises(AuthRequired):
            host.login("work", wrong, place=Place.FILE)
        host.login("work", Credential(username="me", secret=PASSWORD), place=Place.FILE)
        _save(host, place, "app:1", options=options)
        out = tmp_path / "out"
        flags = [f"--src-creds=me:{PASSWORD}", "--src-tls-verify=false"]
        skopeo_copy(f"docker://{registry.host}/app:1", f"oci:{out}:x", *flags)
        assert set(read_image(out, "x").blobs) == set(map(str, image.blobs))
        (found,) = host.find("app", wishes=Wishes(source="work")).packages
        assert found.pin == image.root
