"""An image that must be signed and is not never becomes a row, wherever it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provider_core import Host, Wishes
from provider_core.errors import NoSuchFile, SignatureError, UsageError
from provider_core.model import Verb
from provider_core.signatures import read_key

from ..support.archives import layout_files
from ..support.images import SmallImage, make_image, tar_of
from ..support.signing import Signer, signature
from .hosts import Homes
from .shelf_double import Shelf, image_of

APP, TOOL = make_image("app"), make_image("tool")
SIGNER = Signer()


@pytest.fixture
def key(tmp_path: Path) -> str:
    return SIGNER.write(tmp_path / "plant.pub")


@pytest.fixture
def signed_only(key: str) -> Wishes:
    return Wishes(signed_by=(read_key(key),))


@pytest.fixture
def host(homes: Homes, shelf: Shelf) -> Host:
    return homes(shelf)


def archive(folder: Path, *named: tuple[str, SmallImage], extra: Any = ()) -> str:
    path = folder / "lab" / "images.tar"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(tar_of(layout_files(named, extra=extra).items()))
    return str(path)


def test_a_signed_image_is_installed(host: Host, tmp_path: Path, signed_only: Wishes) -> None:
    path = archive(tmp_path, ("app:1.0", APP), extra=[signature(APP.root, SIGNER)])
    (image,) = host.install(path, wishes=signed_only).installed
    assert image.content.root == APP.root
    assert host.install(path, wishes=signed_only).kept == (image,)


def test_one_that_hangs_on_a_tag_travels_too(
    host: Host, homes: Homes, tmp_path: Path, signed_only: Wishes
) -> None:
    made = signature(APP.root, SIGNER, refers=False)
    tag = f"sha256-{APP.root.digest.hex}.sig"
    path = archive(tmp_path, ("app:1.0", APP), (tag, made))
    (image,) = host.install(path, wishes=signed_only).installed
    assert image.name == "app"
    for place in ("out.tar", "bundle/"):
        host.save("app", to=str(tmp_path / place))
        far = homes(name=f"far-{place[:3]}")
        came = far.install(
            str(tmp_path / place),
            wishes=Wishes(signed_by=signed_only.signed_by, allow_untrusted=True),
        )
        assert [one.content.root.digest for one in came.installed] == [APP.root.digest]


def test_an_unsigned_image_is_no_row(host: Host, tmp_path: Path, signed_only: Wishes) -> None:
    path = archive(tmp_path, ("app:1.0", APP), ("tool:1.0", TOOL))
    with pytest.raises(
        SignatureError, match=r"is not signed by plant\.pub; no signature came"
    ) as caught:
        host.install(path, wishes=signed_only)
    assert caught.value.exit_code == 4
    assert (host.list(), host.tags()) == ((), ())
    host.collect(grace=0)
    assert list(host.store.blobs()) == []


def test_the_signed_ones_may_come_without_the_others(host: Host, tmp_path: Path, key: str) -> None:
    path = archive(
        tmp_path,
        ("app:1.0", APP),
        ("tool:1.0", TOOL),
        extra=[signature(APP.root, SIGNER), signature(TOOL.root, Signer())],
    )
    host.add_source("lab", str(Path(path).parent), options={"require-signature": key})
    result = host.install("app", "tool", wishes=Wishes(keep_going=True))
    assert [image.name for image in result.installed] == ["app"]
    ((_, error),) = result.failed
    assert isinstance(error, SignatureError)
    assert error.fields["found"] == {"by another key": 1}


def test_a_source_keeps_the_key_itself(host: Host, tmp_path: Path, key: str) -> None:
    path = archive(tmp_path, ("app:1.0", APP))
    source = host.add_source(
        "lab", str(Path(path).parent), options={"require-signature": [key, key]}
    )
    line = read_key(key).line
    assert source.options["require-signature"] == f"{line}\n{line}"
    Path(key).unlink()
    host.set_source("lab", priority=70)
    with pytest.raises(SignatureError):
        host.install("app")
    with pytest.raises(SignatureError):
        host.save("app", to=str(tmp_path / "out.tar"))
    assert not (tmp_path / "out.tar").exists()
    assert (
        "require-signature"
        not in host.set_source("lab", options={"require-signature": "none"}).options
    )
    assert host.install("app").installed


def test_every_source_has_it_and_no_provider_is_told(host: Host, shelf: Shelf, key: str) -> None:
    shelf.put("rack", "app", "1.0", image_of("app"))
    host.add_source("rack", "shelf://rack", options={"require-signature": key, "colour": "red"})
    told: list[dict[str, Any]] = []
    shelf.before_open = lambda _, context: told.append(dict(context.options))
    with pytest.raises(SignatureError):
        host.install("app")
    assert told
    assert not any("require-signature" in options for options in told)
    assert all(
        spec.name != "require-signature"
        for specs in host.provider_options(Verb.SOURCE).values()
        for spec in specs
    )


def test_the_command_line_and_the_source_both_count(
    host: Host, tmp_path: Path, signed_only: Wishes
) -> None:
    other = Signer()
    path = archive(tmp_path, ("app:1.0", APP), extra=[signature(APP.root, SIGNER)])
    options = {"require-signature": other.write(tmp_path / "other.pub")}
    host.add_source("lab", str(Path(path).parent), options=options)
    with pytest.raises(SignatureError, match="not signed by key "):
        host.install("app", wishes=signed_only)
    archive(tmp_path, ("app:1.0", APP), extra=[signature(APP.root, SIGNER, other)])
    assert host.install("app", wishes=signed_only).installed


def test_what_is_here_already_must_be_signed_too(
    host: Host, tmp_path: Path, signed_only: Wishes
) -> None:
    path = archive(tmp_path, ("app:1.0", APP))
    host.install(path)
    with pytest.raises(SignatureError) as caught:
        host.install(path, wishes=signed_only)
    assert "--force" in caught.value.hint
    archive(tmp_path, ("app:1.0", APP), extra=[signature(APP.root, SIGNER)])
    again = Wishes(signed_by=signed_only.signed_by, force=True)
    assert host.install(path, wishes=again).installed
    assert host.install(path, wishes=signed_only).kept


@pytest.mark.parametrize("keys", [["none", "KEY"], ["nowhere.pub"], ["KEY", "key:?"]])
def test_what_cannot_be_kept(host: Host, tmp_path: Path, key: str, keys: list[str]) -> None:
    path = archive(tmp_path, ("app:1.0", APP))
    given = [one.replace("KEY", key) for one in keys]
    with pytest.raises((UsageError, NoSuchFile)):
        host.add_source("lab", str(Path(path).parent), options={"require-signature": given})
    assert "lab" not in [row.source.name for row in host.sources()]
