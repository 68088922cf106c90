"""One provider on a stage: called as a host calls it, with doubles all around."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..cancel import CancelToken
from ..context import Context, Outlet
from ..dispatch import Dispatcher
from ..model import (
    Content,
    Contents,
    Feature,
    Held,
    Package,
    ProviderInfo,
    Saved,
    Snapshot,
    Source,
)
from ..oci.media_types import is_index, is_manifest
from ..operations.lively import LivelyProgress, LivelyReader, LivelyTransport, LivelyWriter
from ..platforms import PlatformSet
from ..plugins import Loaded, Plugins, instance_candidate
from ..store import Reader, Store
from ..supervision import Signs
from ..transport import OfflineTransport
from .case import ProviderCase
from .contexts import TemporaryState, make_context
from .memory_transport import MemoryTransport
from .recording import RecordingProgress
from .watched_writer import WatchedWriter

__all__ = ["Brought", "Stage", "Taken"]

QUESTION_LIMIT = 30.0
"""Seconds that a question may take."""
STALL_LIMIT = 30.0
"""Seconds that work may show no sign of life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one install did."""

    content: Content
    writer: WatchedWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A Snapshot, its generators consumed."""

    since: str | None
    token: str
    upserts: tuple[Package, ...]
    removed: frozenset[object]
    """Identities of the offers that are gone."""


