"""Parents come from content first; laws over random forests of layer chains."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from provider_core.digests import Digest
from provider_core.model import Content, Installed, Package, PackageId, Parent, Requirement
from provider_core.oci import Descriptor
from provider_core.operations.tree import branches
from provider_core.parents import Family, annotated_parent
from provider_core.references import Name


def image(name: str, *layers: str, version: str = "1", parent: Parent | None = None) -> Installed:
    root = Descriptor.of(
        f"{name} {version} {layers}".encode(), "application/vnd.oci.image.manifest.v1+json"
    )
    return Installed(
        package=Package(
            id=PackageId(provider="p", source="s", name=name, version=version), pin=root
        ),
        content=Content(root=root),
        image_id=Digest.of(f"{name} {layers}".encode()),
        diff_ids=tuple(Digest.of(layer.encode()) for layer in layers),
        publisher="CN=Test",
        parent=parent,
    )


def test_the_longest_proper_prefix_is_the_parent() -> None:
    base, middle = image("base", "a"), image("middle", "a", "b")
    top = image("top", "a", "b", "c")
    family = Family([base, middle, top, image("other", "x")])
    assert [one.name for one in family.parents(top)] == ["middle"]
    assert [one.name for one in family.parents(middle)] == ["base"]
    assert family.parents(base) == ()
    shown = family.parent(top)
    assert shown is not None
    assert str(shown) == ("ContainerImage (Name = 'middle') [Publisher = 'CN=Test', Version = '1']")


def test_content_comes_before_what_is_said() -> None:
    top = image("top", "a", "b", parent=Parent(name="liar"))
    family = Family([image("base", "a"), image("liar", "z"), top])
    assert [one.name for one in family.parents(top)] == ["base"]


def test_what_is_said_counts_by_digest_then_by_name() -> None:
    base = image("Base", "x")
    by_digest = image("d", "q", parent=Parent(name="", digest=base.package.pin.digest))
    by_name = image("n", "r", parent=Parent(name="BASE", version="1"))
    wrong = image("w", "s", parent=Parent(name="base", version="2"))
    family = Family([base, by_digest, by_name, wrong])
    assert family.parents(by_digest) == (base,)
    assert family.parents(by_name) == (base,)
    assert family.parents(wrong) == ()
    assert family.parent(wrong) == wrong.parent


def test_an_equal_image_takes_over_as_parent() -> None:
    one, other, top = image("one", "a"), image("other", "a"), image("top", "a", "b")
    family = Family([one, other, top])
    assert family.dependents([one]) == {}
    assert set(family.dependents([one, other])) == {str(one.key), str(other.key)}


def test_what_goes_together_needs_nobody() -> None:
    base, top = image("base", "a"), image("top", "a", "b")
    assert Family([base, top]).dependents([base, top]) == {}


def test_nobody_is_its_own_ancestor() -> None:
    hen = image("hen", "h", parent=Parent(name="egg"))
    egg = image("egg", "e", parent=Parent(name="hen"))
    chick = image("chick", "c", parent=Parent(name="hen"))
    alone = image("alone", "a", parent=Parent(name="alone"))
    for images in ([hen, egg, chick, alone], [alone, chick, egg, hen]):
        family = Family(images)
        assert family.parents(egg) == (hen,)  # the first in the order of keys is believed
        assert family.parents(hen) == family.parents(alone) == ()
        assert [one.name for one in family.ancestors(chick)] == ["hen"]
        assert [one.name for one in branch_names(family)] == ["alone", "hen", "chick", "egg"]


def branch_names(family: Family) -> list[Installed]:
    """Return the images as their tree lists them."""
    ordered = Family(sorted(family.images, key=lambda one: one.key))
    return [branch.image for branch in branches(ordered)]


def test_a_requirement_needs_one_that_stays() -> None:
    needs = (Requirement(name=Name(name="tool")),)
    user = image("user", "u")
    user = replace(user, package=replace(user.package, requires=needs))
    one, two = image("tool", "1"), image("Tool", "2", version="2")
    family = Family([user, one, two])
    assert family.fulfilling(needs[0]) == (one, two)
    assert family.dependents([one]) == {}
    assert family.dependents([one, two]) == {str(one.key): (user,), str(two.key): (user,)}
    assert family.dependents([one, two, user]) == {}
    assert Family([user, one]).dependents([one]) == {str(one.key): (user,)}


def test_many_layers_take_no_more_than_the_chains_there_are() -> None:
    layers = [str(number) for number in range(20_000)]
    top = image("top", *layers)
    assert Family([image("base", "0"), top]).parents(top)[0].name == "base"


def test_annotations_that_cannot_be_read_say_nothing() -> None:
    bad = {
        "org.opencontainers.image.base.digest": "sha256:../../etc/passwd",
        "org.opencontainers.image.base.name": "-.-.-.-.-.\x00",
    }
    assert annotated_parent(bad) is None
    good = annotated_parent({"org.opencontainers.image.base.name": "docker.io/library/base:1.0"})
    assert good is not None
    assert (good.name, good.version) == ("docker.io/library/base", "1.0")


chains = st.lists(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=5).map(tuple), max_size=12, unique=True
)


@given(chains, st.randoms(use_true_random=False))
def test_removal_in_any_order_that_is_allowed_empties_the_home(
    forest: list[tuple[str, ...]], chance: object
) -> None:
    images = [image("".join(chain), *chain) for chain in forest]
    chance.shuffle(images)  # type: ignore[attr-defined]
    while images:
        family = Family(images)
        free = [one for one in images if not family.dependents([one])]
        assert free, "somebody can always go first"
        for one in images:
            for parent in family.parents(one):
                assert parent.diff_ids == one.diff_ids[: len(parent.diff_ids)]
                assert len(parent.diff_ids) < len(one.diff_ids)
        images.remove(free[0])


@given(chains)
def test_parents_do_not_depend_on_the_order(forest: list[tuple[str, ...]]) -> None:
    images = [image("".join(chain), *chain) for chain in forest]
    there = {one.name: Family(images).parents(one) for one in images}
    back = {one.name: Family(images[::-1]).parents(one) for one in images}
    assert there == back
    assert all(replace(one, parent=None).key == one.key for one in images)
