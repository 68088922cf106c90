from __future__ import annotations

import pytest

from provider_archive.travel import LOCATION, facts_of, travelling
from provider_core.digests import Digest
from provider_core.model import Content, Held, Package, PackageId, Parent
from provider_core.oci.annotations import BASE_DIGEST, BASE_NAME, REF_NAME

from ...support.images import make_image

IMAGE = make_image("a")
DIGEST = Digest.of(b"parent")
FULL = Package(
    id=PackageId(provider="feed", source="corp", name="NanoServerIIS", version="1.0"),
    pin=IMAGE.root,
    publisher="CN=Microsoft",
    summary="a web server",
    published="2016-01-02T03:04:05Z",
    is_os_image=False,
    parent=Parent(
        name="NanoServer", version="10.0.10586.0", publisher="CN=Microsoft", digest=DIGEST
    ),
    annotations={"org.opencontainers.image.source": "https://example.org", LOCATION: "/x.tar"},
)


def held(package: Package, **facts: str) -> Held:
    return Held(package=package, content=Content(root=IMAGE.root, facts=facts), names=())


def test_what_is_known_arrives() -> None:
    facts = facts_of(travelling(held(FULL)))
    assert facts.publisher == FULL.publisher
    assert facts.summary == FULL.summary
    assert facts.published == FULL.published
    assert facts.is_os_image is False
    assert facts.parent == FULL.parent
    assert facts.annotations["org.opencontainers.image.source"] == "https://example.org"


def test_where_it_was_listed_from_stays_here() -> None:
    assert LOCATION not in travelling(held(FULL))
    assert LOCATION not in facts_of({LOCATION: "/etc/passwd"}).annotations


@pytest.mark.parametrize("known", [True, False, None])
def test_whether_it_is_an_os_image_is_said_or_not(known: bool | None) -> None:
    package = Package(id=FULL.id, pin=FULL.pin, is_os_image=known)
    annotations = travelling(held(package))
    assert facts_of(annotations).is_os_image is known
    assert bool(annotations) is (known is not None)


def test_what_was_learnt_while_reading_travels_below_what_the_source_says() -> None:
    learnt = {"org.opencontainers.image.vendor": "learnt", "x": "learnt"}
    assert travelling(held(FULL, **learnt))["org.opencontainers.image.vendor"] == "CN=Microsoft"
    assert travelling(held(FULL, **learnt))["x"] == "learnt"


def test_a_parent_is_read_from_the_annotations_of_others() -> None:
    parent = facts_of({BASE_NAME: "host:5000/base:3", BASE_DIGEST: str(DIGEST)}).parent
    assert parent == Parent(name="host:5000/base", version="3", digest=DIGEST)
    only = facts_of({BASE_DIGEST: str(DIGEST)}).parent
    assert only == Parent(name="", digest=DIGEST)


def test_nothing_said_is_nothing_known() -> None:
    facts = facts_of({BASE_DIGEST: "no digest", REF_NAME: "x:1"})
    assert facts.parent is None
    assert facts.is_os_image is None
    assert facts.annotations == {BASE_DIGEST: "no digest"}
