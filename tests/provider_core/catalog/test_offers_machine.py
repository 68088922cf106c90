"""Random snapshots against a dict: what is kept is what the source said last."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from provider_core.catalog import Offers
from provider_core.model import Package, Query, Snapshot
from provider_core.references import name_key

from .samples import offer

PACKAGES = st.lists(
    st.builds(
        offer,
        st.sampled_from(["a", "A", "b", "c"]),
        st.sampled_from(["1.0", "2.0", "latest"]),
        content=st.sampled_from(["x", "y"]),
        summary=st.sampled_from(["", "some words", "other words"]),
    ),
    max_size=5,
)
EVERYTHING = Query(all_versions=True)
Offered = dict[tuple[str, str], Package]


def by_key(packages: list[Package]) -> Offered:
    return {(name_key(package.name), package.version): package for package in packages}


class OffersMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.offers = Offers(Path(self.folder.name) / "offers.db")
        self.model: Offered = {}
        self.tokens = 0

    def teardown(self) -> None:
        self.offers.close()
        self.folder.cleanup()

    @property
    def token(self) -> str | None:
        return str(self.tokens) if self.tokens else None

    @rule(packages=PACKAGES)
    def take_everything(self, packages: list[Package]) -> None:
        self.tokens += 1
        assert self.offers.apply(
            "lab", Snapshot(since=None, token=f"{self.tokens}", upserts=packages)
        )
        self.model = by_key(packages)

    @rule(packages=PACKAGES, removed=PACKAGES, late=st.booleans())
    def take_a_difference(
        self, packages: list[Package], removed: list[Package], late: bool
    ) -> None:
        gone = [package.id for package in removed]
        since = "long ago" if late else self.token
        snapshot = Snapshot(since=since, token=str(self.tokens + 1), upserts=packages, removed=gone)
        if late:
            assert not self.offers.apply("lab", snapshot)
            return
        assert self.offers.apply("lab", snapshot)
        kept = self.model if since else {}
        left = {key: package for key, package in kept.items() if key not in by_key(removed)}
        self.model = {**left, **by_key(packages)}
        self.tokens += 1

    @rule(packages=PACKAGES)
    def remember(self, packages: list[Package]) -> None:
        self.offers.remember("lab", packages)
        self.model.update(by_key(packages))

    @rule()
    def forget(self) -> None:
        self.offers.forget("lab")
        self.model = {}
        self.tokens = 0

    @invariant()
    def what_is_kept_is_the_model(self) -> None:
        assert by_key(list(self.offers.find(EVERYTHING, ["lab"]))) == self.model
        assert self.offers.token("lab") == self.token
        state = self.offers.state("lab")
        assert (state.count if state else 0) == len(self.model)

    @invariant()
    def words_are_those_of_the_model(self) -> None:
        found = self.offers.find(Query(words="words", all_versions=True), ["lab"])
        assert by_key(list(found)) == {
            key: package for key, package in self.model.items() if package.summary
        }
        assert set(map(name_key, self.offers.names(""))) == {name for name, _ in self.model}


TestOffersMachine = OffersMachine.TestCase
TestOffersMachine.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
