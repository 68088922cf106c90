"""Feeds that earlier releases wrote: every 1.x reads every 1.x."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from feed_format import (
    FeedReader,
    Series,
    TrustedFeed,
    TrustReader,
    evidence_base,
    folder_fetch,
    parse_fingerprint,
)
from provider_core.digests import Digest
from provider_core.model import Package, Parent
from provider_core.platforms import Platform
from provider_core.references import Name
from provider_core.versions import VersionRange

FORMAT_1 = Path(__file__).parents[2] / "fixtures" / "feeds" / "format-1"
FINGERPRINT = parse_fingerprint(
    "f91e 2469 dbcd 4bfb 6a9d 91c2 77b0 96b7 b260 c295 2883 c0fe 2c4c 032f 9fcd 71f8"
)
MADE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WINDOWS = Platform(os="windows", architecture="amd64", os_version="10.0.17763.1")
LINUX = Platform(os="linux", architecture="amd64")
FETCH = folder_fetch(FORMAT_1)


def _trusted(state: Path, base: str = "trust") -> TrustedFeed:
    return TrustReader(FETCH, state, FINGERPRINT, clock=lambda: MADE, base=base).refresh()


def _found(state: Path, name: str) -> dict[str, Package]:
    document = FeedReader(FETCH, _trusted(state), state).find(name)
    assert document is not None
    return {package.version: package for package in document.packages}


def test_format_1_is_trusted_through_its_rotation(tmp_path: Path) -> None:
    trusted = _trusted(tmp_path)
    assert trusted.version == 1_767_323_045
    assert trusted.role("root").version == 2
    assert trusted.expires == MADE + timedelta(days=90)
    assert trusted.list.published == MADE


def test_format_1_names_its_images(tmp_path: Path) -> None:
    reader = FeedReader(FETCH, _trusted(tmp_path), tmp_path)
    assert {ref.name for ref in reader.changes(None).changed} == {"NanoServer", "team/tool"}
    (nano,) = _found(tmp_path, "nanoserver").values()
    assert nano.media_type == "application/x-ms-wim"
    assert (nano.version, nano.publisher) == ("10.0.10586.0", "Example Publisher")
    assert nano.summary == "Ein Basisbild, klein (ä ö ü)"
    assert (nano.id.platform, nano.platforms) == (WINDOWS, (WINDOWS,))
    assert (nano.is_os_image, nano.size) == (True, 123_456_789)
    assert nano.published == "2025-12-31T23:59:59Z"
    assert nano.annotations == {"org.opencontainers.image.vendor": "Example"}


def test_format_1_names_parents_and_requirements(tmp_path: Path) -> None:
    tool = _found(tmp_path, "team/tool")["1.0"]
    assert tool.is_os_image is False
    assert tool.platforms == (LINUX, WINDOWS)
    assert tool.parent == Parent(
        name="NanoServer",
        version="10.0.10586.0",
        publisher="Example Publisher",
        digest=Digest.of(b"nano"),
    )
    (requirement,) = tool.requires
    assert requirement.reason == "parent"
    assert requirement.name == Name(name="NanoServer", versions=VersionRange.parse(">=10,<11"))


def test_format_1_leaves_unknown_what_was_not_said(tmp_path: Path) -> None:
    slim = _found(tmp_path, "TEAM/TOOL")["1.1-slim"]
    assert (slim.id.platform, slim.is_os_image, slim.size, slim.parent) == (LINUX, None, None, None)


def test_format_1_carries_referrers_series_and_evidence(tmp_path: Path) -> None:
    reader = FeedReader(FETCH, _trusted(tmp_path), tmp_path)
    document = reader.find("team/tool")
    assert document is not None
    assert [one.artifact_type for one in document.referrers] == ["application/x-signature"]
    series = Series.parse(reader.file("series.json") or b"")
    assert series == Series(id="plant-7", version=1_767_323_045, valid_for=timedelta(days=90))
    state = tmp_path / "evidence"
    state.mkdir()
    carried = _trusted(state, evidence_base(FINGERPRINT))
    assert FeedReader(FETCH, carried, state).find("team/tool") == document
