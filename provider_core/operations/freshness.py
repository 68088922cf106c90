"""Whether the offers of an indexed source can be believed as they are, or have to be brought again.

A folder is looked at whenever it is asked, since that costs nothing and its content comes and
goes with whoever carries it.  A source beyond this machine is asked when it never was, and when
the signatures that vouch for its offers have ended.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..catalog import OffersState
from ..errors import Expired, Offline, TransportError
from ..model import Source
from .refresh import refresh_source

if TYPE_CHECKING:
    from ..cancel import CancelToken
    from .resources import Resources

__all__ = ["bring_offers"]


def bring_offers(resources: Resources, source: Source, cancel: CancelToken | None) -> None:
    """See to it that the offers of *source* are here and can be believed.

    Raises Offline and Expired where the source would have to be asked and may not be,
    TransportError for offers that were never brought to a home that cannot be changed, and what
    refreshing raises.
    """
    state = resources.offers.state(source.name)
    is_known = state is not None and state.token is not None
    ended = state is not None and _has_ended(state, resources.clock())
    if source.is_local and (not is_known or _is_there(source)):
        if not resources.read_only:
            refresh_source(resources, source, cancel=cancel)
            return
    elif is_known and not ended:
        return
    elif resources.settings.offline and not source.is_local:
        raise _ended(source, state) if is_known else Offline(_first(source))
    elif not resources.read_only:
        refresh_source(resources, source, cancel=cancel)
        return
    if ended:
        raise _ended(source, state)
    if not is_known:
        raise _unchangeable(source)


def _is_there(source: Source) -> bool:
    return Path(source.location.removeprefix("file://")).exists()


def _has_ended(state: OffersState, now: datetime) -> bool:
    return bool(state.until) and datetime.fromisoformat(state.until) <= now


def _first(source: Source) -> str:
    return f"the first refresh of the source {source.name!r}"


def _unchangeable(source: Source) -> TransportError:
    return TransportError(
        f"the source {source.name!r} was never refreshed, and this home cannot be changed",
        hint=f"whoever may change the home runs `ferry source refresh {source.name}`",
        source=source.name,
    )


def _ended(source: Source, state: OffersState | None) -> Expired:
    until = state.until if state else ""
    return Expired(
        f"the signatures that vouch for the offers of {source.name!r} ended on {until[:10]}",
        hint=f"`ferry source refresh {source.name}` brings newer ones, where it can be reached",
        source=source.name,
        expires=until,
    )
