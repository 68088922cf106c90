"""The way to a value inside a JSON document, written as people read it: ``manifests[3].digest``."""

from __future__ import annotations

import json
import re

__all__ = ["Trail", "format_path", "join_paths"]

Trail = tuple[str | int, ...]
"""Keys (str) and array positions (int, from 0) from the top level down."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEY_LIMIT = 64


def format_path(trail: Trail) -> str:
    """Return *trail* as text; '' is the document itself.

    Keys that are no plain words are quoted and escaped, long ones are cut, so that a path built
    from hostile keys is still short ASCII: ``config.Labels["a b"]``.
    """
    path = ""
    for step in trail:
        path = join_paths(path, _step(step))
    return path


def join_paths(outer: str, inner: str) -> str:
    """Return the path of *inner*, which was counted from *outer*, from the top level."""
    separator = "." if outer and inner and not inner.startswith("[") else ""
    return f"{outer}{separator}{inner}"


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if len(step) <= _KEY_LIMIT and _PLAIN_KEY.fullmatch(step):
        return step
    shown = step if len(step) <= _KEY_LIMIT else f"{step[:_KEY_LIMIT]}..."
    return f"[{json.dumps(shown)}]"
