"""ferry verify."""

from __future__ import annotations

import click

from ...errors import IntegrityError
from ...model import Verdict
from .. import flags
from ..common import ferry_command
from ..invocation import Invocation
from ..render import Output
from ..schema import verdict_document
from ..units import size

__all__ = ["command"]


@ferry_command(name="verify")
@click.argument("places", nargs=-1, required=True, metavar="PATH…")
@flags.options_flag
@click.pass_obj
def command(invocation: Invocation, places: tuple[str, ...], option: tuple[str, ...]) -> None:
    """Read a bundle, archive, image file or home to its last byte; import nothing.

    Says whether it is whole, who signed it, until when, what is in it, and what it leaves out.
    If anything is wrong, all of it is printed, and the exit code is 4.
    """
    wishes = flags.wishes_from({"option": option})
    with invocation.host() as host:
        verdicts = host.verify(*places, wishes=wishes)
    for verdict in verdicts:
        _tell(verdict, invocation.output)
    wrong = sum(len(verdict.problems) for verdict in verdicts)
    if wrong:
        raise IntegrityError(
            f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong",
            hint="have it sent again; what is whole in it can be installed all the same",
            count=wrong,
        )


def _tell(verdict: Verdict, output: Output) -> None:
    known, left_out = ", ".join(verdict.known_as), len(verdict.needs)
    facts = [
        ("Place", verdict.place),
        ("Kind", verdict.kind),
        ("Series", verdict.series),
        ("Whole", "no" if verdict.problems else "yes"),
        ("Signed by", verdict.signed_by),
        ("Known as", known or ("nobody here" if verdict.signed_by else "")),
        ("Until", verdict.until),
        ("Read", size(verdict.size) if verdict.size else ""),
        ("Images", ", ".join(verdict.contents)),
        ("Left out", f"{left_out} blob{'s' if left_out > 1 else ''}" if left_out else ""),
        *(("Problem", problem) for problem in verdict.problems),
    ]
    output.facts(facts, verdict_document(verdict))
