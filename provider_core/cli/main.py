"""The way in: arguments to an exit code, every failure to one sentence and a hint."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import click

from ..errors import Cancelled, Error, UsageError
from .group import TableGroup
from .invocation import Invocation
from .release import RELEASE
from .render import ClosedPipe
from .signals import cancelled_by_signals

__all__ = ["main", "run"]

HELP = """Find, install, save and uninstall container images, across an air gap too.

Requests are `name`, `name:tag`, `name@sha256:...`, a file (./image.tar), a folder, a URL, or a
name with a range. Quote ranges, since shells eat > and [: ferry install 'nginx[alpine]>=1.27,<2',
or say it with --min, --max and --variant.

Exit codes: 0 done, 1 failed, 2 wrong request, 3 not found, 4 damaged or forged, 5 unreachable,
6 store or catalog in the way, 7 a provider failed, 130 and 143 interrupted."""

SETTINGS = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}


def main(argv: Sequence[str] | None = None) -> int:
    """Run ferry with *argv* (the process's without it) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    code = run(arguments, Invocation(json="--json" in arguments))
    gc.freeze()  # the process ends now, and need not look through all it has for garbage
    return code


def run(arguments: list[str], invocation: Invocation) -> int:
    """Run one command line; nothing but completion ends the process from here."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with cancelled_by_signals(invocation.cancel, lambda: invocation.is_at_work):
            code = _guarded(arguments, invocation)
            invocation.output.finish()
            return code
    except ClosedPipe:
        return 0
    except Error as error:  # the result could not be written after all
        return _tell(error, invocation)


def _guarded(arguments: list[str], invocation: Invocation) -> int:
    try:
        return _dispatch(arguments, invocation)
    except ClosedPipe:
        raise
    except Error as error:
        return _tell(error, invocation)
    except click.ClickException as error:
        return _tell(_usage_error(error), invocation)
    except (KeyboardInterrupt, click.Abort):
        return _tell(Cancelled(), invocation)
    except Exception as error:
        return _tell(_bug(error), invocation)


def _dispatch(arguments: list[str], invocation: Invocation) -> int:
    if not invocation.is_traced:
        return _run_command(arguments, invocation)
    from .tracing import traced

    with traced(invocation.output):
        return _run_command(arguments, invocation)


def _run_command(arguments: list[str], invocation: Invocation) -> int:
    if "_FERRY_COMPLETE" in os.environ:
        from .powershell import teach_powershell

        teach_powershell()
    answer = _root().main(arguments, prog_name="ferry", standalone_mode=False, obj=invocation)
    return answer if isinstance(answer, int) else 0


def _root() -> TableGroup:
    root = TableGroup(help=HELP, context_settings=SETTINGS)
    version = click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        help="Print the version of ferry.",
    )
    root.params.insert(0, version)
    return root


def _print_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        invocation = ctx.find_object(Invocation) or Invocation()
        invocation.output.line(f"ferry {RELEASE}")
        ctx.exit()


def _tell(error: Error, invocation: Invocation) -> int:
    if invocation.is_traced:
        from .tracing import trace_error

        trace_error(invocation.output, error)
    invocation.output.error(error)
    return 128 + error.signal if isinstance(error, Cancelled) else error.exit_code


def _usage_error(error: click.ClickException) -> UsageError:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "ferry"
    return UsageError(message, hint=f"`{command} --help` shows how it is used")


def _bug(error: Exception) -> Error:
    wrapped = Error(
        f"{type(error).__name__}: {error}",
        hint="this is a bug in ferry; run it again with FERRY_TRACE=1 and report what it prints",
    )
    wrapped.__cause__ = error
    return wrapped
