"""ferry load."""

from __future__ import annotations

import click

from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..loading import tell_loaded
from ..stdin import expand

__all__ = ["command"]


@ferry_command(name="load")
@flags.requests_argument
@click.option("--engine", default="", metavar="NAME", help="The engine; `engine list` names them.")
@click.pass_obj
def command(invocation: Invocation, requests: tuple[str, ...], engine: str) -> None:
    """Load installed images into a container engine, under their names.

    What the engine has already, by its id, is not sent again. Without --engine, the only engine
    there is. ferry load app:1.2 --engine podman
    """
    texts = [one.text for one in expand(requests)]
    with invocation.host() as host:
        loaded = host.load(*texts, engine=engine)
    tell_loaded(loaded, invocation.output)
