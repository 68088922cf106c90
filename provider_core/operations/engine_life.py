"""The verbs for container engines; `Host` has them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..engines import EngineVersion
    from ..model import Installed
    from .engine_listing import EngineRow, HeldImage
    from .engine_loading import Loaded
    from .new_wishes import NewImage
    from .resources import Resources

__all__ = ["EngineLife"]


class EngineLife:
    """Engines, what they hold, and the way into them."""

    _resources: Resources

    def engines(self) -> tuple[EngineRow, ...]:
        """Ask every container engine that is configured or found who it is."""
        from .engine_listing import engine_rows

        return engine_rows(self._resources)

    def engine_version(self, engine: str) -> EngineVersion:
        """Ask *engine* who it is, before long work for it.  Raises EngineSilent, UsageError."""
        return self._resources.engines.meant(engine).version()

    def engine_images(self, engine: str) -> tuple[HeldImage, ...]:
        """Return the images that *engine* holds.  Raises EngineSilent, UsageError."""
        from .engine_listing import engine_images

        return engine_images(self._resources, engine)

    def load(self, *images: str | Installed, engine: str = "") -> tuple[Loaded, ...]:
        """Bring installed images into a container engine; '' for the only one there is.

        What it has already is not sent again.  Raises NotInstalled, Ambiguous, EngineSilent,
        EngineRefused, NotSupported.
        """
        from .engine_loading import load
        from .selecting import one_installed

        meant = [
            one_installed(self._resources, one) if isinstance(one, str) else one for one in images
        ]
        return load(self._resources, meant, engine)

    def new(self, wish: NewImage) -> Installed:
        """Make an image of a folder, an archive or a container, and install it.

        Raises UsageError, Exists, NotSupported, NotInstalled for the parent, Conflict.
        """
        from .new_image import new_image

        with self._resources.exports.kept():
            return new_image(self._resources, wish)
