"""Files of wimlib with bytes changed: read, or refused as one of our errors.

The same function is the target of fuzz_wim.py, which runs without end.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provider_wim.codecs.python_codec import PythonCodec

from ....support.wims import FIXTURES, SINGLE
from .mutations import Change, changed, places_of, read_or_refuse

PLAIN = [name for name in SINGLE if name not in ("lzms.wim", "solid.esd")]
CHANGES = st.lists(
    st.builds(
        Change,
        place=st.floats(0, 1, exclude_max=True),
        data=st.one_of(
            st.binary(min_size=1, max_size=8),
            st.sampled_from([b"\0" * 8, b"\xff" * 8, b"\0\0\0\x80", b"\x7f", b"\x01\0\0\0"]),
        ),
        cut=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)
"""Mostly in headers, tables and metadata, where a byte means most."""


@pytest.mark.parametrize("name", PLAIN)
@given(changes=CHANGES)
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_our_own_codec(name: str, changes: list[Change]) -> None:
    read_or_refuse(changed(FIXTURES / name, changes), codec=PythonCodec())


@pytest.mark.peer
@pytest.mark.parametrize("name", SINGLE)
@given(changes=CHANGES)
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_libwim(name: str, changes: list[Change]) -> None:
    read_or_refuse(changed(FIXTURES / name, changes))


def test_the_places_that_mean_most_are_known() -> None:
    for name in SINGLE:
        places = places_of(FIXTURES / name)
        assert places[:208] == tuple(range(208))
        assert len(places) > 700
