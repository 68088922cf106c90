from __future__ import annotations

from dataclasses import replace

from provider_core.model import FileMark, FileStamp, pin_key, same_pin
from provider_core.oci import Descriptor
from provider_core.oci.media_types import OCI_MANIFEST

PLAIN = Descriptor.of(b"one", OCI_MANIFEST)
STAMP = FileStamp(files=(FileMark(path="/one.wim", size=3, mtime_ns=1),), selector="1")


def test_a_digest_is_the_content_whatever_is_said_of_it() -> None:
    told = replace(PLAIN, annotations={"a": "b"}, artifact_type="application/x-one")
    assert told != PLAIN
    assert same_pin(told, PLAIN)
    assert pin_key(told) == pin_key(PLAIN) == PLAIN.digest
    assert not same_pin(PLAIN, Descriptor.of(b"two", OCI_MANIFEST))


def test_files_are_the_same_while_nothing_of_them_changed() -> None:
    assert same_pin(STAMP, replace(STAMP))
    assert not same_pin(STAMP, replace(STAMP, selector="2"))
    assert not same_pin(STAMP, replace(STAMP, files=(replace(STAMP.files[0], mtime_ns=2),)))


def test_a_file_is_no_content_of_known_digest() -> None:
    assert not same_pin(replace(STAMP, digest=PLAIN.digest), PLAIN)
