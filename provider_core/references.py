r"""What a user types: the name of an image, a path, or a URL.

A text is read from left to right with splits only, in time proportional to its length, which is
capped.  It is

* a path if it begins with ``/``, ``./``, ``../``, ``~`` or a drive letter (``C:/``, ``C:\``),
  or is ``.`` or ``..``;
* a URL if it has ``scheme://``;
* a path if it ends like an archive (``.tar``, ``.tar.gz``, ``.tgz``, ``.tar.zst``, ``.wim``,
  ``.swm``, ``.esd``, in any case);
* a name otherwise: ``name``, ``name:tag``, ``name@sha256:…``, ``name:tag@sha256:…``,
  ``name==1.2``, ``name[variant]>=1.27,<2``, where a name may have a host and port in front.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .digests import Digest
from .errors import DocumentError, UsageError
from .versions import ANY, MOST_CHARACTERS, VersionRange

__all__ = [
    "FilePath",
    "Name",
    "Reference",
    "Uri",
    "lower_form",
    "name_key",
    "parse_reference",
    "tag_form",
]

_MOST_REFERENCE = 512
_MOST_REPOSITORY = 255
_MOST_TAG = 128
_PATH_STARTS = ("/", "./", "../", "~")
_PATH_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".wim", ".swm", ".esd")
_SCHEME = re.compile("[a-z][a-z0-9+.-]*")
_RANGE_STARTS = frozenset("[<>=")
_NOT_IN_NAME = frozenset("\\]@,")
_NOT_IN_TAG = frozenset("/\\:@[]<>=,*?")
_FOREIGN_IN_TAG = re.compile(r"[^A-Za-z0-9_.-]")
_FOREIGN = re.compile(r"[^a-z0-9._-]+")
_SEPARATORS = re.compile(r"[._-]+")
_HOST = re.compile(r"(.*):(\d{1,5})", re.ASCII | re.DOTALL)
_FORMS = "name, name:tag, name@sha256:…, 'name==1.2' or 'name[variant]>=1.27,<2'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A request for an image by name; ``str()`` gives a text that `parse_reference` reads."""

    name: str
    """The repository as typed, with host and port if given; case kept.  May have * and ?."""
    tag: str = ""
    """The exact version text of Docker's ``name:tag``; '' for none."""
    variant: str | None = None
    """The variant ('slim'), '' for none (``name[]``), None for any."""
    versions: VersionRange = ANY
    """Which versions will do; everything beside a tag or digest."""
    digest: Digest | None = None
    """The one content that will do, None if several may."""

    @property
    def has_wildcard(self) -> bool:
        """Whether the name is a pattern with * or ?."""
        return "*" in self.name or "?" in self.name

    def __str__(self) -> str:
        """Return the request in its canonical form."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        variant = "" if self.variant is None else f"[{self.variant}]"
        return f"{self.name}{tag}{digest}{variant}{self.versions}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePath:
    """A file or folder of this machine; nothing was looked at, ``~`` is not expanded."""

    path: str
    """As typed."""

    def __str__(self) -> str:
        """Return the path as typed."""
        return self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri:
    """Something that a provider knows by its scheme; never with a password inside."""

    scheme: str
    """In lower case: 'https', 'docker-daemon', 'podman'."""
    rest: str
    """What follows ``://``, as typed."""

    def __str__(self) -> str:
        """Return ``scheme://rest``."""
        return f"{self.scheme}://{self.rest}"


Reference = Name | FilePath | Uri


def parse_reference(text: str) -> Reference:
    """Read what a user typed, at most 512 characters.

    Raises UsageError, or BadRange for what follows the name.
    """
    _check_text(text)
    if _starts_like_path(text):
        return FilePath(path=text)
    scheme, mark, rest = text.partition("://")
    if mark:
        return _uri(scheme, rest)
    if text.lower().endswith(_PATH_SUFFIXES):
        return FilePath(path=text)
    return _name(text)


def name_key(name: str) -> str:
    """Return what all spellings of one name share: names compare without case (Unicode folding)."""
    return name.casefold()


def lower_form(name: str) -> str:
    """Return the one name that engines, archives and registries get for *name*.

    It is a repository name of the OCI distribution specification ("Pulling manifests"), with
    host and port in front if *name* has them; a valid name is returned as it is.  Letters become
    lower-case; a run of characters other than a-z, 0-9, '.', '_' and '-' becomes '-'; then
    a run of separators other than '.', '_', '__' or hyphens becomes '-'; separators at either
    end of a part, and empty parts, are left out.

    Raises UsageError if nothing is left, or more than 255 characters.
    """
    first, _, rest = name.partition("/")
    path = "/".join(filter(None, map(_lower_part, rest.split("/"))))
    port = ""
    if path and (match := _HOST.fullmatch(first)):
        first, port = match[1], f":{match[2]}"
    host = _lower_part(first)
    form = "/".join(filter(None, (host and host + port, path)))
    if not form:
        raise UsageError(
            f"{name!r} has no letter or digit that a registry or engine could call it by",
            hint="choose another name with --name",
            name=name,
        )
    if len(form) > _MOST_REPOSITORY:
        raise UsageError(
            f"{name[:40]!r}… is longer than the {_MOST_REPOSITORY} characters of a repository",
            hint="choose another name with --name",
            name=name,
        )
    return form


