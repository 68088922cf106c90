"""The way to the network of each source: one engine for all that use it in the same way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..settings import Settings

if TYPE_CHECKING:
    from ..transport import HttpTransport, Pace, Transport, TransportSettings

__all__ = ["Networks"]


class Networks:
    """Transports, made from the settings when they are first needed.

    A *given* one is used for everything instead; offline, nothing is.
    """

    def __init__(self, settings: Settings, given: Transport | None) -> None:
        self._settings = settings
        self._given = given
        self._engines: dict[TransportSettings, HttpTransport] = {}
        self._shared: Pace | None = None
        self._lock = threading.Lock()

    def way(self, place: str, options: Mapping[str, Any], check: Callable[[], None]) -> Transport:
        """Return the transport for *place* that *check* ends.

        Args:
            place: the URL of the source or destination, or the name of an image with its
                registry's host in front; '' if there is none.
            options: those of the network among them are laid over the settings.
            check: called often while it works; what it raises ends the work.

        Raises UsageError for options that cannot be.
        """
        if self._settings.offline:
            from ..transport import OfflineTransport

            return OfflineTransport()
        if self._given is not None:
            return self._given
        return self._engine(place, options).checked(check)

    def check(self, place: str, options: Mapping[str, Any]) -> None:
        """Raise UsageError for options of a source that cannot be, or must not be kept."""
        self._settings_for(place, options)

    def _settings_for(self, place: str, options: Mapping[str, Any]) -> TransportSettings:
        from ..transport import for_source

        return for_source(_general(self._settings), _url(place, options), options)

    def _engine(self, place: str, options: Mapping[str, Any]) -> HttpTransport:
        from ..transport import HttpTransport

        settings = self._settings_for(place, options)
        with self._lock:
            engine = self._engines.get(settings)
            if engine is None:
                engine = self._engines[settings] = HttpTransport(settings, pace=self._pace())
            return engine

    def _pace(self) -> Pace | None:
        """Return the pace of all engines together; None if nothing is limited."""
        from ..transport import Pace

        if self._shared is None and self._settings.limit_rate:
            self._shared = Pace(self._settings.limit_rate)
        return self._shared

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            engines, self._engines = list(self._engines.values()), {}
        for engine in engines:
            engine.close()


def _general(settings: Settings) -> TransportSettings:
    from ..transport import Proxies, TransportSettings

    certificate, key = settings.client_certificate, settings.client_key
    return TransportSettings(
        ca_files=tuple(Path(path).expanduser() for path in settings.ca_files),
        system_ca=settings.system_ca,
        client_certificate=Path(certificate).expanduser() if certificate else None,
        client_key=Path(key).expanduser() if key else None,
        proxies=Proxies(
            http=settings.http_proxy, https=settings.https_proxy, no_proxy=settings.no_proxy
        ),
    )


def _url(place: str, options: Mapping[str, Any]) -> str:
    """Return the URL that ``plain-http`` is about: what has a scheme of its own keeps its host."""
    scheme, mark, rest = place.partition("://")
    if mark and scheme in ("http", "https"):
        return place
    host = (rest if mark else place).partition("/")[0]
    return f"{'http' if options.get('plain-http') else 'https'}://{host}"
