"""Data keys: one per data subject, wrapped by the ring; erasing the key erases the person."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings

from core.access.scope import region_or_none, shelf
from core.crypto import ring
from core.crypto.models import DataKey


def new_data_key(*, now: datetime) -> DataKey:
    """A fresh key for one data subject of the current region."""
    row = DataKey(created_at=now)
    row.wrapped = ring.wrap(secrets.token_bytes(ring.KEY_BYTES), _place(row.pk))
    row.save()
    return row


def open_key(row: DataKey) -> bytes:
    """The plain data key; opened once per scope."""
    if region_or_none() is None:
        return ring.unwrap(bytes(row.wrapped), _place(row.pk))
    opened: dict[UUID, bytes] = shelf().setdefault("data_keys", {})
    if row.pk not in opened:
        opened[row.pk] = ring.unwrap(bytes(row.wrapped), _place(row.pk))
    return opened[row.pk]


def erase_key(row: DataKey, *, now: datetime) -> None:
    """Make everything sealed with this key unreadable, here and in every backup."""
    DataKey.objects.filter(pk=row.pk).update(wrapped=b"", erased_at=now)
    shelf().get("data_keys", {}).pop(row.pk, None)


def rewrap(row: DataKey) -> None:
    """Move one data key under the current root key (rotation)."""
    if ring.key_id_of(bytes(row.wrapped)) == ring.current_id():
        return
    plain = ring.unwrap(bytes(row.wrapped), _place(row.pk))
    DataKey.objects.filter(pk=row.pk).update(wrapped=ring.wrap(plain, _place(row.pk)))


def blind_index(purpose: str, *parts: str) -> bytes:
    """HMAC-SHA-256 for equality search; `purpose` keeps columns from being compared."""
    key = ring.index_key(settings.INDEX_KEY, settings.FIELD_KEYS)
    return hmac.digest(key, "\x1f".join((purpose, *parts)).encode(), hashlib.sha256)


def _place(pk: UUID) -> str:
    return f"core_datakey.wrapped:{pk}"
