"""Commands of other distributions, by entry point."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import Ferry

MODULE = '''
import click
from provider_core.cli.common import ferry_command

@ferry_command(name="acme-feed")
@click.argument("name")
@click.pass_obj
def command(invocation, name):
    """Do what acme does."""
    with invocation.host() as host:
        invocation.output.document({"name": name, "images": len(host.list())})
    return 5

nothing = 7
'''
ENTRY_POINTS = """[provider_core.commands]
acme-feed = acme_commands:command
acme-broken = acme_nowhere:command
acme-nothing = acme_commands:nothing
list = acme_commands:command
"""


@pytest.fixture
def with_acme(ferry: Ferry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ferry:
    info = tmp_path / "site" / "acme-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "site" / "acme_commands.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return ferry


def test_a_foreign_command_runs_like_our_own(with_acme: Ferry) -> None:
    ran = with_acme("acme-feed", "x", "--json")
    assert (ran.code, ran.rows) == (5, [{"name": "x", "images": 0}])
    assert "Common options:" in with_acme("acme-feed", "--help").out


def test_help_lists_foreign_commands_without_importing_them(with_acme: Ferry) -> None:
    out = with_acme("--help").out
    assert "acme-feed" in out
    assert "acme-broken" in out


def test_our_own_command_is_not_replaced(with_acme: Ferry) -> None:
    assert with_acme("list").err == "no image is installed\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("acme-broken", "ModuleNotFoundError"), ("acme-nothing", "not a click command")],
)
def test_a_foreign_command_that_does_not_load_is_7(
    with_acme: Ferry, name: str, reason: str
) -> None:
    ran = with_acme(name)
    assert (ran.code, ran.out) == (7, "")
    assert ran.err.startswith("ferry: provider 'acme' failed in ")
    assert reason in ran.err
