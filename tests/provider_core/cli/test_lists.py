"""Lists and locks on the command line, and how much and how fast."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from provider_core.cli.parameter_types import RATE
from provider_core.lists import read_lock

from .running import Ferry
from .shelf_provider import NEWER


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Return a list of images."""
    path = tmp_path / "images.toml"
    path.write_text(
        'source = "shelf"\n'
        '[[image]]\nrequest = "nanoserver"\nkeep = 2\n'
        '[[image]]\nrequest = "nanoserveriis"\nplatforms = ["all"]\n'
    )
    return path


def test_a_list_is_installed(shelved: Ferry, listed: Path) -> None:
    ran = shelved("install", "-f", str(listed), "--json")
    assert ran.code == 0
    versions = {(row["name"], row["version"]) for row in ran.rows}
    assert versions >= {
        ("NanoServer", "10.0.14289.1000"),
        ("NanoServer", "10.0.10586.0"),
        ("NanoServerIIS", "10.0.10586.0"),
    }
    again = shelved("install", "-f", str(listed), "--json")
    assert {row["outcome"] for row in again.rows} == {"kept"}


def test_lists_and_requests_come_together(shelved: Ferry, tmp_path: Path) -> None:
    plain = tmp_path / "more.txt"
    plain.write_text("# ours\nnanoserver:10.0.10586.0\n")
    ran = shelved("install", "nanoserveriis", "-f", str(plain), "--dry-run", "--json")
    names = {row["name"] for row in ran.rows if row["schema"] == "ferry.step/1"}
    assert names >= {"NanoServer", "NanoServerIIS"}


