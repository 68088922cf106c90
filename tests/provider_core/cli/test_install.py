from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .running import Ferry
from .shelf_provider import BASE, WEB


def test_install_prints_what_came(shelved: Ferry) -> None:
    ran = shelved("install", "NanoServerIIS")
    assert ran.out == (
        "Name          Publisher    Version      IsOSImage\n"
        "----          ---------    -------      ---------\n"
        "NanoServer    CN=Microsoft 10.0.10586.0 True\n"
        "NanoServerIIS CN=Demo      10.0.10586.0 False\n"
    )
    pattern = r"Downloaded in \d+ hours, \d+ minutes, \d+ seconds\.\n"
    assert re.fullmatch(pattern, ran.err)


def test_a_local_file_is_not_downloaded(stocked: Ferry, tmp_path: Path) -> None:
    archive = str(tmp_path / "images.tar")
    assert stocked("save", "NanoServer", "--to", archive).code == 0
    ran = stocked("install", archive, "--home", str(tmp_path / "far"))
    assert re.fullmatch(r"Installed in \d+ hours, \d+ minutes, \d+ seconds\.\n", ran.err)


def test_what_is_here_is_kept(stocked: Ferry) -> None:
    ran = stocked("pull", "NanoServer:10.0.10586.0")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "NanoServer 10.0.10586.0 is already installed\n"
    (row,) = stocked("install", "NanoServer:10.0.10586.0", "--json").rows
    assert (row["schema"], row["outcome"]) == ("ferry.image/1", "kept")


def test_nothing_is_downloaded_that_is_here(ferry: Ferry) -> None:
    twins = ["--provider-path", str(Path(__file__).with_name("twin_provider.py"))]
    assert ferry("source", "add", "twins", "twins://both", *twins).code == 0
    first, second = [row["digest"] for row in ferry("find", "Twin", "--json", *twins).rows]
    for digest, *flags in ([first], [first, "--force"], [second, "--force"]):
        ran = ferry("install", f"Twin@{digest}", *flags, *twins)
        assert ran.out.endswith("Twin           1.0     False\n")
        assert ran.err.startswith("Downloaded in") == (digest == second or not flags)


def test_the_version_flag_is_exact(shelved: Ferry) -> None:
    rows = shelved("install", "NanoServer", "--version", "10.0.10586.0", "--json").rows
    assert [(row["version"], row["outcome"]) for row in rows] == [("10.0.10586.0", "installed")]


def test_dry_run_shows_the_plan_and_does_nothing(shelved: Ferry) -> None:
    ran = shelved("install", "NanoServerIIS", "--dry-run")
    table = [line.split() for line in ran.out.splitlines()]
    assert " ".join(table[0]) == "Action Name Version Platform Source Fetch Here Reason"
    assert [line[:2] for line in table[2:]] == [
        ["install", "NanoServer"],
        ["install", "NanoServerIIS"],
    ]
    assert re.match(r"2 images: [\d.]+ kB to fetch, [\d.]+ kB here; .* free on the disk\n", ran.err)
    assert shelved("list").out == ""


def test_dry_run_as_json_ends_with_totals(shelved: Ferry) -> None:
    rows = shelved("install", "NanoServerIIS", "--dry-run", "--json").rows
    assert [row["schema"] for row in rows] == ["ferry.step/1"] * 2 + ["ferry.plan/1"]
    assert rows[-1]["fetch"] == sum(row["fetch"] for row in rows[:-1])
    assert rows[0]["location"] == "shelf://one"


def test_find_pipes_into_install_and_list_into_uninstall(shelved: Ferry) -> None:
    found = shelved("find", "nanoserver*", "--json").out
    assert shelved("install", "-", stdin=found).code == 0
    listed = shelved("list", "--json")
    assert {row["version"] for row in listed.rows} == {"10.0.10586.0", "10.0.14289.1000"}
    assert shelved("uninstall", "-", stdin=listed.out).code == 0
    assert shelved("list").out == ""


def test_names_pipe_too_and_images_rows(stocked: Ferry) -> None:
    assert stocked("install", "-", stdin="NanoServer\n").code == 0
    rows = stocked("images", "NanoServerIIS", "--json").out
    assert stocked("rmi", "-", stdin=rows).code == 0
    assert "IIS" not in stocked("list").out


@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_an_empty_stdin_is_2(shelved: Ferry, verb: str) -> None:
    ran = shelved(verb, "-", stdin="")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("ferry: nothing came on standard input\n")


def test_stdin_is_read_once_and_is_text(shelved: Ferry) -> None:
    assert shelved("install", "-", "-", stdin="a").code == 2
    assert shelved("install", "-", stdin=b"\xff\xfe").code == 2


def test_offers_of_several_sources_come_each_from_its_own(shelved: Ferry) -> None:
    shelved("source", "add", "second", "shelf://two")
    found = shelved("find", "nanoserver", "--all-versions", "--json").rows
    newest, *_ = [row for row in found if row["source"] == "shelf"]
    *_, oldest = [row for row in found if row["source"] == "second"]
    lines = "\n".join(map(json.dumps, [newest, oldest]))
    rows = shelved("install", "-", "--json", stdin=lines).rows
    assert [row["source"] for row in rows] == ["shelf", "second"]


