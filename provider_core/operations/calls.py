"""One call of a provider: its context, its reader and writer, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..cancel import CancelToken
from ..catalog import View
from ..context import Context, Outlet, no_signer
from ..model import Source, Verb
from ..platforms import PlatformSet
from ..store import Lease, Reader, Writer
from ..supervision import Signs
from .credentials import credentials_for
from .lively import LivelyProgress, LivelyReader, LivelyTransport, LivelyWriter, SilentProgress
from .options import typed_options
from .private_files import open_spool, state_of

if TYPE_CHECKING:
    from ..context import Credentials
    from .resources import Resources

__all__ = ["Call", "open_call"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """Everything that one hook call is given, tied to one token and one clock of life."""

    context: Context
    reader: Reader
    signs: Signs
    _resources: Resources

    def writer(self, lease: Lease, wrote: Callable[[int], None] | None = None) -> Writer:
        """Return a way into the store under *lease*; *wrote* is told of the bytes."""
        store = self._resources.store.writer(lease)
        return LivelyWriter(store, self.beat, *([wrote] if wrote else []))

    def beat(self) -> None:
        """Note a movement; raise when the call was given up."""
        self.context.cancel.check()
        self.signs.show()


def open_call(
    resources: Resources,
    provider: str,
    source: Source | None = None,
    *,
    source_name: str = "",
    place: str = "",
    verb: Verb = Verb.INSTALL,
    cancel: CancelToken | None = None,
    platforms: PlatformSet | None = None,
    options: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    sink: Outlet | None = None,
    credentials: Credentials | None = None,
) -> Call:
    """Return a fresh call of *provider*, about *source* if there is one.

    *source_name* names the source whose state it gets when that is no longer registered, *place*
    the URL or registry that a call without a source is about; the call ends with the token
    *cancel*, the host's without one.  Of the user's *options* it gets those it has for *verb*, as
    what they are, beside those of the source and what the host itself has *told*; its credentials
    are those of the source unless others are given, and it may write to *sink* if there is one.
    Raises UnknownProvider, UsageError for an option's bad value.
    """
    signs, token = Signs(), CancelToken(cancel or resources.cancel)

    def beat() -> None:
        token.check()
        signs.show()

    def alive(data: bytes | bytearray | memoryview) -> None:
        beat()
        if sink is not None:
            sink(data)
        beat()

    home, understood = resources.home, _understood(resources, provider, source, verb, options)
    place = source.location if source else place
    context = Context(
        source=source,
        platforms=platforms if platforms is not None else PlatformSet.all(),
        transport=LivelyTransport(lambda: resources.networks.way(place, understood, beat), beat),
        catalog=View(resources.catalog, resources.offers),
        state=state_of(home, provider, source.name if source else source_name),
        spool=lambda limit: open_spool(home, limit),
        progress=LivelyProgress(resources.progress or SilentProgress(), beat),
        clock=resources.clock,
        cancel=token,
        keys=lambda: home.folder(home.keys.name),
        options={**_by_default(resources), **understood, **(told or {})},
        offline=resources.settings.offline,
        credentials=credentials or credentials_for(resources, source),
        sink=None if sink is None else alive,
        sign=resources.sign or no_signer,
    )
    return Call(
        context=context,
        reader=LivelyReader(resources.store, beat),
        signs=signs,
        _resources=resources,
    )


def _by_default(resources: Resources) -> dict[str, Any]:
    """Return the settings that a source's or the user's own option comes before."""
    accepted = resources.settings.accept_expired
    return {"accept-expired": accepted} if accepted else {}


def _understood(
    resources: Resources,
    provider: str,
    source: Source | None,
    verb: Verb,
    options: Mapping[str, Any] | None,
) -> dict[str, Any]:
    of_source = source.options if source else {}
    if not of_source and not options:
        return {}  # nor must the provider be there to be told nothing
    specs = resources.plugins.get(provider).options
    return {
        **typed_options(specs, of_source, Verb.SOURCE),
        **typed_options(specs, options or {}, verb),
    }
