"""The key ring: root keys from the environment, and the box format.

A box is `version(1) | key id(4) | nonce(12) | text + tag(16)`: 33 bytes more than its text.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
HEAD_BYTES = 5 + NONCE_BYTES


class UnknownKey(RuntimeError):
    """A box was sealed with a key that is not in the ring; add the old key again."""


@lru_cache(maxsize=4)
def _read(ring: str) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for entry in filter(None, (part.strip() for part in ring.split(","))):
        number, _colon, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
            keys[int(number)] = key
        except (ValueError, binascii.Error):
            raise ImproperlyConfigured("FIELD_KEYS looks like 2:<base64>,1:<base64>") from None
        if len(key) != KEY_BYTES:
            raise ImproperlyConfigured("Each key in FIELD_KEYS is 32 bytes in base64.")
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty; without a key nothing can be read.")
    return keys


def root_keys() -> dict[int, bytes]:
    """Key id -> root key; the first is the one that seals."""
    return _read(settings.FIELD_KEYS)


def current_id() -> int:
    """The number of the root key that seals today."""
    return next(iter(root_keys()))


def seal(key: bytes, key_id: int, text: bytes, place: str) -> bytes:
    """`text` in a box that opens only at `place` (table.column:row)."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = AESGCM(key).encrypt(nonce, text, place.encode())
    return VERSION + key_id.to_bytes(4, "big") + nonce + body


def unseal(key: bytes, box: bytes, place: str) -> bytes:
    """The text of a box; raises InvalidTag for a box that was moved or changed."""
    return AESGCM(key).decrypt(box[5:HEAD_BYTES], box[HEAD_BYTES:], place.encode())


def key_id_of(box: bytes) -> int:
    """The number of the key that sealed `box`."""
    if box[:1] != VERSION:
        raise UnknownKey("This is no box, or one of an unknown version.")
    return int.from_bytes(box[1:5], "big")


def wrap(data_key: bytes, place: str) -> bytes:
    """A data key sealed with the current root key."""
    return seal(root_keys()[current_id()], current_id(), data_key, place)


def unwrap(box: bytes, place: str) -> bytes:
    """The data key in `box`; raises UnknownKey where its root key is not in the ring."""
    try:
        root = root_keys()[key_id_of(box)]
    except KeyError:
        raise UnknownKey(
            f"FIELD_KEYS does not hold key {key_id_of(box)}; add it after the current one."
        ) from None
    return unseal(root, box, place)


@lru_cache(maxsize=4)
def index_key(configured: str, ring: str) -> bytes:
    """The key of blind indexes: INDEX_KEY, or derived from root key 1.

    It must outlive rotation, or every index in the database would silently stop matching: so
    dropping key 1 from the ring without setting INDEX_KEY first is refused.
    """
    if configured:
        return base64.b64decode(configured)
    first = _read(ring).get(1)
    if first is None:
        raise ImproperlyConfigured(
            "INDEX_KEY is not set and FIELD_KEYS no longer holds key 1, from which it was derived. "
            "Put key 1 back, or set INDEX_KEY to what `manage.py rewrap` prints while it is there."
        )
    return HKDF(hashes.SHA256(), KEY_BYTES, None, b"naast blind index").derive(first)
