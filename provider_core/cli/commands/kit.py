"""ferry kit."""

from __future__ import annotations

from pathlib import Path

import click

from ...errors import Offline
from ...kit import make_kit
from ...settings import merge
from ...wheels.target import Target
from ..carrying import kit_document, target_flags
from ..common import ferry_command
from ..invocation import Invocation
from ..units import size

__all__ = ["command"]


@ferry_command(name="kit")
@click.option("--to", required=True, metavar="DIR", help="The folder to make.")
@target_flags
@click.option("--extra", "extras", multiple=True, metavar="NAME", help="With this extra.")
@click.option(
    "--provider",
    "providers",
    multiple=True,
    metavar="NAME",
    help="With this provider: an installed one, a distribution, a wheel or a project's folder.",
)
@click.pass_obj
def command(
    invocation: Invocation,
    to: str,
    platform: str,
    python: str,
    extras: tuple[str, ...],
    providers: tuple[str, ...],
) -> None:
    """Write ferry itself to a folder, to be installed where there is no network.

    On the other side: sh install.sh, or install.ps1. It needs Python, and neither an index nor
    root. Wheels are fetched by pip, with its settings.
    """
    target = Target.of(platform, python)
    if merge(invocation.layers()).offline:
        raise Offline("fetching wheels")
    kit = make_kit(
        Path(to).expanduser(), target, extras=extras, providers=providers, cancel=invocation.cancel
    )
    facts = [
        ("Kit", str(kit.folder)),
        ("Version", kit.version),
        ("Platform", str(target.platform)),
        ("Python", target.python),
        ("Wheels", f"{len(kit.wheels)} ({size(kit.size)})"),
        ("Seal", str(kit.seal)),
    ]
    invocation.output.facts(facts, kit_document(kit))
    script = "install.ps1" if target.platform.os == "windows" else "install.sh"
    invocation.output.notice(
        f"There, run {script}. Tell them the seal: it is the SHA-256 of the file SHA256SUMS."
    )
