"""Data keys: one per data subject, wrapped by the ring; erasing the key erases the person."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from core.access.scope import region_or_none, shelf
from core.crypto import ring
from core.crypto.models import DataKey


class KeyErased(RuntimeError):
    """The data key was destroyed on purpose; what it sealed is gone, here and in backups."""


def new_data_key(*, now: datetime, purpose: str = "") -> DataKey:
    """A fresh key for one data subject of the current region."""
    row = DataKey(created_at=now, purpose=purpose)
    row.wrapped = ring.wrap(secrets.token_bytes(ring.KEY_BYTES), _place(row.pk))
    row.save()
    return row


def shared_key(purpose: str, *, now: datetime) -> DataKey:
    """The region's living key for `purpose`, made where there is none.

    Two transactions at once may each make one. That is harmless, and cheaper than letting the
    second wait for the first.
    """
    living = DataKey.objects.filter(purpose=purpose, erased_at=None).order_by("created_at", "id")
    return living.first() or new_data_key(now=now, purpose=purpose)


def open_key(row: DataKey) -> bytes:
    """The plain data key; opened once per scope.

    Raises:
        KeyErased: it was destroyed on purpose.
        ring.UnknownKey: its root key is not in FIELD_KEYS.
    """
    opened = _opened()
    if row.pk not in opened:
        if not row.wrapped:
            raise KeyErased(f"Data key {row.pk} was erased; what it sealed cannot be read again.")
        opened[row.pk] = ring.unwrap(bytes(row.wrapped), _place(row.pk))
    return opened[row.pk]


def key_of(row: Any) -> bytes:
    """The plain data key of a sealed row, without a query where this scope opened it before."""
    return _opened().get(row.data_key_id) or open_key(row.data_key)


def erase_key(row: DataKey, *, now: datetime) -> None:
    """Make everything sealed with this key unreadable, here and in every backup."""
    DataKey.objects.filter(pk=row.pk).update(wrapped=b"", erased_at=now)
    row.wrapped, row.erased_at = b"", now
    _opened().pop(row.pk, None)


def rewrap(row: DataKey) -> bool:
    """Move one data key under the current root key (rotation). False where nothing was to do."""
    old = bytes(row.wrapped)
    if not old or ring.key_id_of(old) == ring.current_id():
        return False
    new = ring.wrap(ring.unwrap(old, _place(row.pk)), _place(row.pk))
    # Only what was read is replaced: an erasure in the meantime must stay one.
    return bool(DataKey.objects.filter(pk=row.pk, wrapped=old).update(wrapped=new))


def blind_index(purpose: str, *parts: str) -> bytes:
    """HMAC-SHA-256 for equality search; `purpose` keeps columns from being compared."""
    key = ring.index_key(settings.INDEX_KEY, settings.FIELD_KEYS)
    return hmac.digest(key, "\x1f".join((purpose, *parts)).encode(), hashlib.sha256)


def _opened() -> dict[UUID, bytes]:
    if region_or_none() is None:
        return {}
    opened: dict[UUID, bytes] = shelf().setdefault("data_keys", {})
    return opened


def _place(pk: UUID) -> str:
    return f"core_datakey.wrapped:{pk}"
