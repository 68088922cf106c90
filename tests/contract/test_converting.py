"""Converting: what is known of the raw content stays known, and one provider alone converts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_core import Content, Context, Feature, Package, ProviderInfo, hookimpl
from provider_core.errors import Ambiguous
from provider_core.hookspecs import ProviderSpec
from provider_core.oci import Descriptor
from provider_core.store import Reader, Writer, put
from provider_core.testing import small_artifact

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

KIND = "application/x-thing"
THING = small_artifact({"a.thing": b"thing"}, KIND)
PROOF = Descriptor.of(b"proof", "text/plain")
OWN_PROOF = Descriptor.of(b"own proof", "text/plain")


class Known(Shelf):
    """Knows more of what it pours than its bytes."""

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour, and add a proof, a referrer and facts."""
        content = super().install(package, reader, writer, context)
        assert content is not None
        put(writer, b"proof", "text/plain")
        referrer = image_of("signature").pour(writer).root
        assert isinstance(referrer, Descriptor)
        facts = {"org.example.line": "shelf", "org.example.shelf": "yes"}
        return replace(content, evidence=(PROOF,), referrers=(referrer,), facts=facts)


class Converter(ProviderSpec):
    """Makes an image of a thing and tells nothing of what it was made from."""

    def __init__(self, name: str = "converter", *, declines: bool = False) -> None:
        self.name = name
        self.declines = declines

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Say what it converts."""
        return ProviderInfo(
            name=self.name, version="1", features=frozenset({Feature.CONVERT}), accepts=(KIND,)
        )

    @hookimpl
    def convert(
        self, content: Content, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour another image, with a proof of its own and the one that it was given."""
        if self.declines:
            return None
        put(writer, b"own proof", "text/plain")
        image = image_of("converted").pour(writer)
        own = {"org.example.line": "converter"}
        return replace(image, evidence=(PROOF, OWN_PROOF), facts=own)


def test_what_install_brought_stays(homes: Homes) -> None:
    shelf = Known()
    host = homes(shelf, Converter())
    shelf_sources(host, "lab")
    shelf.put("lab", "thing", "1", THING)
    content = host.install("thing").installed[0].content
    assert content.root == image_of("converted").root
    assert content.evidence == (PROOF, OWN_PROOF)
    assert content.referrers == (image_of("signature").root,)
    assert content.facts == {"org.example.line": "converter", "org.example.shelf": "yes"}
    host.collect(grace=0)
    assert host.store.has(PROOF)
    assert host.store.has(OWN_PROOF)
    assert host.check_store() == ()


def test_two_that_accept_a_type_are_ambiguous(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf, Converter("left"), Converter("right", declines=True))
    shelf_sources(host, "lab")
    shelf.put("lab", "thing", "1", THING)
    with pytest.raises(Ambiguous, match="left, right") as caught:
        host.install("thing")
    assert "ferry provider disable" in caught.value.hint
    assert host.list() == ()


def test_one_that_declines_leaves_the_artifact(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf, Converter(declines=True))
    shelf_sources(host, "lab")
    shelf.put("lab", "thing", "1", THING)
    assert host.install("thing").installed[0].content.root == THING.root
