"""Random changes against a dict: the present, and every past, are what the model says."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from provider_core.catalog import Catalog
from provider_core.model import Hold, ImageKey, Installed, Source, Tag
from provider_core.references import name_key

from .samples import image, source

NAMES = st.sampled_from(["nginx", "Nginx", "redis"])
VERSIONS = st.sampled_from(["1.0", "1.10", "1.9-slim", "latest"])
IMAGES = st.builds(image, NAMES, VERSIONS, content=st.sampled_from(["x", "y"]))
TAGS = st.tuples(st.sampled_from(["web", "WEB"]), st.sampled_from(["1", "2"]))
SOURCES = st.builds(source, st.sampled_from(["lab", "LAB", "usb"]), st.integers(0, 2))


class State:
    """What should be there."""

    def __init__(self, other: State | None = None) -> None:
        self.images: dict[ImageKey, Installed] = dict(other.images) if other else {}
        self.tags: dict[tuple[str, str], Tag] = dict(other.tags) if other else {}
        self.holds: dict[ImageKey, Hold] = dict(other.holds) if other else {}
        self.sources: dict[str, Source] = dict(other.sources) if other else {}

    def remove(self, key: ImageKey) -> None:
        self.images.pop(key, None)
        self.holds.pop(key, None)
        self.tags = {name: tag for name, tag in self.tags.items() if tag.image != key}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]


class CatalogMachine(RuleBasedStateMachine):
    """Each rule is an operation of one to three writes; some of them fail at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.catalog = Catalog(Path(self.folder.name) / "catalog.db")
        self.now = State()
        self.past = [State()]

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(
        writes=st.lists(
            st.one_of(IMAGES, TAGS, SOURCES, NAMES.map(str.upper)), min_size=1, max_size=3
        ),
        removing=st.booleans(),
        fails=st.booleans(),
        pick=st.integers(0, 5),
    )
    def operate(self, writes: list[object], removing: bool, fails: bool, pick: int) -> None:
        then = State(self.now)
        try:
            with self.catalog.change("operate") as change:
                for write in writes:
                    keys = sorted(then.images)
                    chosen = keys[pick % len(keys)] if keys else None
                    if isinstance(write, Installed) and removing:
                        assert change.remove_image(write.key) == (write.key in then.images)
                        then.remove(write.key)
                    elif isinstance(write, Installed):
                        change.put_image(write)
                        then.images[write.key] = write
                    elif isinstance(write, Source) and removing:
                        change.remove_source(write.name)
                        then.sources.pop(name_key(write.name), None)
                    elif isinstance(write, Source):
                        change.put_source(write)
                        then.sources[name_key(write.name)] = write
                    elif isinstance(write, tuple) and removing:
                        change.remove_tag(*write)
                        then.tags.pop((name_key(write[0]), write[1]), None)
                    elif isinstance(write, tuple) and chosen:
                        tag = Tag(name=write[0], tag=write[1], image=chosen)
                        change.put_tag(tag)
                        then.tags[name_key(tag.name), tag.tag] = tag
                    elif isinstance(write, str) and chosen and removing:
                        change.remove_hold(chosen)
                        then.holds.pop(chosen, None)
                    elif isinstance(write, str) and chosen:
                        hold = Hold(image=chosen, reason=write)
                        change.put_hold(hold)
                        then.holds[chosen] = hold
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
        assert set(self.catalog.sources()) == set(self.now.sources.values())
        assert self.catalog.revision() == len(self.past) - 1

    @invariant()
    def every_past_is_the_model_of_then(self) -> None:
        for number, state in enumerate(self.past):
            listed = self.catalog.installed(revision=number)
            assert {one.key: one for one in listed} == state.images

    @invariant()
    def a_difference_leads_from_one_to_the_other(self) -> None:
        changes = self.catalog.diff(0, self.catalog.revision())
        assert all(change.before is None for change in changes)
        there = (self.now.images, self.now.tags, self.now.holds, self.now.sources)
        assert len(changes) == sum(map(len, there))


TestCatalogMachine = CatalogMachine.TestCase
TestCatalogMachine.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
