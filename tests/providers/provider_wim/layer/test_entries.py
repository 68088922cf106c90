from __future__ import annotations

import random
import tracemalloc

from provider_wim.layer.entries import EntryKind, entries_of
from provider_wim.layer.losses import Losses
from provider_wim.tree import Node

from ....support.layers import layer_bytes
from ....support.windows import file, folder, sample_tree


def listed(root: Node, utility: Node | None = None) -> list[tuple[EntryKind, str]]:
    return [(entry.kind, entry.path) for entry in entries_of(root, utility, Losses())]


def shuffled(node: Node, dice: random.Random) -> Node:
    children = [shuffled(child, dice) for child in node.children]
    dice.shuffle(children)
    return folder(node.name, *children, security=node.security) if children else node


def test_the_order_of_directories_does_not_matter() -> None:
    plain = sample_tree()
    dice = random.Random(5)
    assert {layer_bytes(shuffled(plain, dice)) for _ in range(5)} == {layer_bytes(plain)}


def test_the_first_name_in_order_is_the_file() -> None:
    tree = folder(
        "",
        folder("b", file("x", b"1", link_group=3)),
        folder("a", file("y", b"1", link_group=3, streams={})),
        file("c", b"1", link_group=4),
    )
    assert listed(tree) == [
        (EntryKind.FOLDER, "Files"),
        (EntryKind.FOLDER, "Files/a"),
        (EntryKind.FILE, "Files/a/y"),
        (EntryKind.FOLDER, "Files/b"),
        (EntryKind.HARD_LINK, "Files/b/x"),
        (EntryKind.FILE, "Files/c"),
    ]


def test_streams_come_behind_their_file_and_not_behind_its_links() -> None:
    streams = {"s": b"1"}
    tree = folder(
        "",
        file("a", b"1", link_group=1, streams=streams),
        file("b", b"1", link_group=1, streams=streams),
        folder("d", file("in"), streams={"t": b""}),
    )
    assert [path for _, path in listed(tree)] == [
        "Files",
        "Files/a",
        "Files/a:s",
        "Files/b",
        "Files/d",
        "Files/d:t",
        "Files/d/in",
    ]


def test_the_system_of_hyper_v_has_a_place_of_its_own() -> None:
    utility = folder("", file("a", b"1", link_group=1), file("b", b"1", link_group=1))
    assert listed(folder("", file("a", b"1", link_group=1)), utility) == [
        (EntryKind.FOLDER, "Files"),
        (EntryKind.FILE, "Files/a"),
        (EntryKind.FOLDER, "UtilityVM"),
        (EntryKind.FOLDER, "UtilityVM/Files"),
        (EntryKind.FILE, "UtilityVM/Files/a"),
        (EntryKind.HARD_LINK, "UtilityVM/Files/b"),
    ]


def test_the_files_of_a_folder_share_its_path() -> None:
    tree = folder("f", *(file(f"{number}", b"") for number in range(1_000)))
    for _ in range(100):
        tree = folder("n" * 100, tree)
    root = folder("", tree)
    tracemalloc.start()
    try:
        entries = list(entries_of(root, None, Losses()))
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(entries) == 1_102
    assert size < 1_500_000  # a path each would be 10 million
