"""An image of a layout into the store, with what refers to it."""

from __future__ import annotations

from dataclasses import replace

from provider_core.context import Context
from provider_core.model import Content, Contents
from provider_core.oci import Descriptor
from provider_core.platforms import PlatformSet
from provider_core.pouring import pour_image, select_image
from provider_core.store import Reader, Writer, pour

from .layout import Layout

__all__ = ["install_layout", "layout_contents"]


def install_layout(
    layout: Layout, root: Descriptor, reader: Reader, writer: Writer, context: Context
) -> Content:
    """Pour the image *root* into the store, for the wanted platforms that the layout holds.

    Signatures and the like of it, and theirs, come too.  Raises as `pour_image` does.
    """

    def fetch(descriptor: Descriptor, into: Writer) -> None:
        context.check()
        with layout.open(descriptor) as stream:
            pour(stream, into, descriptor)

    def bring(descriptor: Descriptor, platforms: PlatformSet) -> Content:
        return pour_image(descriptor, fetch, reader, writer, platforms, available=layout.has)

    content = bring(root, context.platforms)
    referrers = _referrers(layout, root, context.platforms)
    for referrer in referrers:
        bring(referrer, PlatformSet.all())
    return replace(content, referrers=referrers)


def layout_contents(layout: Layout, root: Descriptor, platforms: PlatformSet) -> Contents:
    """List what `install_layout` would bring."""
    everything = PlatformSet.all()
    wanted = [(root, platforms)]
    wanted += [(referrer, everything) for referrer in _referrers(layout, root, platforms)]
    blobs = {
        blob.digest: blob
        for descriptor, chosen in wanted
        for blob in select_image(descriptor, layout.read, chosen, available=layout.has).descriptors
    }
    return Contents(descriptors=tuple(blobs.values()))


def _referrers(layout: Layout, root: Descriptor, platforms: PlatformSet) -> tuple[Descriptor, ...]:
    """Return the referrers of the image and of what is chosen of it, and theirs in turn."""
    waiting = {pair[0].digest: pair for pair in layout.referrers()}
    if not waiting:
        return ()
    selection = select_image(root, layout.read, platforms, available=layout.has)
    known = {blob.digest for blob in selection.descriptors}
    found: list[Descriptor] = []
    while fresh := [entry for entry, subject in waiting.values() if subject in known]:
        for entry in fresh:
            del waiting[entry.digest]
            known.add(entry.digest)
        found += fresh
    return tuple(found)
