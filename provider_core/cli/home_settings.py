"""Changing a home's own settings (its config.toml)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from ..errors import UsageError
from ..settings import Setting, Settings, environment_layer, merge
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
    try:
        value = environment_layer({f"FERRY_{known.upper()}": text}).values[known]
    except UsageError as error:
        # Its message blames the environment, where this text did not come from.
        raise _refused(known, text, str(error.__cause__ or error)) from error
    if known == "platforms":
        _check_platforms(value)
    if known == "jobs" and value < 1:
        raise _refused(known, text, "one at least is wanted")
    return Setting(name=known, value=value, origin=origin)


def _check_platforms(texts: Iterable[str]) -> None:
    from ..platforms import Platform

    for text in texts:
        try:
            Platform.parse(text)
        except UsageError as error:
            raise _refused("platforms", text, error.message) from error


def _refused(name: str, text: str, reason: str) -> UsageError:
    return UsageError(
        f"the setting {name} cannot be {text!r}: {reason}",
        hint="`ferry config` shows the settings",
        name=name,
    )


@contextmanager
def changed_settings(invocation: Invocation) -> Iterator[dict[str, Any]]:
    """Yield the home's settings to change; they are written when the block ends well."""
    home = invocation.home()
    with home.lock(merge(invocation.layers()).lock_timeout):
        values = dict(home.own_settings().values)
        yield values
        write_settings(home.config, values)
