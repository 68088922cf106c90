"""ferry source login."""

from __future__ import annotations

import click

from ...credentials import Credential, Place
from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import login_document
from ..secret_input import read_secret

__all__ = ["command"]


@ferry_command(name="login")
@click.argument("name", shell_complete=flags.source_names)
@click.option("--username", default="", metavar="NAME", help="Who; without it, a bearer token.")
@click.option("--password-stdin", is_flag=True, help="Read the secret from standard input.")
@click.option(
    "--store",
    type=click.Choice([place.value for place in Place]),
    default=Place.KEYRING.value,
    show_default=True,
    help="Where to keep the secret; the file is this home's, 0600, not encrypted.",
)
@click.pass_obj
def command(
    invocation: Invocation, name: str, username: str, password_stdin: bool, store: str
) -> None:
    """Keep who to be at the source NAME, after its server took it.

    The secret comes from standard input, or is asked for; it is never an argument:
    ferry source login hub --username me --password-stdin < token.txt
    """
    what = f"Password of {username}" if username else "Token"
    secret = read_secret(from_stdin=password_stdin, prompt=what)
    credential = Credential(username=username, secret=secret)
    with invocation.host() as host:
        origin = host.login(name, credential, place=Place(store))
    output = invocation.output
    if output.json:
        output.document(login_document(name, origin))
    else:
        output.line(f"Logged in: {name} at {origin}")
