"""Images that an identity must have signed: from a registry, by bundle, to where no network is."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.errors import SignatureError, UsageError
from provider_core.signatures import Keyless, read_signer
from provider_core.testing import small_image

from ..support.private_sigstore import IDENTITY, PrivateSigstore
from ..support.signing import Signer, bundle
from .hosts import Homes
from .registry_double import RegistryDouble
from .registry_server import REGISTRY, RegistryServer

APP, TOOL, STRANGE = (small_image({"name": name.encode()}) for name in ("app", "tool", "strange"))
LAB = PrivateSigstore()


@pytest.fixture
def policy(tmp_path: Path) -> str:
    return LAB.write(tmp_path)


@pytest.fixture
def near(homes: Homes) -> Host:
    """Return a host at a registry with a signed image, one of a stranger, and one of nobody."""
    server = RegistryServer()
    for name, image in (("app", APP), ("strange", STRANGE), ("tool", TOOL)):
        server.push(f"team/{name}", "1.0", image)
    other = LAB.bundle_of(STRANGE.root, identity=f"{IDENTITY}0")
    for root, data in ((APP.root, LAB.bundle_of(APP.root)), (STRANGE.root, other)):
        made = bundle(root, data)
        server.attach(root.digest, made.root, made.blobs)
    return homes(RegistryDouble(), transport=server.network, name="near")


def work(host: Host, *signers: str) -> None:
    """Register the registry of *host*, and who must have signed."""
    options = {"require-signature": list(signers)}
    host.add_source("work", REGISTRY, provider="registry-double", options=options)


def test_a_source_keeps_the_policy_and_the_trusted_root(near: Host, policy: str) -> None:
    work(near, policy)
    for path in Path(policy).parent.glob("release*"):
        path.unlink()
    near.set_source("work", priority=70)
    near.install("team/app")
    with pytest.raises(
        SignatureError, match=f"is not signed by {IDENTITY} of .*; 1 signature"
    ) as caught:
        near.install("team/strange")
    assert caught.value.exit_code == 4
    told = caught.value.as_json()["fields"]
    assert told["found"] == {"by another identity": 1}
    with pytest.raises(SignatureError, match="no signature came"):
        near.install("team/tool")
    assert [image.name for image in near.list()] == ["team/app"]


def test_it_is_proven_again_where_no_network_is(
    near: Host, homes: Homes, tmp_path: Path, policy: str
) -> None:
    work(near, policy)
    near.save("team/app", to=str(tmp_path / "bundle/"))
    far = homes(name="far", offline=True)
    options = {"require-signature": policy}
    far.add_source("stick", str(tmp_path / "bundle"), options=options)
    taken = Wishes(allow_untrusted=True)
    (image,) = far.install("team/app", wishes=taken).installed
    assert image.content.root.digest == APP.root.digest
    (tmp_path / "other").mkdir()
    other = read_signer(PrivateSigstore().write(tmp_path / "other"))
    with pytest.raises(SignatureError, match="1 not proven"):
        far.install("team/app", wishes=Wishes(allow_untrusted=True, signed_by=(other,)))


def test_a_source_may_have_keys_beside(near: Host, tmp_path: Path, policy: str) -> None:
    work(near, Signer().write(tmp_path / "cosign.pub"), policy)
    near.install("team/app")
    kept = near.sources()[0].source.options["require-signature"].split("\n")
    assert [line.partition(":")[0] for line in kept] == ["key", "keyless"]
    signer = read_signer(kept[1])
    assert isinstance(signer, Keyless)
    assert signer.identity == IDENTITY


def test_a_policy_that_cannot_be_read_is_not_kept(near: Host, policy: str) -> None:
    (Path(policy).parent / "release_root.json").write_text("{}")
    with pytest.raises(UsageError, match="release_root"):
        work(near, policy)
    assert "work" not in [row.source.name for row in near.sources()]
