"""Pools of clocked connections: straight or through a proxy, with TLS or without."""

from __future__ import annotations

import threading
from functools import cache, partial
from typing import Any
from urllib.parse import unquote, urlsplit

from urllib3 import PoolManager, ProxyManager, make_headers

from .connections import POOLS
from .settings import TransportSettings
from .tls import tls_context

__all__ = ["ClockedPools"]

_MOST = 32
"""Hosts that connections are kept for, and connections of each."""


class ClockedPools:
    """Pools of connections, each straight or through one proxy; threads may share it."""

    def __init__(self, settings: TransportSettings) -> None:
        """Encrypt as *settings* say; the system's authorities are loaded when TLS needs them."""
        self._settings = settings
        self._context = cache(partial(tls_context, settings))
        self._managers: dict[tuple[str, str], PoolManager] = {}
        self._lock = threading.Lock()

    def get(self, scheme: str, proxy: str) -> PoolManager:
        """Return the pools for URLs of *scheme* through *proxy*, '' for none."""
        with self._lock:
            manager = self._managers.get((scheme, proxy))
            if manager is None:
                manager = self._managers[scheme, proxy] = self._made(scheme, proxy)
            return manager

    def close(self) -> None:
        """Close all connections that nobody uses."""
        with self._lock:
            for manager in self._managers.values():
                manager.clear()

    def _made(self, scheme: str, proxy: str) -> PoolManager:
        given: dict[str, Any] = {"num_pools": _MOST, "maxsize": _MOST}
        # Files that the user named are looked at in any case: they may be wrong.
        if scheme == "https" or self._settings.ca_files or self._settings.client_certificate:
            given["ssl_context"] = self._context()
        if proxy:
            given["proxy_headers"] = _proxy_headers(proxy)
        manager = ProxyManager(proxy, **given) if proxy else PoolManager(**given)
        manager.pool_classes_by_scheme = POOLS
        return manager


def _proxy_headers(proxy: str) -> dict[str, str]:
    parts = urlsplit(proxy)
    if parts.username is None:
        return {}
    user, password = unquote(parts.username), unquote(parts.password or "")
    return make_headers(proxy_basic_auth=f"{user}:{password}")
