"""Random forests of images in a real home: right parents, nobody broken, nothing left."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from provider_core import Host, Settings
from provider_core.errors import InUse
from provider_core.operations.facts import is_here
from provider_core.testing import SmallImage, small_image

from .hosts import shelf_sources
from .shelf_double import Shelf

Tree = list[int]
"""For each image the number of the one it was made from, its own if from none."""

trees = st.integers(1, 5).flatmap(
    lambda count: st.tuples(*(st.integers(0, number) for number in range(count))).map(list)
)


def ancestors(tree: Tree, number: int) -> list[int]:
    """Return the images that *number* was made from, the nearest first."""
    found = []
    while tree[number] != number:
        number = tree[number]
        found.append(number)
    return found


def planted(tree: Tree) -> list[SmallImage]:
    """Return an image for each number, each with a layer of its own."""
    images: list[SmallImage] = []
    for number, parent in enumerate(tree):
        base = images[parent] if parent != number else None
        images.append(small_image({"srv/number": str(number).encode()}, base=base))
    return images


def nearest(tree: Tree, number: int, here: set[int]) -> int | None:
    """Return the nearest ancestor that is installed."""
    return next((one for one in ancestors(tree, number) if one in here), None)


def hold_to_laws(host: Host, tree: Tree, here: set[int]) -> None:
    """Hold a home with the images *here* to what must always be so."""
    images = {int(image.name.removeprefix("image-")): image for image in host.list()}
    assert set(images) == here
    for number, image in images.items():
        assert is_here(image.content, host.store)
        parent = nearest(tree, number, here)
        assert (image.parent.name if image.parent else None) == (
            None if parent is None else f"image-{parent}"
        )
    branches = [int(branch.image.name.removeprefix("image-")) for branch in host.tree()]
    assert sorted(branches) == sorted(here)


@settings(max_examples=8)
@given(trees, st.randoms(use_true_random=False), st.booleans())
def test_removal_in_any_order_breaks_nobody(
    tree: Tree, chance: random.Random, by_force: bool
) -> None:
    shelf = Shelf()
    for number, image in enumerate(planted(tree)):
        shelf.put("lab", f"image-{number}", "1", image)
    with (
        tempfile.TemporaryDirectory() as folder,
        Host(Path(folder) / "home", providers=[shelf], settings=Settings(plugins=False)) as host,
    ):
        shelf_sources(host, "lab")
        here = set(range(len(tree)))
        host.install(*(f"image-{number}" for number in here))
        hold_to_laws(host, tree, here)
        assert host.check_store() == ()
        while here:
            number = chance.choice(sorted(here))
            needed = any(nearest(tree, one, here) == number for one in here)
            force = by_force and chance.random() < 0.5
            try:
                host.uninstall(f"image-{number}", force=force)
            except InUse:
                assert needed
                assert not force
            else:
                assert force or not needed
                here.remove(number)
            hold_to_laws(host, tree, here)
        assert tuple(host.store.blobs()) == ()
        assert host.check_store() == ()
