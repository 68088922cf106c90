"""Enabling and disabling providers in a home's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NotSupported, UnknownProvider
from ..home import Home
from ..settings_file import write_settings

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["switch"]


def switch(resources: Resources, name: str, *, enabled: bool) -> bool:
    """Take *name* out of the home's disabled providers, or put it there.

    Returns whether that changed anything.  Raises UnknownProvider for a name nobody bears,
    NotSupported for a policy's.
    """
    home: Home = resources.home
    with home.lock(resources.settings.lock_timeout):
        values = dict(home.own_settings().values)
        disabled = list(values.get("disabled_providers", ()))
        if enabled == (name not in disabled):
            _require_known(resources, name, enabled=enabled)
            return False
        if enabled:
            disabled.remove(name)
        else:
            _require_known(resources, name, enabled=enabled)
            disabled.append(name)
        values["disabled_providers"] = tuple(disabled)
        write_settings(home.config, values)
    return True


def _require_known(resources: Resources, name: str, *, enabled: bool) -> None:
    rows = resources.plugins.rows()
    found = {row.status for row in rows if row.name == name}
    if not found:
        raise UnknownProvider(name, [row.name for row in rows])
    if not enabled and found <= {"policy", "failed-policy"}:
        raise NotSupported(
            f"{name!r} is a policy, which cannot be disabled",
            hint="uninstall the distribution that it comes with",
        )
