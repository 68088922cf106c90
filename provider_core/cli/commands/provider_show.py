"""ferry provider show."""

from __future__ import annotations

import click

from ...errors import UnknownProvider
from ...plugins import Row
from ..common import ferry_command
from ..invocation import Invocation
from ..schema import Document, provider_document

__all__ = ["command"]


@ferry_command(name="show")
@click.argument("name")
@click.pass_obj
def command(invocation: Invocation, name: str) -> None:
    """Show what the provider NAME can do, and the options it understands."""
    with invocation.host() as host:
        rows = host.providers()
    for row in rows:
        if row.name == name:
            document = provider_document(row)
            invocation.output.facts(_facts(row, document), document)
            return
    raise UnknownProvider(name, [row.name for row in rows])


def _facts(row: Row, document: Document) -> list[tuple[str, str]]:
    features = {"features": "Can", "schemes": "Schemes", "markers": "Opens"}
    types = {"accepts": "Converts", "saves": "Saves"}
    return [
        ("Name", row.name),
        ("Status", row.status),
        ("Fault", row.fault.message if row.fault else ""),
        ("Version", document["version"]),
        ("Description", document["summary"]),
        ("Origin", row.origin),
        *((title, ", ".join(document[key])) for key, title in (features | types).items()),
        *((f"Option {spec.name}", f"{spec.verb.value}: {spec.help}") for spec in row.options),
    ]
