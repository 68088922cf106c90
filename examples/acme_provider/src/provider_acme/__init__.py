"""Container images from ACME tapes, for imageferry."""

from __future__ import annotations

from .provider import AcmeProvider
from .writing import Recording, write_tape

__all__ = ["AcmeProvider", "Recording", "write_tape"]
