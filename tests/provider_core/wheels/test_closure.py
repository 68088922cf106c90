from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import DocumentError
from provider_core.wheels.closure import closure
from provider_core.wheels.facts import Facts
from provider_core.wheels.target import Target

HERE = Target.of("linux/amd64", "3.11").environment()
WINDOWS = Target.of("windows/amd64", "3.11").environment()


def known(**requires: list[str]) -> dict[str, Facts]:
    return {
        name: Facts(name=name, version="1.5", requires=tuple(lines), providers=())
        for name, lines in requires.items()
    }


def test_what_is_required_is_followed() -> None:
    found = closure(["a"], known(a=["b>=1"], b=["c"], c=[], d=[]), HERE)
    assert found.names == {"a", "b", "c"}
    assert found.missing == ()


def test_circles_end() -> None:
    assert closure(["a"], known(a=["b"], b=["a[more]"]), HERE).names == {"a", "b"}


def test_extras_are_followed_where_they_are_asked_for() -> None:
    distributions = known(a=["b; extra == 'more'"], b=[])
    assert closure(["a"], distributions, HERE).names == {"a"}
    assert closure(["a[More]"], distributions, HERE).names == {"a", "b"}


def test_markers_are_those_of_the_target() -> None:
    distributions = known(a=["colour; sys_platform == 'win32'"])
    assert closure(["a"], distributions, HERE).missing == ()
    assert closure(["a"], distributions, WINDOWS).missing == ("colour (a)",)


def test_a_version_that_will_not_do_is_missing() -> None:
    assert closure(["a"], known(a=["B>=2"], b=[]), HERE).missing == ("B>=2 (a)",)
    assert closure(["x"], {}, HERE).missing == ("x (asked for)",)


def test_a_requirement_that_cannot_be_read_is_told() -> None:
    with pytest.raises(DocumentError, match="the requirements of a"):
        closure(["a"], known(a=["b >> 2"]), HERE)


NAMES = st.sampled_from("abcdef")


@given(st.dictionaries(NAMES, st.lists(NAMES, max_size=4)), st.lists(NAMES, max_size=3))
def test_the_closure_is_closed(graph: dict[str, list[str]], roots: list[str]) -> None:
    found = closure(roots, known(**graph), HERE)
    needed = {one for name in found.names for one in graph[name]} | set(roots)
    assert needed - found.names == {text.split(" ")[0] for text in found.missing}
    assert needed >= found.names