def test_uninstall_says_what_went(stocked: Ferry) -> None:
    ran = stocked("uninstall", "NanoServerIIS")
    lines = ran.out.splitlines()
    assert lines[:2] == [
        "Untagged: NanoServerIIS:10.0.10586.0",
        f"Deleted: {WEB.root.digest}",
    ]
    assert all(line.startswith("Deleted: sha256:") for line in lines[1:])
    assert str(BASE.root.digest) not in ran.out
    assert re.fullmatch(r"[\d.]+ kB freed\n", ran.err)


def test_uninstall_of_a_needed_image_is_6(stocked: Ferry) -> None:
    ran = stocked("remove", "NanoServer")
    assert (ran.code, ran.out) == (6, "")
    assert "NanoServer 10.0.10586.0 is needed by NanoServerIIS 10.0.10586.0" in ran.err


def test_uninstall_dry_run_and_json(stocked: Ferry) -> None:
    (row,) = stocked("uninstall", "NanoServerIIS", "--dry-run", "--json").rows
    assert (row["schema"], row["dry_run"]) == ("ferry.removal/1", True)
    assert row["untagged"] == ["NanoServerIIS:10.0.10586.0"]
    assert row["freed"] > 0
    assert "NanoServerIIS" in stocked("list").out


def test_keep_going_does_what_can_be_done(shelved: Ferry) -> None:
    ran = shelved("install", "nothing", "NanoServer", "--keep-going")
    assert ran.code == 3
    assert "NanoServer" in ran.out
    assert "ferry: nothing fits 'nothing'" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["NanoServer", "--name", "x"],
        ["NanoServer", "./x.tar", "--version", "1"],
        ["NanoServer", "--platform", "linux/amd64", "--all-platforms"],
        ["NanoServer", "--sha256", "12"],
        ["NanoServer", "-o", "=x"],
        ["NanoServer", "--columns", "Colour"],
        ["NanoServer", "--version", "1,2"],
    ],
)
def test_contradictions_are_2_and_do_nothing(shelved: Ferry, arguments: list[str]) -> None:
    ran = shelved("install", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert shelved("list").out == ""


@pytest.mark.parametrize("name", ["nothing.tar", f"{'long' * 100}.tar"])
def test_a_missing_file_is_3(ferry: Ferry, name: str) -> None:
    ran = ferry("install", name)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("ferry: no such file: ")


def test_each_name_that_is_saved_has_its_digest(stocked: Ferry, tmp_path: Path) -> None:
    stocked("tag", "NanoServer", "base:prod")
    ran = stocked("save", "NanoServer", "NanoServerIIS", "--to", str(tmp_path / "x.tar"))
    digests = [line.split()[1] for line in ran.out.splitlines()[2:]]
    assert digests == [str(one.root.digest) for one in (BASE, BASE, WEB)]


def test_save_and_install_on_the_far_side(stocked: Ferry, tmp_path: Path) -> None:
    archive = tmp_path / "both.tar"
    ran = stocked("save", "NanoServer", "NanoServerIIS", "--to", str(archive))
    assert ran.code == 0
    assert str(WEB.root.digest) in ran.out
    assert stocked("save", "NanoServer", "--to", str(archive)).code == 2
    far = ["--home", str(tmp_path / "far"), "--offline"]
    ran = stocked("install", str(archive), *far, "--json")
    assert {row["digest"] for row in ran.rows} == {str(BASE.root.digest), str(WEB.root.digest)}
    assert stocked("list", *far).out == stocked("list").out


def test_a_files_image_can_be_called_otherwise(stocked: Ferry, tmp_path: Path) -> None:
    archive = str(tmp_path / "one.tar")
    assert stocked("save", "NanoServer", "--to", archive).code == 0
    named = ["--name", "Mine", "--version", "7.1"]
    (row,) = stocked("install", archive, *named, "--json").rows
    assert (row["name"], row["version"]) == ("Mine", "7.1")


def test_save_as_json_and_dry_run(stocked: Ferry, tmp_path: Path) -> None:
    archive = tmp_path / "one.tar"
    rows = stocked("save", "NanoServer", "--to", str(archive), "--dry-run", "--json").rows
    assert rows[-1]["verb"] == "save"
    assert not archive.exists()
    (row,) = stocked("save", "NanoServer", "--to", str(archive), "--json").rows
    assert row["location"] == str(archive)
    assert row["digests"] == [str(BASE.root.digest)]
    assert row["written"] > BASE.size


def test_save_takes_rows_of_several_sources(shelved: Ferry, tmp_path: Path) -> None:
    shelved("source", "add", "second", "shelf://two")
    found = shelved("find", "nanoserver", "--json").out
    ran = shelved("save", "-", "--to", str(tmp_path / "x.tar"), "--json", stdin=found)
    assert ran.code == 0
    assert len(ran.rows[0]["names"]) == len(set(ran.rows[0]["names"]))
