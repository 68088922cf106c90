from __future__ import annotations

import pytest

from .running import Ferry
from .shelf_provider import NEWER, SUMMARY


def test_find_reads_like_the_page(shelved: Ferry) -> None:
    assert shelved("find", "nanoserver*").out == (
        "Name          Version         Source Description\n"
        "----          -------         ------ -----------\n"
        f"NanoServer    10.0.14289.1000 shelf  {SUMMARY}\n"
        f"NanoServerIIS 10.0.10586.0    shelf  {SUMMARY}\n"
    )


def test_search_takes_words(shelved: Ferry) -> None:
    for typed, words in (
        (["iis"], "iis"),
        (["windows", "NANOSERVER"], "windows nanoserver"),
        (["nano", "--words", "technical preview"], "nano technical preview"),
        (["nowhere"], "nowhere"),
    ):
        found = shelved("find", "--words", words, "--json")
        searched = shelved("search", *typed, "--json")
        assert searched.code == 0
        names = sorted({row["name"] for row in found.rows})
        assert [row["name"] for row in searched.rows] == names
    assert [row["name"] for row in shelved("search", "iis", "--json").rows] == ["NanoServerIIS"]


def test_search_reads_like_docker_search(shelved: Ferry) -> None:
    header, *lines = shelved("search", "nano").out.splitlines()
    assert header.split() == ["NAME", "DESCRIPTION", "STARS", "OFFICIAL"]
    assert [line.split()[0] for line in lines] == ["NanoServer", "NanoServerIIS"]
    (row,) = shelved("search", "iis", "--json").rows
    assert row == {
        "schema": "ferry.found/1",
        "name": "NanoServerIIS",
        "summary": SUMMARY,
        "stars": None,
        "is_official": False,
        "source": "shelf",
    }
    assert len(shelved("search", "nano", "--limit", "1", "--json").rows) == 1
    assert shelved("search", "nowhere").err == "no source has such a name\n"


@pytest.mark.parametrize(
    "requests",
    [
        ["nanoserver:10.0.10586.0"],
        ["nanoserver>=10.0.14000"],
        ["nano*"],
        ["nanoserver", "nanoserveriis:10.0.10586.0"],
        ["./nano.tar"],
        ["shelf://one"],
    ],
)
def test_search_is_find_otherwise(shelved: Ferry, requests: list[str]) -> None:
    found = shelved("find", *requests)
    assert shelved("search", *requests) == found


@pytest.mark.parametrize("remote", [(), ("--remote",)])
def test_search_alone_lists_what_is_known_here(shelved: Ferry, remote: tuple[str, ...]) -> None:
    assert shelved("search", *remote) == shelved("find", *remote)
    assert shelved("search", "--remote", "--json").rows


def test_all_versions_and_ranges(shelved: Ferry) -> None:
    rows = shelved("find", "nanoserver", "--all-versions", "--json").rows
    assert [row["version"] for row in rows] == ["10.0.14289.1000", "10.0.10586.0"]
    for flags in (["--max", "10.0.12000"], ["--version", "10.0.10586.0"]):
        assert [row["version"] for row in shelved("find", "nanoserver", "--json", *flags).rows] == [
            "10.0.10586.0"
        ]


def test_a_range_and_the_flags_both_hold(shelved: Ferry) -> None:
    ran = shelved("find", "nanoserver>=10.0.14000", "--max", "10.0.12000")
    assert (ran.code, ran.out) == (2, "")
    ran = shelved("find", "nanoserver", "--min", "2", "--max", "1")
    assert ran.code == 2


def test_offers_as_json(shelved: Ferry) -> None:
    (row,) = shelved("find", "nanoserver", "--json").rows
    assert row == {
        "schema": "ferry.offer/1",
        "name": "NanoServer",
        "version": "10.0.14289.1000",
        "publisher": "CN=Microsoft",
        "summary": SUMMARY,
        "is_os_image": True,
        "parent": None,
        "platform": "",
        "platforms": ["linux/amd64"],
        "digest": str(NEWER.root.digest),
        "size": NEWER.size,
        "published": "2016-02-14T00:00:00Z",
        "provider": "shelf",
        "source": "shelf",
    }


def test_control_characters_of_a_source_are_inert(shelved: Ferry) -> None:
    for arguments in (["find", "evil*"], ["find", "evil*", "--json"]):
        ran = shelved(*arguments)
        assert "evil" in ran.out
        assert all(sign.isprintable() for sign in ran.out.replace("\n", ""))
    assert "evil\\x1b[31m\\u202ename 1.0\\x07" in shelved("find", "evil*").out


def test_a_fault_stands_beside_what_was_found(shelved: Ferry) -> None:
    assert shelved("source", "add", "broken", "shelf://down").code == 0
    ran = shelved("find", "nanoserver")
    assert ran.code == 0
    assert "NanoServer" in ran.out
    assert ran.err.splitlines()[0] == "ferry: the shelf\\x1b[2J gave no answer within 3 s"
    ran = shelved("find", "nanoserver", "--json")
    assert [row["schema"] for row in ran.rows] == ["ferry.offer/1"]
    assert [(row["schema"], row["class"]) for row in ran.asides] == [("ferry.error/1", "TimedOut")]


def test_strict_fails_on_any_fault(shelved: Ferry) -> None:
    shelved("source", "add", "broken", "shelf://down")
    assert shelved("find", "nanoserver", "--strict").code == 5


def test_nothing_found(shelved: Ferry) -> None:
    ran = shelved("find", "nothing*")
    assert (ran.code, ran.out, ran.err) == (0, "", "no source has such an image\n")
    ran = shelved("find", "nothing")
    assert (ran.code, ran.out) == (3, "")


def test_a_question_that_stayed_here_says_so(ferry: Ferry) -> None:
    ferry("source", "add", "far", "https://far.example", "--provider", "registry", "--offline")
    for question in ((), ("*",)):
        ran = ferry("find", *question)
        assert (ran.code, ran.out) == (0, "")
        assert "--remote asks beyond this machine" in ran.err
