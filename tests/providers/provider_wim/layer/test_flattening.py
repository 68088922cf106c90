from __future__ import annotations

import pytest

from provider_core.errors import DocumentError, NotSupported
from provider_wim.tree import Node, walk

from ....support.layers import flattened, layer_bytes, tar_layer
from ....support.windows import file, folder, sample_tree


def seen(*layers: bytes) -> dict[str, str]:
    """Return path → content of what the layers are together, the base first."""
    flat, contents = flattened(*layers)
    return {
        path: contents[node.data.sha1].decode() if node.data else ""
        for path, node in walk(flat.system)
        if path
    }


BASE = tar_layer(("Files/",), ("Files/a", b"1"), ("Files/d/",), ("Files/d/x", b"2"))


def test_a_layer_read_back_makes_the_same_layer() -> None:
    layer = layer_bytes(sample_tree(), folder("", file("boot", b"b")))
    flat, contents = flattened(layer)
    assert flat.utility is not None
    assert layer_bytes(flat.system, flat.utility) == layer
    assert b"MZ" * 40_000 in contents.values()
    assert (flat.registry, flat.strange) == (0, 0)


def test_names_of_one_file_stay_together() -> None:
    flat, _ = flattened(layer_bytes(sample_tree()))
    groups = {path: node.link_group for path, node in walk(flat.system) if node.link_group}
    assert groups == {
        "Windows/System32/kernel32.dll": 1,
        "Windows/WinSxS/kernel32.dll": 1,
    }


def test_upper_layers_hide_lower_ones() -> None:
    upper = tar_layer(("Files/A", b"new"), ("Files/d/y", b"3"))
    assert seen(BASE, upper) == {"A": "new", "d": "", "d/y": "3", "d/x": "2"}


def test_what_is_hidden_is_not_even_taken() -> None:
    _, contents = flattened(BASE, tar_layer(("Files/a", b"new")))
    assert set(contents.values()) == {b"new", b"2"}


@pytest.mark.parametrize(
    ("mark", "left"),
    [
        ("Files/.wh.a", {"d": "", "d/x": "2"}),
        ("Files/.wh.D", {"a": "1"}),
        ("Files/d/.wh.x", {"a": "1", "d": ""}),
        ("Files/d/.wh..wh..opq", {"a": "1", "d": ""}),
        ("Files/.wh..wh..opq", {}),
    ],
)
def test_whiteouts(mark: str, left: dict[str, str]) -> None:
    assert seen(BASE, tar_layer((mark, b""))) == left


def test_a_whiteout_is_about_lower_layers_alone() -> None:
    upper = tar_layer(("Files/d/",), ("Files/d/y", b"3"), ("Files/.wh.d", b""))
    assert seen(BASE, upper) == {"a": "1", "d": "", "d/y": "3"}
    top = tar_layer(("Files/d/x", b"4"))
    assert seen(BASE, tar_layer(("Files/d/.wh.x", b"")), top)["d/x"] == "4"


def test_a_file_takes_the_place_of_a_folder() -> None:
    assert seen(BASE, tar_layer(("Files/d", b"file"))) == {"a": "1", "d": "file"}


def test_a_folder_takes_the_place_of_a_file() -> None:
    assert seen(BASE, tar_layer(("Files/a/",), ("Files/a/b", b"5")))["a/b"] == "5"


def test_a_link_to_a_file_that_an_upper_layer_replaces() -> None:
    base = tar_layer(("Files/",), ("Files/sys", b"old"), ("Files/sxs", "1", "Files/sys"))
    assert seen(base, tar_layer(("Files/sys", b"new"))) == {"sxs": "old", "sys": "new"}


def test_a_link_to_a_file_of_a_lower_layer() -> None:
    upper = tar_layer(("Files/b", "1", "Files/a"), ("Files/.wh.a", b""))
    assert seen(BASE, upper) == {"b": "1", "d": "", "d/x": "2"}


