"""A provider that keeps something outside the store, and must be asked before an image goes."""

from __future__ import annotations

from provider_core.context import Context
from provider_core.errors import InUse
from provider_core.hookspecs import hookimpl
from provider_core.model import Content, Installed, Package
from provider_core.store import Reader, Writer

from .shelf_double import Shelf

__all__ = ["MountDouble"]


class MountDouble(Shelf):
    """Mounts what it installs: a file of its name in its state; tests set what is busy."""

    name = "mount-double"
    schemes = ("mount",)

    def __init__(self) -> None:
        super().__init__()
        self.busy = False

    @hookimpl
    def install(
        self, package: Package, reader: Reader, writer: Writer, context: Context
    ) -> Content | None:
        """Pour the image, and mount it."""
        content = super().install(package, reader, writer, context)
        with context.state.lock():
            (context.state.folder / f"mounted-{package.name}").write_text(package.version)
        return content

    @hookimpl
    def uninstall(self, installed: Installed, context: Context) -> None:
        """Unmount, unless somebody uses it."""
        if self.busy:
            raise InUse(installed.name, ["a mount"])
        with context.state.lock():
            (context.state.folder / f"mounted-{installed.name}").unlink()
