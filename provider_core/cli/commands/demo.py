"""ferry demo."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from ...digests import Digest
from ...errors import Cancelled, Error
from ..common import ferry_command
from ..invocation import Invocation
from ..main import run

__all__ = ["command"]


_INTERRUPTED = (128 + 2, 128 + 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One command of the demonstration."""

    says: str
    """What it shows."""
    words: tuple[str, ...]
    """What a person would type after ``ferry``; {archive}, {bundle} and {fingerprint} are known."""
    far: bool = False
    """Whether it runs on the far side: another home, offline."""
    code: int = 0
    """The exit code it must have."""


_STEPS = (
    _Step(says="What is there?  A few samples come along.", words=("find",)),
    _Step(says="All versions of one of them:", words=("find", "sample/hello", "--all-versions")),
    _Step(
        says="Install the newest below 2, and the image it was made from.",
        words=("install", "sample/hello>=1,<2", "sample/base"),
    ),
    _Step(
        says="What is installed, and what was it made from?",
        words=("list", "--columns", "Name,Version,ParentImage"),
    ),
    _Step(
        says="Save both to one archive; Docker, Podman, containerd and skopeo load it too.",
        words=("save", "sample/hello", "sample/base", "--to", "{archive}"),
    ),
    _Step(
        says="Or to a bundle: a signed folder, for a stick, that the other side can verify.",
        words=("save", "sample/hello", "sample/base", "--to", "{bundle}"),
    ),
    _Step(
        says="Carry it across: another home, without a network, that was told the fingerprint.",
        words=("source", "add", "usb", "{bundle}", "--fingerprint", "{fingerprint}", "--offline"),
        far=True,
    ),
    _Step(
        says="What came, and is it what was signed over there?",
        words=("install", "sample/hello", "sample/base", "--offline"),
        far=True,
    ),
    _Step(says="The same images are there:", words=("images",), far=True),
    _Step(
        says="An image that another one needs is not removed:",
        words=("uninstall", "sample/base"),
        far=True,
        code=6,
    ),
    _Step(
        says="Together they go, and the space comes back.",
        words=("uninstall", "sample/hello", "sample/base"),
        far=True,
    ),
    _Step(says="Is everything whole?", words=("store", "check"), far=True),
    _Step(says="Every change is on record:", words=("catalog", "log"), far=True),
)


@ferry_command(name="demo")
@click.pass_obj
def command(invocation: Invocation) -> None:
    """See it all work, in a temporary home, without a network."""
    with tempfile.TemporaryDirectory(prefix="ferry-demo-") as folder:
        place = Path(folder)
        for number, step in enumerate(_STEPS, start=1):
            _play(invocation, step, number, place)
        _check_space_is_back(place / "far")
    _say(invocation, "")
    _say(invocation, "That is all.  Your own home was not touched; `ferry --help` shows the rest.")


def _play(invocation: Invocation, step: _Step, number: int, place: Path) -> None:
    """Show and run one command; Error if it does not end as it should."""
    archive, bundle = place / "images.tar", place / "bundle"
    known = {"fingerprint": _fingerprint(bundle)}
    shown = [word.format(archive=archive.name, bundle=bundle.name, **known) for word in step.words]
    words = [word.format(archive=archive, bundle=bundle, **known) for word in step.words]
    _say(invocation, "")
    _say(invocation, f"{number}. {step.says}")
    _say(invocation, f"{'far' if step.far else 'near'}$ ferry {' '.join(map(_quoted, shown))}")
    home = place / ("far" if step.far else "near")
    nested = Invocation(environ={}, clock=invocation.clock, json=invocation.output.json)
    nested.flags["progress"] = "none"
    code = run([*words, "--home", str(home), "--no-plugins"], nested)
    if code in _INTERRUPTED:
        raise Cancelled(signal=code - 128)
    if code != step.code:
        raise Error(
            f"step {number} of the demonstration ended with {code}, not {step.code}",
            hint="this is a bug in ferry, or something is wrong here: `ferry doctor`",
            step=number,
            code=code,
        )


def _fingerprint(bundle: Path) -> str:
    """Return what the near side read out of its bundle, as somebody would over the telephone."""
    root = bundle / "trust" / "root.json"
    digits = Digest.of(root.read_bytes()).hex if root.exists() else ""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _say(invocation: Invocation, text: str) -> None:
    """Print a line of the demonstration where it does not mix with JSON."""
    output = invocation.output
    output.finish()
    if output.json:
        output.notice(text)
    else:
        output.line(text)
    output.finish()


def _quoted(word: str) -> str:
    return f"'{word}'" if any(sign in word for sign in "<>[]* ") else word


def _check_space_is_back(home: Path) -> None:
    left = [path for path in (home / "store" / "blobs").rglob("*") if path.is_file()]
    if left:
        raise Error(
            f"{len(left)} blobs are left after everything was uninstalled",
            hint="this is a bug in ferry; please report it",
        )
