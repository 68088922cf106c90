"""The kit passes on a provider that can do everything, and fails on each of its wrong twins."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from provider_core.context import Context
from provider_core.errors import Error
from provider_core.hookspecs import hookimpl
from provider_core.model import (
    Content,
    Contents,
    Held,
    OptionSpec,
    Package,
    ProviderInfo,
    Query,
    Saved,
    Snapshot,
    Source,
    Verb,
)
from provider_core.platforms import Platform
from provider_core.references import FilePath, Uri
from provider_core.store import Reader, Writer
from provider_core.testing import ProviderCase, ProviderConformance
from provider_core.testing.stage import Stage

from .everything import Everything, Shelf


def case_of(kind: type[Everything], folder: Path) -> ProviderCase:
    shelf, numbers = Shelf(), itertools.count()
    provider = kind(shelf)
    return ProviderCase(
        provider=provider,
        source=Source(name="shelf", provider="everything", location="shelf://one/"),
        present=[Query(name="Box", all_versions=True)],
        words="box",
        references=[Uri(scheme="shelf", rest="one")],
        strangers=[FilePath(path="one.tar")],
        destination=lambda: str(folder / f"{next(numbers)}.box"),
        raw=provider.raw,
        change=shelf.change,
        damage=shelf.damage,
    )


class TestEverything(ProviderConformance):
    @pytest.fixture
    def case(self, tmp_path: Path) -> ProviderCase:
        return case_of(Everything, tmp_path)


class TestOnlyACard(ProviderConformance):
    @pytest.fixture
    def case(self) -> ProviderCase:
        class Card:
            @hookimpl
            def provider_info(self) -> ProviderInfo:
                return ProviderInfo(name="card", version="1")

        return ProviderCase(provider=Card)


# wrong twins ----------------------------------------------------------------------------


class ReadsInItsCard(Everything):
    @hookimpl
    def provider_info(self) -> ProviderInfo:
        Path(__file__).read_text(encoding="utf-8")
        return super().provider_info()


class ChangesItsCard(Everything):
    asked = 0

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        self.asked += 1
        return replace(super().provider_info(), version=str(self.asked))


class OptionWithoutChoices(Everything):
    @hookimpl
    def options(self) -> Iterator[OptionSpec]:
        yield OptionSpec(name="lid", verb=Verb.SAVE, choices=("on", "off"))


class OptionTwice(Everything):
    @hookimpl
    def options(self) -> Iterator[OptionSpec]:
        yield OptionSpec(name="lid", verb=Verb.SAVE)
        yield OptionSpec(name="lid", verb=Verb.SAVE)


class OpensWithoutResolving(Everything):
    accepts: ClassVar[tuple[str, ...]] = ()


class FindsNothing(Everything):
    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        yield from ()


class FindsAnything(Everything):
    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        for package in self.packages(query, context):
            yield replace(package, id=replace(package.id, name=query.name))


class FindsOtherThings(Everything):
    asked = 0

    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        self.asked += 1
        for package in super().packages(query, context):
            yield replace(package, summary=str(self.asked))


class FindsTwice(Everything):
    def packages(self, query: Query, context: Context) -> Iterator[Package]:
        yield from super().packages(query, context)
        yield from super().packages(query, context)


class MindsTheCase(Everything):
    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        for package in self.packages(query, context):
            if package.name == query.name:
                yield package


class MissesTags(Everything):
    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        if not query.tag:
            yield from super().find(query, context)


class KeepsTheOrder(Everything):
    @hookimpl
    def order(self, packages: Sequence[Package], context: Context) -> Sequence[Package]:
        return packages


class CreepingSource(Everything):
    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        return replace(source, location=source.location + "/x")


class Believes(Everything):
    @hookimpl
    def check_source(self, source: Source, context: Context) -> Source:
        return source


class ClaimsAll(Everything):
    @hookimpl
    def resolve(self, reference: object, context: Context) -> Iterator[Package]:
        return self._listed("")


class ListsTooLittle(Everything):
    @hookimpl
    def contents(self, package: Package, reader: Reader, context: Context) -> Contents | None:
        listed = super().contents(package, reader, context)
        return listed and replace(listed, descriptors=listed.descriptors[:-1])


class LeavesOut(Everything):
    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content:
        image = self.shelf.offers[package.name, package.version]
        kept = replace(image, contents=image.contents[:-1])
        return kept.pour(writer)


class InstallsAnother(Everything):
    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content:
        *_, other = self.shelf.offers.values()
        return other.pour(writer)


class ClaimsPlatforms(Everything):
    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        content = super().install(package, reader, writer, context)
        there = Platform(os="linux", architecture="s390x")
        return content and replace(content, platforms=(*content.platforms, there))


class IgnoresPlatforms(Everything):
    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content:
        return self.shelf.offers[package.name, package.version].pour(writer)


class SwallowsCancel(Everything):
    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        try:
            return super().install(package, reader, writer, context)
        except BaseException:
            return Content(root=package.pin)


class SwallowsErrors(Everything):
    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        try:
            return super().install(package, reader, writer, context)
        except Error as error:
            raise OSError(str(error)) from error


class NeverChanges(Everything):
    @hookimpl
    def refresh(self, since: str | None, context: Context) -> Snapshot | None:
        return super().refresh(None, context) if since is None else None


class RemovesNothing(Everything):
    @hookimpl
    def refresh(self, since: str | None, context: Context) -> Snapshot | None:
        snapshot = super().refresh(since, context)
        return snapshot and replace(snapshot, removed=())


class AlwaysNew(Everything):
    @hookimpl
    def refresh(self, since: str | None, context: Context) -> Snapshot | None:
        return super().refresh(None, context)


class TrustsTokens(Everything):
    @hookimpl
    def refresh(self, since: str | None, context: Context) -> Snapshot | None:
        known = since is None or since.isdigit()
        return super().refresh(since, context) if known else None


class ConvertsDifferently(Everything):
    turns = 0

    @hookimpl
    def convert(
        self, content: Content, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        self.turns += 1
        images = [*self.shelf.offers.values()]
        return images[self.turns % 2].pour(writer)


class Overwrites(Everything):
    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved:
        Path(destination).unlink(missing_ok=True)
        return super().save(images, destination, reader, context)


class LeavesHalf(Everything):
    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved:
        Path(destination + ".log").touch()
        return super().save(images, destination, reader, context)


class SavesRandomly(Everything):
    turns = 0

    @hookimpl
    def save(
        self, images: Sequence[Held], destination: str, reader: Reader, context: Context
    ) -> Saved:
        saved = super().save(images, destination, reader, context)
        self.turns += 1
        with Path(destination).open("ab") as file:
            file.write(bytes([self.turns]))
        return saved


WRONG: list[tuple[type[Everything], str]] = [
    (ReadsInItsCard, "test_its_card_is_made_without_io"),
    (ChangesItsCard, "test_its_card_is_made_without_io"),
    (OptionWithoutChoices, "test_its_options_are_data"),
    (OptionTwice, "test_its_options_are_data"),
    (OpensWithoutResolving, "test_what_it_opens_and_writes_is_described"),
    (FindsNothing, "test_find_answers_what_is_there"),
    (FindsAnything, "test_find_has_no_answer_to_what_is_not_there"),
    (FindsOtherThings, "test_find_is_repeatable"),
    (FindsTwice, "test_offers_are_one_of_a_kind"),
    (MindsTheCase, "test_names_are_found_in_any_case"),
    (MissesTags, "test_narrower_questions_find_the_same_offer"),
    (KeepsTheOrder, "test_order_is_settled"),
    (CreepingSource, "test_a_checked_source_stays_as_it_is"),
    (Believes, "test_a_checked_source_does_not_trust_its_callers_word"),
    (ClaimsAll, "test_what_is_not_its_own_is_left_alone"),
    (ListsTooLittle, "test_install_brings_what_contents_lists"),
    (LeavesOut, "test_content_is_whole"),
    (InstallsAnother, "test_what_was_found_comes"),
    (ClaimsPlatforms, "test_platforms_that_are_claimed_came"),
    (IgnoresPlatforms, "test_wanted_platforms_come_alone"),
    (SwallowsCancel, "test_a_cancelled_install_stops"),
    (SwallowsErrors, "test_a_full_store_is_no_fault_of_the_provider"),
    (SwallowsErrors, "test_damaged_bytes_are_refused"),
    (NeverChanges, "test_changes_lead_to_the_same_offers_as_a_fresh_start"),
    (RemovesNothing, "test_changes_lead_to_the_same_offers_as_a_fresh_start"),
    (AlwaysNew, "test_a_refresh_without_change_brings_nothing"),
    (TrustsTokens, "test_a_token_that_nobody_knows_starts_anew"),
    (ConvertsDifferently, "test_raw_content_becomes_an_image"),
    (Overwrites, "test_a_file_is_not_replaced_unless_told"),
    (LeavesHalf, "test_a_save_that_fails_leaves_nothing"),
    (LeavesHalf, "test_a_cancelled_save_stops_and_leaves_nothing"),
    (SavesRandomly, "test_the_same_images_are_saved_alike"),
]


@pytest.mark.parametrize(("kind", "name"), WRONG)
def test_the_kit_sees_what_is_wrong(kind: type[Everything], name: str, tmp_path: Path) -> None:
    check: Callable[[Stage], None] = getattr(ProviderConformance(), name)
    check(Stage(case_of(Everything, tmp_path)))
    with pytest.raises((AssertionError, Error, pytest.fail.Exception)):
        check(Stage(case_of(kind, tmp_path)))


def test_a_case_that_tests_nothing_is_seen(tmp_path: Path) -> None:
    case = replace(case_of(Everything, tmp_path), raw=None, present=())
    with pytest.raises(AssertionError, match="FIND"):
        ProviderConformance().test_its_case_tests_what_it_declares(Stage(case))


def test_a_provider_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    case = replace(case_of(Everything, tmp_path), provider=Everything)
    with pytest.raises(Error, match="shelf"):
        ProviderConformance().test_it_can_be_loaded(Stage(case))


def test_a_subclass_without_a_case_is_told(tmp_path: Path) -> None:
    file = tmp_path / "test_forgotten.py"
    file.write_text(
        "from provider_core.testing import ProviderConformance\n"
        "class TestForgotten(ProviderConformance): pass\n"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "loaded", str(file)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "define the fixture `case`" in ran.stdout
