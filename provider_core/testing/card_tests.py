"""The contract of a provider's card, as tests."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ..errors import NotSupported
from ..model import Content, Feature, OptionSpec, OptionType, Package, PackageId, Query
from ..references import FilePath
from .images import small_image
from .io_watch import watched_io
from .memory_store import MemoryStore
from .stage import Stage

__all__ = ["CardTests", "CaseTests"]

HEAD = 4096
"""Bytes of a file that the host reads to recognise it."""


class CardTests:
    """What a provider says of itself: its card and its options."""

    def test_it_can_be_loaded(self, stage: Stage) -> None:
        """Names, arguments and marks of its hooks are right (docs/adr/0003)."""
        assert stage.loaded.info == stage.info

    def test_its_card_is_made_without_io(self, stage: Stage) -> None:
        """provider_info() touches neither files nor the network, and is the same twice."""
        plugin = stage.loaded.plugin
        with watched_io() as seen:
            again = plugin.provider_info()  # type: ignore[attr-defined]
        assert seen == []
        assert again == stage.info

    def test_what_it_opens_and_writes_is_described(self, stage: Stage) -> None:
        """Schemes, magic, markers, types and destinations have the form that hosts look for."""
        info = stage.info
        for scheme in info.schemes:
            assert re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme), f"{scheme!r} is no URL scheme"
        for magic in info.magic:
            assert magic.signature, "an empty signature fits every file"
            assert 0 <= magic.offset <= HEAD - len(magic.signature), "beyond what the host reads"
        for destination in info.saves:
            ways = [destination.suffix, destination.scheme, destination.folder]
            assert sum(map(bool, ways)) == 1, f"{destination} is not exactly one of three"
            assert not destination.suffix or destination.suffix.startswith(".")
        if info.magic or info.markers or info.takes_hosts:
            assert stage.has(Feature.RESOLVE), "it opens things, but cannot resolve them"
        assert bool(info.accepts) == stage.has(Feature.CONVERT), "accepts and convert() go together"
        assert bool(info.saves) == stage.has(Feature.SAVE), "saves and save() go together"

    def test_its_sources_are_its_own(self, stage: Stage) -> None:
        """Built-in sources name this provider and have names of their own."""
        assert {source.provider for source in stage.info.sources} <= {stage.info.name}
        names = [source.name.casefold() for source in stage.info.sources]
        assert len(names) == len(set(names))

    def test_its_options_are_data(self, stage: Stage) -> None:
        """options() is the same twice; names are distinct within a verb and well formed."""
        options = stage.loaded.options
        places = [(option.verb, option.name) for option in options]
        assert len(places) == len(set(places)), "two options of one verb share a name"
        for option in options:
            _check_option(option)
        if options:
            assert tuple(stage.loaded.plugin.options()) == options  # type: ignore[attr-defined]

    def test_what_it_does_not_declare_is_not_supported(self, stage: Stage) -> None:
        """A host that asks for more than the card says is told so, and no hook is called."""
        for feature, ask in _requests(stage).items():
            if not stage.has(feature):
                with pytest.raises(NotSupported):
                    ask()


class CaseTests:
    """Whether the case is worth its name."""

    def test_its_case_tests_what_it_declares(self, stage: Stage) -> None:
        """A feature that the case brings nothing for would look tested and is not."""
        case = stage.case
        needed: dict[Feature, object] = {
            Feature.FIND: case.source is not None and case.present,
            Feature.REFRESH: case.source is not None and case.present and case.change,
            Feature.SEARCH: case.source is not None and case.words,
            Feature.CHECK_SOURCE: case.source,
            Feature.RESOLVE: case.references,
            Feature.INSTALL: case.present or case.references,
            Feature.CONVERT: case.raw,
            Feature.SAVE: case.destination and (case.present or case.references),
        }
        missing = [one.name for one, given in needed.items() if stage.has(one) and not given]
        assert missing == [], "the case has nothing to test these features with"


def _check_option(option: OptionSpec) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", option.name), f"{option.name!r} is no option's name"
    assert "\n" not in option.help, f"the help of {option.name} has more than one line"
    assert bool(option.choices) == (option.type is OptionType.CHOICE), (
        f"{option.name}: choices and the type CHOICE go together"
    )


def _requests(stage: Stage) -> dict[Feature, Callable[[], object]]:
    """Return a call of each feature that has no neutral answer."""
    context, signs = stage.context(source=stage.case.source)
    call, name, store = stage.dispatcher, stage.info.name, MemoryStore()
    writer = store.writer(store.lease())
    content = Content(root=small_image({"file": b"text"}).root)
    identity = PackageId(provider=name, source="", name="any", version="1")
    package = Package(id=identity, pin=content.root)
    return {
        Feature.FIND: lambda: call.find(name, Query(name="any"), context),
        Feature.SEARCH: lambda: call.search(name, "any", 1, context),
        Feature.RESOLVE: lambda: call.resolve(name, FilePath(path="any"), context),
        Feature.REFRESH: lambda: call.refresh(name, None, context, signs, str),
        Feature.INSTALL: lambda: call.install(name, package, store, writer, context, signs),
        Feature.CONVERT: lambda: call.convert(name, content, store, writer, context, signs),
        Feature.SAVE: lambda: call.save(name, [], "any", store, context, signs),
    }
