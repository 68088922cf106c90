from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.oci import media_types as mt

from .conftest import Refused


@pytest.mark.parametrize(
    ("text", "base"),
    [
        (mt.OCI_INDEX, mt.OCI_INDEX),
        (f"{mt.OCI_INDEX}; charset=utf-8", mt.OCI_INDEX),
        (f"  {mt.OCI_INDEX} ;a=b;c", mt.OCI_INDEX),
        ("", ""),
        (";", ""),
    ],
)
def test_parameters_are_dropped(text: str, base: str) -> None:
    assert mt.base_type(text) == base


@pytest.mark.parametrize(
    ("predicate", "members"),
    [
        (mt.is_manifest, mt.MANIFESTS),
        (mt.is_index, mt.INDEXES),
        (mt.is_config, mt.CONFIGS),
        (mt.is_layer, mt.LAYERS),
        (mt.is_foreign_layer, mt.FOREIGN_LAYERS),
    ],
)
def test_predicates_know_their_members_only(
    predicate: Callable[[str], bool], members: frozenset[str]
) -> None:
    known = mt.MANIFESTS | mt.INDEXES | mt.CONFIGS | mt.LAYERS | {mt.OCI_EMPTY}
    assert {media_type for media_type in known if predicate(media_type)} == members
    assert not predicate("application/json")


def test_kinds_exclude_each_other_and_foreign_layers_are_layers() -> None:
    kinds = [mt.MANIFESTS, mt.INDEXES, mt.CONFIGS, mt.LAYERS, {mt.OCI_EMPTY}]
    assert len(frozenset().union(*kinds)) == sum(map(len, kinds))
    assert mt.FOREIGN_LAYERS < mt.LAYERS


@pytest.mark.parametrize(
    "text",
    [mt.OCI_EMPTY, "application/x-ms-wim", "a/b", "text/plain; charset=utf-8", "a/" + "b" * 253],
)
def test_takes_any_registered_or_odd_type(text: str) -> None:
    mt.check_media_type(text, "mediaType")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no media type"),
        ("json", "no media type"),
        ("/json", "no media type"),
        ("text/", "no media type"),
        ("text/plain\n", "no media type"),
        ("text/\x1b[31m", "no media type"),
        ("text/ü", "no media type"),
        ("a/" + "b" * 254, "256 characters, at most 255"),
    ],
)
def test_refuses(text: str, reason: str, refused: Refused) -> None:
    with refused("layers[0].mediaType", reason):
        mt.check_media_type(text, "layers[0].mediaType")


@given(st.text())
def test_base_type_is_stable(text: str) -> None:
    assert mt.base_type(mt.base_type(text)) == mt.base_type(text)