def tag_form(version: str) -> str:
    """Return *version* as a tag that engines take; 'latest' if there is none.

    Signs outside ``[A-Za-z0-9_.-]`` become ``_`` (OCI distribution-spec, tag grammar).
    """
    tag = _FOREIGN_IN_TAG.sub("_", version)[:_MOST_TAG]
    if tag.startswith((".", "-")):
        tag = "_" + tag[1:]
    return tag or "latest"


def _check_text(text: str) -> None:
    if not text or text.isspace():
        raise UsageError("the request is empty", hint=f"write {_FORMS}, a path or a URL")
    if len(text) > _MOST_REFERENCE:
        raise UsageError(
            f"{text[:40]!r}… has {len(text)} characters, more than {_MOST_REFERENCE}",
            hint="ask for one image at a time; go to its folder if the path is that long",
        )
    if any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in text):
        raise _refused(text, "it has a control character")


def _starts_like_path(text: str) -> bool:
    drive = text[:1].isascii() and text[:1].isalpha() and text[1:3] in (":/", ":\\")
    return drive or text in (".", "..") or text.startswith(_PATH_STARTS)


def _uri(scheme: str, rest: str) -> Uri:
    lowered = scheme.lower()
    if not _SCHEME.fullmatch(lowered):
        raise _refused(f"{scheme}://…", "what is before '://' is not a scheme")
    if not rest or rest.isspace():
        raise _refused(f"{scheme}://", "nothing follows '://'")
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    _, at, after = authority.rpartition("@")
    if at and not after.startswith(("sha256:", "sha512:")):
        raise UsageError(
            f"a user name or password does not belong into a URL ({lowered}://…)",
            hint="leave out what is before '@'; credentials are given to the source",
            scheme=lowered,
        )
    return Uri(scheme=lowered, rest=rest)


def _name(text: str) -> Name:
    start = next((at for at, sign in enumerate(text) if sign in _RANGE_STARTS), len(text))
    head, tail = text[:start], text[start:]
    name, tag, digest = _split_head(text, head.rstrip() if tail else head)
    variant, conditions = _split_tail(text, tail)
    versions = VersionRange.parse(conditions)
    if tail and (tag or digest):
        raise _refused(text, "a tag or digest says all; a variant or range cannot follow")
    result = Name(name=name, tag=tag, variant=variant, versions=versions, digest=digest)
    # A canonical text must read as what it came from, and '==1.2.*' becomes longer.
    if versions.exact.lower().endswith(_PATH_SUFFIXES):
        raise _refused(text, "its version ends like a path")
    if len(str(result)) > _MOST_REFERENCE:
        raise _refused(text, "its name and versions are too long together")
    return result


def _split_head(text: str, head: str) -> tuple[str, str, Digest | None]:
    head, at, digest_text = head.partition("@")
    folder, slash, last = head.rpartition("/")
    last, colon, tag = last.partition(":")
    name = folder + slash + last
    if colon:
        _check_tag(text, "tag", tag)
    if not name:
        raise _refused(text, "the name is missing")
    if name != name.strip() or not name.isprintable():
        raise _refused(text, "the name has white space around it or something invisible in it")
    if _NOT_IN_NAME.intersection(name):
        raise _refused(text, r"a name has no \ ] @ or comma")
    if "//" in name or name.endswith("/"):
        raise _refused(text, "a part of the name is empty; a folder is written ./folder")
    return name, tag, _digest(text, digest_text) if at else None


def _split_tail(text: str, tail: str) -> tuple[str | None, str]:
    if not tail.startswith("["):
        return None, tail
    variant, bracket, conditions = tail[1:].partition("]")
    if not bracket:
        raise _refused(text, "'[' has no ']'")
    if variant:
        _check_tag(text, "variant", variant)
    return variant, conditions


def _check_tag(text: str, what: str, value: str) -> None:
    if not value or len(value) > MOST_CHARACTERS:
        raise _refused(text, f"a {what} has 1 to {MOST_CHARACTERS} characters")
    if _NOT_IN_TAG.intersection(value) or " " in value or not value.isprintable():
        raise _refused(text, rf"a {what} has no white space and none of / \ : @ [ ] < > = , * ?")


def _digest(text: str, digest: str) -> Digest:
    try:
        return Digest.parse(digest)
    except DocumentError as error:
        raise _refused(text, "what follows '@' is not a digest (sha256:…, 64 digits)") from error


def _refused(text: str, reason: str) -> UsageError:
    return UsageError(
        f"{text!r} cannot be read: {reason}",
        hint=f"write {_FORMS}; a path begins with ./ or /",
        text=text,
        reason=reason,
    )


def _lower_part(part: str) -> str:
    return _SEPARATORS.sub(_valid_separator, _FOREIGN.sub("-", part.lower()).strip("._-"))


def _valid_separator(run: re.Match[str]) -> str:
    separator = run[0]
    return separator if separator in (".", "_", "__") or not separator.strip("-") else "-"
