"""ferry config set."""

from __future__ import annotations

import click

from ..common import ferry_command
from ..home_documents import setting_document
from ..home_settings import changed_settings, read_setting
from ..invocation import Invocation

__all__ = ["command"]


@ferry_command(name="set")
@click.argument("name")
@click.argument("value")
@click.pass_obj
def command(invocation: Invocation, name: str, value: str) -> None:
    """Set NAME to VALUE in this home; a list is separated by commas."""
    setting = read_setting(name, value, origin="home")
    with changed_settings(invocation) as values:
        values[setting.name] = setting.value
    invocation.output.facts([(setting.name, value)], setting_document(setting))
