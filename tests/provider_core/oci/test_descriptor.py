from __future__ import annotations

import base64
import hashlib
from dataclasses import FrozenInstanceError, replace

import pytest

from provider_core.digests import Digest
from provider_core.errors import DocumentError
from provider_core.oci import Descriptor, Node
from provider_core.oci.annotations import TITLE
from provider_core.oci.media_types import OCI_EMPTY, OCI_MANIFEST
from provider_core.platforms import Platform

from .conftest import Refused

EMPTY = Descriptor.of(b"{}", OCI_EMPTY)
FIELDS = EMPTY.as_json()


def read(**changes: object) -> Descriptor:
    """Read the empty descriptor with changed fields, as the third entry of an index."""
    return Descriptor.from_node(Node({**FIELDS, **changes}, trail=("manifests", 2)))


def test_of_is_the_digest_and_size_of_the_content() -> None:
    assert EMPTY.size == 2
    assert EMPTY.digest.hex == hashlib.sha256(b"{}").hexdigest()
    assert EMPTY.key == (EMPTY.digest, 2)


def test_json_leaves_empty_fields_out() -> None:
    assert EMPTY.as_json() == {
        "mediaType": OCI_EMPTY,
        "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "size": 2,
    }


def test_every_field_comes_back() -> None:
    full = Descriptor(
        media_type=OCI_MANIFEST,
        digest=Digest.of(b"x"),
        size=2**63 - 1,
        annotations={TITLE: "t"},
        platform=Platform(os="windows", architecture="arm", variant="v7", os_version="10.0.1.2"),
        artifact_type="application/x-ms-wim",
        urls=("https://example.com/x",),
    )
    assert full.as_json()["platform"] == {
        "architecture": "arm",
        "os": "windows",
        "os.version": "10.0.1.2",
        "variant": "v7",
    }
    assert Descriptor.from_node(Node(full.as_json())) == full


def test_equality_is_of_all_fields_and_hashes_agree() -> None:
    same = Descriptor.of(b"{}", OCI_EMPTY, annotations={})
    assert (same, hash(same)) == (EMPTY, hash(EMPTY))
    titled = replace(EMPTY, annotations={TITLE: "t"})
    assert titled != EMPTY
    assert titled.key == EMPTY.key
    assert len({EMPTY, same, titled, replace(titled)}) == 2


def test_nothing_of_it_changes() -> None:
    annotations = {TITLE: "t"}
    descriptor = replace(EMPTY, annotations=annotations)
    annotations[TITLE] = "other"
    assert descriptor.annotations == {TITLE: "t"}
    with pytest.raises(TypeError):
        descriptor.annotations[TITLE] = "other"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        descriptor.size = 3  # type: ignore[misc]


def test_a_wrong_value_cannot_be_made() -> None:
    with pytest.raises(DocumentError, match="at size"):
        replace(EMPTY, size=-1)
    with pytest.raises(DocumentError, match="at size"):
        replace(EMPTY, size=2**63)
    with pytest.raises(DocumentError, match="at mediaType"):
        replace(EMPTY, media_type="")
    with pytest.raises(DocumentError, match="at artifactType"):
        replace(EMPTY, artifact_type="wim")


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"mediaType": None}, "mediaType", "missing"),
        ({"mediaType": "m" * 300}, "mediaType", "300 characters"),
        ({"mediaType": "a/\x1b[2J"}, "mediaType", "no media type"),
        ({"digest": None}, "digest", "missing"),
        ({"digest": "sha256:../../etc"}, "digest", "hexadecimal"),
        ({"digest": f"{EMPTY.digest}\n"}, "digest", "hexadecimal"),
        ({"digest": f"SHA256:{EMPTY.digest.hex}"}, "digest", "algorithm"),
        ({"size": None}, "size", "missing"),
        ({"size": -1}, "size", "-1 is no size"),
        ({"size": True}, "size", "not true or false"),
        ({"size": 2.0}, "size", "not a number with a fraction"),
        ({"size": "2"}, "size", "not a string"),
        ({"Digest": str(EMPTY.digest)}, "Digest", "spelled 'digest'"),
        ({"annotations": {"a": 1}}, "annotations.a", "a string is expected"),
        ({"annotations": {"": "v"}}, 'annotations[""]', "0 characters"),
        ({"annotations": dict.fromkeys(map(str, range(1001)), "")}, "annotations", "1001"),
        ({"artifactType": "x"}, "artifactType", "no media type"),
        ({"platform": "linux"}, "platform", "an object is expected"),
        ({"platform": {"os": "linux"}}, "platform.architecture", "letters"),
        ({"platform": {"os": "a b", "architecture": "c"}}, "platform.os", "letters"),
        ({"platform": {"OS": "linux"}}, "platform.OS", "'os'"),
        ({"urls": [1]}, "urls[0]", "a string is expected"),
        ({"urls": [""] * 101}, "urls", "101 entries"),
        ({"data": "?"}, "data", "base64"),
        ({"data": "ü"}, "data", "base64"),
        ({"data": base64.b64encode(b"[]").decode()}, "data", "size and digest"),
        ({"data": base64.b64encode(b"{}").decode(), "size": 3}, "data", "size and digest"),
        ({"data": "e30=", "size": (64 << 10) + 1}, "data", "at most 65536"),
    ],
)
def test_refuses(changes: dict[str, object], path: str, reason: str, refused: Refused) -> None:
    with refused(f"manifests[2].{path}", reason):
        read(**changes)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_embedded_content_that_fits_is_dropped(algorithm: str) -> None:
    content = b"x" * (64 << 10)
    digest = f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"
    embedded = base64.b64encode(content).decode()
    plain = read(digest=digest, size=len(content))
    assert read(digest=digest, size=len(content), data=embedded) == plain


@pytest.mark.parametrize("platform", [{}, {"os": "", "architecture": ""}, {"os.version": "1"}])
def test_a_platform_that_says_nothing_is_none(platform: dict[str, object]) -> None:
    assert read(platform=platform).platform is None


def test_unknown_fields_and_types_are_tolerated() -> None:
    assert read(future={"a": [1]}) == EMPTY
    assert read(mediaType="application/x.of-tomorrow").media_type == "application/x.of-tomorrow"
