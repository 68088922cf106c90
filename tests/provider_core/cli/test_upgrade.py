"""ferry outdated and ferry upgrade."""

from __future__ import annotations

from .running import Ferry

OLD, NEW = "10.0.10586.0", "10.0.14289.1000"


def test_what_is_newer_is_listed(shelved: Ferry) -> None:
    shelved("install", f"nanoserver:{OLD}")
    ran = shelved("outdated")
    assert ran.out == (
        "Name       Version      Available       Source\n"
        "----       -------      ---------       ------\n"
        f"NanoServer {OLD} {NEW} shelf\n"
    )
    (row,) = shelved("outdated", "--json").rows
    assert (row["schema"], row["version"], row["available"]) == ("ferry.outdated/1", OLD, NEW)
    assert shelved("outdated", "nanoserver<10.0.11000").err == "everything is up to date\n"
    assert shelved("outdated", "nothing").code == 3


def test_upgrading(shelved: Ferry) -> None:
    shelved("install", f"nanoserver:{OLD}")
    ran = shelved("upgrade", "--dry-run")
    assert f"upgrade of NanoServer {OLD}" in ran.out
    assert len(shelved("list", "--json").rows) == 1
    ran = shelved("upgrade", "--json")
    assert [(row["version"], row["outcome"]) for row in ran.rows] == [(NEW, "installed")]
    assert {row["version"] for row in shelved("list", "--json").rows} == {OLD, NEW}
    assert shelved("upgrade").err == "everything is up to date\n"


def test_what_has_no_source_is_told(shelved: Ferry) -> None:
    shelved("install", f"nanoserver:{OLD}")
    shelved("source", "remove", "shelf")
    ran = shelved("outdated")
    assert f"NanoServer {OLD} has no source that could be asked" in ran.err


def test_a_source_that_fails_is_told(shelved: Ferry) -> None:
    shelved("install", f"nanoserver:{OLD}")
    shelved("source", "set", "shelf", "--location", "shelf://down")
    assert shelved("outdated").code == 5
    assert shelved("upgrade").code == 5
