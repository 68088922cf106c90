"""How offers come, change and go; and a file that may always be made anew."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from provider_core.catalog import Catalog, Offers, OffersState, View
from provider_core.errors import DocumentError, Locked, ProviderFault, UsageError
from provider_core.model import Package, Query, Snapshot

from .samples import ARM64, Clock, image, offer, source

EVERYTHING = Query(all_versions=True, prereleases=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "offers.db"


@pytest.fixture
def offers(path: Path, clock: Clock) -> Iterator[Offers]:
    kept = Offers(path, clock=clock, timeout=5)
    yield kept
    kept.close()


def all_of(offers: Offers, name: str = "lab") -> set[Package]:
    return set(offers.find(EVERYTHING, [name]))


def test_reading_makes_no_file(offers: Offers, tmp_path: Path) -> None:
    assert offers.find(EVERYTHING, ["lab"]) == ()
    assert offers.names("") == ()
    assert offers.state("lab") is None
    assert offers.token("lab") is None
    assert list(tmp_path.iterdir()) == []


def test_a_first_snapshot_is_everything(offers: Offers, clock: Clock) -> None:
    one, two = offer("a", "1.0"), offer("b", "1.0")
    assert offers.apply("Lab", Snapshot(since=None, token="t1", upserts=iter([one, two])))
    assert all_of(offers) == {one, two}
    assert offers.token("lab") == "t1"
    assert offers.state("LAB") == OffersState(
        token="t1", refreshed="2026-03-01T12:00:00+00:00", count=2
    )
    clock.advance(60)
    assert offers.apply("lab", Snapshot(since=None, token="t2", upserts=[two]))
    assert all_of(offers) == {two}
    assert offers.state("lab") == OffersState(
        token="t2", refreshed="2026-03-01T12:01:00+00:00", count=1
    )


def test_a_later_snapshot_is_a_difference(offers: Offers) -> None:
    one, two, three = offer("a", "1.0"), offer("b", "1.0"), offer("c", "1.0")
    offers.apply("lab", Snapshot(since=None, token="t1", upserts=[one, two]))
    changed = offer("b", "1.0", summary="another one")
    difference = Snapshot(
        since="t1", token="t2", upserts=[changed, three], removed=iter([one.id, three.id])
    )
    assert offers.apply("lab", difference)
    assert all_of(offers) == {changed, three}, "what is removed goes before what comes"
    assert offers.find(Query(words="another"), ["lab"]) == (changed,)


def test_a_snapshot_that_was_overtaken_is_not_taken(offers: Offers) -> None:
    one = offer("a", "1.0")

    def never() -> Iterator[Package]:
        yield pytest.fail("nothing is read of it")

    assert not offers.apply("lab", Snapshot(since="t0", token="t1", upserts=never()))
    offers.apply("lab", Snapshot(since=None, token="t1", upserts=[one]))
    assert not offers.apply("lab", Snapshot(since="t0", token="t2", upserts=never()))
    assert all_of(offers) == {one}
    assert offers.token("lab") == "t1"


def test_a_snapshot_that_is_overtaken_while_it_comes_is_not_taken(
    offers: Offers, path: Path
) -> None:
    offers.apply("lab", Snapshot(since=None, token="t1"))
    quick = offer("quick", "1.0")

    def slow() -> Iterator[Package]:
        yield offer("slow", "1.0")
        other = Offers(path, timeout=0)
        assert other.apply("lab", Snapshot(since="t1", token="t2", upserts=[quick]))
        other.close()

    assert not offers.apply("lab", Snapshot(since="t1", token="t3", upserts=slow()))
    assert all_of(offers) == {quick}
    assert offers.token("lab") == "t2"


def test_a_snapshot_that_breaks_off_leaves_nothing(offers: Offers) -> None:
    one = offer("a", "1.0")
    offers.apply("lab", Snapshot(since=None, token="t1", upserts=[one]))

    def broken() -> Iterator[Package]:
        yield offer("b", "1.0")
        raise ProviderFault("archive", "refresh", "no more")

    for since in ("t1", None):
        with pytest.raises(ProviderFault, match="no more"):
            offers.apply("lab", Snapshot(since=since, token="t2", upserts=broken()))
    assert all_of(offers) == {one}
    assert offers.token("lab") == "t1"


@pytest.mark.parametrize(
    ("package", "error"),
    [(offer("a", "1" * 129), DocumentError), (offer("caf\udce9", "1.0"), UsageError)],
)
def test_an_offer_that_cannot_be_kept_is_refused(
    offers: Offers, package: Package, error: type[Exception]
) -> None:
    with pytest.raises(error):
        offers.remember("lab", [offer("b", "1.0"), package])
    assert all_of(offers) == set()


def test_of_equal_offers_the_last_counts(offers: Offers) -> None:
    first, last = offer("a", "1.0", content="x"), offer("A", "1.0", content="y")
    offers.remember("lab", [first, last])
    assert all_of(offers) == {last}
    assert offers.state("lab") == OffersState(token=None, refreshed="", count=1)


def test_platforms_are_removed_one_by_one(offers: Offers) -> None:
    both, one = offer("a", "1.0"), offer("a", "1.0", platform=ARM64)
    offers.apply("lab", Snapshot(since=None, token="1", upserts=[both, one]))
    offers.apply("lab", Snapshot(since="1", token="2", removed=[one.id]))
    assert all_of(offers) == {both}


def test_remembering_adds_and_leaves_the_token(offers: Offers) -> None:
    one, two = offer("a", "1.0"), offer("b", "1.0")
    offers.apply("lab", Snapshot(since=None, token="t1", upserts=[one]))
    offers.remember("lab", [two])
    assert all_of(offers) == {one, two}
    state = offers.state("lab")
    assert state is not None
    assert (state.token, state.count) == ("t1", 2)


def test_sources_do_not_touch_each_other(offers: Offers) -> None:
    one, two = offer("a", "1.0", summary="of the lab"), offer("a", "1.0", summary="of the stick")
    offers.remember("lab", [one])
    offers.remember("usb", [two])
    offers.forget("LAB")
    assert all_of(offers) == set()
    assert offers.state("lab") is None
    assert all_of(offers, "usb") == {two}
    assert offers.find(Query(words="lab"), ["lab", "usb"]) == ()
    assert offers.find(Query(words="stick"), ["lab", "usb"]) == (two,)


def test_names_are_completed_in_any_case(offers: Offers) -> None:
    offers.remember("lab", [offer(name, "1.0") for name in ("Nginx", "nano", "redis", "NODE")])
    offers.remember("usb", [offer("nginx", "1.0")])
    assert offers.names("n") == ("nano", "Nginx", "NODE")
    assert offers.names("NO") == ("NODE",)
    assert offers.names("", limit=2) == ("nano", "Nginx")
    assert offers.names("x") == ()


# the file -----------------------------------------------------------------------------------


def test_a_damaged_file_is_made_anew(offers: Offers, path: Path) -> None:
    offers.remember("lab", [offer("a", "1.0")])
    path.write_bytes(b"no database at all" * 1_000)
    assert all_of(offers) == set()
    path.write_bytes(b"no database at all" * 1_000)
    offers.remember("lab", [offer("b", "1.0")])
    assert len(all_of(offers)) == 1


@pytest.mark.parametrize("pragma", ["PRAGMA user_version = 99", "PRAGMA application_id = 1"])
def test_a_file_of_another_form_is_made_anew(offers: Offers, path: Path, pragma: str) -> None:
    offers.remember("lab", [offer("a", "1.0")])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(pragma)
    fresh = Offers(path)
    assert fresh.state("lab") is None
    fresh.remember("lab", [offer("b", "1.0")])
    assert [package.name for package in all_of(fresh)] == ["b"]
    fresh.close()


def test_damage_inside_is_found_when_it_is_met(offers: Offers, path: Path) -> None:
    offers.remember("lab", [offer(f"name-{number}", "1.0") for number in range(500)])
    offers.close()
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    assert all_of(offers) == set()
    assert offers.state("lab") is None, "so that it is asked for everything again"


def test_a_new_file_in_its_place_is_seen(offers: Offers, path: Path) -> None:
    offers.remember("lab", [offer("a", "1.0")])
    assert len(all_of(offers)) == 1
    path.unlink()
    assert all_of(offers) == set()
    other = Offers(path)
    other.remember("lab", [offer("b", "1.0"), offer("c", "1.0")])
    other.close()
    assert len(all_of(offers)) == 2


def test_an_empty_file_is_no_answer_for_later(offers: Offers, path: Path) -> None:
    path.touch()
    assert all_of(offers) == set()
    other = Offers(path)
    other.remember("lab", [offer("a", "1.0")])
    other.close()
    assert len(all_of(offers)) == 1


def test_a_file_without_tables_is_an_empty_one(offers: Offers, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")
    assert path.stat().st_size > 0
    assert all_of(offers) == set()
    offers.remember("lab", [offer("a", "1.0")])
    assert len(all_of(offers)) == 1


def test_a_writer_waits_its_time_and_gives_up(offers: Offers, path: Path) -> None:
    offers.remember("lab", [offer("a", "1.0")])
    impatient = Offers(path, timeout=0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Locked):
            impatient.remember("lab", [offer("b", "1.0")])
        assert len(impatient.find(EVERYTHING, ["lab"])) == 1, "readers need no lock"
    impatient.close()


def test_many_threads_read_and_write(offers: Offers) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                offers.remember("lab", [offer(f"n{number}", f"1.{turn}")])
                found = offers.find(Query(name=f"n{number}"), ["lab"])
                assert [package.version for package in found] == [f"1.{turn}"]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(all_of(offers)) == 30


def test_a_call_after_close_is_a_call(offers: Offers) -> None:
    offers.remember("lab", [offer("a", "1.0")])
    offers.close()
    offers.close()
    assert len(all_of(offers)) == 1


# the view -----------------------------------------------------------------------------------


def test_providers_see_both(offers: Offers, catalog: Catalog) -> None:
    one, installed = offer("a", "1.0"), image("B", "1.0")
    offers.remember("lab", [one])
    with catalog.change("install") as change:
        change.put_image(installed)
        change.put_source(source("lab"))
    view = View(catalog, offers)
    assert view.installed() == view.images_named("b") == (installed,)
    assert view.offers(Query(name="a"), ["lab"]) == (one,)
    assert view.sources() == (source("lab"),)
