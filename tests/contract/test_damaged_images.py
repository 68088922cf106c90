"""What is installed but no longer whole is brought again, and never saved as if it were."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_core import Host, PlatformSet, Wishes
from provider_core.errors import Error, IntegrityError
from provider_core.model import Action
from provider_core.oci import Descriptor, Manifest


def blob(home: Path, digest: object) -> Path:
    return home / "store" / "blobs" / "sha256" / str(digest).removeprefix("sha256:")


def test_a_missing_layer_is_brought_again(tmp_path: Path) -> None:
    with Host(tmp_path / "home") as host:
        image = host.install("sample/hello==1.0").installed[0]
        root = image.content.root
        assert isinstance(root, Descriptor)
        layer = Manifest.parse(host.store.read(root)).layers[-1]
        blob(tmp_path / "home", layer.digest).unlink()
        assert host.check_store()
        (step,) = host.plan_install("sample/hello==1.0").steps
        assert (step.action, step.fetch) == (Action.REPLACE, layer.size)
        host.install("sample/hello==1.0")
        assert host.check_store() == ()
        assert host.install("sample/hello==1.0").installed == ()


def test_after_repair_the_same_install_heals(tmp_path: Path) -> None:
    with Host(tmp_path / "home") as host:
        image = host.install("sample/hello==1.0").installed[0]
        root = image.content.root
        assert isinstance(root, Descriptor)
        path = blob(tmp_path / "home", root.digest)
        path.chmod(0o600)
        path.write_bytes(b"!" + path.read_bytes()[1:])
        assert host.repair_store()
        host.install("sample/hello==1.0")
        assert host.check_store() == ()


def test_what_is_not_whole_is_not_saved(tmp_path: Path) -> None:
    with Host(tmp_path / "home") as host:
        image = host.install(
            "sample/hello==1.0", wishes=Wishes(platforms=PlatformSet.all())
        ).installed[0]
        root = image.content.root
        assert isinstance(root, Descriptor)
        layer = Manifest.parse(host.store.read(root)).layers[0]
        blob(tmp_path / "home", layer.digest).unlink()
        with pytest.raises(Error):
            host.save("sample/hello", to=str(tmp_path / "x.tar"), wishes=Wishes(source=""))
        assert not (tmp_path / "x.tar").exists()


def damage(home: Path, digest: object) -> None:
    path = blob(home, digest)
    path.chmod(0o600)
    path.write_bytes(b"!" + path.read_bytes()[1:])


def test_a_damaged_image_can_be_uninstalled(tmp_path: Path) -> None:
    with Host(tmp_path / "home") as host:
        image = host.install("sample/hello==1.0").installed[0]
        damage(tmp_path / "home", getattr(image.content.root, "digest", None))
        host.uninstall("sample/hello")
        assert host.list() == ()
        host.collect(grace=0)
        assert list(host.store.blobs()) == []


def test_damage_elsewhere_is_told_and_the_name_is_gone_everywhere(tmp_path: Path) -> None:
    with Host(tmp_path / "home") as host:
        image = host.install("sample/hello==1.0").installed[0]
        host.install("sample/NanoServer")
        damage(tmp_path / "home", getattr(image.content.root, "digest", None))
        with pytest.raises(IntegrityError, match="removed, but no space was freed") as raised:
            host.uninstall("sample/NanoServer")
        assert "store repair" in raised.value.hint
        assert [one.name for one in host.list()] == ["sample/hello"]
        index = (tmp_path / "home" / "store" / "index.json").read_text()
        assert "nanoserver" not in index.lower()
