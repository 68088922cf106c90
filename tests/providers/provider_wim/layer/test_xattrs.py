from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import DocumentError, WimError
from provider_wim.layer.xattrs import ExtendedAttribute, from_record, pack, parse

ATTRIBUTES = st.builds(
    ExtendedAttribute,
    name=st.text("ABC$.~", min_size=1, max_size=20),
    value=st.binary(max_size=50),
    flags=st.sampled_from([0, 0x80]),
)


@given(st.lists(ATTRIBUTES, unique_by=lambda one: one.name, max_size=5))
def test_there_and_back(attributes: list[ExtendedAttribute]) -> None:
    assert list(parse(pack(attributes))) == attributes


@given(ATTRIBUTES)
def test_records_there_and_back(attribute: ExtendedAttribute) -> None:
    key, value = attribute.record
    found = from_record(key.decode(), value.decode())
    assert (found.name, found.value, found.flags) == (attribute.name, attribute.value, 0)


def test_what_wimlib_wrote() -> None:
    """Bytes of a file that `wimlib-imagex capture --unix-data` made of Linux xattrs."""
    data = bytes.fromhex(
        "03000800757365722e666f6f0062617206000b00757365722e6c6f6e6765720071757578007a"
    )
    assert [(one.name, one.value) for one in parse(data)] == [
        ("user.foo", b"bar"),
        ("user.longer", b"quux\0z"),
    ]


@given(st.binary(max_size=60))
def test_damaged_items(data: bytes) -> None:
    with suppress(WimError):
        parse(data)


@pytest.mark.parametrize(("key", "value"), [("=", ""), ("A" * 256, ""), ("A", "A" * 90_000)])
def test_records_that_no_file_can_have(key: str, value: str) -> None:
    with pytest.raises(DocumentError):
        from_record(f"MSWINDOWS.xattr.{key}", value)
