"""Deltas: only what the receivers lack travels, and nothing is used where the base is another."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from provider_core.oci.layout import blob_path

from ...feeds.feed_format.feeds import FeedMaker
from ...provider_core.cli.running import Ferry, Ran
from ...support.images import ARM64, SmallImage, make_image, make_index
from ...support.published import fingerprint, publish_image

SHARED = "what both builds have, and what makes them large " * 400
FIRST, SECOND = make_image(SHARED, "first build"), make_image(SHARED, "second build")
BASE_LAYER, SECOND_LAYER = FIRST.manifest.layers[0], SECOND.manifest.layers[1]


class Sides:
    """A near side that follows a feed, and far sides that get what it saves."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.feed = FeedMaker(path=folder / "feed").create()
        self.near = self.side("near")

    def side(self, name: str) -> Ferry:
        return Ferry(self.folder / name, self._capsys)

    def publish(self, version: str, image: SmallImage) -> None:
        publish_image(self.feed, "app", version, image)

    def save(self, request: str, name: str, *flags: str, code: int = 0) -> Path:
        bundle = self.folder / name
        done = self.near("save", request, "--to", str(bundle), *flags)
        assert done.code == code, done.err
        return bundle

    def bring(self, far: Ferry, bundle: Path, request: str = "app") -> Ran:
        """Have *far* follow the bundle, in the place of the last one, and install from it."""
        pin = ("--fingerprint", self.courier(bundle))
        known = far("source", "list", "--json").rows
        verb = ("set", "usb", "--location") if any(r["name"] == "usb" for r in known) else ()
        done = far("source", *(verb or ("add", "usb")), str(bundle), *pin)
        return done if done.code else far("install", request)

    def courier(self, bundle: Path) -> str:
        return hashlib.sha256((bundle / "trust/root.json").read_bytes()).hexdigest()

    def inventory(self, far: Ferry) -> Path:
        path = self.folder / "inventory.json"
        path.write_text(far("inventory").out)
        return path


@pytest.fixture
def sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Sides:
    sides = Sides(tmp_path, capsys)
    sides.feed.clock.now = datetime.now(UTC)  # the command has the host's clock
    sides.publish("1.0", FIRST)
    pin = ("--fingerprint", fingerprint(sides.feed))
    assert sides.near("source", "add", "feed", str(sides.feed.path), *pin).code == 0
    return sides


def _carried(bundle: Path) -> set[str]:
    return {path.name for path in (bundle / "blobs/sha256").iterdir()}


def _second_round(sides: Sides) -> tuple[Ferry, Path]:
    """Bring the first build to a far side, and return it with its inventory."""
    far = sides.side("far")
    assert sides.bring(far, sides.save("app", "full", "--series", "plant")).code == 0
    sides.publish("2.0", SECOND)
    return far, sides.inventory(far)


def test_an_inventory_says_exactly_what_is_there(sides: Sides) -> None:
    far, inventory = _second_round(sides)
    document = json.loads(inventory.read_text())
    assert document["schema"] == "ferry.inventory/1"
    assert {row["digest"] for row in document["blobs"]} >= {str(one) for one in FIRST.blobs}
    (feed,) = document["feeds"]
    assert feed["series"] == "plant"
    assert document["revision"] == far("catalog", "log", "--json").rows[0]["revision"]


def test_only_what_is_missing_travels(sides: Sides) -> None:
    far, inventory = _second_round(sides)
    delta = sides.save("app", "delta", "--series", "plant", "--missing-from", str(inventory))
    assert BASE_LAYER.digest.hex not in _carried(delta)
    assert SECOND_LAYER.digest.hex in _carried(delta)
    assert sides.bring(far, delta).code == 0
    assert far("show", "app:2.0", "--json").rows[0]["digest"] == str(SECOND.root.digest)
    assert far("store", "check").code == 0
    assert sides.bring(far, delta).code == 0  # twice is harmless


def test_a_base_that_is_missing_is_refused_whole(sides: Sides) -> None:
    _, inventory = _second_round(sides)
    delta = sides.save("app", "delta", "--series", "plant", "--missing-from", str(inventory))
    other = sides.side("other")
    done = sides.bring(other, delta)
    assert done.code == 4
    assert "builds on content that is not here" in done.err
    assert BASE_LAYER.digest.hex in done.err
    assert other("list").out == ""
    assert not (other.home / "store" / "blobs" / "sha256" / SECOND_LAYER.digest.hex).exists()


def test_a_base_that_is_a_whole_image_is_told_as_one(sides: Sides) -> None:
    """Without the config of an image not even its plan can be made."""
    first = sides.save("app", "full", "--series", "plant")
    delta = sides.save("app", "delta", "--series", "plant", "--missing-from", str(first))
    assert FIRST.manifest.config.digest.hex not in _carried(delta)
    other = sides.side("other")
    done = sides.bring(other, delta)
    assert done.code == 4
    assert "builds on content that is not here" in done.err
    assert other("list").out == ""
    assert sides.bring(other, first).code == 0, "what would mend it is refused"
    assert sides.bring(other, delta).code == 0


def test_a_bundle_that_comes_late_is_no_rollback(sides: Sides) -> None:
    far, _ = _second_round(sides)
    late = sides.save("app", "late", "--series", "plant")
    sides.publish("3.0", make_image(SHARED, "second build", "third"))
    third = sides.save("app", "third", "--series", "plant", "--missing-from", str(late))
    for _ in range(2):
        assert "builds on content" in sides.bring(far, third).err
    assert sides.bring(far, late).code == 0
    assert sides.bring(far, third).code == 0
    done = sides.bring(far, late)
    assert done.code == 4
    assert "goes back behind what was seen before" in done.err


