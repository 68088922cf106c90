"""Foreign layers: what registries may not distribute, and where else it is (image-spec layer.md).

The URLs stand in manifests, which strangers write: they are followed only to hosts that the user
named, by https, and with no credentials at all (CVE-2020-15157).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from provider_core.errors import NotSupported, TransportError
from provider_core.oci import Descriptor
from provider_core.transport import Location, Origin
from provider_core.transport.urls import origin_of

__all__ = ["foreign_locations", "not_allowed"]


def foreign_locations(
    layer: Descriptor, hosts: Collection[str], told_by: Origin
) -> Iterator[Location]:
    """Yield where *layer* may be downloaded from, besides its registry.

    Args:
        layer: a foreign layer.
        hosts: which hosts the user allows: names, or ``*.domain`` for all below it.
        told_by: the registry that the manifest came from.
    """
    for url in layer.urls:
        if _host(url, hosts):
            yield Location(url=url, told_by=told_by)


def not_allowed(layer: Descriptor) -> NotSupported:
    """Return the error for a layer that its registry does not have, and no allowed host."""
    hosts = sorted({host for url in layer.urls if (host := _host(url, ("*",)))})
    if not hosts:
        return NotSupported(
            f"the layer {layer.digest} may not be distributed, and names no https URL of its own",
            hint="ask the image's publisher; newer versions of Windows images have no such layers",
            digest=str(layer.digest),
        )
    return NotSupported(
        f"the layer {layer.digest} may not be distributed by registries; it is at"
        f" {', '.join(hosts)}, which nobody allowed",
        hint=f"allow it: --foreign-layers {hosts[0]} (for good: `ferry source set NAME …`)",
        digest=str(layer.digest),
        hosts=hosts,
    )


def _host(url: str, hosts: Collection[str]) -> str:
    """Return the host of *url* if it is https and one of *hosts*, else ''."""
    try:
        origin = origin_of(url)
    except TransportError:
        return ""
    allowed = any(fnmatchcase(origin.host, pattern.lower()) for pattern in hosts)
    return origin.host if allowed and origin.scheme == "https" else ""
