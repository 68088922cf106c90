"""Changing a home's own settings (its config.toml)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from ..errors import UsageError
from ..settings import Setting, Settings, environment_layer, file_layer, merge
from ..settings_file import write_settings
from .invocation import Invocation

__all__ = ["changed_settings", "read_setting", "require_setting"]


def require_setting(name: str) -> str:
    """Return the setting's name as it is written (hyphens read as underscores).

    Raises UsageError if there is no such setting.
    """
    known = [spec.name for spec in fields(Settings)]
    wanted = name.replace("-", "_").lower()
    if wanted not in known:
        raise UsageError(
            f"there is no setting {name!r}", hint=f"settings are: {', '.join(known)}", name=name
        )
    return wanted


def read_setting(name: str, text: str, *, origin: str) -> Setting:
    """Return the setting *name* with the value that *text* is; UsageError if it is none."""
    known = require_setting(name)
    layer = environment_layer({f"FERRY_{known.upper()}": text})
    return Setting(name=known, value=layer.values[known], origin=origin)


@contextmanager
def changed_settings(invocation: Invocation) -> Iterator[dict[str, Any]]:
    """Yield the home's settings to change; they are written when the block ends well."""
    home = invocation.home()
    with home.lock(merge(invocation.layers()).lock_timeout):
        values = dict(file_layer("home", home.config).values)
        yield values
        write_settings(home.config, values)
