"""source, provider, catalog, store and config: what each prints and does."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import SHELF, Ferry
from .shelf_provider import WEB


def _facts(out: str) -> dict[str, str]:
    return {
        name.strip(): value for name, value in (line.split(" : ", 1) for line in out.splitlines())
    }


# source -----------------------------------------------------------------------------------


def test_sources_are_added_listed_changed_and_removed(ferry: Ferry) -> None:
    ran = ferry("source", "add", "shelf", "shelf://one", "--ticket", "CHG-7")
    assert _facts(ran.out) == {
        "Name": "shelf",
        "Provider": "shelf",
        "Location": "shelf://one",
        "Priority": "50",
        "Trust": "accepted",
        "Indexed": "False",
    }
    assert ferry("catalog", "log", "--json").rows[0]["ticket"] == "CHG-7"
    ferry("source", "set", "shelf", "--priority", "7")
    (row,) = ferry("source", "list", "--json").rows
    assert (row["schema"], row["name"], row["priority"]) == ("ferry.source/1", "shelf", 7)
    assert ferry("source", "list").out == (
        "Name  Provider Origin Priority Trust    Offers Refreshed Until Location\n"
        "----  -------- ------ -------- -----    ------ --------- ----- --------\n"
        "shelf shelf    added  7        accepted                        shelf://one\n"
    )
    assert ferry("source", "remove", "shelf").out == "Removed: shelf\n"
    assert "shelf" not in ferry("source", "list").out


def test_built_in_sources_say_what_they_are(ferry: Ferry) -> None:
    assert ferry("source", "list").out.splitlines()[2].split()[:4] == [
        "samples",
        "archive",
        "built",
        "in",
    ]
    for command in (["remove", "Samples"], ["set", "samples", "--priority", "1"]):
        ran = ferry("source", *command)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            "ferry: the source 'samples' is built in; it is not changed or removed\n"
            "hint: it is left out as soon as another source is added\n"
        )
    ran = ferry("source", "add", "shelf", "shelf://one")
    assert ran.err == (
        "the built-in source samples is left out now; --source samples still asks it\n"
    )
    assert [row["name"] for row in ferry("source", "list", "--json").rows] == ["shelf"]
    assert ferry("source", "add", "second", "shelf://two").err == ""
    assert "known sources: shelf, second" in ferry("source", "remove", "samples").err


def test_an_own_source_may_have_the_name_of_a_built_in_one(ferry: Ferry) -> None:
    assert ferry("source", "add", "samples", "shelf://one").err == ""
    assert ferry("source", "remove", "samples").code == 0


def test_a_source_is_not_replaced_unasked(shelved: Ferry) -> None:
    assert shelved("source", "add", "shelf", "shelf://two").code == 2
    assert shelved("source", "add", "shelf", "shelf://two", "--force").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "x", "shelf://one", "-o", "drive=7"],
        ["add", "x", "shelf://one", "-o", "a=1", "-o", "a=2"],
        ["add", "x", "nowhere://one"],
        ["set", "nothing", "--priority", "1"],
        ["remove", "nothing"],
    ],
)
def test_bad_sources_are_2(ferry: Ferry, arguments: list[str]) -> None:
    assert ferry("source", *arguments).code == 2


def test_refresh_of_nothing_indexed(shelved: Ferry) -> None:
    ran = shelved("source", "refresh")
    assert (ran.code, ran.out, ran.err) == (0, "", "no source is indexed\n")


# provider ---------------------------------------------------------------------------------


def test_providers_are_listed_those_that_fail_too(ferry: Ferry, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise RuntimeError('no \\x1b[2J')", encoding="utf-8")
    ran = ferry("--provider-path", str(broken), "provider", "list")
    assert ran.code == 0
    assert "no \\x1b[2J" in ran.out
    rows = ferry("--provider-path", str(broken), "provider", "list", "--json").rows
    known = {row["name"]: row for row in rows}
    assert known["broken"]["status"] == "failed"
    assert known["broken"]["error"]["class"] == "ProviderFault"
    assert (known["shelf"]["status"], known["shelf"]["version"]) == ("ready", "1.5")


def test_a_provider_is_shown(ferry: Ferry) -> None:
    facts = _facts(ferry("provider", "show", "shelf").out)
    assert facts["Schemes"] == "shelf"
    assert facts["Origin"] == str(SHELF)
    assert "find" in facts["Can"]
    assert ferry("provider", "show", "nothing").code == 2


def test_a_provider_is_disabled_and_enabled(ferry: Ferry) -> None:
    assert ferry("provider", "disable", "shelf").out == "Disabled: shelf\n"
    assert ferry("provider", "disable", "shelf").err == "shelf is disabled already\n"
    assert ferry("source", "add", "shelf", "shelf://one").code == 2
    (row,) = ferry("provider", "enable", "shelf", "--json").rows
    assert (row["status"], row["changed"]) == ("enabled", True)
    assert ferry("source", "add", "shelf", "shelf://one").code == 0


def test_providers_that_are_here_count_as_installed(
    ferry: Ferry, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = ferry("provider", "install", "archive")
    assert ran.code == 0
    assert "archive is already installed" in ran.err
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    ran = ferry("provider", "install", "nothing")
    assert ran.code == 3
    assert "hint: " in ran.err


# catalog ----------------------------------------------------------------------------------


def test_the_log_tells_what_happened(stocked: Ferry) -> None:
    stocked("uninstall", "NanoServerIIS", "--ticket", "CHG-8")
    rows = stocked("catalog", "log", "--json").rows
    assert [row["operation"] for row in rows] == ["uninstall", "install", "source add"]
    assert rows[0]["ticket"] == "CHG-8"
    assert rows[0]["changes"][0]["after"] is None
    table = stocked("catalog", "log", "--limit", "2").out.splitlines()
    assert " ".join(table[0].split()) == "Revision Time Actor Host Operation Ticket Changes"
    assert table[2].endswith("image nanoserveriis 10.0.10586.0")
    assert table[3].endswith("2 images")
    assert len(stocked("catalog", "log", "--since", "2", "--json").rows) == 1


def test_a_diff_nets_out(stocked: Ferry) -> None:
    stocked("uninstall", "NanoServerIIS")
    assert stocked("catalog", "diff", "1", "3").out == (
        "Change Kind  Subject                 Revision\n"
        "------ ----  -------                 --------\n"
        "added  image nanoserver 10.0.10586.0 2\n"
    )
    assert stocked("catalog", "diff", "2", "2").err == "nothing changed\n"


def test_backup_restore_rebuild_and_check(stocked: Ferry, tmp_path: Path) -> None:
    backup = tmp_path / "catalog.backup"
    assert stocked("catalog", "backup", str(backup)).out == f"{backup}\n"
    assert stocked("catalog", "backup", str(backup)).code == 2
    stocked("uninstall", "NanoServerIIS")
    assert stocked("catalog", "restore", str(backup)).code == 0
    assert "NanoServerIIS" in stocked("list").out
    assert stocked("catalog", "restore", str(tmp_path / "nothing")).code == 3
    assert stocked("catalog", "check").err == "the catalog is whole\n"
    ran = stocked("catalog", "rebuild")
    assert (ran.code, ran.out) == (0, "")


# store ------------------------------------------------------------------------------------


def test_the_stores_path_is_the_result(ferry: Ferry) -> None:
    assert ferry("store", "path").out == f"{ferry.home / 'store'}\n"
    (row,) = ferry("store", "path", "--json").rows
    assert row == {"schema": "ferry.path/1", "path": str(ferry.home / "store")}


def test_damage_is_named_moved_and_mended(stocked: Ferry) -> None:
    assert stocked("store", "check").err == "the store is whole\n"
    layer = WEB.layers[-1].digest
    blob = stocked.home / "store" / "blobs" / "sha256" / layer.hex
    blob.chmod(0o600)
    data = bytearray(blob.read_bytes())
    data[600] ^= 1
    blob.write_bytes(data)
    ran = stocked("store", "check")
    assert ran.code == 4
    assert str(layer) in ran.out
    assert "`ferry store repair`" in ran.err
    rows = stocked("store", "repair", "--json").rows
    assert [(row["schema"], row["digest"]) for row in rows] == [("ferry.damage/1", str(layer))]
    assert stocked("store", "check").code == 4
    assert stocked("install", "NanoServerIIS", "--force").code == 0
    assert stocked("store", "check").code == 0


def test_gc_collects_what_nothing_needs(stocked: Ferry, tmp_path: Path) -> None:
    assert stocked("save", "NanoServer:10.0.14289.1000", "--to", str(tmp_path / "x.tar")).code == 0
    ran = stocked("store", "gc", "--grace", "0", "--dry-run")
    unneeded = ran.out.splitlines()
    assert unneeded
    assert all(line.startswith("Unneeded: sha256:") for line in unneeded)
    (row,) = stocked("store", "gc", "--grace", "0", "--json").rows
    assert row["schema"] == "ferry.collected/1"
    assert len(row["digests"]) == len(unneeded)
    assert stocked("store", "gc", "--grace", "0").err == "0 B freed\n"


# config -----------------------------------------------------------------------------------


def test_settings_show_where_they_come_from(ferry: Ferry) -> None:
    assert ferry("config", "set", "jobs", "7").code == 0
    assert ferry("config", "set", "platforms", "linux/amd64,linux/arm64").code == 0
    ferry.environ["FERRY_STALL_TIMEOUT"] = "5"
    rows = ferry("config", "--offline", "--json").rows
    known = {row["name"]: (row["value"], row["origin"].split()[0]) for row in rows}
    assert known["jobs"] == (7, "home")
    assert known["platforms"] == (["linux/amd64", "linux/arm64"], "home")
    assert known["stall_timeout"] == (5.0, "environment")
    assert known["offline"] == (True, "flag")
    assert known["plugins"] == (True, "default")
    out = ferry("config").out
    assert "jobs               7" in out
    assert "linux/amd64, linux/arm64" in out


def test_settings_are_taken_back(ferry: Ferry) -> None:
    ferry("config", "set", "lock-timeout", "3")
    assert "3.0" in ferry("config", "list").out
    assert ferry("config", "unset", "lock-timeout").code == 0
    rows = ferry("config", "--json").rows
    assert {row["name"] for row in rows if row["origin"] != "default"} == {"disabled_sources"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["set", "colour", "red"],
        ["set", "jobs", "many"],
        ["set", "jobs", "0"],
        ["set", "gc_grace", "nan"],
        ["set", "stall-timeout", "inf"],
        ["set", "platforms", "linux/amd64,bogus"],
        ["unset", "colour"],
    ],
)
def test_bad_settings_are_2_and_change_nothing(ferry: Ferry, arguments: list[str]) -> None:
    ran = ferry("config", *arguments)
    assert ran.code == 2
    assert "FERRY_" not in ran.err
    assert arguments[1].replace("-", "_") in ran.err
    assert not (ferry.home / "config.toml").exists()


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_durations_are_finite(stocked: Ferry, seconds: str) -> None:
    for command in (["store", "gc", "--grace", seconds], ["list", "--lock-timeout", seconds]):
        ran = stocked(*command)
        assert (ran.code, ran.out) == (2, "")
        assert seconds in ran.err


# homes and common flags -------------------------------------------------------------------


def test_common_flags_are_heard_before_and_after(stocked: Ferry, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    assert stocked("list", "--home", other).out == ""
    assert stocked("--home", other, "list").out == ""
    assert stocked("--home", other, "list", "--home", str(stocked.home)).out != ""
    assert stocked("--json", "list").rows == stocked("list", "--json").rows


def test_provider_paths_add_up(ferry: Ferry, tmp_path: Path) -> None:
    second = tmp_path / "second.py"
    second.write_text(SHELF.read_text(encoding="utf-8").replace('"shelf"', '"rack"'))
    ran = ferry("provider", "list", "--provider-path", str(second), "--json")
    assert {"shelf", "rack"} <= {row["name"] for row in ran.rows}


def test_a_home_below_a_file_is_named(ferry: Ferry, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    home = str(tmp_path / "file" / "home")
    ran = ferry("source", "add", "shelf", "shelf://one", "--home", home)
    assert (ran.code, ran.out) == (3, "")
    assert home in ran.err
