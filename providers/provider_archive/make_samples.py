"""Make the sample images that ferry brings along: ``python -m provider_archive.make_samples DIR``.

Data only, nothing in them runs.  The same bytes on every machine; a test makes them again and
compares.  They are an OCI image layout, read by this provider as the source ``samples``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from provider_core.oci.annotations import DESCRIPTION, REF_NAME, VENDOR
from provider_core.oci.layout import INDEX_FILE, LAYOUT_BYTES, LAYOUT_FILE, blob_path, layout_index
from provider_core.platforms import Platform
from provider_core.references import lower_form
from provider_core.testing.images import LINUX, SmallImage, small_image

from .travel import IMAGE_NAME, IMAGE_VERSION

__all__ = ["make_samples"]

_PUBLISHER = "CN=imageferry samples"
_WINDOWS = Platform(os="windows", architecture="amd64", os_version="10.0.10586.0")


def make_samples(folder: Path) -> None:
    """Write the layout into *folder*, which must not hold one yet."""
    entries = []
    for name, version, summary, image in _samples():
        for digest, data in image.blobs.items():
            path = folder / blob_path(digest)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        entries.append(replace(image.root, annotations=_annotations(name, version, summary)))
    (folder / LAYOUT_FILE).write_bytes(LAYOUT_BYTES)
    (folder / INDEX_FILE).write_bytes(layout_index(entries))


def _samples() -> Iterator[tuple[str, str, str, SmallImage]]:
    base = _image(
        {"etc/sample-release": b"base 1.0\n", "srv/ballast": bytes(64 << 10)}, "2026-01-05"
    )
    yield "sample/base", "1.0", "What the other samples are made from", base
    for version, day in (("1.0", "2026-02-02"), ("1.1", "2026-03-02"), ("2.0", "2026-04-06")):
        text = f"Hello from sample/hello {version}\n".encode()
        yield (
            "sample/hello",
            version,
            "A greeting, in three versions",
            _image({"srv/hello.txt": text}, day, base),
        )
    nano = _image({"Files/sample.txt": b"nothing here runs\n"}, "2026-01-12", platform=_WINDOWS)
    yield "sample/NanoServer", "10.0.10586.0", "Shaped like a Windows base OS image", nano


def _image(
    files: Mapping[str, bytes],
    day: str,
    base: SmallImage | None = None,
    platform: Platform = LINUX,
) -> SmallImage:
    return small_image(
        files,
        base=base,
        platform=platform,
        created=f"{day}T00:00:00Z",
        annotations={VENDOR: _PUBLISHER},
    )


def _annotations(name: str, version: str, summary: str) -> dict[str, str]:
    return {
        IMAGE_NAME: name,
        IMAGE_VERSION: version,
        REF_NAME: f"{lower_form(name)}:{version}",
        VENDOR: _PUBLISHER,
        DESCRIPTION: summary,
    }


if __name__ == "__main__":
    make_samples(Path(sys.argv[1]))
