"""FeedProvider: the hooks, each a few lines over the modules that do the work.

They import these when they are called: every command reads every provider's card, and TUF takes
longer to import than a listing takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from provider_core.context import Context
from provider_core.errors import NoSuchFile, NotSupported
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import (
    Content,
    Contents,
    Destination,
    Feature,
    Held,
    OptionSpec,
    Package,
    ProviderInfo,
    Saved,
    Snapshot,
    Source,
    Verdict,
)
from provider_core.oci import Descriptor
from provider_core.references import FilePath, Reference
from provider_core.store import Reader, Writer

from .feed_options import OPTIONS
from .identity import LOCATION, MARKERS, PROVIDER

__all__ = ["FeedProvider"]


class FeedProvider(ProviderSpec):
    """Images of signed feeds, on web servers and in folders; a folder that it writes is a feed."""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Return the card; no I/O."""
        return ProviderInfo(
            name=PROVIDER,
            version="0.1.0",
            summary="signed feeds, over HTTPS or in a folder",
            features=frozenset(
                {
                    Feature.REFRESH,
                    Feature.RESOLVE,
                    Feature.ORDER,
                    Feature.CONTENTS,
                    Feature.INSTALL,
                    Feature.SAVE,
                    Feature.CHECK_SOURCE,
                    Feature.VERIFY,
                }
            ),
            schemes=("https", "http"),
            markers=MARKERS,
            saves=(Destination(folder=True, takes=("*/*",)),),
        )

    @hookimpl
    def options(self) -> Iterable[OptionSpec]:
        """Say which root is known, how old signatures may be, and how bundles are made."""
        return OPTIONS

    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        """Keep which root the source is known by; see `feed_sources.checked_source`."""
        from .feed_sources import checked_source

        return checked_source(source, context)

    @hookimpl
    def refresh(self, since: str | None, context: Context) -> Snapshot | None:
        """Verify the feed and say what changed since the token *since*.

        Raises Untrusted, Expired, Rollback, SignatureError, IntegrityError, TransportError.
        """
        from .asked_feeds import source_feed
        from .offering import snapshot
        from .trusting import opened_feed

        if context.source is None:
            raise NotSupported("a feed is refreshed as a source", hint="`ferry source add`")
        with opened_feed(source_feed(context.source), context) as opened:
            return snapshot(opened, since, context)

    @hookimpl
    def resolve(self, reference: Reference, context: Context) -> Iterator[Package]:
        """Yield the packages of the feed in a folder that was named.  Raises as `refresh`."""
        from .asked_feeds import asked_feed
        from .feed_folders import feed_folders, folder_of
        from .offering import everything
        from .trusting import opened_feed

        if not isinstance(reference, FilePath):
            return
        path = folder_of(reference.path)
        if not path.exists():
            raise NoSuchFile(path)
        if not feed_folders(path):
            return
        with opened_feed(asked_feed(str(path), context), context) as opened:
            for package in everything(opened, "", context):
                kept = {**package.annotations, LOCATION: str(path)}
                yield replace(package, annotations=kept)

    @hookimpl
    def order(self, packages: Sequence[Package], context: Context) -> Sequence[Package] | None:
        """Read volumes from one end to the other, as discs want it; other feeds in any order."""
        from .asked_feeds import location_of
        from .feed_folders import is_on_volumes

        places = {location_of(package, context) for package in packages}
        return packages if any(map(is_on_volumes, places)) else None

    @hookimpl
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        """List the blobs of *package*; manifests that are not here are read from the feed."""
        from .receiving import feed_contents

        return feed_contents(package, _pin(package), reader, context)

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour *package* into the store, with the signatures that vouch for it as evidence."""
        from .receiving import receive

        return receive(package, _pin(package), reader, writer, context)

    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved | None:
        """Make or extend a bundle, or volumes of one; see `saving.save_images`."""
        from .saving import save_images

        return save_images(images, destination, reader, context)

    @hookimpl
    def verify(self, reference: Reference, context: Context) -> Iterator[Verdict]:
        """Read every byte of the feed in a folder; see `verifying.verdicts`."""
        from .feed_folders import folder_of
        from .verifying import verdicts

        if isinstance(reference, FilePath):
            yield from verdicts(folder_of(reference.path), context)


def _pin(package: Package) -> Descriptor:
    if not isinstance(package.pin, Descriptor):
        raise NotSupported(f"{package} is a local file, and no content of a feed")
    return package.pin
