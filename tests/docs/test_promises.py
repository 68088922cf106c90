"""promises.md names tests, and each of them exists."""

from __future__ import annotations

import re

import pytest

from .pages import ROOT, Page

NAMED = re.findall(r"`([\w/]+\.py)::(test_\w+)`", Page.read("explanation/promises.md").text)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_promise_is_held_by_a_test(file: str, name: str) -> None:
    assert re.search(rf"\bdef {name}\(", (ROOT / file).read_text(encoding="utf-8"))


def test_every_promise_names_its_tests() -> None:
    promise = ""
    held: dict[str, int] = {}
    for line in Page.read("explanation/promises.md").prose:
        if line.startswith("**"):
            promise = line
            held[promise] = 0
        held[promise] = held.get(promise, 0) + line.startswith("* `")
    assert all(count for title, count in held.items() if title)
    assert len(NAMED) == sum(held.values())