def test_a_streams_place_is_behind_its_file() -> None:
    layer = tar_layer(("Files/",), ("Files/a", b"1"), ("Files/a:s", b"2"), ("Files/a:t", b""))
    flat, contents = flattened(layer)
    (node,) = flat.system.children
    assert [(one.name, one.blob and contents[one.blob.sha1]) for one in node.streams] == [
        ("s", b"2"),
        ("t", None),
    ]
    with pytest.raises(DocumentError, match="one too many"):
        flattened(tar_layer(("Files/a", b""), ("Files/a:s", b"2"), ("Files/a:S", b"")))
    with pytest.raises(DocumentError, match="follows no file"):
        flattened(tar_layer(("Files/",), ("Files/a:s", b"2")))


def test_streams_go_with_their_file() -> None:
    layer = tar_layer(("Files/",), ("Files/a", b"1"), ("Files/a:s", b"2"))
    flat, _ = flattened(layer, tar_layer(("Files/a", b"3")))
    (node,) = flat.system.children
    assert node.streams == ()


def test_what_is_no_file_is_counted() -> None:
    layer = tar_layer(
        ("Hives/",), ("Hives/System_Delta", b"regf"), ("Files/",), **{"SCHILY.xattr.a": "b"}
    )
    flat, contents = flattened(layer)
    assert (flat.registry, flat.strange, contents) == (2, 1, {})


def test_a_layer_of_another_system_has_plain_attributes() -> None:
    flat, _ = flattened(tar_layer(("Files/",), ("Files/a", b"1"), ("Files/l", "2", "a")))
    nodes: dict[str, Node] = {node.name: node for node in flat.system.children}
    assert (flat.system.attributes, nodes["a"].attributes, nodes["l"].attributes) == (
        0x10,
        0x20,
        0x400,
    )


@pytest.mark.parametrize("name", ["etc/passwd", "UtilityVM/x", "Files2", "../x", "/Files/x"])
def test_what_is_no_part_of_a_windows_image(name: str) -> None:
    with pytest.raises(NotSupported, match="no part"):
        flattened(tar_layer((name, b"x")))


@pytest.mark.parametrize(
    "name",
    [
        "Files/../x",
        "Files//x",
        "Files/a\\b",
        "Files/con",
        "Files/a:",
        "Files/a:b:c",
        "Files/" + "n" * 256,
        "Files" + "/d" * 513,
    ],
)
def test_paths_that_are_none(name: str) -> None:
    with pytest.raises(DocumentError):
        flattened(tar_layer((name, b"x")))


@pytest.mark.parametrize(
    "members",
    [
        (("Files/a", b"1"), ("Files/A", b"2")),
        (("Files/a", b"1"), ("Files/a/b", b"2")),
        (("Files/d/b", b"1"), ("Files/d", b"2")),
        (("Files/b", "1", "Files/nowhere"),),
        (("Hives/x", b"1"),),
    ],
)
def test_layers_that_contradict_themselves(members: tuple[tuple[str, bytes], ...]) -> None:
    with pytest.raises(DocumentError):
        flattened(tar_layer(*members))


def test_devices_are_refused() -> None:
    with pytest.raises(NotSupported, match="device"):
        flattened(tar_layer(("Files/",), ("Files/p", "6", "")))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("MSWINDOWS.fileattr", "x"),
        ("MSWINDOWS.fileattr", "99999999999"),
        ("MSWINDOWS.rawsd", "?"),
        ("MSWINDOWS.xattr.A", "?"),
        ("LIBARCHIVE.creationtime", "today"),
    ],
)
def test_records_that_break_their_form(key: str, value: str) -> None:
    with pytest.raises(DocumentError):
        flattened(tar_layer(("Files/",), **{key: value}))


def test_descriptors_as_text_are_refused() -> None:
    with pytest.raises(NotSupported, match="as text"):
        flattened(tar_layer(("Files/",), **{"MSWINDOWS.sd": "O:BA"}))
