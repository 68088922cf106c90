"""Plain, gzip and zstd: recognised by content, read to the end, damage told."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Callable, Mapping

import pytest
import zstandard

from provider_core.errors import DocumentError, IntegrityError
from provider_core.layers import LayerPacker, pack, packed_limit, unpacked
from provider_core.oci.media_types import OCI_LAYER_GZIP
from provider_core.store import put
from provider_core.testing.memory_store import MemoryStore

_DATA = bytes(range(256)) * 5000
_FORMS: Mapping[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("form", _FORMS)
def test_every_form_is_read(form: str) -> None:
    stream = io.BytesIO(_FORMS[form](_DATA))
    assert b"".join(unpacked(stream)) == _DATA
    assert stream.read() == b""


def test_several_members_are_one_stream() -> None:
    two = gzip.compress(b"one") + gzip.compress(b"two")
    assert b"".join(unpacked(io.BytesIO(two))) == b"onetwo"


@pytest.mark.parametrize("data", [b"", b"\x1f", b"abc"])
def test_what_is_shorter_than_a_head_is_plain(data: bytes) -> None:
    assert b"".join(unpacked(io.BytesIO(data))) == data


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_damage_is_a_document_error(form: str) -> None:
    packed = bytearray(_FORMS[form](_DATA))
    packed[12:62] = b"\xff" * 50
    with pytest.raises(DocumentError, match="damaged"):
        b"".join(unpacked(io.BytesIO(packed)))


def test_gzip_that_is_cut_off_is_damaged() -> None:
    packed = gzip.compress(_DATA)
    with pytest.raises(DocumentError, match="damaged"):
        b"".join(unpacked(io.BytesIO(packed[: len(packed) // 2])))


def test_a_blob_of_the_store_is_verified_on_the_way() -> None:
    """Nothing seeks, so the store hashes what is read."""
    store = MemoryStore()
    with store.lease() as lease:
        blob = put(store.writer(lease), gzip.compress(_DATA), OCI_LAYER_GZIP)
    altered = gzip.compress(_DATA, 1)
    store.overwrite(blob.digest, altered)
    with pytest.raises(IntegrityError), store.open(blob) as stream:
        b"".join(unpacked(stream))


def test_a_packed_layer_is_gzip_without_name_and_time() -> None:
    store = MemoryStore()
    with store.lease() as lease:
        writer = store.writer(lease)
        with writer.compute(packed_limit(len(_DATA))) as blob:
            first = pack([_DATA[:1000], b"", _DATA[1000:]], blob)
        with writer.compute(packed_limit(len(_DATA))) as blob:
            packer = LayerPacker(blob)
            packer.write(_DATA)
            second = packer.finish()
    assert first == second
    data = store.read(first.descriptor)
    assert gzip.decompress(data) == _DATA
    assert data[3:8] == bytes(5)
    assert first.descriptor.media_type == OCI_LAYER_GZIP


def test_noise_fits_into_the_limit() -> None:
    noise = random.Random(1).randbytes(300_000)
    store = MemoryStore()
    with store.lease() as lease, store.writer(lease).compute(packed_limit(len(noise))) as blob:
        assert pack([noise], blob).descriptor.size <= packed_limit(len(noise))
