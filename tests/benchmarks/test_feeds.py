"""The benchmark of feeds runs, and what it counts keeps its promise."""

from __future__ import annotations

import pytest

from .tables import tables


@pytest.mark.peer("nginx", "curl", "skopeo", "docker-registry")
def test_a_refresh_after_one_change_is_small() -> None:
    rows = tables("feeds.py", "refresh", "--names", "300")
    sent = {name: int(cells[0].replace(",", "")) for name, cells in rows.items()}
    assert sent["ferry, after one change"] < 64_000
    assert sent["ferry, nothing new"] < 5_000
    assert sent["ferry, first refresh"] > 100_000


@pytest.mark.peer("nginx", "curl", "skopeo", "docker-registry")
def test_large_images_are_brought_by_all_three() -> None:
    rows = tables("feeds.py", "blobs", "--megabytes", "2", "--rounds", "1")
    assert [name.split()[0] for name in rows] == ["ferry", "curl", "skopeo"]
