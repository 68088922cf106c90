"""ferry version."""

from __future__ import annotations

import platform
import sys

import click

from ...platforms import host_platform
from ..common import ferry_command
from ..invocation import Invocation
from ..release import RELEASE

__all__ = ["command"]


@ferry_command(name="version")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Print the versions of ferry and what it runs on."""
    facts = {
        "ferry": RELEASE,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": str(host_platform()),
    }
    invocation.output.facts(facts.items(), {"schema": "ferry.version/1", **facts})
