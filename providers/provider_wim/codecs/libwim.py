"""The chunk codecs of libwim (wimlib), found on the user's system at run time.

Only its functions that turn bytes into bytes are called.  ctypes lets other threads run while
they work.  See docs/adr/0011 for what that means for its licence.
"""

from __future__ import annotations

import ctypes
import sys
import weakref
from functools import cache
from typing import Any, Final

from provider_core.errors import NotSupported, WimError

from ..wim_format.compression import Compression

__all__ = ["LibwimCodec", "LibwimCompressor", "find_libwim"]

_NAMES: Final = {
    "darwin": (
        "libwim.15.dylib",
        "/opt/homebrew/lib/libwim.15.dylib",
        "/usr/local/lib/libwim.15.dylib",
    ),
    "win32": ("libwim-15.dll",),
}
_ELSEWHERE: Final = ("libwim.so.15",)
"""15 is the version of its binary interface."""
_SIZE_T: Final = ctypes.c_size_t
_VOID_P: Final = ctypes.c_void_p


@cache
def find_libwim() -> LibwimCodec | None:
    """Return the codecs of the system's libwim; None if it has none."""
    for name in _NAMES.get(sys.platform, _ELSEWHERE):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        try:
            return LibwimCodec(library)
        except AttributeError:  # of the same name, yet without the functions
            continue
    return None


class LibwimCodec:
    """All compressions, each chunk without the interpreter's lock."""

    is_parallel = True

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = _declared(library)

    @property
    def name(self) -> str:
        """The version that the library gives itself."""
        packed = self._library.wimlib_get_version()  # its text is UTF-16 on Windows
        return f"libwim {packed >> 20}.{packed >> 10 & 0x3FF}.{packed & 0x3FF}"

    def decoder(self, compression: Compression, chunk_size: int) -> LibwimDecoder:
        """Return a new decoder."""
        return LibwimDecoder(self._library, compression, chunk_size)

    def compressor(self, compression: Compression, chunk_size: int, level: int) -> LibwimCompressor:
        """Return a new compressor; *level* 50 is the usual effort, 0 leaves it to libwim."""
        return LibwimCompressor(self._library, compression, chunk_size, level)


class LibwimDecoder:
    """A wimlib_decompressor."""

    def __init__(self, library: Any, compression: Compression, chunk_size: int) -> None:
        handle = _VOID_P()
        code = library.wimlib_create_decompressor(compression, chunk_size, ctypes.byref(handle))
        _check(code, library, compression, chunk_size)
        self._call = library.wimlib_decompress
        self._handle = handle
        weakref.finalize(self, library.wimlib_free_decompressor, handle)

    def decode(self, chunk: bytes | memoryview, out: memoryview) -> None:
        """Fill *out*."""
        source = chunk if isinstance(chunk, bytes) else ctypes.byref(_first_of(chunk))
        target = ctypes.byref(_first_of(out))
        if self._call(source, len(chunk), target, len(out), self._handle):
            raise WimError("a chunk cannot be decompressed")


class LibwimCompressor:
    """A wimlib_compressor."""

    def __init__(self, library: Any, compression: Compression, chunk_size: int, level: int) -> None:
        handle = _VOID_P()
        code = library.wimlib_create_compressor(
            compression, chunk_size, level, ctypes.byref(handle)
        )
        _check(code, library, compression, chunk_size)
        self._call = library.wimlib_compress
        self._handle = handle
        self._out = ctypes.create_string_buffer(chunk_size)
        weakref.finalize(self, library.wimlib_free_compressor, handle)

    def compress(self, chunk: bytes) -> bytes | None:
        """Return *chunk* compressed; None if that would not make it smaller."""
        if len(chunk) < 2:
            return None
        size = self._call(chunk, len(chunk), self._out, len(chunk) - 1, self._handle)
        return ctypes.string_at(self._out, size) if size else None


_first_of = ctypes.c_char.from_buffer
"""Gives the first byte of what is writable, where it is, without a copy."""


def _declared(library: Any) -> Any:
    """Tell ctypes what the functions take and return.  AttributeError if one is missing."""
    pointer = ctypes.POINTER(_VOID_P)
    shapes: dict[str, tuple[Any, list[Any]]] = {
        "wimlib_get_version": (ctypes.c_uint32, []),
        "wimlib_create_decompressor": (ctypes.c_int, [ctypes.c_int, _SIZE_T, pointer]),
        "wimlib_decompress": (ctypes.c_int, [_VOID_P, _SIZE_T, _VOID_P, _SIZE_T, _VOID_P]),
        "wimlib_free_decompressor": (None, [_VOID_P]),
        "wimlib_create_compressor": (
            ctypes.c_int,
            [ctypes.c_int, _SIZE_T, ctypes.c_uint, pointer],
        ),
        "wimlib_compress": (_SIZE_T, [_VOID_P, _SIZE_T, _VOID_P, _SIZE_T, _VOID_P]),
        "wimlib_free_compressor": (None, [_VOID_P]),
    }
    for name, (result, arguments) in shapes.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _check(code: int, library: Any, compression: Compression, chunk_size: int) -> None:
    if code:
        raise NotSupported(
            f"libwim takes no {compression.name} chunks of {chunk_size} bytes (error {code})",
            hint="a newer libwim may; `ferry doctor` shows which one is here",
            code=code,
        )
