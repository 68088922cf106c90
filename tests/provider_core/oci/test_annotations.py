from __future__ import annotations

import pytest

from provider_core.oci import annotations as an
from provider_core.oci.json_node import Node

from .conftest import Refused


def test_the_copy_is_read_only_and_apart() -> None:
    given = {an.REF_NAME: "1.0"}
    checked = an.checked_annotations(given)
    given[an.REF_NAME] = "2.0"
    assert checked == {an.REF_NAME: "1.0"}
    with pytest.raises(TypeError):
        checked[an.TITLE] = "x"  # type: ignore[index]


def test_values_at_their_limits_pass() -> None:
    largest = {f"key {number}": "v" for number in range(998)}
    largest |= {"k" * 1024: "", "long": "v" * (256 << 10)}
    assert an.checked_annotations(largest) == largest


@pytest.mark.parametrize(
    ("given", "path", "reason"),
    [
        ({str(number): "" for number in range(1001)}, "annotations", "1001 entries"),
        ({"": "v"}, 'annotations[""]', "a key of 0 characters"),
        ({"k" * 1025: "v"}, f'annotations["{"k" * 64}..."]', "a key of 1025 characters"),
        ({"long": "v" * ((256 << 10) + 1)}, "annotations.long", "262145 characters"),
    ],
)
def test_refuses(given: dict[str, str], path: str, reason: str, refused: Refused) -> None:
    with refused(path, reason):
        an.checked_annotations(given)
    top_path = path.replace("annotations", "subject.annotations", 1)
    with refused(top_path, reason):
        an.read_annotations(Node({"annotations": given}, trail=("subject",)))


def test_reads_none_where_there_are_none() -> None:
    assert an.read_annotations(Node({})) == {}
    assert an.read_annotations(Node({"annotations": None})) == {}
