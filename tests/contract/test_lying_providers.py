"""What a provider says it brought is held against what was asked for and what is in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core import Content, Context, Host, Package, Wishes, hookimpl
from provider_core.errors import ProviderFault
from provider_core.model import FileMark, FileStamp
from provider_core.platforms import Platform, PlatformSet
from provider_core.store import Reader, Writer
from provider_core.testing import small_image, small_index

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

GOOD, EVIL = image_of("good"), image_of("evil")
AMD = Platform(os="linux", architecture="amd64")
ARM = Platform(os="linux", architecture="arm64")
ELSEWHERE = Platform(os="linux", architecture="s390x")
BOTH = small_index(
    small_image({"srv/arch": b"amd"}, platform=AMD), small_image({"srv/arch": b"arm"}, platform=ARM)
)


class Liar(Shelf):
    """Installs, and then says something else."""

    def __init__(self, lie: Callable[[Content, Writer], Content]) -> None:
        super().__init__()
        self.lie = lie

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour what was asked for, and lie about it."""
        content = super().install(package, reader, writer, context)
        assert content is not None
        return self.lie(content, writer)


def claiming(*platforms: Platform) -> Callable[[Content, Writer], Content]:
    """Return the lie that *platforms* came."""
    return lambda content, _: replace(content, platforms=platforms)


def host_of(homes: Homes, liar: Liar) -> Host:
    """Return a host whose source is a liar's."""
    host = homes(liar)
    shelf_sources(host, "lab")
    return host


def test_other_content_than_the_pin_is_refused(homes: Homes, tmp_path: Path) -> None:
    liar = Liar(lambda _, writer: EVIL.pour(writer))
    liar.put("lab", "app", "1.0", GOOD)
    host = host_of(homes, liar)
    for request in ("app", f"app@{GOOD.root.digest}"):
        with pytest.raises(ProviderFault, match=r"install.*instead of") as caught:
            host.install(request)
        assert caught.value.provider == "shelf"
    with pytest.raises(ProviderFault):
        host.save("app", to=str(tmp_path / "app.tar"))
    assert host.list() == ()
    assert not (tmp_path / "app.tar").exists()


def test_a_file_is_not_content_that_was_pinned_by_digest(homes: Homes, tmp_path: Path) -> None:
    path = tmp_path / "some.file"
    path.write_bytes(b"anything")
    stamp = FileStamp(files=(FileMark.of(path),))
    liar = Liar(lambda content, _: replace(content, root=stamp))
    liar.put("lab", "app", "1.0", GOOD)
    with pytest.raises(ProviderFault, match="instead of"):
        host_of(homes, liar).install("app")


@pytest.mark.parametrize("image", [GOOD, BOTH])
@pytest.mark.parametrize("claimed", [(ELSEWHERE,), (AMD, ELSEWHERE)])
def test_platforms_that_did_not_come_are_refused(
    homes: Homes, image: object, claimed: tuple[Platform, ...]
) -> None:
    liar = Liar(claiming(*claimed))
    liar.put("lab", "app", "1.0", GOOD if image is GOOD else BOTH)
    host = host_of(homes, liar)
    with pytest.raises(ProviderFault, match="s390x"):
        host.install("app", wishes=Wishes(platforms=PlatformSet.all()))
    assert host.list() == ()


def test_the_row_says_what_the_store_has(homes: Homes) -> None:
    """A platform that the provider names more roughly than the content does is no lie."""
    build = Platform(os="windows", architecture="amd64", os_version="10.0.17763.1")
    liar = Liar(claiming(replace(build, os_version="")))
    liar.put("lab", "app", "1.0", small_image({"srv/text": b"text"}, platform=build))
    (image,) = host_of(homes, liar).install("app").installed
    assert image.platforms == (build,)