def test_who_trusts_the_publisher_alone_is_told_of_a_missing_base(sides: Sides) -> None:
    _, inventory = _second_round(sides)
    delta = sides.save("app", "delta", "--series", "plant", "--missing-from", str(inventory))
    other = sides.side("other")
    pin = ("--fingerprint", fingerprint(sides.feed))
    assert other("source", "add", "usb", str(delta), *pin).code == 0
    done = other("install", "app")
    assert done.code == 4
    assert "builds on content that is not here" in done.err
    assert not (other.home / "store" / "blobs" / "sha256" / SECOND_LAYER.digest.hex).exists()


def test_what_only_some_receivers_have_travels(sides: Sides) -> None:
    far, first = _second_round(sides)
    first = first.rename(first.with_name("first.json"))
    empty = sides.inventory(sides.side("empty"))
    both = ("--missing-from", str(first), "--missing-from", str(empty))
    bundle = sides.save("app", "both", "--series", "plant", *both)
    assert BASE_LAYER.digest.hex in _carried(bundle)
    assert sides.bring(sides.side("empty"), bundle).code == 0
    assert sides.bring(far, bundle).code == 0


def test_through_a_diode_an_earlier_bundle_tells(sides: Sides) -> None:
    far, _ = _second_round(sides)
    earlier = sides.folder / "full"
    delta = sides.save("app", "delta", "--series", "plant", "--missing-from", str(earlier))
    assert BASE_LAYER.digest.hex not in _carried(delta)
    sides.publish("3.0", make_image(SHARED, "first build", "third"))
    third = sides.save("app", "third", "--series", "plant", "--missing-from", str(delta))
    assert BASE_LAYER.digest.hex not in _carried(third)  # what the delta relied on
    assert sides.bring(far, delta).code == 0
    assert sides.bring(far, third).code == 0


def test_through_a_diode_a_report_tells(sides: Sides) -> None:
    far = sides.side("far")
    sides.near("install", "app")
    report = sides.folder / "report.json"
    full = sides.save("app", "full", "--series", "plant", "--report", str(report))
    assert sides.bring(far, full).code == 0
    sides.publish("2.0", SECOND)
    delta = sides.save("app", "delta", "--series", "plant", "--missing-from", str(report))
    assert BASE_LAYER.digest.hex not in _carried(delta)
    assert sides.bring(far, delta).code == 0


def test_a_report_tells_of_the_platforms_that_were_sent_alone(sides: Sides) -> None:
    other = make_image(SHARED, "for another platform", platform=ARM64)
    publish_image(sides.feed, "both", "1.0", make_index(FIRST, other))
    assert sides.near("install", "both", "--all-platforms").code == 0
    report = sides.folder / "report.json"
    flags = ("--series", "plant", "--platform", "linux/amd64", "--report", str(report))
    first = sides.save("both", "first", *flags)
    lacking = other.manifest.layers[1].digest.hex
    assert FIRST.manifest.layers[1].digest.hex in _carried(first)
    assert lacking not in _carried(first)
    second = sides.save("both", "second", "--series", "plant", "--missing-from", str(report))
    assert lacking in _carried(second)
    assert BASE_LAYER.digest.hex not in _carried(second)
    far = sides.side("far")
    assert sides.bring(far, first, "both").code == 0
    assert sides.bring(far, second, "both").code == 0


def test_a_tag_with_new_content_is_carried(sides: Sides) -> None:
    far = sides.side("far")
    sides.publish("latest", FIRST)
    full = sides.save("app:latest", "full", "--series", "plant")
    assert sides.bring(far, full, "app:latest").code == 0
    sides.publish("latest", SECOND)
    delta = sides.save(
        "app:latest", "delta", "--series", "plant", "--missing-from", str(sides.inventory(far))
    )
    assert SECOND_LAYER.digest.hex in _carried(delta)
    assert sides.bring(far, delta, "app:latest").code == 0
    assert far("show", "app:latest", "--json").rows[0]["digest"] == str(SECOND.root.digest)


def test_a_full_save_into_a_delta_makes_it_whole(sides: Sides) -> None:
    _, inventory = _second_round(sides)
    delta = sides.save("app", "delta", "--series", "plant", "--missing-from", str(inventory))
    sides.save("app", "delta", "--series", "plant")
    assert (delta / blob_path(BASE_LAYER.digest)).exists()
    assert sides.bring(sides.side("other"), delta).code == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [("", 2), ("no digests", 2), ('{"schema": "ferry.inventory/1"', 4), (None, 3)],
)
def test_what_tells_of_nothing(sides: Sides, content: str | None, code: int) -> None:
    path = sides.folder / "told"
    if content is not None:
        path.write_text(content)
    done = sides.near("save", "app", "--to", str(sides.folder / "out"), "--missing-from", str(path))
    assert done.code == code, done.err
    assert not (sides.folder / "out").exists()


def test_a_folder_that_is_no_bundle(sides: Sides) -> None:
    (sides.folder / "empty").mkdir()
    flags: Any = ("--to", str(sides.folder / "out"), "--missing-from", str(sides.folder / "empty"))
    assert sides.near("save", "app", *flags).code == 2
