"""Enabling and disabling providers in a home's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UnknownProvider
from ..home import Home
from ..settings import file_layer
from ..settings_file import write_settings

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["switch"]


def switch(resources: Resources, name: str, *, enabled: bool) -> bool:
    """Take *name* out of the home's disabled providers, or put it there.

    Returns whether that changed anything.  Raises UnknownProvider for a name nobody bears.
    """
    home: Home = resources.home
    with home.lock(resources.settings.lock_timeout):
        values = dict(file_layer("home", home.config).values)
        disabled = list(values.get("disabled_providers", ()))
        if enabled == (name not in disabled):
            _require_known(resources, name)
            return False
        if enabled:
            disabled.remove(name)
        else:
            _require_known(resources, name)
            disabled.append(name)
        values["disabled_providers"] = tuple(disabled)
        write_settings(home.config, values)
    return True


def _require_known(resources: Resources, name: str) -> None:
    known = [row.name for row in resources.plugins.rows()]
    if name not in known:
        raise UnknownProvider(name, known)
