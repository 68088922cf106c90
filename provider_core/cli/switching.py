"""What `provider enable` and `provider disable` say."""

from __future__ import annotations

from .render import Output

__all__ = ["tell_switched"]


def tell_switched(output: Output, name: str, *, enabled: bool, changed: bool) -> None:
    """Print whether the provider is used from now on, and whether that is new."""
    status = "enabled" if enabled else "disabled"
    if output.json:
        document = {"schema": "ferry.provider/1", "name": name, "status": status}
        output.document({**document, "changed": changed})
    elif changed:
        output.line(f"{status.capitalize()}: {name}")
    else:
        output.notice(f"{name} is {status} already")
