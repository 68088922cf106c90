from __future__ import annotations

import ctypes

import pytest

from provider_core.errors import NotSupported, WimError
from provider_wim.codecs import best_codec, choosing, compressor
from provider_wim.codecs.libwim import find_libwim
from provider_wim.wim_format.compression import Compression

from .libwim import libwim


@pytest.fixture
def without_libwim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "find_libwim", lambda: None)


@pytest.mark.usefixtures("without_libwim")
def test_without_libwim_our_own_decodes() -> None:
    codec = best_codec()
    assert codec.name == "Python"
    assert not codec.is_parallel


@pytest.mark.usefixtures("without_libwim")
def test_without_libwim_nothing_is_compressed() -> None:
    with pytest.raises(NotSupported, match="LZX") as caught:
        compressor(Compression.LZX, 32768)
    assert "without compression" in caught.value.hint


@pytest.mark.peer
def test_libwim_is_taken_where_it_is() -> None:
    assert best_codec() is libwim()
    assert best_codec().name.startswith("libwim 1.")


def test_a_library_without_the_functions_is_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    find_libwim.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    try:
        assert find_libwim() is None
    finally:
        find_libwim.cache_clear()


@pytest.mark.peer
def test_what_libwim_cannot_do_is_said() -> None:
    with pytest.raises(NotSupported, match="error"):
        libwim().decoder(Compression.LZX, 0)


@pytest.mark.peer
def test_what_does_not_become_smaller_is_not_compressed() -> None:
    squeeze = compressor(Compression.XPRESS, 4096)
    assert squeeze.compress(b"") is None
    assert squeeze.compress(bytes(range(256))) is None


@pytest.mark.peer
@pytest.mark.parametrize("way", list(Compression)[1:])
def test_damage_is_a_wim_error(way: Compression) -> None:
    decoder = libwim().decoder(way, 32768)
    with pytest.raises(WimError):
        decoder.decode(b"\xff" * 300, memoryview(bytearray(32768)))
