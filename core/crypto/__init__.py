"""Sealed fields: AES-256-GCM, a data key per data subject, bound to table, column and row."""

from core.crypto.fields import SealedJSON, SealedText
from core.crypto.keys import blind_index, erase_key, new_data_key
from core.crypto.models import DataKey, Subject

__all__ = [
    "DataKey",
    "SealedJSON",
    "SealedText",
    "Subject",
    "blind_index",
    "erase_key",
    "new_data_key",
]
