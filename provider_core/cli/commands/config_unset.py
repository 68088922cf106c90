"""ferry config unset."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..home_settings import changed_settings, require_setting
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="unset")
@click.argument("name")
@click.pass_obj
def command(invocation: Invocation, name: str) -> None:
    """Take NAME out of this home's settings, so that the other places count again."""
    name = require_setting(name)
    with changed_settings(invocation) as values:
        was_set = values.pop(name, None) is not None
    invocation.output.notice(f"{name} is not set in this home{' any more' if was_set else ''}")
