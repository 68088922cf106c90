"""ferry provider check."""

from __future__ import annotations

from pathlib import Path

import click

from ...errors import Error, NoSuchFile, NotSupported, UnknownProvider
from ...references import FilePath, parse_reference
from ...testing.checking import CheckReport, check_card, check_project, require_pytest
from ..common import ferry_command
from ..invocation import Invocation

__all__ = ["command"]

_SUFFIX = ".py"


@ferry_command(name="check")
@click.argument("target", metavar="[NAME|FILE.py|FOLDER]", default=".")
@click.pass_obj
def command(invocation: Invocation, target: str) -> None:
    """Hold a provider against the conformance kit.

    FOLDER is the provider's project (this folder if nothing is named): its tests are run, and
    some of them must be the kit's. Of an installed provider NAME, or one in FILE.py, only what
    it says of itself can be tested. Needs pytest: pip install 'imageferry[test]'.
    """
    require_pytest()
    report = _checked(invocation, target)
    if not report.is_good:
        invocation.output.trace(report.output)
        failed = len(report.failed)
        raise Error(
            f"{target} does not keep the plugin contract: {failed} tests failed",
            hint="the tests' own words are above; each says what a host relies on",
            failed=report.failed,
        )
    document = {
        "schema": "ferry.check/1",
        "target": target,
        "passed": report.passed,
        "skipped": report.skipped,
        "conformance": report.conformance,
    }
    facts = [
        ("Checked", target),
        ("Passed", str(report.passed)),
        ("Skipped", f"{report.skipped} (features that are not declared)"),
    ]
    invocation.output.facts(facts, document)


def _checked(invocation: Invocation, target: str) -> CheckReport:
    providers = invocation.home().providers
    if not isinstance(parse_reference(target), FilePath) and not target.endswith(_SUFFIX):
        return check_card(_where_it_is(invocation, target), providers, invocation.cancel)
    path = Path(target).expanduser()
    if path.is_dir():
        return check_project(path, invocation.cancel)
    if not path.is_file():
        raise NoSuchFile(target)
    return check_card(str(path), providers, invocation.cancel)


def _where_it_is(invocation: Invocation, name: str) -> str:
    """Return the file that the provider *name* comes from, or its name if it is installed.

    Raises UnknownProvider, NotSupported for a policy, and why it could not be loaded.
    """
    with invocation.host() as host:
        rows = {row.name: row for row in host.providers()}
    if name not in rows:
        raise UnknownProvider(name, sorted(rows))
    row = rows[name]
    if row.fault is not None:
        raise row.fault
    if row.status == "policy":
        raise NotSupported(
            f"{name} is a policy, and the kit is for providers", hint="test it with a Host"
        )
    return row.origin if row.origin.endswith(_SUFFIX) else name
