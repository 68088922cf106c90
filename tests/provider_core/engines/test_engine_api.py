"""The Engine API against a server of our own: what it may answer, and what that means."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from provider_core.digests import Digest
from provider_core.engines import EngineAddress, EngineKind
from provider_core.engines.engine_api import EngineApi
from provider_core.errors import DocumentError, EngineRefused, EngineSilent, NotFoundError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a socket of POSIX systems")
pytest.importorskip("docker")

ID = Digest.of(b"config")
ROOT = Digest.of(b"manifest")
VERSION = {
    "Version": "20.10",
    "ApiVersion": "1.41",
    "MinAPIVersion": "1.24",
    "Os": "linux",
    "Arch": "amd64",
    "Components": [{"Name": "Engine"}],
}


class _Daemon:
    """Answers by path: a JSON value, or a status and a text."""

    def __init__(self, socket: Path) -> None:
        self.url = f"unix://{socket}"
        self.answers: dict[str, Any] = {"version": VERSION}
        self.taken = b""
        daemon = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _reply(self) -> None:
                daemon.taken = self._body() or daemon.taken
                path = self.path.partition("?")[0].lstrip("/")
                key = path.partition("/")[2] if path.startswith("v1.") else path
                found = daemon.answers.get(key, (404, json.dumps({"message": "no such thing"})))
                status, text = found if isinstance(found, tuple) else (200, json.dumps(found))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_DELETE = _reply  # noqa: N815 - the base class's names

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return b""
                parts = []
                while size := int(self.rfile.readline(), 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

            def address_string(self) -> str:
                return "local"

            def log_message(self, *args: object) -> None:
                pass

        self._server = socketserver.ThreadingUnixStreamServer(str(socket), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def daemon() -> Iterator[_Daemon]:
    with TemporaryDirectory(dir="/tmp") as folder:
        running = _Daemon(Path(folder) / "s")
        yield running
        running.stop()


@pytest.fixture
def engine(daemon: _Daemon) -> Iterator[EngineApi]:
    address = EngineAddress(name="docker", kind=EngineKind.API, url=daemon.url, origin="setting")
    opened = EngineApi(address, patience=10)
    yield opened
    opened.close()


def _row(**fields: Any) -> dict[str, Any]:
    return {"Id": str(ID), "RepoTags": ["app:1"], "Created": 1, "Size": 7, **fields}


def test_who_is_there(engine: EngineApi, daemon: _Daemon) -> None:
    said = engine.version()
    assert (said.product, said.version, str(said.platform)) == ("Docker", "20.10", "linux/amd64")
    daemon.answers["version"] = {**VERSION, "Components": [{"Name": "Podman Engine"}]}
    assert engine.version().product == "Podman Engine"


def test_images_are_known_by_every_digest(engine: EngineApi, daemon: _Daemon) -> None:
    daemon.answers["images/json"] = [
        _row(RepoDigests=[f"app@{ROOT}", "<none>@<none>"]),
        _row(Id=ROOT.hex, RepoTags=["<none>:<none>"], RepoDigests=None),
        _row(RepoTags=None, Digest=str(ROOT)),
    ]
    first, second, third = engine.images()
    assert first.digests == third.digests == {ID, ROOT}
    assert (first.names, second.names, third.names) == (("app:1",), (), ())
    assert second.image_id == ROOT
    assert first.created.startswith("1970-01-01T00:00:01")


def test_one_image(engine: EngineApi, daemon: _Daemon) -> None:
    daemon.answers["images/app:1/json"] = _row(Created="2016-03-01T00:00:00Z")
    found = engine.image("app:1")
    assert found is not None
    assert found.created == "2016-03-01T00:00:00Z"
    assert engine.image("other") is None


def test_containers_have_their_images_digests(engine: EngineApi, daemon: _Daemon) -> None:
    daemon.answers["images/json"] = [_row(Digest=str(ROOT))]
    daemon.answers["containers/json"] = [
        {"Id": "c1", "Names": ["/web"], "ImageID": ID.hex, "State": "exited"},
        {"Id": "c2", "Names": None, "ImageID": str(Digest.of(b"gone")), "State": "running"},
        {"Id": "c3", "Names": ["/x"], "ImageID": ""},
    ]
    web, gone, lost = engine.containers()
    assert (web.name, web.state) == ("web", "exited")
    assert web.images == {ID, ROOT}
    assert gone.name == ""
    assert gone.images == {Digest.of(b"gone")}
    assert lost.images == frozenset()


def test_an_archive_is_sent_in_pieces(engine: EngineApi, daemon: _Daemon) -> None:
    daemon.answers["images/load"] = {"stream": "Loaded image: app:1"}
    engine.load([b"one", b"two" * 100_000])
    assert daemon.taken == b"one" + b"two" * 100_000


def test_an_error_in_the_stream_is_a_refusal(engine: EngineApi, daemon: _Daemon) -> None:
    """Docker answers 200 and says in the body what went wrong."""
    daemon.answers["images/load"] = {"error": "invalid tar header"}
    with pytest.raises(EngineRefused, match="invalid tar header"):
        engine.load([b"x"])
    daemon.answers["images/load"] = (500, json.dumps({"message": "no space left"}))
    with pytest.raises(EngineRefused, match="no space left"):
        engine.load([b"x"])


def test_what_the_pieces_raise_passes_through(engine: EngineApi, daemon: _Daemon) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x"
        raise DocumentError("damaged")

    with pytest.raises(DocumentError):
        engine.load(pieces())


def test_there_is_no_such_container(engine: EngineApi) -> None:
    with pytest.raises(NotFoundError, match="no container web"):
        engine.commit("web")


def test_other_answers_are_refusals(engine: EngineApi, daemon: _Daemon) -> None:
    daemon.answers["images/json"] = (500, json.dumps({"message": "storage is broken"}))
    with pytest.raises(EngineRefused, match="storage is broken") as caught:
        engine.images()
    assert caught.value.exit_code == 6


def test_nobody_there(tmp_path: Path) -> None:
    for url in (f"unix://{tmp_path}/s", "tcp://127.0.0.1:1"):
        address = EngineAddress(name="docker", kind=EngineKind.API, url=url, origin="DOCKER_HOST")
        with pytest.raises(EngineSilent) as caught:
            EngineApi(address, patience=5).images()
        assert "systemctl start docker" in caught.value.hint
        assert "DOCKER_HOST" in caught.value.hint


def test_without_the_sdk_the_next_step_is_told(
    engine: EngineApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "docker"]:
        monkeypatch.setitem(sys.modules, module, None)
    for ask in (engine.version, engine.images, lambda: engine.image("x"), engine.containers):
        with pytest.raises(EngineSilent, match="SDK") as caught:
            ask()
        assert "imageferry[engines]" in caught.value.hint
    with pytest.raises(EngineSilent, match="SDK"):
        engine.commit("web")
