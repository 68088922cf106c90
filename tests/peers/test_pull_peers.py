"""What skopeo brings from a real registry, ferry brings too, blob for blob."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from provider_core import Host, PlatformSet, Settings, Wishes
from provider_core.credentials import Credential
from provider_core.digests import Digest
from provider_core.errors import AuthRequired, NotSupported
from provider_core.model import Installed
from provider_core.oci import Index, Manifest
from provider_core.oci.media_types import DOCKER_FOREIGN_LAYER_GZIP
from provider_core.platforms import Platform
from provider_core.transport import Origin

from ..support.archives import write_layout
from ..support.images import (
    ARM64,
    SmallImage,
    make_artifact,
    make_image,
    make_index,
    make_referrer,
)
from .registries import PASSWORD, DockerRegistry, TlsFiles
from .token_server import TokenServer
from .tools import skopeo_copy, skopeo_inspect

pytestmark = pytest.mark.peer("skopeo", "docker-registry")

ALL = Wishes(platforms=PlatformSet.all())
SETTINGS = Settings(plugins=False, disabled_sources=("hub",))
WINDOWS = [
    Platform(os="windows", architecture="amd64", os_version=f"10.0.{build}.1")
    for build in (17763, 20348)
]
MULTI = make_index(make_image("amd", "shared"), make_image("arm", "shared", platform=ARM64))
Homes = Callable[..., Host]


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Homes]:
    """Open hosts by the name of their home; logins are given by ``user``."""
    with ExitStack() as stack:

        def one(name: str = "home", *, user: str = "") -> Host:
            def lookup(origin: Origin) -> Credential | None:
                return Credential(username=user, secret=PASSWORD) if user else None

            host = Host(tmp_path / name, settings=SETTINGS, credentials=lookup)
            return stack.enter_context(host)

        yield one


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    """Give an empty registry over plain http."""
    with DockerRegistry(_folder(tmp_path / "registry")) as one:
        yield one


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _push(
    registry: DockerRegistry, name: str, image: SmallImage, tmp_path: Path, *flags: str
) -> None:
    """Let skopeo push *image* as ``name:tag``."""
    layout = write_layout(tmp_path / f"layout-{image.root.digest.short}", ("it", image))
    target = f"docker://{registry.host}/{name}"
    skopeo_copy(f"oci:{layout}:it", target, "--all", "--dest-tls-verify=false", *flags)


def _put(registry: DockerRegistry, name: str, tag: str, image: SmallImage) -> None:
    """Push what skopeo does not, by hand: artifacts, and manifests with a subject."""
    base = f"{registry.url}/v2/{name}"
    manifests = {manifest.digest for manifest in image.manifests} | {image.root.digest}
    for digest, data in image.blobs.items():
        if digest not in manifests:
            upload = requests.post(f"{base}/blobs/uploads/", timeout=10)
            place = upload.headers["location"]
            joint = "&" if "?" in place else "?"
            requests.put(f"{place}{joint}digest={digest}", data=data, timeout=10).raise_for_status()
    for manifest in image.manifests:
        _put_manifest(base, str(manifest.digest), manifest.raw, manifest.media_type)
    _put_manifest(base, tag, image.blobs[image.root.digest], image.root.media_type)


def _put_manifest(base: str, reference: str, data: bytes, media_type: str) -> None:
    url, headers = f"{base}/manifests/{reference}", {"content-type": media_type}
    requests.put(url, data=data, headers=headers, timeout=10).raise_for_status()


def _skopeo_brings(registry: DockerRegistry, name: str, folder: Path, *flags: str) -> set[str]:
    """Return the digests of all that skopeo brings, as it is."""
    skopeo_copy(
        f"docker://{registry.host}/{name}",
        f"dir:{folder}",
        "--all",
        "--src-tls-verify=false",
        *flags,
    )
    files = (path for path in folder.iterdir() if path.name != "version")
    return {str(Digest.of(path.read_bytes())) for path in files}


def _ferry_brings(host: Host, name: str, wishes: Wishes = ALL) -> tuple[Installed, set[str]]:
    (image,) = host.install(name, wishes=wishes).installed
    assert host.check_store() == ()
    reached = host.store.reach(image.content.blobs)
    return image, {str(blob.digest) for blob in reached}


@pytest.mark.parametrize(
    "image",
    [
        make_image("one"),
        make_image("one", "two", wrapping="zstd"),
        make_image("plain", wrapping=""),
        make_image(*map(str, range(60))),
        MULTI,
        make_index(*(make_image(str(one), platform=one) for one in WINDOWS)),
    ],
    ids=["gzip", "zstd", "plain", "60 layers", "multi-arch", "windows"],
)
def test_oci_images(
    registry: DockerRegistry, homes: Homes, tmp_path: Path, image: SmallImage
) -> None:
    _push(registry, "team/app:1.0", image, tmp_path, "--preserve-digests")
    installed, brought = _ferry_brings(homes(), f"{registry.host}/team/app:1.0")
    assert installed.content.root == image.root
    assert brought == _skopeo_brings(registry, "team/app:1.0", tmp_path / "dir")
    raw = skopeo_inspect(f"docker://{registry.host}/team/app:1.0", "--raw", "--tls-verify=false")
    assert json.loads(image.blobs[image.root.digest]) == raw


@pytest.mark.parametrize("image", [make_image("one", "two"), MULTI], ids=["single", "list"])
def test_docker_images(
    registry: DockerRegistry, homes: Homes, tmp_path: Path, image: SmallImage
) -> None:
    _push(registry, "team/app:1.0", image, tmp_path, "--format", "v2s2")
    installed, brought = _ferry_brings(homes(), f"{registry.host}/team/app:1.0")
    assert "docker" in installed.package.media_type
    assert brought == _skopeo_brings(registry, "team/app:1.0", tmp_path / "dir")


def test_one_platform_is_what_skopeo_brings_of_it(
    registry: DockerRegistry, homes: Homes, tmp_path: Path
) -> None:
    _push(registry, "team/app:1.0", MULTI, tmp_path)
    wishes = Wishes(platforms=PlatformSet.of(ARM64))
    image, brought = _ferry_brings(homes(), f"{registry.host}/team/app:1.0", wishes)
    assert image.platforms == (ARM64,)
    skopeo_copy(
        f"docker://{registry.host}/team/app:1.0",
        f"dir:{tmp_path / 'dir'}",
        *("--override-os", "linux", "--override-arch", "arm64", "--src-tls-verify=false"),
    )
    files = (path for path in (tmp_path / "dir").iterdir() if path.name != "version")
    alone = {str(Digest.of(path.read_bytes())) for path in files}
    assert brought == alone | {str(MULTI.root.digest)}


def test_windows_by_its_build(registry: DockerRegistry, homes: Homes, tmp_path: Path) -> None:
    image = make_index(*(make_image(str(one), platform=one) for one in WINDOWS))
    _push(registry, "team/app:1.0", image, tmp_path)
    wishes = Wishes(platforms=PlatformSet.of(Platform.parse("windows(10.0.17763)/amd64")))
    installed, _ = _ferry_brings(homes(), f"{registry.host}/team/app:1.0", wishes)
    assert installed.platforms == (WINDOWS[0],)


def test_an_artifact_with_a_subject_and_one_without(
    registry: DockerRegistry, homes: Homes, tmp_path: Path
) -> None:
    image = make_image("app")
    signature, chart = make_referrer(image.root, b"signed"), make_artifact(b"a chart")
    _push(registry, "team/app:1.0", image, tmp_path)
    index = Index.build([signature.root])
    _put(registry, "team/app", "signature", signature)
    base = f"{registry.url}/v2/team/app"
    tag = f"sha256-{image.root.digest.hex}"
    _put_manifest(base, tag, index.raw, index.media_type)
    _put(registry, "team/chart", "0.1", chart)
    host = homes()
    installed, brought = _ferry_brings(host, f"{registry.host}/team/app:1.0")
    assert [one.digest for one in installed.content.referrers] == [signature.root.digest]
    assert set(map(str, signature.blobs)) <= brought
    installed, brought = _ferry_brings(host, f"{registry.host}/team/chart:0.1")
    assert installed.package.pin.digest == chart.root.digest
    assert brought == set(map(str, chart.blobs))


def test_a_foreign_layer(registry: DockerRegistry, homes: Homes, tmp_path: Path) -> None:
    """The registry takes its manifest without it; nobody may follow its URL unasked."""
    image = make_image("base", "own")
    first, second = image.manifest.layers
    layer = replace(
        first, media_type=DOCKER_FOREIGN_LAYER_GZIP, urls=("https://layers.example/base.tgz",)
    )
    manifest = Manifest.build(image.manifest.config, [layer, second])
    kept = {digest: data for digest, data in image.blobs.items() if digest != first.digest}
    _put(
        registry,
        "team/windows",
        "1",
        replace(
            image,
            root=manifest.descriptor(),
            manifests=(manifest,),
            blobs={**kept, manifest.digest: manifest.raw},
        ),
    )
    with pytest.raises(NotSupported, match=r"layers\.example"):
        homes().install(f"{registry.host}/team/windows:1")


def test_nothing_new_costs_one_head(registry: DockerRegistry, homes: Homes, tmp_path: Path) -> None:
    _push(registry, "team/app:1.0", MULTI, tmp_path)
    name = f"{registry.host}/team/app:1.0"
    homes().install(name)
    before = {method: registry.asked(method) for method in ("HEAD", "GET")}
    assert homes().install(name).installed == ()
    assert registry.asked("HEAD") - before["HEAD"] == 1
    assert registry.asked("GET") - before["GET"] == registry.asked("GET", "/v2/ HTTP") // 2


def test_users_and_tls(homes: Homes, tmp_path: Path) -> None:
    tls = TlsFiles(tmp_path)
    folder = _folder(tmp_path / "registry")
    with DockerRegistry(folder, users=["robot"], tls=tls) as registry:
        image = make_image("secret")
        _push(registry, "team/app:1.0", image, tmp_path, "--dest-creds", f"robot:{PASSWORD}")
        options = {"ca-file": str(tls.certificate)}
        host = homes(user="robot")
        host.add_source("work", registry.url, provider="registry", options=options)
        assert [one.version for one in host.find("team/app").packages] == ["1.0"]
        (installed,) = host.install("team/app:1.0").installed
        assert installed.content.root == image.root
        host.close()
        with pytest.raises(AuthRequired, match=r"127\.0\.0\.1"):
            homes(user="stranger").install("team/app:1.0", wishes=Wishes(force=True))


def test_tokens(homes: Homes, tmp_path: Path) -> None:
    folder = _folder(tmp_path / "registry")
    with (
        TokenServer(tmp_path, user="robot", password=PASSWORD) as tokens,
        DockerRegistry(folder, auth=tokens.configuration) as registry,
    ):
        image = make_image("secret")
        _push(registry, "team/app:1.0", image, tmp_path, "--dest-creds", f"robot:{PASSWORD}")
        tokens.asked.clear()
        place = Origin.of(tokens.url)
        options = {"token-host": f"{place.host}:{place.port}"}
        host = homes(user="robot")
        host.add_source("work", registry.url, provider="registry", options=options)
        (installed,) = host.install("team/app:1.0").installed
        assert installed.content.root == image.root
        assert set(tokens.asked) == {"repository:team/app:pull"}
        assert len(tokens.asked) == 1


def test_a_pull_through_proxy_is_a_mirror(
    registry: DockerRegistry, homes: Homes, tmp_path: Path
) -> None:
    image = make_image("one", "two", "three")
    _push(registry, "team/app:1.0", image, tmp_path)
    with DockerRegistry(_folder(tmp_path / "proxy"), proxy_of=registry.url) as proxy:
        host = homes()
        options = {"mirror": proxy.url}
        host.add_source("work", registry.url, provider="registry", options=options)
        (installed,) = host.install("team/app:1.0").installed
        assert installed.content.root == image.root
        assert host.check_store() == ()
        assert proxy.asked("GET", "/blobs/") == len(image.blobs) - 1
        ours = [line for line in registry.log.read_text().splitlines() if "imageferry" in line]
        assert not [
            line for line in ours if '"GET' in line and ("blobs" in line or "manifests" in line)
        ]


def test_a_proxy_that_is_gone_costs_nothing(
    registry: DockerRegistry, homes: Homes, tmp_path: Path
) -> None:
    image = make_image("one", "two")
    _push(registry, "team/app:1.0", image, tmp_path)
    with DockerRegistry(_folder(tmp_path / "proxy"), proxy_of=registry.url) as proxy:
        gone = proxy.url
    host = homes()
    host.add_source("work", registry.url, provider="registry", options={"mirror": gone})
    (installed,) = host.install("team/app:1.0").installed
    assert installed.content.root == image.root
