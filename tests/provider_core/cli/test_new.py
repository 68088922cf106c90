"""new: what its flags say."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from provider_core.cli.command_words import assignments, epoch, words
from provider_core.errors import UsageError

from .running import Ferry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "hello").write_text("hello")
    return folder


def _config(ferry: Ferry, row: dict[str, object]) -> dict[str, dict[str, object]]:
    digest = str(row["id"]).removeprefix("sha256:")
    text = (ferry.home / "store/blobs/sha256" / digest).read_text()
    document: dict[str, dict[str, object]] = json.loads(text)
    return document


def test_a_folder_becomes_an_image(ferry: Ferry, root: Path) -> None:
    ferry.environ["SOURCE_DATE_EPOCH"] = "1400000000"
    flags = ("--publisher", "Demo", "--workdir", "/w", "--user", "7", "--env", "A=b=c")
    run = ("--entrypoint", "sh -c", "--cmd", '["echo hello"]', "--label", "l=1")
    made = ferry(
        "new", "Demo/App", "--version", "1.0", "--from-dir", str(root), *flags, *run, "--json"
    )
    assert made.code == 0, made.err
    (row,) = made.rows
    assert (row["name"], row["version"], row["publisher"]) == ("Demo/App", "1.0", "Demo")
    assert (row["outcome"], row["created"]) == ("made", "2014-05-13T16:53:20Z")
    assert _config(ferry, row)["config"] == {
        "Cmd": ["echo hello"],
        "Entrypoint": ["sh", "-c"],
        "Env": ["A=b=c"],
        "Labels": {"l": "1"},
        "User": "7",
        "WorkingDir": "/w",
    }
    assert "Demo/App" in ferry("list").out


def test_it_reads_like_the_page_of_2016(ferry: Ferry, root: Path) -> None:
    made = ferry(
        "commit", "demo", "--publisher", "Demo", "--version", "1.0", "--from-dir", str(root)
    )
    assert made.out.splitlines() == [
        "Name Publisher Version IsOSImage",
        "---- --------- ------- ---------",
        "demo Demo      1.0     False",
    ]


def test_a_container_may_be_named_first_as_in_docker_commit(ferry: Ferry) -> None:
    ferry.environ["FERRY_ENGINES"] = "only=unix:///nowhere/only.sock"
    asked = ferry("commit", "docker-daemon://web", "demo")
    assert (asked.code, "'docker-daemon://web' names no container" in asked.err) == (2, True)
    for several in (("a", "b", "c"), ("a", "b", "--from-container", "c")):
        assert "ferry commit CONTAINER NAME" in ferry("commit", *several).err


def test_a_home_is_known_after_an_equals_sign(
    ferry: Ferry, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(root.parent))
    made = ferry("new", "demo", "--from-dir=~/root", "--json")
    assert made.code == 0, made.err


def test_an_archive_comes_from_standard_input(ferry: Ferry) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("empty"))
    made = ferry("new", "piped", "--from-tar", "-", "--json", stdin=out.getvalue())
    assert made.code == 0, made.err
    assert made.rows[0]["version"] == "latest"


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("--from-dir", ".", "--from-tar", "x.tar"),
        ("--from-dir", ".", "--env", "A"),
        ("--from-dir", ".", "--cmd", "'open"),
        ("--from-dir", ".", "--platform", "windows/amd64"),
        ("--from-dir", ".", "--columns", "nothing"),
        ("--from-container", "docker-daemon://web"),
    ],
)
def test_what_cannot_be_meant(ferry: Ferry, flags: tuple[str, ...]) -> None:
    made = ferry("new", "x", *flags)
    assert made.code == 2
    assert ferry("list", "--json").rows == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", ()),
        ("[]", ()),
        ("nginx -g 'daemon off;'", ("nginx", "-g", "daemon off;")),
        ('["a b", ""]', ("a b", "")),
    ],
)
def test_words(text: str | None, expected: tuple[str, ...] | None) -> None:
    assert words("--cmd", text) == expected


@pytest.mark.parametrize("text", ["[1]", "[", '"open'])
def test_what_are_no_words(text: str) -> None:
    with pytest.raises(UsageError, match="--cmd"):
        words("--cmd", text)


def test_assignments() -> None:
    assert assignments("--env", ["A=1", "B=", "A=x=y"]) == {"A": "x=y", "B": ""}
    for text in ("A", "=x", "A=\0"):
        with pytest.raises(UsageError):
            assignments("--env", [text])


def test_the_epoch() -> None:
    assert epoch({}) is None
    assert epoch({"SOURCE_DATE_EPOCH": "0"}) == 0
    for text in ("-1", "1.5", "soon", "9" * 12, "²"):
        with pytest.raises(UsageError):
            epoch({"SOURCE_DATE_EPOCH": text})
