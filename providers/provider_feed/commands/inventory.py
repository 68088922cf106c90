"""ferry inventory."""

from __future__ import annotations

import platform
from datetime import UTC

import click

from provider_core.cli.common import ferry_command
from provider_core.cli.invocation import Invocation
from provider_core.platforms import Platform, host_platform

__all__ = ["command"]


@ferry_command(name="inventory")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Print exactly what this home has, as JSON, for whoever sends to it.

    On the other side: ferry save NAME… --to DIR --missing-from inventory.json
    """
    # Whoever only reads the help of all commands does not wait for these.
    from feed_format import Inventory

    from ..stocktaking import followed_feeds, needed_roots, sizes

    with invocation.host() as host:
        newest = host.log(limit=1)
        inventory = Inventory(
            host=platform.node(),
            made=invocation.clock().astimezone(UTC).isoformat(timespec="seconds"),
            revision=newest[0].number if newest else 0,
            platforms=tuple(map(Platform.parse, host.settings.platforms)) or (host_platform(),),
            blobs=sizes(host.store.reach(needed_roots(host.list()))),
            feeds=tuple(followed_feeds((row.source, row.facts) for row in host.sources())),
        )
    invocation.output.document(inventory.as_json())
