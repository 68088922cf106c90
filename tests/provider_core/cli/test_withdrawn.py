from __future__ import annotations

from contextlib import closing

from provider_core.catalog import Offers
from provider_core.digests import Digest
from provider_core.home import Home
from provider_core.model import Snapshot, Withdrawal

from .running import Ferry


def test_what_is_withdrawn_is_listed_with_the_reason(stocked: Ferry) -> None:
    (row,) = stocked("list", "NanoServer", "--json").rows
    advice = Withdrawal(
        digest=Digest.parse(row["digest"]), name="NanoServer", version="x", reason="too old"
    )
    with closing(Offers(Home(stocked.home).offers)) as offers:
        offers.apply("shelf", Snapshot(since=None, token="t", withdrawn=(advice,)))
    ran = stocked("list", "--withdrawn")
    assert [line.split() for line in ran.out.splitlines()[2:]] == [
        ["NanoServer", "10.0.10586.0", "shelf", "too", "old"]
    ]
    (told,) = stocked("list", "--withdrawn", "--json").rows
    assert (told["schema"], told["reason"]) == ("ferry.withdrawn/1", "too old")
    assert stocked("list", "NanoServerIIS", "--withdrawn").out == ""


def test_other_ways_to_list_exclude_it(stocked: Ferry) -> None:
    for other in (["--revision", "1"], ["--columns", "Name"], ["--engine", "docker"]):
        assert stocked("list", "--withdrawn", *other).code == 2
