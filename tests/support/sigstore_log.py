"""A log of signatures of two entries, of which each that is made here is the second.

Sources: Rekor's hashedrekord and dsse 0.0.1 and its signed entry timestamp; RFC 6962, 2.1 (Merkle
trees); C2SP signed notes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from .sigstore_certificates import public_bytes, sign

__all__ = ["b64", "dsse_body", "entry_of", "log_of", "manifest_body"]

_ORIGIN = "log.example"


def b64(data: bytes) -> str:
    """Return *data* in base64."""
    return base64.b64encode(data).decode()


def log_of(url: str, key: ec.EllipticCurvePrivateKey, since: str) -> dict[str, Any]:
    """Return how a trusted root names a log."""
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": b64(public_bytes(key)),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": {"start": since},
        },
        "logId": {"keyId": b64(sha256(public_bytes(key)).digest())},
    }


def manifest_body(digest: bytes, signature: str, pem: str) -> bytes:
    """Return what the log says of the *signature* of a manifest."""
    spec = {
        "data": {"hash": {"algorithm": "sha256", "value": digest.hex()}},
        "signature": {"content": signature, "publicKey": {"content": pem}},
    }
    return _body("hashedrekord", spec)


def dsse_body(envelope: bytes, payload: bytes, signature: str, pem: str) -> bytes:
    """Return what the log says of the *signature* in an *envelope*."""
    spec = {
        "envelopeHash": {"algorithm": "sha256", "value": sha256(envelope).hexdigest()},
        "payloadHash": {"algorithm": "sha256", "value": sha256(payload).hexdigest()},
        "signatures": [{"signature": signature, "verifier": pem}],
    }
    return _body("dsse", spec)


def entry_of(body: bytes, when: datetime, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """Return the entry of *body* in the log of *key*, with its promise and its proof."""
    other, leaf = (sha256(b"\0" + one).digest() for one in (b"other", body))
    top = sha256(b"\1" + other + leaf).digest()
    note = f"{_ORIGIN}\n2\n{b64(top)}\n"
    log = sha256(public_bytes(key)).digest()
    mark = b64(log[:4] + sign(key, note.encode()))
    promised = {
        "body": b64(body),
        "integratedTime": int(when.timestamp()),
        "logID": log.hex(),
        "logIndex": 1,
    }
    promise = sign(key, json.dumps(promised, separators=(",", ":")).encode())
    kind = json.loads(body)
    return {
        "logIndex": "1",
        "logId": {"keyId": b64(log)},
        "kindVersion": {"kind": kind["kind"], "version": kind["apiVersion"]},
        "integratedTime": str(promised["integratedTime"]),
        "inclusionPromise": {"signedEntryTimestamp": b64(promise)},
        "inclusionProof": {
            "logIndex": "1",
            "rootHash": b64(top),
            "treeSize": "2",
            "hashes": [b64(other)],
            "checkpoint": {"envelope": f"{note}\n\u2014 {_ORIGIN} {mark}\n"},
        },
        "canonicalizedBody": b64(body),
    }


def _body(kind: str, spec: Mapping[str, Any]) -> bytes:
    document = {"apiVersion": "0.0.1", "kind": kind, "spec": spec}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
