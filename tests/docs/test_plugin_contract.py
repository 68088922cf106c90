"""plugin-contract.md has every hook with its exact signature, and every field of Context."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields
from textwrap import dedent

from provider_core import Context, Feature, ProviderSpec, SimpleProvider
from provider_core.hookspecs import PROJECT
from provider_core.store import Reader, Writer

from .pages import Page

PAGE = Page.read("reference/plugin-contract.md")
TREES = [ast.parse(block.text) for block in PAGE.blocks if block.language == "python"]


def _signatures(body: list[ast.stmt]) -> dict[str, str]:
    return {
        node.name: f"({ast.unparse(node.args)}) -> {node.returns and ast.unparse(node.returns)}"
        for node in body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def _of_class(kind: type) -> dict[str, str]:
    (node,) = ast.parse(dedent(inspect.getsource(kind))).body
    assert isinstance(node, ast.ClassDef)
    return _signatures(node.body)


def _told() -> dict[str, str]:
    return {name: text for tree in TREES for name, text in _signatures(tree.body).items()}


def _told_classes() -> Iterator[ast.ClassDef]:
    for tree in TREES:
        yield from (node for node in tree.body if isinstance(node, ast.ClassDef))


def test_every_hook_has_its_signature() -> None:
    hooks = {
        name: text
        for name, text in _of_class(ProviderSpec).items()
        if hasattr(getattr(ProviderSpec, name), f"{PROJECT}_spec")
    }
    simple = {name: _of_class(SimpleProvider)[name] for name in ("packages", "open")}
    assert _told() == hooks | simple
    assert {feature.value for feature in Feature} == set(hooks) - {"provider_info", "options"}


def test_the_store_has_its_signatures() -> None:
    told = {node.name: _signatures(node.body) for node in _told_classes()}
    assert told == {"Reader": _of_class(Reader), "Writer": _of_class(Writer)}


def test_every_field_of_the_context_is_told() -> None:
    told = [name.strip("`") for name, _ in PAGE.rows("Field")]
    assert told == [field.name for field in fields(Context)]


def test_every_hook_is_explained() -> None:
    for name in _told():
        assert f"`{name}`" in "\n".join(PAGE.prose), name
