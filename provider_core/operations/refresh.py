"""Bringing the offers of indexed sources up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Conflict, Error, worst
from ..model import Source
from .active_sources import active_sources
from .calls import open_call
from .results import RefreshResult

if TYPE_CHECKING:
    from ..cancel import CancelToken
    from .resources import Resources

__all__ = ["refresh", "refresh_source"]

TRIES = 3
"""How often a snapshot that somebody overtook is asked for again."""


def refresh(resources: Resources, names: tuple[str, ...]) -> tuple[RefreshResult, ...]:
    """Refresh the named sources, or every indexed one.

    All of them are asked, whichever fails; raises the worst fault then, and what the others
    brought is kept.  Raises UnknownSource before any is asked.
    """
    if names:
        chosen = [active_sources(resources, name)[0] for name in names]
    else:
        chosen = list(active_sources(resources))
    results: list[RefreshResult] = []
    faults: list[Error] = []
    for source in chosen:
        if source.indexed:
            try:
                results.append(refresh_source(resources, source))
            except Error as error:
                resources.cancel.check()
                faults.append(error)
    if faults:
        raise worst(faults)
    return tuple(results)


def refresh_source(
    resources: Resources,
    source: Source,
    *,
    cancel: CancelToken | None = None,
    anew: bool = False,
) -> RefreshResult:
    """Ask one source what changed, and write token and offers in one transaction.

    *anew* asks for everything: what is known is of another place, and stays if this one fails.

    Raises what its provider raises; Conflict if other processes keep overtaking.
    """
    resources.home.prepare()
    for _ in range(TRIES):
        call = open_call(resources, source.provider, source, cancel=cancel)
        taken = resources.dispatcher.refresh(
            source.provider,
            None if anew else resources.offers.token(source.name),
            call.context,
            call.signs,
            lambda snapshot: resources.offers.apply(source.name, snapshot),
        )
        if taken is None and anew:
            resources.offers.forget(source.name)
        if taken is not False:
            state = resources.offers.state(source.name)
            return RefreshResult(
                source=source, changed=taken is True, offers=state.count if state else 0
            )
    raise Conflict(
        f"the offers of {source.name!r} are being refreshed by others all the time",
        hint="try again in a moment",
    )
