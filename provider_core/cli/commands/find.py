"""ferry find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from .. import flags
from ..image_columns import offer_grid
from ..invocation import Invocation
from ..provider_flags import provider_command
from ..schema import offer_document

__all__ = ["command", "find_flags", "tell_offers"]

_F = TypeVar("_F", bound=Callable[..., Any])

_FLAGS: tuple[Callable[[Any], Any], ...] = (
    click.option("--words", default="", metavar="WORDS", help="With these in name or summary."),
    click.option("--all-versions", is_flag=True, help="Every version, not the newest alone."),
    click.option("--remote", is_flag=True, help="Ask beyond this machine though nothing is named."),
    click.option("--strict", is_flag=True, help="Fail when any source fails."),
    flags.selection_flags,
    flags.platform_flags,
    flags.columns_flag,
)


def find_flags(command: _F) -> _F:
    """Add the flags of a question to the sources."""
    for decorator in reversed(_FLAGS):
        command = decorator(command)
    return command


@provider_command(name="find", verbs=("find",))
@click.argument("requests", nargs=-1, metavar="[REQUEST…]", shell_complete=flags.image_names)
@find_flags
@click.pass_obj
def command(
    invocation: Invocation, /, requests: tuple[str, ...], words: str, columns: str, **told: Any
) -> None:
    """Ask the sources which images they have: the newest of each name.

    A source that fails is named on stderr, beside what the others have. Columns: Name Version
    Source Description Publisher IsOSImage ParentImage Platform Digest Size Published Provider.
    """
    tell_offers(invocation, requests, words, columns, told)


def tell_offers(
    invocation: Invocation,
    requests: tuple[str, ...],
    words: str,
    columns: str,
    told: Mapping[str, Any],
) -> None:
    """Ask the sources what the flags *told* say, and print their offers."""
    offer_grid((), columns)  # an unknown column is refused before anybody is asked
    with invocation.host() as host:
        found = host.find(*requests, words=words, wishes=flags.wishes_from(told))
    documents = [offer_document(package) for package in found.packages]
    grid = offer_grid(found.packages, columns)
    invocation.output.answer(grid, documents, empty=_nothing(requests, words, told))
    for fault in found.faults:
        invocation.output.error(fault)


def _nothing(requests: Sequence[str], words: str, told: Mapping[str, Any]) -> str:
    """Return what to say of no offers; a question without a name has not left this machine."""
    if told["remote"] or words or any(request.strip("*?") for request in requests):
        return "no source has such an image"
    return "no image is known here; name one, or --remote asks beyond this machine"
