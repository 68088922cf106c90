"""The contract of questions: find, resolve, dependencies, order, check_source, as tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..digests import Digest
from ..errors import Offline
from ..model import Feature, FileStamp, Package, Query
from .stage import Stage

__all__ = ["FindTests", "ResolveTests"]


class FindTests:
    """Questions about a source."""

    def test_find_answers_what_is_there(self, stage: Stage) -> None:
        """Each of the case's questions has an answer that fits it."""
        if stage.lacks(Feature.FIND):
            return
        for query in stage.case.present:
            fitting = [one for one in _find(stage, query) if query.wants(one)]
            assert fitting, f"nothing fits {query}"

    def test_find_has_no_answer_to_what_is_not_there(self, stage: Stage) -> None:
        """Absence is an empty answer, not an error; too much may be answered, and is filtered."""
        if stage.lacks(Feature.FIND):
            return
        absent = stage.case.absent
        assert [one for one in _find(stage, absent) if absent.wants(one)] == []

    def test_find_is_repeatable(self, stage: Stage) -> None:
        """The same question has the same answer, in any order."""
        if stage.lacks(Feature.FIND):
            return
        for query in stage.case.present:
            assert set(_find(stage, query)) == set(_find(stage, query))

    def test_a_search_finds_names_up_to_its_limit(self, stage: Stage) -> None:
        """The case's words have names, each once, and no more than were asked for."""
        if stage.lacks(Feature.SEARCH):
            return
        source, words = stage.source, stage.case.words
        for limit in (1, 100):
            context, _ = stage.context(source=source)
            found = stage.dispatcher.search(stage.info.name, words, limit, context)
            names = [one.name for one in found]
            assert 1 <= len(names) == len(set(names)) <= limit

    def test_offers_are_one_of_a_kind(self, stage: Stage) -> None:
        """Two answers to one question differ in name, version or platform."""
        if stage.lacks(Feature.FIND):
            return
        for query in stage.case.present:
            identities = [package.id for package in _find(stage, query)]
            assert len(identities) == len(set(identities))

    def test_offers_are_pinned(self, stage: Stage) -> None:
        """Each offer says what it is byte for byte, or which local files it is in."""
        if stage.lacks(Feature.FIND):
            return
        for query in stage.case.present:
            for package in _find(stage, query):
                _check_package(package)

    def test_names_are_found_in_any_case(self, stage: Stage) -> None:
        """The case of a name is kept, and does not count."""
        if stage.lacks(Feature.FIND):
            return
        for package in _known(stage):
            for name in (package.name.upper(), package.name.lower()):
                found = {one.id for one in _find(stage, Query(name=name, all_versions=True))}
                assert package.id in found, f"{name!r} does not find {package}"

    def test_narrower_questions_find_the_same_offer(self, stage: Stage) -> None:
        """Whoever asks for the exact version, or the digest, finds what the wide question did."""
        if stage.lacks(Feature.FIND):
            return
        for package in _known(stage):
            narrow = [Query(name=package.name, tag=package.version)]
            digest = package.pin.digest
            if isinstance(digest, Digest) and not isinstance(package.pin, FileStamp):
                narrow.append(Query(name=package.name, digest=digest))
            for query in narrow:
                assert package.id in {one.id for one in _find(stage, query)}, f"{query}"

    def test_find_keeps_to_what_is_local_when_offline(self, stage: Stage) -> None:
        """Without a network the answer is the same, or Offline; nothing in between."""
        if stage.lacks(Feature.FIND):
            return
        for query in stage.case.present:
            context, _ = stage.context(source=stage.source, offline=True)
            try:
                answer = stage.dispatcher.find(stage.info.name, query, context)
            except Offline:
                continue
            assert set(answer) == set(_find(stage, query))

    def test_dependencies_are_repeatable(self, stage: Stage) -> None:
        """What a package needs does not change from one question to the next."""
        if stage.lacks(Feature.DEPENDENCIES):
            return
        for package in stage.packages():
            context, _ = stage.context(source=stage.source)
            ask = stage.dispatcher.dependencies
            needed = ask(stage.info.name, package, context)
            assert ask(stage.info.name, package, context) == needed

    def test_findings_are_settled(self, stage: Stage) -> None:
        """diagnose() looks and changes nothing: asked again it says the same."""
        if stage.lacks(Feature.DIAGNOSE):
            return
        context, _ = stage.context()
        findings = stage.dispatcher.diagnose(stage.info.name, context)
        assert stage.dispatcher.diagnose(stage.info.name, context) == findings
        assert {finding.status for finding in findings} <= {"ok", "note", "bad"}

    def test_order_is_settled(self, stage: Stage) -> None:
        """However the packages are mixed, the order of installing is the same."""
        if stage.lacks(Feature.ORDER):
            return
        packages = _known(stage) or stage.packages()
        context, _ = stage.context(source=stage.source)
        order = stage.dispatcher.order(stage.info.name, packages, context)
        assert stage.dispatcher.order(stage.info.name, packages[::-1], context) == order

    def test_a_checked_source_stays_as_it_is(self, stage: Stage) -> None:
        """check_source() takes what it returned, and keeps name and provider."""
        if stage.lacks(Feature.CHECK_SOURCE):
            return
        if stage.source is not None:
            assert stage.check_source(stage.source) == stage.source

    def test_a_checked_source_does_not_trust_its_callers_word(self, stage: Stage) -> None:
        """The place decides how far it is trusted, not what was written down before."""
        if stage.lacks(Feature.CHECK_SOURCE):
            return
        if stage.source is not None:
            for trust in type(stage.source.trust):
                claimed = replace(stage.source, trust=trust)
                assert stage.check_source(claimed).trust == stage.source.trust


class ResolveTests:
    """Files, folders, URLs and names that a user types."""

    def test_references_are_opened(self, stage: Stage) -> None:
        """Each of the case's references holds packages, of no source, the same twice."""
        if stage.lacks(Feature.RESOLVE):
            return
        for reference in stage.case.references:
            context, _ = stage.context()
            packages = stage.dispatcher.resolve(stage.info.name, reference, context)
            assert packages, f"{reference} holds nothing"
            assert stage.dispatcher.resolve(stage.info.name, reference, context) == packages
            for package in packages:
                assert package.id.source == "", "it was named directly"
                _check_package(package)

    def test_what_is_not_its_own_is_left_alone(self, stage: Stage) -> None:
        """A reference of another kind is an empty answer, so that others may be asked."""
        if stage.lacks(Feature.RESOLVE):
            return
        for stranger in stage.case.strangers:
            context, _ = stage.context()
            assert stage.dispatcher.resolve(stage.info.name, stranger, context) == ()


def _find(stage: Stage, query: Query) -> tuple[Package, ...]:
    context, _ = stage.context(source=stage.source)
    return stage.dispatcher.find(stage.info.name, query, context)


def _known(stage: Stage) -> tuple[Package, ...]:
    return tuple(package for package in stage.packages() if package.id.source)


def _check_package(package: Package) -> None:
    assert package.name, "an offer has a name"
    assert package.name == package.name.strip()
    if isinstance(package.pin, FileStamp):
        assert package.pin.files, "a stamp names its files"
        for mark in package.pin.files:
            assert Path(mark.path).is_absolute(), f"{mark.path} depends on the current folder"
            assert Path(mark.path).stat().st_size == mark.size
