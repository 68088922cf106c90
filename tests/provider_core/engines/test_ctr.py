"""containerd through a `ctr` of our own: its tables, its failures, and what becomes of pipes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core.digests import Digest
from provider_core.engines import EngineAddress, EngineKind
from provider_core.engines.containerd import Containerd
from provider_core.engines.ctr_tables import read_containers, read_images, read_version
from provider_core.errors import DocumentError, EngineRefused, EngineSilent, NotSupported
from provider_core.testing import SmallImage, small_image, small_index

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script is the double")

SCRIPT = """#!{python}
import json, os, pathlib, sys
folder = pathlib.Path({folder!r})
words = sys.argv[5:]
with open(folder / "calls", "a") as calls:
    calls.write(json.dumps(words) + "\\n")
answers = json.loads((folder / "answers.json").read_text())
answer = answers.get(" ".join(words), answers.get(" ".join(words[:2]), {{"code": 1, "err": "?"}}))
if "in" in answer:
    (folder / "taken").write_bytes(sys.stdin.buffer.read(answer["in"]))
sys.stdout.write(answer.get("out", ""))
sys.stderr.write(answer.get("err", ""))
sys.exit(answer.get("code", 0))
"""


class _Ctr:
    """A folder on the PATH with a program that answers as told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "ctr"
        program.write_text(SCRIPT.format(python=sys.executable, folder=str(folder)))
        program.chmod(0o755)
        self.answers: dict[str, dict[str, object]] = {}
        self.say("version", out="Client:\n  Version: 1\n\nServer:\n  Version:  1.6.20~ds1\n")

    def say(self, words: str, **answer: object) -> None:
        self.answers[words] = answer
        (self.folder / "answers.json").write_text(json.dumps(self.answers))

    def hold(self, image: SmallImage, *names: str) -> None:
        """Keep an image under *names*."""
        lines = [f"{name} {image.root.media_type} {image.root.digest} 1 MiB" for name in names]
        self.say("images list", out="\n".join(["REF TYPE DIGEST SIZE", *lines]))
        for digest, data in image.blobs.items():
            if data.startswith(b"{"):
                self.say(f"content get {digest}", out=data.decode())

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


@pytest.fixture
def ctr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Ctr:
    monkeypatch.setenv("PATH", str(tmp_path))
    return _Ctr(tmp_path)


@pytest.fixture
def engine(ctr: _Ctr) -> Containerd:
    address = EngineAddress(
        name="containerd",
        kind=EngineKind.CONTAINERD,
        url="containerd:///c.sock?namespace=k8s.io",
        origin="setting",
    )
    return Containerd(address, patience=20)


def test_an_image_is_known_by_config_and_manifest(ctr: _Ctr, engine: Containerd) -> None:
    image = small_image({"x": b"y"}, created="2016-01-01T00:00:00Z")
    ctr.hold(image, "docker.io/library/app:1", "other.example/app:2")
    (found,) = engine.images()
    assert found.digests == {image.root.digest, image.config.digest}
    assert found.image_id == image.config.digest
    assert found.names == ("docker.io/library/app:1", "other.example/app:2")
    assert found.created == "2016-01-01T00:00:00Z"
    for name in ("app:1", "other.example/app:2", str(image.config.digest), image.root.digest.hex):
        assert engine.image(name) == found
    assert engine.image("app:3") is None


def test_of_an_index_what_is_there_is_known(ctr: _Ctr, engine: Containerd) -> None:
    amd, arm = small_image({"x": b"1"}), small_image({"x": b"2"})
    index = small_index(amd, arm)
    ctr.hold(index, "example.org/multi:1")
    ctr.say(f"content get {arm.root.digest}", code=1, err="ctr: content digest: not found")
    (found,) = engine.images()
    assert found.digests == {index.root.digest, amd.root.digest, amd.config.digest}


def test_what_cannot_be_read_is_known_by_its_own_digest(ctr: _Ctr, engine: Containerd) -> None:
    image = small_image({"x": b"y"})
    ctr.hold(image, "example.org/old:1")
    ctr.say(f"content get {image.root.digest}", out='{"schemaVersion": 1}')
    (found,) = engine.images()
    assert found.digests == {image.root.digest}


