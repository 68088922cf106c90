"""Random changes against a dict: the present, and every past, are what the model says."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from provider_core.catalog import Catalog, CatalogChange
from provider_core.model import Hold, ImageKey, Installed, Source, Tag
from provider_core.references import name_key

from .samples import image, source


@dataclass
class State:
    """What should be there."""

    images: dict[ImageKey, Installed] = field(default_factory=dict)
    tags: dict[tuple[str, str], Tag] = field(default_factory=dict)
    holds: dict[ImageKey, Hold] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)

    def copy(self) -> State:
        return State(dict(self.images), dict(self.tags), dict(self.holds), dict(self.sources))

    def pick(self, number: int) -> ImageKey | None:
        keys = sorted(self.images)
        return keys[number % len(keys)] if keys else None


Write = Callable[[CatalogChange, State], None]


def put_image(one: Installed) -> Write:
    def write(change: CatalogChange, state: State) -> None:
        change.put_image(one)
        state.images[one.key] = one

    return write


def remove_image(one: Installed) -> Write:
    def write(change: CatalogChange, state: State) -> None:
        assert change.remove_image(one.key) == (one.key in state.images)
        state.images.pop(one.key, None)
        state.holds.pop(one.key, None)
        state.tags = {name: tag for name, tag in state.tags.items() if tag.image != one.key}

    return write


def put_tag(name: str, tag: str, number: int) -> Write:
    def write(change: CatalogChange, state: State) -> None:
        key = state.pick(number)
        if key is not None:
            made = Tag(name=name, tag=tag, image=key)
            change.put_tag(made)
            state.tags[name_key(name), tag] = made

    return write


def remove_tag(name: str, tag: str) -> Write:
    def write(change: CatalogChange, state: State) -> None:
        assert change.remove_tag(name, tag) == ((name_key(name), tag) in state.tags)
        state.tags.pop((name_key(name), tag), None)

    return write


def put_hold(number: int, reason: str) -> Write:
    def write(change: CatalogChange, state: State) -> None:
        key = state.pick(number)
        if key is not None:
            hold = Hold(image=key, reason=reason)
            change.put_hold(hold)
            state.holds[key] = hold

    return write


def remove_hold(number: int) -> Write:
    def write(change: CatalogChange, state: State) -> None:
        key = state.pick(number)
        if key is not None:
            assert change.remove_hold(key) == (key in state.holds)
            state.holds.pop(key, None)

    return write


def put_source(one: Source) -> Write:
    def write(change: CatalogChange, state: State) -> None:
        change.put_source(one)
        state.sources[name_key(one.name)] = one

    return write


def remove_source(one: Source) -> Write:
    def write(change: CatalogChange, state: State) -> None:
        assert change.remove_source(one.name) == (name_key(one.name) in state.sources)
        state.sources.pop(name_key(one.name), None)

    return write


IMAGES = st.builds(
    image,
    st.sampled_from(["nginx", "Nginx", "redis"]),
    st.sampled_from(["1.0", "1.10", "1.9-slim", "latest"]),
    content=st.sampled_from(["x", "y"]),
)
SOURCES = st.builds(source, st.sampled_from(["lab", "LAB", "usb"]), st.integers(0, 2))
NUMBERS = st.integers(0, 5)
NAMES, TAGS = st.sampled_from(["web", "WEB"]), st.sampled_from(["1", "2"])
WRITES = st.one_of(
    IMAGES.map(put_image),
    IMAGES.map(remove_image),
    st.builds(put_tag, NAMES, TAGS, NUMBERS),
    st.builds(remove_tag, NAMES, TAGS),
    st.builds(put_hold, NUMBERS, st.sampled_from(["wanted", "loved"])),
    NUMBERS.map(remove_hold),
    SOURCES.map(put_source),
    SOURCES.map(remove_source),
)


class CatalogMachine(RuleBasedStateMachine):
    """Each step is an operation of one to four writes; some of them fail at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.catalog = Catalog(Path(self.folder.name) / "catalog.db")
        self.now = State()
        self.past = [State()]

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(writes=st.lists(WRITES, min_size=1, max_size=4), fails=st.booleans())
    def operate(self, writes: list[Write], fails: bool) -> None:
        then = self.now.copy()
        try:
            with self.catalog.change("operate") as change:
                for write in writes:
                    write(change, then)
                assert set(change.installed()) == set(then.images.values())
                if fails:
                    raise InterruptedError
        except InterruptedError:
            return
        if then != self.now:
            self.past.append(then)
        self.now = then

    @invariant()
    def the_present_is_the_model(self) -> None:
        assert {one.key: one for one in self.catalog.installed()} == self.now.images
        assert set(self.catalog.tags()) == set(self.now.tags.values())
        assert set(self.catalog.holds()) == set(self.now.holds.values())
        assert {name_key(one.name): one for one in self.catalog.sources()} == self.now.sources
        assert self.catalog.revision() == len(self.past) - 1

    @invariant()
    def every_past_is_the_model_of_then(self) -> None:
        for number, state in enumerate(self.past):
            listed = self.catalog.installed(revision=number)
            assert {one.key: one for one in listed} == state.images

    @invariant()
    def the_difference_from_the_beginning_is_what_is_there(self) -> None:
        changes = self.catalog.diff(0, self.catalog.revision())
        assert all(change.before is None for change in changes)
        now = self.now
        there = [*now.images, *now.tags, *now.holds, *now.sources]
        assert len(changes) == len(there)


TestCatalogMachine = CatalogMachine.TestCase
TestCatalogMachine.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
