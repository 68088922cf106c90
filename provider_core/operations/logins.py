"""login and logout: who to be at a source, kept where the user wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError
from .active_sources import active_sources
from .calls import open_call
from .credentials import origin_of

if TYPE_CHECKING:
    from ..credentials import Credential, Place
    from ..transport import Origin
    from .resources import Resources

__all__ = ["login", "logout"]


def login(resources: Resources, name: str, credential: Credential, place: Place | None) -> str:
    """Let the source's provider try *credential*, then keep it; return the origin it is for."""
    from ..credentials import Place

    (source,) = active_sources(resources, name)
    origin = origin_of(source)
    if origin is None:
        raise UsageError(
            f"the source {source.name!r} is on no server, so there is nobody to log in to",
            hint="`ferry source list` shows where sources are",
            source=source.name,
        )
    if not credential.secret:
        raise UsageError("the secret is empty", hint="pipe it: … | ferry source login NAME")
    if not resources.settings.offline:

        def only_there(asked: Origin) -> Credential | None:
            return credential if asked == origin else None

        call = open_call(resources, source.provider, source, credentials=only_there)
        resources.dispatcher.check_source(source.provider, source, call.context)
    with resources.home.lock(resources.settings.lock_timeout):
        resources.logins.keep(source.name, origin, credential, place or Place.KEYRING)
    return str(origin)


def logout(resources: Resources, name: str) -> bool:
    """Forget the login of a source, also of one that is no longer registered."""
    with resources.home.lock(resources.settings.lock_timeout):
        return resources.logins.forget(name)
