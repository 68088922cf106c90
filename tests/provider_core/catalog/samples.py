"""Images and offers to put into catalogs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.model import (
    Content,
    FileMark,
    FileStamp,
    Hold,
    ImageKey,
    Installed,
    Package,
    PackageId,
    Parent,
    Pin,
    Requirement,
    Source,
    Tag,
    Trust,
)
from provider_core.oci import Descriptor
from provider_core.platforms import Platform
from provider_core.references import Name
from provider_core.versions import VersionRange

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
AMD64 = Platform(os="linux", architecture="amd64")
ARM64 = Platform(os="linux", architecture="arm64")


class Clock:
    """Tells a time that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def descriptor(text: str) -> Descriptor:
    """Return the descriptor of some bytes."""
    return Descriptor.of(text.encode("utf-8", "surrogatepass"), MANIFEST)


def offer(name: str, version: str, *, content: str | None = None, **fields: Any) -> Package:
    """Return an offer whose pin is that of *content*, its name and version unless given."""
    source = fields.pop("source", "lab")
    platform = fields.pop("platform", None)
    identity = PackageId(
        provider="archive", source=source, name=name, version=version, platform=platform
    )
    pin = descriptor(f"{name} {version} {platform}" if content is None else content)
    return Package(id=identity, pin=pin, **fields)


def image(name: str, version: str, *, content: str | None = None, **fields: Any) -> Installed:
    """Return an installed image."""
    package = offer(name, version, content=content, platform=fields.pop("platform", None))
    root: Pin = fields.pop("root", package.pin)
    config = f"config of {name} {version} {content}".encode("utf-8", "surrogatepass")
    return Installed(
        package=package,
        content=Content(root=root, platforms=(AMD64,), referrers=fields.pop("referrers", ())),
        image_id=Digest.of(config),
        **fields,
    )


def key(name: str, version: str, platform: str = "") -> ImageKey:
    """Return the key of an installed image."""
    return ImageKey(name=name, version=version, platform=platform)


def source(name: str, priority: int = 50, **fields: Any) -> Source:
    """Return a source."""
    return Source(
        name=name, provider="archive", location=f"/srv/{name}", priority=priority, **fields
    )


# strategies ---------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
digests = st.binary(max_size=2).map(Digest.of)
platforms = st.sampled_from(
    [
        AMD64,
        ARM64,
        Platform(os="linux", architecture="arm", variant="v7"),
        Platform(os="linux", architecture="x86_64"),
        Platform(os="windows", architecture="amd64", os_version="10.0.17763.1"),
    ]
)
sizes = st.integers(0, 2**63 - 1)
notes = st.dictionaries(names, texts, max_size=2)
descriptors = st.builds(
    Descriptor,
    media_type=st.just(MANIFEST),
    digest=digests,
    size=sizes,
    annotations=notes,
    platform=st.none() | platforms,
    artifact_type=st.sampled_from(["", "application/x-ms-wim"]),
    urls=st.lists(texts, max_size=1).map(tuple),
)
paths = texts | st.binary(max_size=8).map(lambda data: data.decode("utf-8", "surrogateescape"))
stamps = st.builds(
    FileStamp,
    files=st.lists(
        st.builds(FileMark, path=paths, size=sizes, mtime_ns=sizes),
        min_size=1,
        max_size=2,
    ).map(tuple),
    media_type=texts,
    digest=st.none() | digests,
    selector=texts,
)
pins: st.SearchStrategy[Pin] = descriptors | stamps
parents = st.none() | st.builds(
    Parent, name=texts, version=texts, publisher=texts, digest=st.none() | digests
)
requirements = st.builds(
    Requirement,
    name=st.builds(
        Name,
        name=names,
        tag=texts,
        variant=st.none() | texts,
        versions=st.sampled_from(["", ">=1.2,<2", "==1.2.*", "==latest"]).map(VersionRange.parse),
        digest=st.none() | digests,
    ),
    reason=texts,
)
packages = st.builds(
    Package,
    id=st.builds(
        PackageId,
        provider=texts,
        source=texts,
        name=names,
        version=texts,
        platform=st.none() | platforms,
    ),
    pin=pins,
    platforms=st.lists(platforms, max_size=2).map(tuple),
    publisher=texts,
    summary=texts,
    is_os_image=st.none() | st.booleans(),
    parent=parents,
    requires=st.lists(requirements, max_size=2).map(tuple),
    size=st.none() | sizes,
    published=texts,
    annotations=notes,
)
contents = st.builds(
    Content,
    root=pins,
    platforms=st.lists(platforms, max_size=2).map(tuple),
    referrers=st.lists(descriptors, max_size=2).map(tuple),
    evidence=st.lists(descriptors, max_size=1).map(tuple),
    original=st.none() | pins,
    facts=notes,
)
installed = st.builds(
    Installed,
    package=packages,
    content=contents,
    image_id=digests,
    diff_ids=st.lists(digests, max_size=2).map(tuple),
    publisher=texts,
    is_os_image=st.booleans(),
    parent=parents,
    created=texts,
    size=sizes,
    installed_at=texts,
    uninstalls=st.booleans(),
)
keys = st.builds(ImageKey, name=texts, version=texts, platform=texts)
tags = st.builds(Tag, name=texts, tag=texts, image=keys)
holds = st.builds(Hold, image=keys, reason=texts)
sources = st.builds(
    Source,
    name=names,
    provider=texts,
    location=texts,
    trust=st.sampled_from(Trust),
    priority=st.integers(-100, 100),
    options=notes,
    indexed=st.booleans(),
    fallback=st.booleans(),
)
