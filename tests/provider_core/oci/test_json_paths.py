from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.oci.json_paths import Trail, format_path, join_paths


@pytest.mark.parametrize(
    ("trail", "path"),
    [
        ((), ""),
        (("manifests", 3, "digest"), "manifests[3].digest"),
        ((0, 1, "a"), "[0][1].a"),
        (("a", "os.version"), 'a["os.version"]'),
        (("a b", "c"), '["a b"].c'),
        (("diff_ids", "x-y"), "diff_ids.x-y"),
        (("",), '[""]'),
        (("\x1b[31m",), '["\\u001b[31m"]'),
        (("ü",), '["\\u00fc"]'),
        (("a\n",), '["a\\n"]'),
        (("k" * 65,), f'["{"k" * 64}..."]'),
    ],
)
def test_reads_well(trail: Trail, path: str) -> None:
    assert format_path(trail) == path


@given(st.lists(st.text() | st.integers(0), max_size=5))
def test_is_printable_ascii_whatever_the_keys(trail: list[str | int]) -> None:
    path = format_path(tuple(trail))
    assert path.isascii()
    assert path.isprintable()


@given(
    st.lists(st.text(max_size=3) | st.integers(0), max_size=4),
    st.lists(st.text(max_size=3) | st.integers(0), max_size=4),
)
def test_joined_paths_are_the_path_of_the_joined_trail(
    outer: list[str | int], inner: list[str | int]
) -> None:
    joined = join_paths(format_path(tuple(outer)), format_path(tuple(inner)))
    assert joined == format_path((*outer, *inner))
