"""tag, untag, hold, unhold, tree, prune, store move: what they say, and their exit codes."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from provider_core.cli.render import Output
from provider_core.cli.tree_lines import tree_lines
from provider_core.digests import Digest
from provider_core.model import Content, Installed, Package, PackageId, Parent
from provider_core.oci import Descriptor
from provider_core.operations.results import Branch

from .running import Ferry
from .shelf_provider import BASE, WEB


def test_two_rows_have_one_id_once_it_is_tagged(stocked: Ferry) -> None:
    base, web = BASE.config.digest.short, WEB.config.digest.short
    ran = stocked("tag", base, "nanoserver:latest")
    assert (ran.code, ran.out, ran.err) == (
        0,
        "",
        "nanoserver:latest is NanoServer 10.0.10586.0 now\n",
    )
    assert stocked("images").out == (
        "REPOSITORY          TAG                 IMAGE ID            CREATED             SIZE\n"
        f"NanoServer          10.0.10586.0        {base}        6 weeks ago         10.94 kB\n"
        f"nanoserver          latest              {base}        6 weeks ago         10.94 kB\n"
        f"NanoServerIIS       10.0.10586.0        {web}        4 weeks ago         21.49 kB\n"
    )
    ran = stocked("untag", "nanoserver")
    assert (ran.code, ran.out) == (0, "Untagged: nanoserver:latest\n")
    assert stocked("untag", "nanoserver").code == 3


def test_an_error_gives_the_line_that_helps(stocked: Ferry) -> None:
    ran = stocked("show", "nanoserver:latest")
    assert (ran.code, ran.out) == (3, "")
    assert "`ferry tag NanoServer:10.0.10586.0 NanoServer:latest`" in ran.err


def test_install_tags(shelved: Ferry) -> None:
    assert shelved("install", "NanoServer==10.0.10586.0", "--tag", "latest").code == 0
    (row,) = shelved("list", "--json").rows
    assert row["tags"] == ["NanoServer:latest"]
    ran = shelved("install", "NanoServer:latest")
    assert ran.code == 3
    assert "ferry install NanoServer --tag latest" in ran.err


def test_a_hold_is_shown_and_counts(stocked: Ferry) -> None:
    ran = stocked("hold", "nanoserveriis", "--reason", "audit", "--ticket", "CHG-1")
    assert (ran.code, ran.err) == (0, "NanoServerIIS 10.0.10586.0 is held\n")
    assert stocked("list", "--columns", "Name,Held").out == (
        "Name          Held\n----          ----\nNanoServer\nNanoServerIIS audit\n"
    )
    assert "Held        : audit\n" in stocked("show", "nanoserveriis").out
    assert [row["held"] for row in stocked("list", "--json").rows] == [None, "audit"]
    ran = stocked("uninstall", "nanoserveriis")
    assert (ran.code, ran.out) == (6, "")
    assert ran.err.startswith("ferry: NanoServerIIS 10.0.10586.0 is needed by a hold (audit)\n")
    held = stocked("catalog", "log", "--limit", "1", "--json").rows[0]
    assert (held["operation"], held["ticket"]) == ("hold", "CHG-1")
    for said in ("is not held any more", "was not held"):
        assert stocked("unhold", "nanoserveriis").err == f"NanoServerIIS 10.0.10586.0 {said}\n"
    assert [row["held"] for row in stocked("list", "--revision", "3", "--json").rows] == [
        None,
        "audit",
    ]
    assert [row["held"] for row in stocked("list", "--revision", "2", "--json").rows] == [None] * 2
    assert stocked("hold", "nothing").code == 3


def test_a_tree_reads_like_trees_do(stocked: Ferry) -> None:
    base, web = BASE.config.digest.short, WEB.config.digest.short
    assert stocked("tree").out == (
        f"NanoServer 10.0.10586.0 ({base})\n└── NanoServerIIS 10.0.10586.0 ({web})\n"
    )
    assert [row["depth"] for row in stocked("tree", "*iis", "--json").rows] == [0, 1]
    assert stocked("tree", "x*").out == ""
    assert stocked("uninstall", "NanoServer", "--force").code == 0
    assert stocked("tree").out == (
        f"NanoServerIIS 10.0.10586.0 ({web}) - made from NanoServer 10.0.10586.0, which is not"
        " installed\n"
    )


def test_a_tree_in_ascii_for_who_has_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Descriptor.of(b"x", "application/vnd.oci.image.manifest.v1+json")
    image = Installed(
        package=Package(id=PackageId(provider="p", source="s", name="a", version=""), pin=root),
        content=Content(root=root),
        image_id=Digest.of(b"x"),
        parent=Parent(name=""),
    )
    shapes = ((), (True,), (True, False), (True, False, True), (False,), (False, False))
    lines = tree_lines([Branch(image=image, above=above) for above in shapes], fancy=False)
    assert [line.partition("a (")[0] for line in lines] == [
        "",
        "|-- ",
        "|   `-- ",
        "|       |-- ",
        "`-- ",
        "    `-- ",
    ]
    for encoding, fancy in (("ascii", False), ("cp1252", False), ("utf-8", True)):
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
        assert Output().can_print("├└│─") is fancy


def test_pipes_mean_exactly_what_was_listed(stocked: Ferry) -> None:
    listed = stocked("list", "*iis", "--json").out
    assert stocked("uninstall", "-", "--dry-run", stdin=listed).code == 0
    other = listed.replace(str(WEB.root.digest), str(BASE.root.digest))
    assert stocked("uninstall", "-", stdin=other).code == 3
    assert stocked("rmi", "-", stdin=listed).code == 0


def test_prune_says_what_stays_and_why(shelved: Ferry) -> None:
    for version in ("10.0.10586.0", "10.0.14289.1000"):
        assert shelved("install", f"NanoServer:{version}").code == 0
    assert shelved("install", "NanoServerIIS").code == 0
    ran = shelved("prune", "--keep", "newest:1", "--dry-run")
    assert (ran.code, ran.out) == (0, "")
    assert (
        ran.err
        == "NanoServer 10.0.10586.0 stays for NanoServerIIS 10.0.10586.0\n0 B would be freed\n"
    )
    (kept,) = shelved("prune", "--keep", "newest:1", "--dry-run", "--json").rows
    assert (kept["schema"], kept["needed_by"]) == ("ferry.kept/1", ["NanoServerIIS 10.0.10586.0"])
    assert shelved("uninstall", "NanoServerIIS").code == 0
    ran = shelved("prune", "--keep", "newest:1", "--older-than", "0s")
    assert ran.out == ""  # the clock stands still: nothing is older
    ran = shelved("prune", "--keep", "newest:1")
    assert ran.out.startswith("Untagged: NanoServer:10.0.10586.0\nDeleted: sha256:")
    assert [row["version"] for row in shelved("list", "--json").rows] == ["10.0.14289.1000"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--keep", "3"), ("--keep", "newest:"), ("--older-than", "90"), ("--older-than", "d")],
)
def test_prune_wants_a_rule_that_can_be_read(ferry: Ferry, arguments: tuple[str, ...]) -> None:
    assert ferry("prune", *arguments).code == 2


def test_the_store_moves(stocked: Ferry, tmp_path: Path) -> None:
    target = tmp_path / "images"
    ran = stocked("store", "move", str(target))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"the store is at {target} now (renamed)\n"
    assert stocked("store", "path").out == f"{target}\n"
    assert stocked("store", "check").code == 0
    ran = stocked("store", "move", str(target))
    assert (ran.code, ran.out) == (2, "")
    (row,) = stocked("store", "move", str(tmp_path / "again"), "--json").rows
    assert row == {
        "schema": "ferry.moved/1",
        "before": str(target),
        "path": str(tmp_path / "again"),
        "copied": 0,
    }
