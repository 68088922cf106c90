"""A vault with two tapes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from provider_acme import Recording, write_tape

from provider_core.testing import small_image

TAPES = {
    "A1": [("Anvil", "1.0"), ("Rocket", "1.0"), ("Rocket", "2.0")],
    "B7": [("Anvil", "2.0")],
}


def _recording(name: str, version: str, *, damaged: bool) -> Recording:
    """Return an image of some 300 kB; if damaged, its layer is not what its digest says."""
    image = small_image({"etc/name": name.encode(), "var/data": version[:1].encode() * 300_000})
    data = dict(image.blobs)
    if damaged:
        layer = image.layers[0].digest
        data[layer] = data[layer][::-1]
    return Recording(
        name=name,
        version=version,
        platform=image.platforms[0],
        blobs=image.contents[::-1],
        data=data,
    )


def _fill(folder: Path, *, damaged: bool = False) -> None:
    for tape, images in TAPES.items():
        path = folder / f"{tape.lower()}.tape"
        path.unlink(missing_ok=True)
        write_tape(path, tape, [_recording(*image, damaged=damaged) for image in images])


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """Return a folder of tapes: a1.tape and b7.tape."""
    folder = tmp_path / "vault"
    folder.mkdir()
    _fill(folder)
    return folder


@pytest.fixture
def damage(vault: Path) -> Callable[[], None]:
    """Return what changes the bytes on the tapes and leaves their labels as they are."""
    return lambda: _fill(vault, damaged=True)
