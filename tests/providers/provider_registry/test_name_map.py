"""Which repository an image is pushed to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import Conflict, NotSupported, UsageError
from provider_core.model import Content, FileStamp, Held, Package, PackageId
from provider_core.testing import small_image
from provider_registry.name_map import mapped_name, parse_rules
from provider_registry.names import is_repository
from provider_registry.push_plan import plan_push

ONE, TWO = small_image({"a": b"1"}), small_image({"a": b"2"})


@pytest.mark.parametrize(
    ("name", "rules", "wanted"),
    [
        ("nginx", [], "nginx"),
        ("NanoServer", [], "nanoserver"),
        ("team/app", [], "team/app"),
        ("registry.example:5000/team/app", [], "team/app"),
        ("docker.io/library/nginx", [], "library/nginx"),
        ("docker.io/library/nginx", [r"docker.io/(.*)=dockerhub/\1"], "dockerhub/library/nginx"),
        ("nginx", [r"docker.io/(.*)=dockerhub/\1"], "dockerhub/library/nginx"),
        ("docker.io/nginx", [r"docker\.io/library/(.*)=official/\1"], "official/nginx"),
        ("quay.io/a/b", [r"docker.io/(.*)=d/\1", r"([^/]+)\.io/(.*)=\1/\2"], "quay/a/b"),
        ("quay.io/a/b", ["quay.io/a/b=one", "quay.io/.*=two"], "one"),
        ("a=b", ["(a)=(b)=c"], "c"),
        ("team/app", [r"(?P<who>\w+)/(.*)=\g<who>-\2"], "team-app"),
        ("teamapp", ["team=other"], "teamapp"),
    ],
)
def test_names_and_rules(name: str, rules: list[str], wanted: str) -> None:
    assert mapped_name(name, parse_rules(rules)) == wanted


@pytest.mark.parametrize(
    "text", ["", "=", "a=", "=b", "nothing", "(=b", r"a=\1", r"(a)=\2", "*=x", "a" * 2000 + "=b"]
)
def test_what_is_no_rule(text: str) -> None:
    with pytest.raises(UsageError, match="no rule"):
        parse_rules([text])


@pytest.mark.parametrize("result", ["UPPER", "../up", "a//b", "/a", "a/", "a b", "x" * 300])
def test_a_rule_cannot_make_what_no_registry_takes(result: str) -> None:
    with pytest.raises(UsageError, match="no registry takes"):
        mapped_name("app", parse_rules([f"app={result}"]))


@given(st.text(min_size=1, max_size=60))
def test_every_name_becomes_a_repository_or_is_refused(name: str) -> None:
    try:
        found = mapped_name(name, ())
    except UsageError:
        return
    assert is_repository(found)


def _held(image: object, *names: str) -> Held:
    identity = PackageId(provider="x", source="", name="x", version="1")
    root = image.root  # type: ignore[attr-defined]
    return Held(package=Package(id=identity, pin=root), content=Content(root=root), names=names)


def test_an_image_may_have_several_names_there() -> None:
    (first, second) = plan_push([_held(ONE, "app:1.0", "app:latest", "team/app:1.0")], ())
    assert (first.repository, first.tags) == ("app", ("1.0", "latest"))
    assert (second.repository, second.tags) == ("team/app", ("1.0",))


def test_two_images_cannot_be_one_tag() -> None:
    images = [_held(ONE, "quay.io/app:1"), _held(TWO, "ghcr.io/app:1")]
    with pytest.raises(Conflict, match="would both be pushed as app:1"):
        plan_push(images, ())
    rules = parse_rules([r"quay.io/(.*)=quay/\1"])
    assert {errand.repository for errand in plan_push(images, rules)} == {"quay/app", "app"}
    assert len(plan_push([_held(ONE, "quay.io/app:1"), _held(ONE, "ghcr.io/app:1")], ())) == 2


def test_what_cannot_be_pushed() -> None:
    with pytest.raises(UsageError, match="cannot be a tag"):
        plan_push([_held(ONE, "app:1.0+build")], ())
    held = _held(ONE, "app:1")
    stamp = FileStamp(files=(), digest=ONE.root.digest, media_type="application/x")
    with pytest.raises(NotSupported):
        plan_push([replace(held, content=Content(root=stamp))], ())
