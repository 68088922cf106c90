from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from provider_core.errors import BlobNotFound, IntegrityError, NoSuchFile, NotSupported, UsageError
from provider_core.model import Query, Source
from provider_core.oci.layout import blob_path
from provider_core.testing import RecordingProgress, make_context

from ...support.archives import docker_archive, oci_archive, write_layout
from ...support.bench import Bench
from ...support.images import AMD64, make_image

ONE, TWO, THREE = make_image("one"), make_image("two"), make_image("three")


def source(location: Path | str) -> Source:
    return Source(name="lab", provider="archive", location=str(location), priority=50)


@pytest.fixture
def layouts(tmp_path: Path) -> Path:
    folder = tmp_path / "layouts"
    write_layout(folder / "busy", ("v1", ONE), ("v2", TWO))
    (folder / "three.tar").write_bytes(docker_archive((["three:1"], THREE)))
    (folder / "notes.txt").write_text("text")
    (folder / "empty").mkdir()
    return folder


def found(bench: Bench, name: str = "") -> list[tuple[str, str]]:
    return [(package.name, package.version) for package in bench.find(name)]


def test_a_folder_of_layouts_and_archives_is_one_source(layouts: Path) -> None:
    bench = Bench(source=source(layouts))
    assert found(bench) == [("busy", "v1"), ("busy", "v2"), ("three", "1")]
    assert found(bench, "BUSY") == [("busy", "v1"), ("busy", "v2")]
    assert found(bench, "nothing") == []
    assert {package.id.source for package in bench.find()} == {"lab"}


def test_one_layout_and_one_archive_are_sources(layouts: Path) -> None:
    assert len(found(Bench(source=source(layouts / "busy")))) == 2
    assert len(found(Bench(source=source(layouts / "three.tar")))) == 1


def test_what_was_found_is_installed(layouts: Path) -> None:
    bench = Bench(source=source(layouts))
    one, two, three = bench.find()
    assert bench.install(two).root == TWO.root
    assert bench.install(three).platforms == (AMD64,)
    contents = bench.contents(one)
    assert contents is not None
    assert {blob.digest for blob in contents.descriptors} == set(ONE.blobs)
    assert not one.annotations


def test_a_medium_may_come_back_under_another_path(layouts: Path) -> None:
    package = Bench(source=source(layouts)).find("busy")[0]
    moved = layouts.rename(layouts.with_name("elsewhere"))
    assert Bench(source=source(moved)).install(package).root == ONE.root


def test_an_image_that_is_gone_is_named(layouts: Path) -> None:
    bench = Bench(source=source(layouts))
    package = bench.find("busy")[0]
    (layouts / "busy" / blob_path(ONE.root.digest)).unlink()
    with pytest.raises(BlobNotFound, match=ONE.root.digest.hex):
        bench.install(package)


def test_compressed_archives_in_a_folder_are_passed_over(layouts: Path) -> None:
    (layouts / "four.tar").write_bytes(gzip.compress(oci_archive(("four:1", ONE))))
    assert ("four", "1") not in found(Bench(source=source(layouts)))
    assert found(Bench(source=source(layouts / "four.tar"))) == [("four", "1")]


def test_damage_is_not_an_empty_answer(layouts: Path) -> None:
    (layouts / "busy" / "index.json").write_bytes(b"{")
    with pytest.raises(IntegrityError):
        Bench(source=source(layouts)).find("busy")


@pytest.mark.parametrize("form", ["oci", "docker"])
def test_of_a_name_that_is_not_asked_for_nothing_more_is_read(layouts: Path, form: str) -> None:
    path = layouts / "both.tar"
    if form == "oci":
        path.write_bytes(oci_archive(("x:1", ONE), ("y:1", TWO)))
        document = ONE.blobs[ONE.root.digest]
    else:
        path.write_bytes(docker_archive((["x:1"], ONE), (["y:1"], TWO)))
        document = ONE.blobs[ONE.image_id]
    path.write_bytes(path.read_bytes().replace(document, b"#" * len(document)))
    bench = Bench(source=source(path))
    assert found(bench, "Y") == [("y", "1")]
    for name in ("x", ""):
        with pytest.raises(IntegrityError):
            bench.find(name)


def test_a_source_that_is_gone_is_no_such_file(layouts: Path) -> None:
    with pytest.raises(NoSuchFile):
        Bench(source=source(layouts / "gone")).find()


def test_a_new_source_gets_an_absolute_path(layouts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(layouts.parent)
    bench = Bench()
    checked = bench.provider.check_source(source("./layouts/../layouts"), bench.context())
    assert checked.location == str(layouts)
    assert (checked.name, checked.priority) == ("lab", 50)


def test_a_source_without_anything_of_ours_is_refused(layouts: Path) -> None:
    bench = Bench()
    with pytest.raises(UsageError, match="no image layout"):
        bench.provider.check_source(source(layouts / "empty"), bench.context())
    with pytest.raises(NoSuchFile):
        bench.provider.check_source(source(layouts / "gone"), bench.context())
    with pytest.raises(UsageError, match="not a path"):
        bench.provider.check_source(source("https://example.org/x"), bench.context())


def test_a_damaged_archive_hides_no_other(layouts: Path) -> None:
    damaged = layouts / "three.tar"
    damaged.write_bytes(damaged.read_bytes()[:1500])
    progress = RecordingProgress()
    bench = Bench(source=source(layouts))
    context = make_context(bench.source, progress=progress)
    there = bench.provider.find(Query(name="busy"), context)
    assert [package.version for package in there] == ["v1", "v2"]
    (notice,) = progress.notices
    assert notice.startswith(f"passed over: {damaged}")


def test_what_may_be_in_a_damaged_archive_is_not_said_to_be_nowhere(layouts: Path) -> None:
    damaged = layouts / "three.tar"
    damaged.write_bytes(damaged.read_bytes()[:1500])
    with pytest.raises(IntegrityError, match=r"three\.tar") as caught:
        found(Bench(source=source(layouts)), "three")
    assert caught.value.fields["file"] == str(damaged)
    assert str(caught.value) == caught.value.message


def test_a_signed_feed_is_not_read_as_if_nobody_had_signed_it(layouts: Path) -> None:
    signed = next(path for path in sorted(layouts.iterdir()) if (path / "oci-layout").exists())
    (signed / "trust").mkdir()
    (signed / "trust/1.root.json").write_text("{}")
    with pytest.raises(NotSupported, match="signed feed") as caught:
        found(Bench(source=source(signed)))
    assert "provider feed" in str(caught.value.hint)
