"""Examples of requests and versions are read as their pages say."""

from __future__ import annotations

import re

import pytest

from provider_core import Version, parse_reference
from provider_core.references import FilePath, Name, Uri

from .pages import Page

KINDS = {"name": Name, "path": FilePath, "URL": Uri}
REQUESTS = Page.read("reference/requests.md").rows("Written")
ORDER = [line for block in Page.read("explanation/version-order.md").blocks for line in block.lines]


@pytest.mark.parametrize(("written", "kind", "_"), REQUESTS)
def test_a_request_is_what_its_row_says(written: str, kind: str, _: str) -> None:
    assert isinstance(parse_reference(written.strip("`")), KINDS[kind])


@pytest.mark.parametrize("line", ORDER)
def test_versions_are_ordered_as_told(line: str) -> None:
    left, sign, right = re.split(" ([<=]) ", line)
    lower, higher = Version.parse(left), Version.parse(right)
    assert not lower.is_label
    assert not higher.is_label
    if sign == "<":
        assert lower.key < higher.key
    else:
        assert lower.key == higher.key


def test_there_are_examples() -> None:
    assert len(REQUESTS) > 10
    assert len(ORDER) > 10