def test_one_entry_that_fails_does_not_end_the_others(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "images.toml"
    path.write_text(
        '[[image]]\nrequest = "nothing"\nkeep = 2\n'
        '[[image]]\nrequest = "nowhere"\n'
        '[[image]]\nrequest = "nanoserver"\n'
    )
    assert shelved("install", "-f", str(path)).code == 3
    assert shelved("list", "--json").rows == []
    ran = shelved("install", "-f", str(path), "--keep-going")
    assert ran.code == 3
    assert ran.err.count("ferry: nothing fits") == 2
    assert [row["name"] for row in shelved("list", "--json").rows] == ["NanoServer"]


def test_platforms_that_all_fail_do_not_end_the_others(shelved: Ferry, tmp_path: Path) -> None:
    path = tmp_path / "images.toml"
    path.write_text(
        '[[image]]\nrequest = "nothing"\nplatforms = ["linux/arm64"]\n'
        '[[image]]\nrequest = "nowhere"\nplatforms = ["linux/arm64"]\n'
        '[[image]]\nrequest = "nanoserver"\n'
    )
    ran = shelved("install", "-f", str(path), "--keep-going")
    assert (ran.code, ran.err.count("ferry: nothing fits")) == (3, 2)
    assert [row["name"] for row in shelved("list", "--json").rows] == ["NanoServer"]
    ran = shelved("install", "nothing", "nowhere", "--keep-going")
    assert (ran.code, ran.out, ran.err.count("ferry: nothing fits")) == (3, "", 2)


def test_each_failure_says_which_image_it_was(shelved: Ferry) -> None:
    arguments = ["install", "nanoserver", "nanoserveriis", "--platform", "plan9/amd64"]
    ran = shelved(*arguments, "--keep-going")
    told = [line for line in ran.err.splitlines() if not line.startswith("hint: ")]
    for name in ("NanoServer 10.0.14289.1000", "NanoServer 10.0.10586.0"):  # which IIS needs
        place = told.index(f"image: {name}")
        assert told[place - 1] == "ferry: the image has nothing for plan9/amd64"
    ran = shelved(*arguments, "--json")
    assert ran.asides[-1]["image"] == "NanoServer 10.0.14289.1000"


def test_a_list_is_saved_once(shelved: Ferry, listed: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "all.tar")
    ran = shelved("save", "-f", str(listed), "--to", target)
    assert (ran.code, "several sets of platforms" in ran.err) == (2, True)
    ran = shelved("save", "-f", str(listed), "--to", target, "--all-platforms", "--json")
    assert len(ran.rows[0]["names"]) >= 3


def test_nothing_asked_for(shelved: Ferry, tmp_path: Path) -> None:
    for words in (["install"], ["save", "--to", str(tmp_path / "x.tar")], ["lock", "--to", "x"]):
        ran = shelved(*words)
        assert (ran.code, "nothing is asked for" in ran.err) == (2, True)
    assert shelved("install", "-f", str(tmp_path / "none.toml")).code == 3


def test_a_lock_is_written_and_kept_to(shelved: Ferry, listed: Path, tmp_path: Path) -> None:
    target = tmp_path / "images.lock"
    ran = shelved("lock", "-f", str(listed), "--to", str(target), "--json")
    assert ran.code == 0
    assert {row["schema"] for row in ran.rows} == {"ferry.pin/1"}
    lock = read_lock(target)
    assert NEWER.root.digest in lock.digests
    assert shelved("list", "--json").rows == []
    assert shelved("lock", "nanoserver", "--to", str(target)).code == 2
    ran = shelved("install", "nanoserver:10.0.10586.0", "--locked", str(target))
    assert ran.code == 0
    ran = shelved("install", "--locked", str(target), "--json")
    assert ran.code == 0
    assert {row["digest"] for row in ran.rows} == set(map(str, lock.digests))
    few = tmp_path / "few.lock"
    assert shelved("lock", "nanoserver:10.0.10586.0", "--to", str(few)).code == 0
    ran = shelved("install", "nanoserver", "--locked", str(few))
    assert (ran.code, "not in the lock" in ran.err) == (2, True)


def test_a_lock_travels_to_where_the_source_has_another_name(
    shelved: Ferry, tmp_path: Path
) -> None:
    target = tmp_path / "images.lock"
    shelved("lock", "nanoserver", "--to", str(target))
    shelved("source", "add", "mirror", "shelf://one")
    shelved("source", "remove", "shelf")
    ran = shelved("install", "--locked", str(target), "--json")
    assert (ran.code, [row["source"] for row in ran.rows]) == (0, ["mirror"])


def test_what_cannot_be_found_is_left_out_of_a_lock(shelved: Ferry, tmp_path: Path) -> None:
    target = tmp_path / "images.lock"
    assert shelved("lock", "nothing", "nanoserver", "--to", str(target)).code == 3
    assert not target.exists()
    ran = shelved("lock", "nothing", "nanoserver", "--to", str(target), "--keep-going")
    assert ran.code == 3
    assert len(read_lock(target).images) == 1


@pytest.mark.parametrize(
    ("text", "rate"),
    [("500k", 5e5), ("2M", 2e6), ("1.5G", 1.5e9), ("1000", 1000.0), ("3 MB/s", 3e6)],
)
def test_rates(text: str, rate: float) -> None:
    assert RATE.convert(text, None, None) == rate


@pytest.mark.parametrize("text", ["", "0", "-1", "fast", "1T", "1e9", "nan", "k"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(click.BadParameter):
        RATE.convert(text, None, None)


def test_how_many_at_once_and_how_fast_is_a_setting(shelved: Ferry) -> None:
    assert shelved("install", "nanoserver", "--jobs", "1", "--limit-rate", "1G").code == 0
    assert shelved("install", "nanoserver", "--jobs", "0").code == 2
    assert shelved("install", "nanoserver", "--limit-rate", "fast").code == 2


def test_a_report_has_what_lists_asked_for(shelved: Ferry, listed: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    shelved("install", "-f", str(listed), "--report", str(report))
    document = json.loads(report.read_text())
    assert document["asked"]["requests"] == ["nanoserver", "nanoserveriis"]
    assert len(document["done"]) >= 3
