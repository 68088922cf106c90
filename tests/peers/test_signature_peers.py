"""A signature that openssl made, on the tag where cosign puts it: taken by us."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Host, Settings, Wishes
from provider_core.errors import SignatureError
from provider_core.signatures import read_key

from ..support.archives import write_layout
from ..support.images import make_image
from ..support.signing import Signer, payload_of, signature
from .registries import DockerRegistry
from .tools import skopeo_copy

pytestmark = pytest.mark.peer("openssl", "skopeo", "docker-registry")

APP, TOOL = make_image("app"), make_image("tool")


class OpensslSigner(Signer):
    """Whoever has a key of openssl's in a folder, and signs with that program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / "key")
        _openssl("ec", "-in", folder / "key", "-pubout", "-out", folder / "cosign.pub")

    @property
    def pem(self) -> bytes:
        """The public key."""
        return (self._folder / "cosign.pub").read_bytes()

    def sign(self, message: bytes) -> bytes:
        """Sign the SHA-256 of *message*."""
        (self._folder / "message").write_bytes(message)
        out = self._folder / "signature"
        _openssl(
            *("dgst", "-sha256", "-sign", self._folder / "key"),
            *("-out", out, self._folder / "message"),
        )
        return out.read_bytes()


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    """Return an empty registry."""
    folder = tmp_path / "registry"
    folder.mkdir()
    with DockerRegistry(folder) as registry:
        yield registry


@pytest.fixture
def host(tmp_path: Path, registry: DockerRegistry) -> Iterator[Host]:
    """Return a host whose source has a signed ``team/app`` and an unsigned ``team/tool``."""
    signer = OpensslSigner(tmp_path)
    tag = f"sha256-{APP.root.digest.hex}.sig"
    made = signature(APP.root, signer, payload=payload_of(APP.root.digest), refers=False)
    for repository, tagged in (
        ("app", [("1.0", APP), (tag, made)]),
        ("tool", [("1.0", TOOL)]),
    ):
        layout = write_layout(tmp_path / repository, *tagged)
        for name, _ in tagged:
            skopeo_copy(
                f"oci:{layout}:{name}",
                f"docker://{registry.host}/team/{repository}:{name}",
                "--dest-tls-verify=false",
            )
    options = {"plain-http": "true", "require-signature": str(tmp_path / "cosign.pub")}
    with Host(tmp_path / "home", settings=Settings(plugins=False)) as host:
        host.add_source("work", registry.url, provider="registry", options=options)
        yield host


def test_what_openssl_signed_is_installed(host: Host) -> None:
    (image,) = host.install("team/app").installed
    assert image.content.root.digest == APP.root.digest


def test_what_nobody_signed_is_not(host: Host) -> None:
    with pytest.raises(SignatureError, match="no signature came"):
        host.install("team/tool")
    assert host.list() == ()


def test_another_key_is_told(host: Host, tmp_path: Path) -> None:
    key = read_key(Signer().write(tmp_path / "other.pub"))
    with pytest.raises(SignatureError, match="1 by another key"):
        host.install("team/app", wishes=Wishes(signed_by=(key,)))


def test_it_goes_on_by_archive(host: Host, tmp_path: Path) -> None:
    host.save("team/app", to=str(tmp_path / "app.tar"))
    taken = Wishes(signed_by=(read_key(str(tmp_path / "cosign.pub")),))
    with Host(tmp_path / "far", settings=Settings(plugins=False)) as far:
        assert far.install(str(tmp_path / "app.tar"), wishes=taken).installed
