"""Hypothesis strategies for what a feed holds."""

from __future__ import annotations

from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.model import Package, PackageId, Parent, Requirement
from provider_core.oci import Descriptor
from provider_core.platforms import Platform
from provider_core.references import Name
from provider_core.versions import VersionRange

__all__ = ["descriptors", "names", "packages_of_one_name"]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
words = st.text("abcxyz09-._", min_size=1, max_size=8)
digests = st.binary(max_size=8).map(Digest.of)
platforms = st.builds(
    Platform,
    os=st.sampled_from(["linux", "windows"]),
    architecture=st.sampled_from(["amd64", "arm64"]),
    os_version=st.sampled_from(["", "10.0.17763.1"]),
)
descriptors = st.builds(
    Descriptor,
    media_type=st.sampled_from(["application/x-a", "application/x-b+json"]),
    digest=digests,
    size=st.integers(0, 1 << 50),
    annotations=st.dictionaries(words, texts, max_size=2),
    artifact_type=st.sampled_from(["", "application/x-ms-wim"]),
)
names = st.text("abcDEFäß/._-0 ", min_size=1, max_size=12)
parents = st.builds(Parent, name=words, version=words, publisher=texts, digest=st.none() | digests)
requirements = st.builds(
    Requirement,
    name=st.sampled_from(
        [
            Name(name="base"),
            Name(name="base", tag="1.0"),
            Name(name="base", variant="slim", versions=VersionRange.parse(">=1.2,<2")),
            Name(name="base", digest=Digest.of(b"base")),
        ]
    ),
    reason=words,
)


@st.composite
def packages_of_one_name(draw: st.DrawFn) -> list[Package]:
    """Return packages of one name, each with another version or platform."""
    name = draw(names)
    keys = draw(
        st.lists(
            st.tuples(texts, st.none() | platforms),
            min_size=1,
            max_size=4,
            unique_by=lambda key: (key[0], str(key[1] or "")),
        )
    )
    return [_package(draw, name, version, platform) for version, platform in keys]


def _package(draw: st.DrawFn, name: str, version: str, platform: Platform | None) -> Package:
    return Package(
        id=PackageId(provider="", source="", name=name, version=version, platform=platform),
        pin=draw(descriptors),
        platforms=tuple(draw(st.lists(platforms, max_size=2))),
        publisher=draw(texts),
        summary=draw(texts),
        is_os_image=draw(st.none() | st.booleans()),
        parent=draw(st.none() | parents),
        requires=tuple(draw(st.lists(requirements, max_size=2))),
        size=draw(st.none() | st.integers(0, 1 << 40)),
        published=draw(st.sampled_from(["", "2026-01-01T00:00:00Z"])),
        annotations=draw(st.dictionaries(words, texts, max_size=2)),
    )