class Stage:
    """The provider of a case; each method is one guarded call in a fresh context."""

    def __init__(self, case: ProviderCase) -> None:
        self.case = case
        self.plugins = Plugins(lambda: [instance_candidate(case.provider)])
        self.dispatcher = Dispatcher(
            self.plugins, question_limit=QUESTION_LIMIT, stall_limit=STALL_LIMIT
        )
        self._state = TemporaryState()
        self._source: Source | None = None

    @property
    def loaded(self) -> Loaded:
        """The provider, loaded; raises what is wrong with it."""
        (row,) = self.plugins.rows()
        if row.fault is not None:
            raise row.fault
        return self.plugins.get(row.name)

    @property
    def info(self) -> ProviderInfo:
        """The provider's card."""
        return self.loaded.info

    def has(self, feature: Feature) -> bool:
        """Whether the provider declares *feature*."""
        return feature in self.info.features

    def lacks(self, *features: Feature) -> bool:
        """Whether there is nothing to test: one of *features* is not declared.

        That what is not declared is refused is a test of its own, so none is skipped.
        """
        return not all(map(self.has, features))

    @property
    def source(self) -> Source | None:
        """The case's source as the provider wants it kept."""
        if self._source is None and self.case.source is not None:
            self._source = self.check_source(self.case.source)
        return self._source

    def context(
        self,
        *,
        source: Source | None = None,
        platforms: PlatformSet | None = None,
        cancel: CancelToken | None = None,
        offline: bool = False,
        options: dict[str, object] | None = None,
        sink: Outlet | None = None,
    ) -> tuple[Context, Signs]:
        """Return what a host gives to one call: every movement looks whether it is cancelled."""
        signs, token = Signs(), CancelToken(cancel)

        def beat() -> None:
            token.check()
            signs.show()

        network = OfflineTransport() if offline else self.case.transport or MemoryTransport()
        context = make_context(
            source,
            platforms=platforms or self.case.platforms,
            transport=LivelyTransport(lambda: network, beat),
            state=self._state,
            progress=LivelyProgress(RecordingProgress(), beat),
            cancel=token,
            options={**self.case.options, **(options or {})},
            offline=offline,
            sink=sink,
        )
        return context, signs

    # questions ----------------------------------------------------------------------------

    def check_source(self, source: Source) -> Source:
        """Let the provider look at a source that is added."""
        context, _ = self.context(source=source)
        return self.dispatcher.check_source(self.info.name, source, context)

    def packages(self) -> tuple[Package, ...]:
        """Return what the case's questions and references find, each package once."""
        found: list[Package] = []
        for query in self.case.present:
            if self.has(Feature.FIND):
                context, _ = self.context(source=self.source)
                answers = self.dispatcher.find(self.info.name, query, context)
            elif self.has(Feature.REFRESH):
                taken = self.refresh(None)
                answers = taken.upserts if taken else ()
            else:
                answers = ()
            found.extend(package for package in answers if query.wants(package))
        for reference in self.case.references:
            context, _ = self.context()
            found.extend(self.dispatcher.resolve(self.info.name, reference, context))
        return tuple({package.id: package for package in found}.values())

    def contents(self, package: Package, reader: Reader) -> Contents | None:
        """Ask what a package consists of."""
        context, _ = self.context(source=self._source_of(package))
        return self.dispatcher.contents(self.info.name, package, reader, context)

    # work ---------------------------------------------------------------------------------

    def refresh(self, since: str | None) -> Taken | None:
        """Ask what changed, and consume it as the catalog does."""
        context, signs = self.context(source=self.source)
        return self.dispatcher.refresh(self.info.name, since, context, signs, _take)

    def install(
        self,
        package: Package,
        store: Store,
        *,
        platforms: PlatformSet | None = None,
        cancel: CancelToken | None = None,
        offline: bool = False,
        on_write: Callable[[], None] | None = None,
    ) -> Brought:
        """Pour a package into *store*; *on_write* is called before every write."""
        context, signs = self.context(
            source=self._source_of(package), platforms=platforms, cancel=cancel, offline=offline
        )
        with store.lease() as lease:
            watched = WatchedWriter(store.writer(lease), on_write=on_write)
            content = self.dispatcher.install(
                self.info.name,
                package,
                LivelyReader(store, signs.show),
                LivelyWriter(watched, _beat(context, signs)),
                context,
                signs,
            )
        return Brought(content=content, writer=watched)

    def convert(self, content: Content, store: Store) -> Content | None:
        """Turn raw content that is in *store* into an image there."""
        context, signs = self.context()
        with store.lease() as lease:
            writer = LivelyWriter(store.writer(lease), _beat(context, signs))
            return self.dispatcher.convert(self.info.name, content, store, writer, context, signs)

    def image(self, package: Package, store: Store) -> Content:
        """Pour a package into *store*, and convert what came if the provider does that itself."""
        content = self.install(package, store).content
        if content.root.media_type not in self.info.accepts:
            return content
        return self.convert(content, store) or content

    def save(
        self,
        images: Sequence[Held],
        destination: str,
        reader: Reader,
        *,
        force: bool = False,
        cancel: CancelToken | None = None,
        sink: Outlet | None = None,
    ) -> Saved:
        """Write *images* to *destination*, or to *sink* if that is "-"."""
        context, signs = self.context(cancel=cancel, options={"force": force}, sink=sink)
        lively = LivelyReader(reader, _beat(context, signs))
        return self.dispatcher.save(self.info.name, images, destination, lively, context, signs)

    def held(self, store: Store) -> tuple[Held, ...]:
        """Install what the case knows into *store*; what `save` takes of it, as `save` gets it.

        What the provider itself converts is an image by then, as everything installed is.
        """
        taken = {kind for destination in self.info.saves for kind in destination.takes}
        held = []
        for package in self.packages():
            content = self.image(package, store)
            kind = content.root.media_type
            if kind in taken or is_manifest(kind) or is_index(kind):
                name = f"{package.name}:{package.version or 'latest'}"
                held.append(
                    Held(
                        package=package,
                        content=content,
                        names=(name,),
                        platforms=content.platforms,
                    )
                )
        return tuple(held)

    def _source_of(self, package: Package) -> Source | None:
        return self.source if package.id.source else None


def _beat(context: Context, signs: Signs) -> Callable[[], None]:
    def beat() -> None:
        context.check()
        signs.show()

    return beat


def _take(snapshot: Snapshot) -> Taken:
    return Taken(
        since=snapshot.since,
        token=snapshot.token,
        upserts=tuple(snapshot.upserts),
        removed=frozenset(snapshot.removed),
    )
