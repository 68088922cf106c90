"""``docker-daemon://NAME``, ``podman://NAME``, ``containerd://NAME``: an image of an engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..engines import Engine, EngineImage
from ..engines.names import familiar, split_tag
from ..errors import PackageNotFound, UsageError
from ..installed_names import LATEST
from ..model import Installed
from ..references import FilePath, Name, Uri, lower_form, parse_reference, tag_form
from .engine_listing import known_digests
from .selecting import named_installed
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["ENGINE_SCHEMES", "exported", "installed_twin"]

ENGINE_SCHEMES = {"docker-daemon": "docker", "podman": "podman", "containerd": "containerd"}
"""URL scheme → name of the engine it means."""


def installed_twin(resources: Resources, uri: Uri, wishes: Wishes) -> Installed | None:
    """Return the installed image that has the name and the content of the engine's already.

    So nothing is read out of the engine for what is here; with ``wishes.force`` it is.
    """
    if wishes.force:
        return None
    _, image, name = _meant(resources, uri)
    called = _called(uri, image, name, wishes)
    wanted = Name(name=called["name"], tag=called["version"])
    here = {one.key for digest in image.digests for one in known_digests(resources).get(digest, ())}
    return next((one for one in named_installed(resources, wanted) if one.key in here), None)


def exported(resources: Resources, uri: Uri, wishes: Wishes) -> tuple[FilePath, Wishes]:
    """Return an archive of the image that *uri* means, and the wishes that give it its name.

    It is called as the user calls it, case kept, unless ``--name`` and ``--version`` say else.
    Raises PackageNotFound if the engine has no such image, EngineSilent, EngineRefused.
    """
    engine, image, name = _meant(resources, uri)
    called = _called(uri, image, name, wishes)
    path = resources.exports.fetch(engine, image, name)
    return FilePath(path=str(path)), replace(wishes, options={**wishes.options, **called})


def _meant(resources: Resources, uri: Uri) -> tuple[Engine, EngineImage, str]:
    """Return the engine, the image, and the name that the engine has for it; '' for an id."""
    engine = resources.engines.get(ENGINE_SCHEMES[uri.scheme])
    named = parse_reference(uri.rest)
    name = ""
    if isinstance(named, Name) and named.digest is None:
        name = f"{lower_form(named.name)}:{tag_form(named.tag)}"
        image = engine.image(name)
        if image is not None:
            return engine, image, name
    image = engine.image(uri.rest.lower())
    if image is None:
        listing = f"`ferry list --engine {engine.address.name}` shows what it has"
        making = f"`ferry new NAME --version V --from-container {uri}` makes an image of one"
        raise PackageNotFound(
            str(uri), hint=making if uri.rest.startswith("container/") else listing
        )
    return engine, image, ""


def _called(uri: Uri, image: EngineImage, name: str, wishes: Wishes) -> dict[str, str]:
    """Return name and version of the image here: as typed, or for an id as the engine has it."""
    if name:
        typed = parse_reference(uri.rest)
        assert isinstance(typed, Name), "only a name has a name"
        said = (typed.name, typed.tag)
    elif image.names:
        said = split_tag(familiar(image.names[0]))
    elif wishes.options.get("name"):
        said = ("", "")
    else:
        raise UsageError(
            f"{uri} has no name in its engine", hint="say what it is called here: --name NAME"
        )
    chosen = [str(wishes.options.get(key) or "") for key in ("name", "version")]
    return {"name": chosen[0] or said[0], "version": chosen[1] or said[1] or LATEST}
