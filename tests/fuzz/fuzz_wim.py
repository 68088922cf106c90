"""Coverage-guided fuzzing of the WIM reader with atheris; runs until it is stopped or fails.

    pip install atheris
    python tests/fuzz/fuzz_wim.py WHAT [CORPUS] [libFuzzer flags, -max_total_time=600]

WHAT is 'file', 'metadata', 'table', 'xml', 'xpress' or 'lzx'.  For 'file', tests/fixtures/wims is
a good corpus.  Whatever is raised that is not one of our refusals is a finding.
"""

from __future__ import annotations

import importlib
import io
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

atheris: Any = importlib.import_module("atheris")

with atheris.instrument_imports(include=["provider_wim"]):
    from provider_core.errors import IntegrityError, NotSupported
    from provider_wim.codecs.lzx import decode_lzx
    from provider_wim.codecs.python_codec import PythonCodec
    from provider_wim.codecs.xpress import decode_xpress
    from provider_wim.reading import Limits, WimFile
    from provider_wim.tree import Blob, walk
    from provider_wim.wim_format.blob_table import BlobTable, parse_table
    from provider_wim.wim_format.metadata import parse_metadata
    from provider_wim.wim_format.xml_data import parse_xml

MOST: Final = 1 << 20


def whole_file(data: bytes) -> None:
    """Read everything in a file."""
    wim = WimFile([io.BytesIO(data)], codec=PythonCodec(), limits=Limits(unpacked=MOST))
    with wim.blobs(lambda limit: tempfile.TemporaryFile()) as blobs:
        for image in wim.images:
            for _, node in walk(wim.tree(image.index, blobs)):
                if node.data is not None:
                    blobs.read(node.data)
    wim.check_integrity()


def metadata(data: bytes) -> None:
    """Parse a metadata resource whose hashes are all known."""
    parse_metadata(data, lambda sha1: Blob(sha1=sha1, size=3), lambda blob: b"123")


def sized(decode: Callable[[bytes, int], bytearray]) -> Callable[[bytes], None]:
    """Return a target that takes the size from the first two bytes."""

    def target(data: bytes) -> None:
        size = int.from_bytes(data[:2], "little") + 1
        assert len(decode(data[2:], size)) == size

    return target


TARGETS: Final[dict[str, Callable[[bytes], object]]] = {
    "file": whole_file,
    "metadata": metadata,
    "table": lambda data: parse_table(data, 1, 1 << 40, BlobTable()),
    "xml": lambda data: parse_xml(data, 2),
    "xpress": sized(decode_xpress),
    "lzx": sized(lambda chunk, size: decode_lzx(chunk, size, 15)),
}


def main() -> None:
    """Fuzz what the first argument names."""
    what = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if what not in TARGETS:
        raise SystemExit(__doc__)

    def one_input(data: bytes) -> None:
        with suppress(IntegrityError, NotSupported):
            TARGETS[what](data)

    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
