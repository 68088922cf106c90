"""Store commands beside a damaged catalog: they do their part, and say what is left."""

from __future__ import annotations

from .running import Ferry


def test_check_and_repair_go_on_and_end_with_4(stocked: Ferry) -> None:
    (stocked.home / "catalog.db").write_bytes(b"no database at all" * 1000)
    for verb in ("check", "repair"):
        ran = stocked("store", verb, "--json")
        assert ran.code == 4
        assert [row["kind"] for row in ran.rows] == ["catalog"]
    assert "catalog rebuild" in stocked("store", "repair").err
    assert stocked("catalog", "rebuild").code == 0
    assert stocked("store", "check").code == 0