def test_containers_are_those_of_their_images(ctr: _Ctr, engine: Containerd) -> None:
    image = small_image({"x": b"y"})
    ctr.hold(image, "example.org/app:1", "example.org/unused:1")
    ctr.say(
        "containers list",
        out="CONTAINER IMAGE RUNTIME\nweb example.org/app:1 io.runc.v2\nold - io.runc.v2\n",
    )
    web, old = engine.containers()
    assert web.name == "web"
    assert web.images == {image.root.digest, image.config.digest}
    assert old.images == frozenset()
    assert sum(call[:2] == ["content", "get"] for call in ctr.calls) == 2


def test_an_archive_goes_in_by_its_standard_input(ctr: _Ctr, engine: Containerd) -> None:
    ctr.say("images import", **{"in": 5_000_000})
    engine.load([b"a" * 1000] * 3000)
    assert (ctr.folder / "taken").stat().st_size == 3_000_000
    assert ["images", "import", "-"] in ctr.calls


def test_a_refusal_is_told_though_not_all_was_read(ctr: _Ctr, engine: Containerd) -> None:
    ctr.say("images import", **{"in": 10}, code=1, err="ctr: archive/tar: invalid tar header\n")
    with pytest.raises(EngineRefused, match="invalid tar header"):
        engine.load([b"a" * 100_000] * 100)


def test_what_the_pieces_raise_ends_it(ctr: _Ctr, engine: Containerd) -> None:
    ctr.say("images import", **{"in": 5_000_000})

    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise DocumentError("damaged")

    with pytest.raises(DocumentError):
        engine.load(pieces())


def test_an_image_comes_out_by_its_standard_output(ctr: _Ctr, engine: Containerd) -> None:
    image = small_image({"x": b"y"})
    ctr.hold(image, "example.org/app:1")
    ctr.say("images export", out="archive" * 1000)
    (held,) = engine.images()
    assert b"".join(engine.export(held, "")) == b"archive" * 1000
    ctr.say("images export", out="arch", code=1, err="ctr: content missing")
    with pytest.raises(EngineRefused, match="content missing"):
        b"".join(engine.export(held, ""))


def test_silence_is_what_the_version_says(
    ctr: _Ctr, engine: Containerd, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctr.say("version", code=1, err='ctr: failed to dial "x": desc = "connection refused"\n')
    for ask in (engine.version, engine.images, engine.containers):
        with pytest.raises(EngineSilent) as caught:
            ask()
        assert "systemctl start containerd" in caught.value.hint
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EngineSilent, match="no `ctr`"):
        engine.version()


def test_a_ctr_that_hangs_is_silence(ctr: _Ctr, engine: Containerd) -> None:
    slow = Containerd(engine.address, patience=0.3)
    (ctr.folder / "ctr").write_text(f"#!{sys.executable}\nimport time\ntime.sleep(30)\n")
    with pytest.raises(EngineSilent, match=r"nothing in 0\.3 s"):
        slow.version()


def test_names_are_given_whole(ctr: _Ctr, engine: Containerd) -> None:
    ctr.hold(small_image({"x": b"y"}), "example.org/app:1")
    ctr.say("images tag", out="")
    (held,) = engine.images()
    engine.tag(held, "short:2")
    assert ctr.calls[-1] == [
        "images", "tag", "example.org/app:1", "docker.io/library/short:2"
    ]  # fmt: skip


def test_there_is_no_commit(engine: Containerd) -> None:
    with pytest.raises(NotSupported, match="no image of a container"):
        engine.commit("web")


def test_the_version_is_the_servers(engine: Containerd) -> None:
    assert (engine.version().product, engine.version().version) == ("containerd", "1.6.20~ds1")


def test_tables() -> None:
    digest = Digest.of(b"x")
    table = f"REF TYPE DIGEST SIZE\na:1 t/x {digest} 1.2 MiB linux/amd64 -\n"
    (image,) = read_images(table.encode())
    assert (image.name, image.digest) == ("a:1", digest)
    assert list(read_images(b"REF TYPE DIGEST\n\n")) == []
    (container,) = read_containers(b"CONTAINER IMAGE RUNTIME\nx  a:1  r\n")
    assert (container.id, container.image) == ("x", "a:1")
    with pytest.raises(DocumentError):
        read_version(b"Client:\n Version: 1\n")
    with pytest.raises(DocumentError):
        list(read_images(b"REF TYPE DIGEST\na t sha256:short\n"))
