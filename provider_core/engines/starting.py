"""What to start when an engine does not answer."""

from __future__ import annotations

from .values import EngineAddress, EngineKind

__all__ = ["start_hint"]

_HINTS = {
    "docker": "start it: `systemctl start docker`, or Docker Desktop",
    "podman": "start its service: `systemctl --user start podman.socket`, as root"
    " `systemctl start podman.socket`, or `podman machine start`",
    "containerd": "start it: `systemctl start containerd`",
}


def start_hint(address: EngineAddress, reason: str) -> str:
    """Return the next step for an engine that was silent for *reason*."""
    if "permission denied" in reason.lower():
        return "this user may not speak to it: join the group of its socket, or run ferry as root"
    name = address.name
    if name not in _HINTS and address.kind is EngineKind.CONTAINERD:
        name = "containerd"
    hint = _HINTS.get(name, f"see to it that something serves {address.url}")
    return hint if address.origin == "found" else f"{hint}; {address.origin} names {address.url}"
