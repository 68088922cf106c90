"""Every error this project raises on purpose, and the exit code of each.

* Error                      1    message + hint (the next step) + fields
  + UsageError               2    the request contradicts itself or names something unknown
    - UnknownProvider             no provider of that name is loaded
    - UnknownSource               no source of that name is registered
    - Ambiguous                   several things answer; the candidates are named
    - BadRange                    a version range that cannot be read or can hold nothing
    - NotSupported                a provider, destination or image cannot do that
    - Untrusted                   the source is not trusted, and nobody said it may be used
    - Exists                      something is there already and would be overwritten
  + NotFoundError            3    nothing there by that name
    - PackageNotFound  BlobNotFound  NotInstalled  NoSuchFile  VolumeMissing
  + IntegrityError           4    bytes or documents are not what was promised
    - DigestMismatch  SizeMismatch  DocumentError  Rollback  Expired  SignatureError  WimError
  + TransportError           5    the other side could not be reached, or refused
    - Offline  TimedOut  HttpStatus  RateLimited  AuthRequired
  + StoreError               6    the local store or catalog is in the way
    - Locked  CatalogTooNew  Conflict  InUse  NoSpace  EngineSilent  EngineRefused
  + ProviderFault            7    a plugin broke its contract
  + Cancelled              130    interrupted (143 by SIGTERM); what was verified is kept

Classes build their sentence from fields, so that a message cannot get its values the wrong way
round and ``as_json`` can give them to programs.  Foreign exceptions are translated in transport,
store, catalog and dispatch only, and where a parser meets a library.
"""

from __future__ import annotations

from .base import Error
from .choosing import worst
from .faults import Cancelled, ProviderFault
from .integrity import (
    DigestMismatch,
    DocumentError,
    Expired,
    IntegrityError,
    Rollback,
    SignatureError,
    SizeMismatch,
    WimError,
)
from .local import (
    CatalogTooNew,
    Conflict,
    EngineRefused,
    EngineSilent,
    InUse,
    Locked,
    NoSpace,
    StoreError,
)
from .missing import (
    BlobNotFound,
    NoSuchFile,
    NotFoundError,
    NotInstalled,
    PackageNotFound,
    VolumeMissing,
)
from .network import AuthRequired, HttpStatus, Offline, RateLimited, TimedOut, TransportError
from .usage import (
    Ambiguous,
    BadRange,
    Exists,
    NotSupported,
    UnknownProvider,
    UnknownSource,
    Untrusted,
    UsageError,
)

__all__ = [
    "Ambiguous",
    "AuthRequired",
    "BadRange",
    "BlobNotFound",
    "Cancelled",
    "CatalogTooNew",
    "Conflict",
    "DigestMismatch",
    "DocumentError",
    "EngineRefused",
    "EngineSilent",
    "Error",
    "Exists",
    "Expired",
    "HttpStatus",
    "InUse",
    "IntegrityError",
    "Locked",
    "NoSpace",
    "NoSuchFile",
    "NotFoundError",
    "NotInstalled",
    "NotSupported",
    "Offline",
    "PackageNotFound",
    "ProviderFault",
    "RateLimited",
    "Rollback",
    "SignatureError",
    "SizeMismatch",
    "StoreError",
    "TimedOut",
    "TransportError",
    "UnknownProvider",
    "UnknownSource",
    "Untrusted",
    "UsageError",
    "VolumeMissing",
    "WimError",
    "worst",
]
