"""ferry feed add: images of the home, of sources and of files, and files as artifacts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provider_core.oci import Descriptor
from provider_core.oci.media_types import OCI_EMPTY

from ...peers.tools import skopeo_copy
from ...support.archives import docker_archive, oci_archive, write_layout
from ...support.images import ARM64, make_image, make_index
from .feed_user import FeedUser

IMAGE = "NanoServer:10.0.10586.0"


def test_an_image_of_a_source_is_fetched_and_published(user: FeedUser, tmp_path: Path) -> None:
    subscriber = user.subscriber(tmp_path / "state")
    ran = user.feed("add", IMAGE)
    assert ran.code == 0, ran.err
    assert "NanoServer 10.0.10586.0" in ran.out
    assert user.ferry("list").err == "no image is installed\n"
    (package,) = subscriber.packages("nanoserver")
    assert package.version == "10.0.10586.0"
    assert package.published == "2016-02-14T00:00:00Z"  # as its source says
    assert (package.id.provider, package.id.source) == ("", "")
    manifest = subscriber.manifest(package)
    layers = sum(layer["size"] for layer in manifest["layers"])
    assert isinstance(package.pin, Descriptor)
    assert package.size == package.pin.size + manifest["config"]["size"] + layers


def test_an_installed_image_brings_what_it_requires(user: FeedUser) -> None:
    assert user.ferry("install", "NanoServerIIS").code == 0
    ran = user.feed("add", "NanoServerIIS", "--description", "The web server", "--json")
    (row,) = ran.rows
    names = [(one["name"], one["summary"]) for one in row["added"]]
    assert names[0] == ("NanoServerIIS", "The web server")
    assert names[1][0] == "NanoServer"
    assert names[1][1] != "The web server"
    assert user.offers() == [("NanoServer", "10.0.10586.0"), ("NanoServerIIS", "10.0.10586.0")]
    assert row["added"][0]["parent"]["name"] == "NanoServer"


def test_an_archive_is_published_under_its_own_names(user: FeedUser, tmp_path: Path) -> None:
    archive = tmp_path / "two.tar"
    tagged = ((["team/one:1.0"], make_image("one")), (["team/other:2.0"], make_image("other")))
    archive.write_bytes(docker_archive(*tagged))
    assert user.feed("add", str(archive)).code == 0
    assert user.offers() == [("team/one", "1.0"), ("team/other", "2.0")]


def test_what_the_publisher_says_counts(user: FeedUser, tmp_path: Path) -> None:
    said = ("--name", "Team/Base", "--version", "1.0", "--publisher", "Example", "--os-image")
    ran = user.feed("add", IMAGE, *said, "--parent", "scratch:0", "--description", "A base")
    assert ran.code == 0, ran.err
    (package,) = user.subscriber(tmp_path / "state").packages("team/base")
    assert (package.name, package.version, package.publisher) == ("Team/Base", "1.0", "Example")
    assert (package.is_os_image, package.summary) == (True, "A base")
    assert package.parent is not None
    assert (package.parent.name, package.parent.version) == ("scratch", "0")
    assert user.feed("add", IMAGE, *said[:-1], "--no-os-image").code == 0
    (package,) = user.subscriber(tmp_path / "state").packages("team/base")
    assert package.is_os_image is False


def test_any_file_is_an_artifact(user: FeedUser, tmp_path: Path) -> None:
    file = tmp_path / "base.wim"
    file.write_bytes(b"not looked into" * 100_000)
    told = ("--media-type", "application/x-ms-wim", "--version", "10.0", "--os-image")
    ran = user.feed("add", str(file), *told)
    assert ran.code == 0, ran.err
    subscriber = user.subscriber(tmp_path / "state")
    (package,) = subscriber.packages("base")
    assert package.media_type == "application/x-ms-wim"
    assert package.published == "2016-03-15T12:00:00+00:00"
    manifest = subscriber.manifest(package)
    assert manifest["artifactType"] == "application/x-ms-wim"
    assert manifest["config"]["mediaType"] == OCI_EMPTY
    (layer,) = manifest["layers"]
    assert layer["mediaType"] == "application/x-ms-wim"
    assert layer["annotations"] == {"org.opencontainers.image.title": "base.wim"}
    assert layer["size"] == file.stat().st_size
    assert not list(user.ferry.home.glob("store/blobs/sha256/*"))  # it is not copied twice


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("{folder}/nothing", "--media-type", "a/b"), 3, "no such file"),
        (("{folder}", "--media-type", "a/b"), 2, "no regular file"),
        (("{folder}/file", "--media-type", "neither"), 2, "no media type"),
        (("{folder}/file", "{folder}/file", "--media-type", "a/b", "--name", "x"), 2, "2 images"),
        (("NanoServer", "NanoServerIIS", "--name", "x"), 2, "2 images"),
        (("NanoServer", "--parent", "base>=1"), 2, "does not name one image"),
        (("./{folder}/file.tar",), 3, "no such file"),
        (("nowhere",), 3, "nothing fits"),
    ],
)
def test_what_cannot_be_published(
    user: FeedUser, tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    (tmp_path / "file").write_text("content")
    ran = user.feed("add", *(one.format(folder=tmp_path) for one in arguments))
    assert (ran.code, sentence in ran.err) == (code, True), ran.err
    assert user.state()["version"] == 1


def test_the_same_again_publishes_nothing(user: FeedUser) -> None:
    assert user.feed("add", IMAGE).code == 0
    ran = user.feed("add", IMAGE, "--json")
    assert ran.code == 0
    (row,) = ran.rows
    assert (row["added"], len(row["kept"]), row["version"]) == ([], 1, 2)
    assert user.state()["version"] == 2
    assert user.feed("add", IMAGE, "--description", "Said better").code == 0
    assert user.state()["version"] == 3


def test_a_version_is_not_replaced_by_accident(user: FeedUser, tmp_path: Path) -> None:
    file = tmp_path / "tool"
    told = (str(file), "--media-type", "application/x-tool", "--version", "1.0")
    file.write_text("one")
    assert user.feed("add", *told).code == 0
    file.write_text("another")
    ran = user.feed("add", *told)
    assert (ran.code, "new version" in ran.err) == (2, True)
    assert user.feed("add", *told, "--force").code == 0
    (package,) = user.subscriber(tmp_path / "state").packages("tool")
    assert package.size is not None
    assert user.offers() == [("tool", "1.0")]


def test_two_contents_of_one_name_are_ambiguous(user: FeedUser, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tool").write_text(folder)
    files = (str(tmp_path / "a/tool"), str(tmp_path / "b/tool"))
    ran = user.feed("add", *files, "--media-type", "application/x-tool")
    assert (ran.code, "ambiguous" in ran.err) == (2, True)
    assert user.offers() == []


def test_an_index_stays_sparse_where_it_is(user: FeedUser, tmp_path: Path) -> None:
    index = make_index(make_image("amd"), make_image("arm", platform=ARM64))
    whole = write_layout(tmp_path / "layout", ("team/tool:1.0", index))
    assert user.ferry("install", str(whole), "--platform", "linux/amd64").code == 0
    assert user.feed("add", "team/tool").code == 0
    (package,) = user.subscriber(tmp_path / "state").packages("team/tool")
    assert [str(one) for one in package.platforms] == ["linux/amd64"]


def test_a_feed_that_is_no_feed(user: FeedUser, tmp_path: Path) -> None:
    ran = user.ferry("feed", "add", str(tmp_path / "nothing"), IMAGE)
    assert (ran.code, "no such file" in ran.err) == (3, True)
    assert not (tmp_path / "nothing").exists()


def test_without_the_online_key_nothing_is_published(user: FeedUser) -> None:
    Path(user.keys()["targets"]["file"]).unlink()
    ran = user.feed("add", IMAGE)
    assert (ran.code, "ferry key list" in ran.err) == (2, True)
    assert user.offers() == []


@pytest.mark.peer("skopeo")
def test_skopeo_takes_what_was_published(user: FeedUser, tmp_path: Path) -> None:
    archive = tmp_path / "tool.tar"
    archive.write_bytes(oci_archive(("team/tool:1.0", make_image("tool"))))
    assert user.feed("add", str(archive), "--name", "Team/Tool").code == 0
    (package,) = user.subscriber(tmp_path / "state").packages("team/tool")
    skopeo_copy(f"oci:{user.path}:team/tool:1.0", f"oci:{tmp_path / 'copy'}:tool:1.0")
    index = json.loads((tmp_path / "copy/index.json").read_bytes())
    assert isinstance(package.pin, Descriptor)
    assert index["manifests"][0]["digest"] == str(package.pin.digest)
