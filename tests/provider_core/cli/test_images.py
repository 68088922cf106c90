"""list, images, show, history: exact outputs over a real home."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from provider_core import Host
from provider_core.model import ImageKey, Tag

from .running import Ferry, clean_environment
from .shelf_provider import BASE, WEB

LISTED = """\
Name          Publisher    Version      IsOSImage
----          ---------    -------      ---------
NanoServer    CN=Microsoft 10.0.10586.0 True
NanoServerIIS CN=Demo      10.0.10586.0 False
"""


def test_list_reads_like_the_page(stocked: Ferry) -> None:
    ran = stocked("list")
    assert (ran.code, ran.out, ran.err) == (0, LISTED, "")


def test_list_shows_parents(stocked: Ferry) -> None:
    parent = "ContainerImage (Name = 'NanoServer') [Publisher = 'CN=Microsoft', "
    assert stocked("list", "--columns", "name,parentimage").out == (
        "Name          ParentImage\n"
        "----          -----------\n"
        "NanoServer\n"
        f"NanoServerIIS {parent}Version = '10.0.10586.0']\n"
    )


def test_list_takes_a_pattern_and_a_revision(stocked: Ferry) -> None:
    assert [row["name"] for row in stocked("list", "*iis", "--json").rows] == ["NanoServerIIS"]
    assert stocked("list", "--revision", "1").out == ""
    assert stocked("uninstall", "NanoServerIIS").code == 0
    assert [row["name"] for row in stocked("list", "--json").rows] == ["NanoServer"]
    assert stocked("list", "--revision", "2").out == LISTED


def test_a_revision_has_the_tags_of_its_time(stocked: Ferry) -> None:
    image = ImageKey(name="nanoserveriis", version="10.0.10586.0")
    base = ImageKey(name="nanoserver", version="10.0.10586.0")
    with Host(stocked.home) as host:  # after revision 2, the install
        for number, tag in enumerate(("web", "old", "web"), start=3):
            with host.catalog.change("tag", actor="", host="") as change:
                key = base if number == 5 else image
                change.put_tag(Tag(name="App", tag=tag, image=key))
        with host.catalog.change("untag", actor="", host="") as change:
            change.remove_tag("app", "old")

    def tags(*more: str) -> dict[str, list[str]]:
        return {row["name"]: row["tags"] for row in stocked("list", "--json", *more).rows}

    of_both = {
        "2": ([], []),
        "3": ([], ["App:web"]),
        "4": ([], ["App:old", "App:web"]),
        "5": (["App:web"], ["App:old"]),
        "6": (["App:web"], []),
    }
    for revision, (nano, iis) in of_both.items():
        assert tags("--revision", revision) == {"NanoServer": nano, "NanoServerIIS": iis}
    assert tags() == tags("--revision", "6")
    assert stocked("uninstall", "NanoServer", "--force").code == 0
    assert tags("--revision", "6") == {"NanoServer": ["App:web"], "NanoServerIIS": []}
    assert stocked("list", "--revision", "99").code == 3


def test_an_empty_home_lists_nothing(ferry: Ferry) -> None:
    for command in ("list", "images"):
        ran = ferry(command)
        assert (ran.code, ran.out, ran.err) == (0, "", "no image is installed\n")
    assert not ferry.home.exists()


def test_a_pattern_that_fits_nothing_says_so(stocked: Ferry) -> None:
    for command in ("list", "images", "tree"):
        ran = stocked(command, "Nothing*")
        assert (ran.code, ran.out) == (0, "")
        assert ran.err == "no installed image is called 'Nothing*'\n"


def test_list_as_json_has_every_field(stocked: Ferry) -> None:
    row = stocked("list", "NanoServerIIS", "--json").rows[0]
    assert row.pop("installed_at")
    assert row == {
        "schema": "ferry.image/1",
        "name": "NanoServerIIS",
        "version": "10.0.10586.0",
        "publisher": "CN=Demo",
        "is_os_image": False,
        "parent": {
            "name": "NanoServer",
            "version": "10.0.10586.0",
            "publisher": "CN=Microsoft",
            "digest": str(BASE.root.digest),
        },
        "platform": "",
        "platforms": ["linux/amd64"],
        "digest": str(WEB.root.digest),
        "id": str(WEB.config.digest),
        "size": WEB.size,
        "created": "2016-02-14T12:00:00Z",
        "provider": "shelf",
        "source": "shelf",
        "tags": [],
        "held": None,
    }


def test_images_reads_like_dockers(stocked: Ferry) -> None:
    base, web = BASE.config.digest.short, WEB.config.digest.short
    assert stocked("images").out == (
        "REPOSITORY          TAG                 IMAGE ID            CREATED             SIZE\n"
        f"NanoServer          10.0.10586.0        {base}        6 weeks ago         10.94 kB\n"
        f"NanoServerIIS       10.0.10586.0        {web}        4 weeks ago         21.49 kB\n"
    )


def test_images_whole_and_as_json(stocked: Ferry) -> None:
    assert str(BASE.config.digest) in stocked("images", "--no-trunc").out
    row = stocked("images", "nanoserver", "--json").rows[0]
    assert (row["schema"], row["repository"], row["tag"], row["id"]) == (
        "ferry.tag/1",
        "NanoServer",
        "10.0.10586.0",
        str(BASE.config.digest),
    )


def test_history_reads_like_dockers(stocked: Ferry) -> None:
    web, base = WEB.config.digest.short, BASE.config.digest.short
    lines = (
        "IMAGE               CREATED             CREATED BY          SIZE                COMMENT\n"
        f"{web}        4 weeks ago         COPY iis.txt /      10.24 kB\n"
        "%-20s6 weeks ago         COPY nano.txt /     10.24 kB\n"
    )
    assert stocked("history", "nanoserveriis").out == lines % base
    assert stocked("uninstall", "NanoServer", "--force").code == 0
    assert stocked("history", "nanoserveriis").out == lines % "<missing>"


def test_history_as_json_and_whole(stocked: Ferry) -> None:
    rows = stocked("history", "nanoserveriis", "--json").rows
    assert [row["created_by"] for row in rows] == ["COPY iis.txt /", "COPY nano.txt /"]
    assert {row["schema"] for row in rows} == {"ferry.layer/1"}
    assert "2016-02-14T12:00:00Z" in stocked("history", "nanoserveriis", "--no-trunc").out


def test_show_tells_all(stocked: Ferry) -> None:
    out = stocked("show", "nanoserver").out.splitlines()
    facts = dict(line.split(" : ", 1) for line in out)
    assert {name.strip(): value for name, value in facts.items()}["NeededBy"] == (
        "NanoServerIIS 10.0.10586.0"
    )
    row = stocked("show", str(WEB.config.digest)[7:19], "--json").rows[0]
    assert row["name"] == "NanoServerIIS"
    assert len(row["layers"]) == 2


@pytest.mark.parametrize("command", ["show", "history"])
def test_what_is_not_installed_is_3(ferry: Ferry, command: str) -> None:
    ran = ferry(command, "nginx")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("ferry: no installed image is called 'nginx'\n")


def test_a_terminal_gets_lines_of_its_width(stocked: Ferry) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "provider_core.cli", "list"]
    size = "import fcntl,struct,sys,termios;"
    size += "fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 30, 0, 0));"
    subprocess.run([sys.executable, "-c", size], stdout=theirs, check=True)
    subprocess.run(command, env=clean_environment(stocked.environ), stdout=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode().splitlines()
    os.close(ours)
    assert shown[2:] == ["NanoServer    CN=Microsoft ...", "NanoServerIIS CN=Demo      ..."]
