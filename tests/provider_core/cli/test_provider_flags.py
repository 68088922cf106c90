"""Options of providers are flags of the commands that they are for."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import Ferry

RACK = str(Path(__file__).with_name("rack_provider.py"))


@pytest.fixture
def racked(ferry: Ferry) -> Ferry:
    done = ferry("source", "add", "rack", "rack://one", "--provider-path", RACK, "--depth", "3")
    assert done.code == 0, done.err
    return ferry


def _told(ferry: Ferry, *args: str) -> str:
    rows = ferry("find", "told", "--provider-path", RACK, "--json", *args).rows
    return str(rows[0]["summary"])


def test_a_flag_is_the_option_of_that_name(racked: Ferry) -> None:
    assert _told(racked) == "depth=3"
    assert _told(racked, "--lamp", "--up") == "depth=3, lamp='--up'"
    assert _told(racked, "--lamp=a=b", "--side", "left") == "depth=3, lamp='a=b', side='left'"
    assert _told(racked, "-o", "lamp=x") == _told(racked, "--lamp", "x")


def test_an_option_of_several_verbs_is_shown_once(ferry: Ferry) -> None:
    page = ferry("save", "--help").out
    flags = [line.split()[0] for line in page.splitlines() if line.startswith("  --ca-file")]
    assert len(flags) == 1


def test_switches_and_lists_of_a_source(racked: Ferry) -> None:
    flags = ("--row", "top", "--locked", "--row", "b c", "--provider-path", RACK)
    assert "top, b c" in racked("source", "set", "rack", *flags).out
    assert _told(racked) == "depth=3, locked=True, row=('top', 'b c')"
    racked("source", "set", "rack", "--no-locked", "--provider-path", RACK)
    assert _told(racked) == "depth=3, locked=False, row=('top', 'b c')"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--lamp"], "--lamp takes a value"),
        (["--side", "up"], "the option 'side' cannot be 'up'"),
        (["--lamp", "a", "--lamp", "b"], "'lamp' is given more than once"),
        (["--nothing", "x"], "No such option '--nothing'"),
        (["--no-lamp"], "No such option '--no-lamp'"),
    ],
)
def test_what_no_provider_takes(racked: Ferry, args: list[str], message: str) -> None:
    done = racked("find", "told", "--provider-path", RACK, *args)
    assert done.code == 2
    assert message in done.err


def test_a_switch_takes_no_value(racked: Ferry) -> None:
    done = racked("source", "set", "rack", "--locked=yes", "--provider-path", RACK)
    assert (done.code, "--locked takes no value" in done.err) == (2, True)


def test_behind_two_dashes_nothing_is_a_flag(racked: Ferry) -> None:
    done = racked("find", "--provider-path", RACK, "--", "--lamp")
    assert done.code == 3
    assert "--lamp" in done.err
    assert "takes a value" not in done.err


def test_help_lists_them_by_provider(ferry: Ferry) -> None:
    out = ferry("--provider-path", RACK, "source", "add", "--help").out
    section = out.partition("Options of the provider rack:")[2].partition("Common options:")[0]
    assert "--row TEXT" in section
    assert "a row of the rack; may be repeated" in section
    assert "--locked / --no-locked" in section
    find = ferry("--provider-path", RACK, "find", "--help").out
    section = find.partition("Options of the provider rack:")[2].partition("Common options:")[0]
    assert "--lamp TEXT" in section
    assert "left|right" in section
    assert "--version" not in section
