from __future__ import annotations

import pytest

from provider_core.errors import NotSupported
from provider_wim.layer.entries import entries_of
from provider_wim.layer.losses import Losses
from provider_wim.layer.xattrs import ExtendedAttribute, pack
from provider_wim.tree import Node, Reparse, TaggedItems, UnixData

from ....support.windows import file, folder

ENCRYPTED = file("secret", b"x", attributes=0x4020)
WOF = file("small.exe", b"x", attributes=0x420, reparse=Reparse(tag=0x80000017, data=bytes(16)))
ODD = file("odd", attributes=0x420, reparse=Reparse(tag=0x9000001A, data=b""))
EMPTY = file("empty", attributes=0x420)


def paths(losses: Losses, *children: Node) -> list[str]:
    return [entry.path for entry in entries_of(folder("", *children), None, losses)]


@pytest.mark.parametrize(
    ("node", "reason"),
    [(ENCRYPTED, "EFS"), (WOF, "WOF"), (ODD, "0x9000001A"), (EMPTY, "without its data")],
)
def test_what_no_layer_can_hold_is_refused(node: Node, reason: str) -> None:
    with pytest.raises(NotSupported, match=reason) as caught:
        paths(Losses(), file("before"), node)
    assert "--leave-out" in caught.value.hint


def test_it_is_left_out_if_the_user_says_so() -> None:
    losses = Losses(leave_out=True)
    assert paths(losses, ENCRYPTED, WOF, file("kept")) == ["Files", "Files/kept"]
    assert losses.counts == {"files left out": 2}
    assert losses.notices()[:2] == [
        "left out: 'Files/secret' (encrypted (EFS))",
        "left out: 'Files/small.exe' (compressed by the Windows Overlay Filter (WOF))",
    ]


def test_a_directory_that_is_left_out_goes_with_all_in_it() -> None:
    cloud = Reparse(tag=0x9000601A, data=b"")
    inside = folder("cloud", file("in"), attributes=0x410, reparse=cloud)
    assert paths(Losses(leave_out=True), inside) == ["Files"]


def test_what_is_lost_is_counted() -> None:
    losses = Losses()
    flagged = pack([ExtendedAttribute(name="A", value=b"", flags=0x80)])
    paths(
        losses,
        file("a", short_name="A~1", items=TaggedItems(object_id=bytes(16))),
        file("b", items=TaggedItems(xattrs=flagged, unknown=(9, 10))),
        file("c", items=TaggedItems(unix=UnixData(uid=0, gid=0, mode=0o644, device=0))),
    )
    assert losses.summary == (
        "Unix owners and modes=1, flags of extended attributes=1, object ids=1, short names=1,"
        " unknown items=2"
    )
    assert len(losses.notices()) == 1


def test_nothing_lost_is_nothing_said() -> None:
    losses = Losses()
    paths(losses, file("a"))
    assert (losses.summary, losses.notices()) == ("", [])
