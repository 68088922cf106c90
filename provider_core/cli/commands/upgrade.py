"""ferry upgrade."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from .. import flags
from ..image_columns import image_grid
from ..installing import install_told, tell_failed
from ..invocation import Invocation
from ..next_volume import with_every_volume
from ..plan_table import show_plan
from ..provider_flags import provider_command
from ..setting_flags import pace_flags

__all__ = ["command"]


@provider_command(name="upgrade", verbs=("install",))
@flags.optional_requests_argument
@flags.selection_flags
@flags.platform_flags
@click.option("--keep-going", is_flag=True, help="Go on with the others when one fails.")
@pace_flags
@flags.dry_run_flag
@flags.columns_flag
@flags.ticket_flag
@click.pass_obj
def command(invocation: Invocation, /, requests: tuple[str, ...], **told: Any) -> int:
    """Install what is newer of the installed images, all or those named; see ferry outdated.

    A newer version comes beside the older one, which stays until it is uninstalled; a label
    (latest) means the newer content afterwards. A request may have a range: ferry upgrade 'app<2'
    """
    image_grid((), told["columns"])  # an unknown column is refused before anything is done
    wishes, output = flags.wishes_from(told), invocation.output
    with invocation.host(ticket=told["ticket"]) as host:
        if told["dry_run"]:
            plan = host.plan_upgrade(*requests, wishes=wishes)
            show_plan(output, plan)
            return tell_failed(plan.failed, output)
        upgrade = partial(host.upgrade, *requests, wishes=wishes)
        run = partial(with_every_volume, upgrade, invocation)
        result = install_told(host, run, told["columns"], output)
    if not result.installed and not result.failed:
        output.notice("everything is up to date")
    return tell_failed(result.failed, output)
